"""What is written is what was meant, and is read by others' conventions too."""

import json
import zipfile

import numpy as np
import pytest
from block_source import Blocks

from svr3d import files
from svr3d.datasets import layout, open_dataset, pictures
from svr3d.datasets.batch import SampleKey
from svr3d.datasets.targets import Stored, get_target
from svr3d.datasets.targets.part_voxels import read_part_voxels
from svr3d.datasets.targets.parts import read_parts
from svr3d.datasets.targets.sketches import read_sketch
from svr3d.geometry import Camera, InputError, contains, normalize, voxelize


def read(target, folder):
    """One target of the object in a folder."""
    return get_target(target).read(Stored(folder, SampleKey("", "", 0)))


def test_every_stored_shape_is_that_of_the_source(prepared):
    source = Blocks()
    for category, name in [("table", "table0"), ("stool", "stool4")]:
        raw = source.build(category, name)
        mesh, loc, scale = normalize(raw)
        folder = prepared / category / name

        for file in ("pointcloud.npz", "points.npz"):
            stored = layout.normalization_of(folder / file, layout.read_npz(folder / file, "loc", "scale"))
            np.testing.assert_allclose(stored.loc, loc)
            assert stored.scale == pytest.approx(scale)

        parts = read_parts(folder / "parts.npz")
        np.testing.assert_allclose(parts.vertices, mesh.vertices, atol=1e-6)
        assert parts.parts == mesh.parts
        np.testing.assert_array_equal(parts.face_part, mesh.face_part)

        surface = read("surface", folder)
        corner = np.array([mesh.part(i).bounds for i in range(3)])[surface.part_ids]
        outside = np.maximum(corner[:, 0] - surface.points, surface.points - corner[:, 1]).max(axis=1)
        assert np.abs(outside).max() < 1e-6  # on the face of its part's box, neither in nor out
        np.testing.assert_allclose(np.linalg.norm(surface.normals, axis=1), 1, atol=1e-3)

        occupancy = read("occupancy", folder)
        in_boxes = [(np.abs(occupancy.points - (b[0] + b[1]) / 2) <= (b[1] - b[0]) / 2).all(1) for b in
                    (mesh.part(i).bounds for i in range(3))]  # fmt: skip
        np.testing.assert_array_equal(occupancy.inside, np.any(in_boxes, axis=0))
        assert occupancy.points.min() < -0.54 and occupancy.points.max() > 0.54

        np.testing.assert_array_equal(read("voxels", folder).occupancy, voxelize(mesh, 16).occupancy)
        labels, names = read_part_voxels(folder / "part_voxels.npz")
        assert names == ("top", "leg")
        centres = (np.argwhere(labels) + 0.5) / 16 - 0.5
        np.testing.assert_array_equal(labels[labels > 0] == 1, centres[:, 1] > mesh.part(1).bounds[1, 1])


def test_rounding_to_disk_moves_no_point_across_the_surface(prepared):
    occupancy = read("occupancy", prepared / "table" / "table1")
    mesh = read_parts(prepared / "table" / "table1" / "parts.npz")
    assert (contains(mesh, occupancy.points) == occupancy.inside).mean() > 0.9995  # parts.npz is in float32


def test_occupancy_networks_arithmetic_finds_the_object_in_the_picture(prepared):
    """Project with their formula (R · scale, t + R · loc, then K) and compare with the silhouette."""
    dataset = open_dataset(prepared)
    folder = prepared / "table" / "table2"
    with np.load(folder / "pointcloud.npz") as cloud, np.load(folder / "img_choy2016" / "cameras.npz") as cameras:
        points, loc, scale = cloud["points"].astype(float), cloud["loc"], cloud["scale"]
        for view in range(2):
            world, k = cameras[f"world_mat_{view}"], cameras[f"camera_mat_{view}"]
            seen = points @ (world[:, :3] * scale).T + (world[:, 3] + world[:, :3] @ loc)
            pixels = (seen @ k.T)[:, :2] / seen[:, 2:]
            sketch = read_sketch(folder / "sketches" / f"{view:03d}.npz")
            rows, columns = np.floor(pixels[:, 1]).astype(int), np.floor(pixels[:, 0]).astype(int)
            hit = np.zeros((32, 32), bool)
            hit[rows, columns] = True
            assert (hit & ~sketch.silhouette.astype(bool)).sum() <= 0.25 * hit.sum()  # pixels at the outline
            assert (sketch.silhouette.astype(bool) & ~hit).sum() <= 2

            camera = dataset.camera(SampleKey("table", "table2", view))
            own, depth = camera.project(points)
            np.testing.assert_allclose(own, pixels, atol=1e-4)
            np.testing.assert_allclose(depth * scale, seen[:, 2], rtol=1e-6)
            rotation = camera.world_to_camera[:, :3]
            np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)


def test_source_camera_and_canonical_camera_are_inverse():
    rng = np.random.default_rng(0)
    normalization = layout.Normalization(rng.normal(size=3), 2.7)
    world = Camera.look_at(rng.normal(size=3)).world_to_camera
    np.testing.assert_allclose(
        pictures.canonical_camera(pictures.source_camera(world, normalization), normalization), world, atol=1e-12
    )


def test_sketches_hold_depth_normals_and_parts(prepared):
    dataset = open_dataset(prepared)
    folder = prepared / "stool" / "stool0"
    mesh = read_parts(folder / "parts.npz")
    camera = dataset.camera(SampleKey("stool", "stool0", 0))
    sketch = read_sketch(folder / "sketches" / "000.npz")
    rows, columns = np.nonzero(sketch.silhouette)
    rays = np.stack([columns + 0.5, rows + 0.5, np.ones(len(rows))], 1) @ np.linalg.inv(camera.intrinsics).T
    seen = rays * sketch.depth[rows, columns][:, None]
    points = (seen - camera.world_to_camera[:, 3]) @ camera.world_to_camera[:, :3]
    bounds = np.array([mesh.part(i).bounds for i in range(3)])[sketch.part_ids[rows, columns]]
    off = np.maximum(bounds[:, 0] - points, points - bounds[:, 1]).max(axis=1)
    assert np.abs(off).max() < 1e-5
    normals = sketch.normal[rows, columns] @ camera.world_to_camera[:, :3]
    assert np.abs(normals).max(axis=1).min() > 0.99  # boxes: along an axis
    assert ((normals * (points - camera.position)).sum(1) < 0).all()
    background = sketch.silhouette == 0
    assert not sketch.depth[background].any() and (sketch.part_ids[background] == -1).all()


def test_files_carry_no_clock(prepared):
    with zipfile.ZipFile(prepared / "table" / "table0" / "pointcloud.npz") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    facts = layout.read_facts(prepared / "table" / "table0" / "object.json")
    assert not any("seconds" in key or "time" in key for key in facts)
    assert facts["licence"] == "CC0-1.0" and facts["checks"]["watertight"] is True


def test_an_object_is_whole_or_absent(tmp_path):
    folder = tmp_path / "chair" / "a"
    with pytest.raises(RuntimeError), files.whole_folder(folder) as out:
        (out / "x").write_text("half")
        raise RuntimeError
    assert list((tmp_path / "chair").iterdir()) == []
    with files.whole_folder(folder) as out:
        (out / "x").write_text("whole")
        assert not folder.exists()
    assert [p.name for p in folder.iterdir()] == ["x"]


def _save(path, **fields):
    np.savez(path, **fields)
    return path


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"normals": np.zeros((4, 3))}, "field 'points' is missing"),
        ({"points": np.zeros((4, 2)), "normals": np.zeros((4, 3))}, r"field 'points' has shape \[4, 2\]"),
        ({"points": np.full((4, 3), np.nan)}, "field 'points' has values that are not finite"),
        ({"points": np.zeros((0, 3))}, "field 'points' is empty"),
        ({"points": np.zeros((4, 3)), "normals": np.zeros((3, 3))}, r"field 'normals' has shape \[3, 3\]"),
        ({"points": np.array([["a"] * 3] * 4)}, "field 'points' holds <U1, expected numbers"),
    ],
)
def test_bad_surface_files_are_named_with_their_field(tmp_path, fields, expected):
    path = _save(tmp_path / "pointcloud.npz", **fields)
    with pytest.raises(InputError, match=rf"pointcloud\.npz: {expected}"):
        read("surface", path.parent)


def test_other_bad_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"points\.npz: no such file"):
        read("occupancy", tmp_path)
    (tmp_path / "points.npz").write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(InputError, match=r"points\.npz: not a whole \.npz file"):
        read("occupancy", tmp_path)
    path = _save(tmp_path / "points.npz", points=np.zeros((20, 3)), occupancies=np.zeros(2, np.uint8))
    with pytest.raises(InputError, match=r"field 'occupancies' has shape \[2\], expected \[20\]"):
        read("occupancy", tmp_path)
    path = _save(tmp_path / "part_voxels.npz", labels=np.full((2, 2, 2), 3), names=np.array(["leg"]))
    with pytest.raises(InputError, match="field 'labels' goes from 3 to 3, but 'names' has 1"):
        read_part_voxels(path)
    (tmp_path / "object.json").write_text("{")
    with pytest.raises(InputError, match=r"object\.json: not a JSON file"):
        layout.read_facts(tmp_path / "object.json")
    with pytest.raises(InputError, match="field 'scale' is 0"):
        layout.normalization_of(tmp_path / "p", {"loc": np.zeros(3), "scale": np.zeros(())})


def test_cut_npz_files_are_noticed_at_every_length(prepared, tmp_path):
    whole = (prepared / "table" / "table0" / "points.npz").read_bytes()
    for length in range(0, len(whole), 997):
        (tmp_path / "points.npz").write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"points\.npz"):
            read("occupancy", tmp_path)


def test_complete_means_all_files_in_full(copy):
    folder = copy / "table" / "table0"
    recipe = json.loads((folder / "object.json").read_text())["recipe"]
    assert layout.is_complete(folder, recipe) and not layout.is_complete(folder, "another")
    (folder / "sketches" / "001.npz").write_bytes(b"")
    assert not layout.is_complete(folder, recipe)
