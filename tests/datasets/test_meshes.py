"""Folders of real meshes: what is found, how it is split, and what is done to dirty ones."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import trimesh
from block_source import CUBE_CORNERS, CUBE_FACES, QUICK, boxes

from svr3d.datasets import Meshes, open_dataset, prepare
from svr3d.datasets.meshes import part_label
from svr3d.datasets.repair import repair, thicken_sheets
from svr3d.geometry import InputError, Mesh, contains, is_watertight, voxelize, winding_number, write_shape

CUBE = Mesh(CUBE_CORNERS, CUBE_FACES)


def square(side=1.0, cells=4):
    """A flat sheet in the plane y = 0, facing up."""
    line = np.linspace(-side / 2, side / 2, cells + 1)
    x, z = np.meshgrid(line, line, indexing="ij")
    corner = np.arange(cells)[:, None] * (cells + 1) + np.arange(cells)
    a, b, c, d = corner, corner + cells + 1, corner + cells + 2, corner + 1
    faces = np.concatenate([np.stack([a, d, c], -1).reshape(-1, 3), np.stack([a, c, b], -1).reshape(-1, 3)])
    return Mesh(np.stack([x, 0 * x, z], -1).reshape(-1, 3), faces)


def joined(*meshes):
    starts = np.cumsum([0] + [len(m.vertices) for m in meshes[:-1]])
    faces = [m.faces + start for m, start in zip(meshes, starts, strict=True)]
    return Mesh(np.concatenate([m.vertices for m in meshes]), np.concatenate(faces))


def moved(mesh, shift, scale=1.0):
    return Mesh(mesh.vertices * scale + np.asarray(shift), mesh.faces)


def is_solid(mesh, points):
    """Whether winding numbers at points off the surface are whole."""
    winding = winding_number(mesh, points)
    return np.allclose(winding, np.round(winding), atol=1e-9)


# Folders


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "in"
    for category, count in {"chair": 20, "lamp": 3, "phone": 1}.items():
        for i in range(count):
            (root / category / f"{category}{i}").mkdir(parents=True)
            write_shape(
                root / category / f"{category}{i}" / "model.obj", boxes(("seat", (0, 0, 0), (1, 0.5, 1 + i / 20)))
            )
    return root


def test_splits_are_stable_and_every_category_is_tested(folder):
    items = Meshes(folder).items()
    assert items == Meshes(folder).items()
    counts = Counter((category, split) for category, _, split in items)
    assert counts == {
        ("chair", "train"): 14, ("chair", "val"): 2, ("chair", "test"): 4,
        ("lamp", "train"): 2, ("lamp", "test"): 1, ("phone", "train"): 1,
    }  # fmt: skip
    assert Meshes(folder, seed=1).items() != items
    for path in (folder / "lamp").rglob("*"):
        path.is_file() and path.unlink()
    assert [item for item in Meshes(folder).items() if item[0] == "chair"] == [i for i in items if i[0] == "chair"]


def test_every_kind_of_file_is_found(tmp_path):
    (tmp_path / "car").mkdir()
    for extension in ("obj", "glb", "ply", "off", "stl"):
        write_shape(tmp_path / "car" / f"{extension}_car.{extension}", CUBE)
    write_shape(tmp_path / "car" / "obj_car.stl", CUBE)  # of two for one object, the obj is taken
    (tmp_path / "notes.txt").write_text("")
    source = Meshes(tmp_path)
    assert [name for _, name, _ in source.items()] == ["glb_car", "obj_car", "off_car", "ply_car", "stl_car"]
    assert source.describe("car", "obj_car")["file"] == "car/obj_car.obj"
    for category, name, _ in source.items():
        assert abs(repair(source.build(category, name))[0].volume - 1) < 1e-5


def test_bad_folders(tmp_path, folder):
    with pytest.raises(InputError, match="no such folder"):
        Meshes(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no meshes in it"):
        Meshes(tmp_path / "empty")
    (tmp_path / "net" / "chair" / "train").mkdir(parents=True)
    for i in range(3):
        write_shape(tmp_path / "net" / "chair" / "train" / f"{i}.off", CUBE)
    with pytest.raises(InputError, match=r"train: holds 3 meshes \(0\.off, 1\.off …\), expected one per object"):
        Meshes(tmp_path / "net")
    split = tmp_path / "split.csv"
    for text, expected in {
        "category,object\nlamp,lamp0": "column 'split' is missing",
        "category,object,split\nlamp,lamp0,holdout": "line 2: split is 'holdout'",
        "category,object,split\nlamp,lamp0,val": "chair/chair0 has no split",
        "category,object,split\nlamp,lamp0,val\nlamp,lamp0,test": "line 3: lamp/lamp0 is in both val and test",
    }.items():
        split.write_text(text)
        with pytest.raises(InputError, match=expected):
            Meshes(folder, split_file=split)


def test_labels_come_from_the_names_of_parts():
    assert part_label("03_leg.002") == "leg"
    assert part_label("09_drawerTop.metalLight") == "drawer_top_metal_light"
    assert part_label("00_tableGlass.glass", "kenney__tableGlass") == "glass"
    assert part_label("05_10_part10") == "part" and part_label("3") == "part"


def test_dirty_objects_are_repaired_or_refused_with_a_reason(folder):
    def save(name, mesh=None, text=None):
        (folder / "lamp" / name).mkdir()
        path = folder / "lamp" / name / "model.obj"
        path.write_text(text) if mesh is None else write_shape(path, mesh)

    save("cut", text="v 0 0 0\nv 1 0 0\nf 1 2 3\n")
    save("empty", text="v 0 0 0\n")
    save("flat", Mesh([[0, 0, 0], [1, 1, 1], [2, 2, 2]], [[0, 1, 2]]))
    save("nan", text="v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    save("sheet", square())
    save("wire", Mesh(CUBE_CORNERS * [1e-4, 1, 1e-4], CUBE_FACES))
    rods = [Mesh(CUBE_CORNERS * [0.003, 1, 0.003] + [x, 0, 0.02], CUBE_FACES) for x in (-0.42, -0.17, 0.08, 0.33)]
    save("poles", joined(*rods, Mesh(CUBE_CORNERS * 0.08 + [0, 0.3, 0], CUBE_FACES)))
    save("listed", CUBE)
    (folder / "lamp" / "listed" / "meta.json").write_text("[]")
    (folder / "lamp" / "sheet" / "meta.json").write_text(json.dumps({"licence": "CC0-1.0", "n_faces": 3}))
    report = prepare(folder, folder.parent / "out", categories=["lamp"], **(QUICK | {"resolution": 32}))
    refused = {refusal.object: refusal.reason for refusal in report.refused}
    assert set(refused) == {"cut", "empty", "flat", "nan", "listed", "wire", "poles"}
    assert "lamp/cut/model.obj" in refused["cut"] and str(folder) not in refused["cut"]
    assert "area" in refused["flat"] and "finite" in refused["nan"] and "no inside" in refused["wire"]
    assert "too thin" in refused["poles"]
    assert refused["listed"] == "lamp/listed/meta.json: expected a JSON object, found list"
    assert report.repaired["sheet faces thickened"] == (1, 32)
    facts = json.loads((folder.parent / "out" / "lamp" / "sheet" / "object.json").read_text())
    assert (
        facts["licence"] == "CC0-1.0" and "n_faces" not in facts and facts["repairs"] == {"sheet faces thickened": 32}
    )


# Repairs


def test_a_sheet_becomes_a_solid_of_the_stated_thickness():
    thick, count = thicken_sheets(square())
    assert count == 32 and is_watertight(thick)
    assert thick.volume == pytest.approx(0.01)
    np.testing.assert_allclose(thick.bounds, [[-0.5, -0.005, -0.5], [0.5, 0.005, 0.5]])
    # voxels of a slab between two rows of centres: the layer that holds its middle
    assert voxelize(thick, 32).occupancy.sum() == 32 * 32


def test_solids_with_holes_are_left_alone():
    open_box = Mesh(CUBE.vertices, CUBE.faces[2:])
    assert thicken_sheets(open_box) == (open_box, 0)
    assert thicken_sheets(CUBE) == (CUBE, 0)
    loose = Mesh(CUBE.triangles.reshape(-1, 3) * 0.999999, np.arange(36).reshape(-1, 3))  # twelve unconnected triangles
    assert thicken_sheets(loose)[1] == 0


def test_a_pane_in_a_frame_is_thickened_and_the_frame_is_not():
    frame = joined(*(moved(Mesh(CUBE.vertices * size, CUBE.faces), at) for size, at in [
        ([0.1, 0.1, 1.0], [-0.45, 0, 0]), ([0.1, 0.1, 1.0], [0.45, 0, 0]),
    ]))  # fmt: skip
    pane = Mesh(square(0.8).vertices + [0, 0.05, 0], square(0.8).faces)  # shares corners' edge with nothing
    corner = np.array([[-0.4, 0.05, -0.5], [0.4, 0.05, -0.5], [0.4, 0.05, 0.5], [-0.4, 0.05, 0.5]])
    glass = Mesh(corner, [[0, 2, 1], [0, 3, 2]])  # shares two edges with the frame
    for sheet, faces in ((pane, 32), (glass, 2)):
        mesh, done = repair(joined(frame, sheet))
        assert done["sheet faces thickened"] == faces
        assert contains(mesh, [[0, 0.05, 0.0], [0, 0.0, 0.0], [-0.45, 0, 0]]).tolist() == [True, False, True]
        rng = np.random.default_rng(0)
        assert is_solid(mesh, rng.uniform(-0.5, 0.5, (200, 3)))


def test_a_sheet_with_three_wings_becomes_a_solid():
    wings = []
    for angle in np.radians([0, 120, 240]):
        far = np.array([np.cos(angle), 0, np.sin(angle)]) * 0.5
        wings.append(
            Mesh(np.array([[0, -0.5, 0], [0, 0.5, 0], far + [0, 0.5, 0], far - [0, 0.5, 0]]), [[0, 1, 2], [0, 2, 3]])
        )
    mesh, done = repair(joined(*wings))
    assert done["sheet faces thickened"] == 6
    assert is_solid(mesh, np.random.default_rng(0).uniform(-0.6, 0.6, (300, 3)))
    assert contains(mesh, [[0.25, 0.1, 0.0], [-0.25, 0.1, 0.0]]).tolist() == [True, False]


def test_a_box_modelled_twice_to_be_seen_from_inside_becomes_one_box():
    doubled = Mesh(CUBE.vertices, np.concatenate([CUBE.faces, CUBE.faces[:, ::-1]]))
    mesh, done = repair(doubled)
    assert done["backs of faces dropped"] == 12 and is_watertight(mesh) and mesh.volume == pytest.approx(1)


def test_faces_where_two_boxes_touch_both_stay():
    both = joined(CUBE, moved(CUBE, [1.0, 0, 0]))
    mesh, done = repair(both)
    assert "backs of faces dropped" not in done and "sheet faces thickened" not in done
    assert mesh.volume == pytest.approx(2)
    assert contains(mesh, [[0.4, 0, 0], [0.6, 0, 0], [1.4, 0.2, 0]]).all()


def test_repeated_faces_go():
    repeated = Mesh(CUBE.vertices, np.concatenate([CUBE.faces, np.roll(CUBE.faces[:5], 1, axis=1)]))
    mesh, done = repair(repeated)
    assert done == {"repeated faces dropped": 5} and is_watertight(mesh)


def test_inverted_and_inconsistent_faces_are_turned():
    faces = CUBE.faces.copy()
    faces[[1, 4, 7]] = faces[[1, 4, 7]][:, ::-1]
    for mesh in (Mesh(CUBE.vertices, faces), Mesh(CUBE.vertices, CUBE.faces[:, ::-1])):
        mended, _ = repair(mesh)
        assert mended.volume == pytest.approx(1) and is_watertight(mended)


def test_repair_keeps_parts_and_colours():
    parts = boxes(("a", (0, 0, 0), (1, 1, 1)), ("b", (0, 2, 0), (1, 1, 1)))
    mended, done = repair(parts)
    assert done == {} and mended.parts == parts.parts
    np.testing.assert_array_equal(mended.face_part, parts.face_part)
    np.testing.assert_array_equal(mended.face_colors, parts.face_colors)


def test_unusable_meshes_are_refused():
    for mesh, reason in [
        (Mesh(np.zeros((3, 3)), np.zeros((0, 3))), "no faces"),
        (Mesh(np.zeros((3, 3)), [[0, 1, 2]]), "area"),
        (Mesh([[0, 0, np.inf], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "not finite"),
    ]:
        with pytest.raises(InputError, match=reason):
            repair(mesh)


# Real ones


def real_meshes():
    default = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "meshes"
    return Path(os.environ.get("SVR3D_MESHES", default))


@pytest.mark.skipif(not real_meshes().is_dir(), reason="the folder of real meshes is not here (SVR3D_MESHES names it)")
def test_real_meshes(tmp_path):
    """A pane, a bus with holes, a clean chair; volumes of the watertight ones agree with trimesh's."""
    root = tmp_path / "in"
    chosen = {
        "table": ["kenney-furniture__tableGlass"],
        "car": ["quaternius__Public_Transport_Pack_Feb_2017__Bus"],
        "chair": ["quaternius__Furniture_Pack_Oct_2017__Chair"],
    }
    for category, names in chosen.items():
        (root / category).mkdir(parents=True)
        for name in names:
            os.symlink(real_meshes() / category / name, root / category / name)
    report = prepare(root, tmp_path / "out", **(QUICK | {"resolution": 32, "points": 20000}))
    assert report.total == 3 and not report.refused
    dataset = open_dataset(tmp_path / "out")
    glass = dataset.load("table", chosen["table"][0], "voxels").occupancy
    assert glass.any(axis=1).mean() > 0.4  # from above, the table has a top
    bus = dataset.load("car", chosen["car"][0], "occupancy")
    assert bus.inside.mean() * 1.1**3 > 0.05  # full, not a shell
    name = chosen["chair"][0]
    reference = trimesh.load(real_meshes() / "chair" / name / "model.obj", force="mesh", process=True)
    reference.merge_vertices()
    volume = json.loads((tmp_path / "out" / "chair" / name / "object.json").read_text())["checks"]["volume_by_points"]
    assert volume == pytest.approx(reference.volume / reference.extents.max() ** 3, rel=0.05)
