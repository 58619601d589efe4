"""The surface of a labelled grid in parts: closed, without gaps and overlaps, and of known size where that is known."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy.ndimage import gaussian_filter

from svr3d.geometry import (
    InputError,
    Mesh,
    PartMesh,
    VoxelGrid,
    bounds_a_solid,
    marching_cubes,
    mesh_health,
    read_shape,
    sample_surface,
    split_by_label,
    to_mesh,
    to_parts,
    voxelize_parts,
    winding_number,
    write_shape,
)
from svr3d.geometry.surface.labelled_surface import without_inner_walls


def random_grid(seed):
    """Booleans, smooth blobs, noise, values that often lie at the threshold, and full boxes; up to five labels."""
    rng = np.random.default_rng(seed)
    size, count, kind = rng.integers(3, 11), rng.integers(1, 6), seed % 5
    noise = rng.random((size,) * 3)
    labels = rng.integers(seed % 7 > 0, count + 1, noise.shape)  # of some grids, a few voxels have none
    if kind in (1, 4):
        labels = 1 + gaussian_filter(rng.random((count, *noise.shape)), (0, 1, 1, 1)).argmax(axis=0)
    labels.flat[noise.argmax()], noise.flat[noise.argmax()] = 1, 1.0
    blob = np.clip(0.5 + 6 * (gaussian_filter(noise, 1) - 0.5), 0, 1)
    values = (noise > rng.uniform(0.1, 0.9), np.maximum(blob, noise == 1), noise, np.round(4 * noise) / 4, noise >= 0)
    return VoxelGrid(values[kind], 0.5 if kind in (0, 3) else rng.uniform(0.05, 0.9), labels)


def unbalanced_edges(mesh):
    """How many edges of parts, by the exact places of their ends, are not run along as often one way as the other."""
    places, place = np.unique(mesh.vertices + 0.0, axis=0, return_inverse=True)
    faces = place.reshape(-1)[mesh.faces]
    start, end = faces.T.ravel(), np.roll(faces, -1, axis=1).T.ravel()
    key = (np.tile(mesh.face_part, 3) * len(places) + np.minimum(start, end)) * len(places) + np.maximum(start, end)
    edge = np.unique(key, return_inverse=True)[1]
    return int((np.bincount(edge, weights=np.sign(end - start)) != 0).sum())


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_parts_of_random_grids_are_closed_and_fill_the_solid(first):
    for seed in range(first, first + 20):
        grid = random_grid(seed)
        whole, mesh = marching_cubes(grid), split_by_label(grid)
        parts = [mesh.part(i) for i in range(len(mesh.parts))]
        volumes = [trimesh.Trimesh(part.vertices, part.faces, process=False).volume for part in parts]
        assert sum(volumes) == pytest.approx(trimesh.Trimesh(whole.vertices, whole.faces).volume, rel=1e-9)
        assert min(volumes) > 0
        assert unbalanced_edges(mesh) == 0 and all(map(bounds_a_solid, parts))
        known = set(np.unique(grid.labels[grid.occupancy]).tolist()) - {0}
        assert {int(part.label) for part in mesh.parts} <= known


@pytest.mark.parametrize("seed", [seed for seed in range(20) if seed % 5 != 3])  # where faces without area are alike
def test_the_outer_surface_is_that_of_marching_cubes_and_inner_faces_come_in_pairs(seed):
    grid = random_grid(seed)
    whole, mesh = marching_cubes(grid), split_by_label(grid)
    outer = without_inner_walls(mesh)
    assert outer.area == pytest.approx(whole.area, rel=1e-9) and outer.volume == pytest.approx(whole.volume, rel=1e-9)
    corners = set(map(tuple, whole.vertices[np.unique(whole.faces)]))
    assert corners <= set(map(tuple, outer.vertices[np.unique(outer.faces)])), "vertex for vertex"
    # each inner face is that of one other part, turned
    faces = {}
    for (a, b, c), part in zip(mesh.faces.tolist(), mesh.face_part.tolist(), strict=True):
        faces.setdefault(min((a, b, c), (b, c, a), (c, a, b)), []).append(part)
    turned = {face: faces.get(min((c, b, a), (b, a, c), (a, c, b))) for face in faces for a, b, c in [face]}
    assert all(len(owners) == 1 for owners in faces.values())
    # or where marching cubes makes both sides of a sheet
    assert sum(other is None or other == faces[face] for face, other in turned.items()) == len(outer.faces)


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_each_point_of_the_solid_is_in_one_part(seed):
    """By winding numbers: where parts overlapped, one of them would be turned inside out, or two would be there."""
    grid = random_grid(seed)
    mesh = split_by_label(grid)
    points = np.random.default_rng(seed).uniform(-0.5, 0.5, (200, 3))
    turns = np.array([winding_number(mesh.part(i), points) for i in range(len(mesh.parts))])
    assert turns == pytest.approx(np.round(turns), abs=1e-6) and set(np.round(turns).ravel().tolist()) <= {0, 1}
    assert turns.sum(axis=0) == pytest.approx(winding_number(marching_cubes(grid), points), abs=1e-6)


@pytest.mark.parametrize("size", [2, 5, 8])
@pytest.mark.parametrize("axis", range(3))
def test_two_halves_of_a_box(size, axis):
    """The surface of a full grid is a box whose edges are cut off at half a voxel (volume in voxels, of the box between
    centres, its sides, edges and corners: n³ + 3 n² + 3 n / 2 + 1/6, n = size - 1)."""
    labels = np.ones((size,) * 3, dtype=int)
    labels[(slice(None),) * axis + (slice(size // 2, None),)] = 2
    mesh = split_by_label(VoxelGrid(np.ones(labels.shape), labels=labels, label_names=("low", "high")))
    assert [(part.name, part.label) for part in mesh.parts] == [("low", "low"), ("high", "high")]
    cut = size // 2 / size - 0.5
    n = size - 1
    whole = (n**3 + 3 * n**2 + 1.5 * n + 1 / 6) / size**3
    # in voxels: n² between centres, sides, and corners
    square = (n**2 + 2 * n + 0.5) / size**2
    low, high = mesh.part(0), mesh.part(1)
    assert low.volume + high.volume == pytest.approx(whole, rel=1e-9)
    assert low.bounds[:, axis] == pytest.approx([-0.5, cut]) and high.bounds[:, axis] == pytest.approx([cut, 0.5])
    assert low.volume - high.volume == pytest.approx(2 * cut * square, abs=1e-9)
    for part in (low, high):
        on_cut = (part.triangles[..., axis] == cut).all(axis=1)
        assert part.face_areas[on_cut].sum() == pytest.approx(square, rel=1e-9)
        theirs = trimesh.Trimesh(part.vertices, part.faces)
        assert theirs.is_watertight and theirs.is_winding_consistent
        health = mesh_health(part)
        assert health.watertight and health.self_intersections == 0


def test_a_voxel_amid_others_is_its_cell():
    labels = np.ones((5, 5, 5), dtype=int)
    labels[2, 1, 3] = 4
    mesh = split_by_label(VoxelGrid(labels > 0, labels=labels))
    assert [part.name for part in mesh.parts] == ["1", "4"]
    cell = mesh.part(1)
    assert cell.bounds == pytest.approx(np.array([[-0.1, -0.3, 0.1], [0.1, -0.1, 0.3]]))
    assert cell.volume == pytest.approx(1 / 125) and cell.area == pytest.approx(6 / 25)
    assert mesh_health(cell).watertight


def test_walls_follow_voxels_where_the_surface_is_flat(centres):
    """A plate whose surface lies at 0.3 of the way between centres, of four quarters."""
    places = centres(8)
    values = np.where(np.abs(places[..., 1]) < 0.2, 0.8, 0.4)
    labels = 1 + (places[..., 0] > 0) + 2 * (places[..., 2] > 0)
    grid = VoxelGrid(values, 0.7, labels)
    mesh = split_by_label(grid)
    # 0.1 of the 0.4 between the values, beyond the outermost centres at ±0.1875
    for i, (x, z) in enumerate(((-1, -1), (1, -1), (-1, 1), (1, 1))):
        part = mesh.part(i)
        assert part.bounds[:, 1] == pytest.approx([-0.1875 - 0.25 / 8, 0.1875 + 0.25 / 8])
        for axis, side in ((0, x), (2, z)):
            beyond = (part.vertices[:, axis] * side).min()
            assert -1 / 6 / 8 - 1e-9 < beyond <= 1e-9, "in a triangle of three labels, the lines bend"
    assert [mesh.part(i).volume for i in range(4)] == pytest.approx([marching_cubes(grid).volume / 4] * 4, rel=0.005)


def test_a_voxel_without_a_label_goes_to_the_nearest_part():
    values = np.zeros((6, 6, 6))
    values[1:5, 2, 2] = 1
    labels = np.zeros(values.shape, dtype=int)
    labels[1, 2, 2], labels[4, 2, 2], labels[2, 2, 4] = 1, 2, 3
    mesh = split_by_label(VoxelGrid(values, labels=labels, label_names=("a", "b", "elsewhere", "nowhere")))
    assert [part.name for part in mesh.parts] == ["a", "b"], "a label of an empty voxel is none"
    assert mesh.part(0).bounds[:, 0] == pytest.approx([-0.5 + 1 / 6, 0])


def test_one_label_gives_the_surface_itself():
    grid = random_grid(2)
    mesh, whole = split_by_label(replace(grid, labels=np.ones(grid.values.shape))), marching_cubes(grid)
    assert len(mesh.parts) == 1 and len(mesh.faces) == len(whole.faces)
    ours, theirs = (np.sort(each.triangles.reshape(-1, 9), axis=0) for each in (mesh, whole))
    assert (ours == theirs).all()


def test_empty_grids_give_no_faces_and_no_parts():
    for values in (np.zeros((3, 3, 3)), np.full((3, 3, 3), 0.5)):
        mesh = split_by_label(VoxelGrid(values, labels=np.ones(values.shape)))
        assert type(mesh) is PartMesh and mesh.is_empty and mesh.parts == ()


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (VoxelGrid(np.ones((2, 2, 2))), "without labels"),
        (VoxelGrid(np.ones((2, 2, 2)), labels=np.zeros((2, 2, 2))), "found only 0"),
        (VoxelGrid(np.ones((2, 2, 2)), labels=np.full((2, 2, 2), -1)), "at least 0, found -1"),
        (VoxelGrid(np.full((2, 2, 2), np.nan), labels=np.ones((2, 2, 2))), "NaN"),
        (VoxelGrid(np.ones((2, 2, 2)), -0.5, labels=np.ones((2, 2, 2))), "threshold"),
    ],
)
def test_what_cannot_be_divided(grid, message):
    with pytest.raises(InputError, match=message):
        split_by_label(grid)


# As a shape among others


def seat_and_legs(shapes):
    """A labelled grid of 32³, of a mesh with overlapping parts."""
    table = shapes.parts(
        top=shapes.box((-0.5, 0.15, -0.4), (0.5, 0.3, 0.4)),
        leg_1=shapes.box((-0.4, -0.3, -0.3), (-0.2, 0.2, -0.1)),
        leg_2=shapes.box((0.2, -0.3, 0.1), (0.4, 0.2, 0.3)),
        ball=shapes.sphere(0.2, 3, (0.05, 0.3, 0)),
    )
    return voxelize_parts(table)


def test_to_parts_of_each_shape(shapes):
    grid, box = seat_and_legs(shapes), shapes.box()
    assert to_parts(grid).labels == ("top", "leg", "ball") and type(to_mesh(grid)) is Mesh
    parts = shapes.parts(a=box)
    assert to_parts(parts) is parts
    for other in (box, sample_surface(parts, 10), VoxelGrid(grid.values), replace(grid, labels=0 * grid.labels)):
        assert to_parts(other) is None
    with pytest.raises(InputError, match="found str"):
        to_parts("a table")


@pytest.mark.parametrize("suffix", ["glb", "obj"])
def test_parts_are_written_and_read_with_names_and_colours(tmp_path, shapes, suffix):
    grid = seat_and_legs(shapes)
    parts = split_by_label(grid)
    write_shape(tmp_path / f"a.{suffix}", grid)
    back = read_shape(tmp_path / f"a.{suffix}")
    assert isinstance(back, PartMesh) and back.parts == parts.parts
    for i in range(3):
        ours, theirs = parts.part(i), back.part(i)
        assert theirs.volume == pytest.approx(ours.volume, rel=1e-6) and len(theirs.faces) == len(ours.faces)
        assert bounds_a_solid(theirs) and len(np.unique(theirs.face_colors, axis=0)) == 1
    assert len(np.unique(back.face_colors, axis=0)) == 3


def test_formats_without_parts_hold_the_outer_surface(tmp_path, shapes):
    """Of inner walls, points would be drawn."""
    grid = seat_and_legs(shapes)
    whole = marching_cubes(grid)
    for suffix, colors in (("ply", 3), ("stl", 0), ("off", 0)):
        write_shape(tmp_path / f"a.{suffix}", grid)
        back = read_shape(tmp_path / f"a.{suffix}")
        assert type(back) is Mesh and mesh_health(back).watertight
        assert back.area == pytest.approx(whole.area, rel=1e-6) and back.volume == pytest.approx(whole.volume, rel=1e-6)
        assert (0 if back.face_colors is None else len(np.unique(back.face_colors, axis=0))) == colors


def test_a_label_has_its_colour_in_whatever_grid(tmp_path, shapes):
    grid = seat_and_legs(shapes)
    colors = []
    for some in (grid, replace(grid, values=grid.values * (grid.labels != 1))):
        write_shape(tmp_path / "a.glb", some)
        back = read_shape(tmp_path / "a.glb")
        ball = [part.name for part in back.parts].index("ball")
        colors.append(back.part(ball).face_colors[0])
    assert (colors[0] == colors[1]).all()


def test_labels_come_back_from_the_parts(tmp_path, shapes):
    """Voxels of the written parts, at the grid's resolution, have the grid's labels: all but a few at edges, where the
    parts' surfaces meet in a voxel."""
    grid = seat_and_legs(shapes)
    write_shape(tmp_path / "a.glb", grid)
    back = voxelize_parts(read_shape(tmp_path / "a.glb"))
    assert back.label_names == grid.label_names and (back.occupancy == grid.occupancy).all()
    assert (back.labels != grid.labels).sum() <= 0.002 * grid.occupancy.sum()
