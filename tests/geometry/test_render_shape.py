"""Pictures of every kind of shape, and the viewpoints they are taken from."""

import os
from pathlib import Path

import numpy as np
import pytest

from svr3d.geometry import (
    Camera,
    InputError,
    Mesh,
    Part,
    PartMesh,
    PointCloud,
    VoxelGrid,
    legend_colors,
    r2n2_cameras,
    render,
    render_shape,
    shown_labels,
)
from svr3d.geometry.representations.point_cloud import icosahedron
from svr3d.geometry.representations.voxel_grid import cubes

CAMERA = Camera.from_r2n2(40, 27, 0.8, diagonal=1.2)


def filled(resolution, fraction=0.3, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(size=(resolution,) * 3) < fraction


def test_voxels_are_drawn_as_closedcubes():
    occupancy = filled(6)
    mesh, label = cubes(VoxelGrid(occupancy))
    assert label is None
    # each voxel has six neighbours; a face stands wherever one is empty or outside
    padded = np.pad(occupancy, 1)
    exposed = sum((occupancy & ~np.roll(padded, s, a)[1:-1, 1:-1, 1:-1]).sum() for a in range(3) for s in (1, -1))
    assert len(mesh.faces) == 2 * exposed
    assert mesh.area == pytest.approx(exposed / 36) and mesh.volume == pytest.approx(occupancy.sum() / 216)


def test_voxel_faces_lie_where_the_grid_says():
    values = np.zeros((4, 4, 4))
    values[3, 0, 1] = 0.9
    mesh, _ = cubes(VoxelGrid(values))
    np.testing.assert_allclose(mesh.bounds, [[0.25, -0.5, -0.25], [0.5, -0.25, 0.0]])
    assert mesh.volume == pytest.approx(1 / 64)


def test_voxel_labels_color_their_own_voxels():
    occupancy = filled(5, 0.5)
    labels = np.where(occupancy, np.random.default_rng(1).integers(1, 4, occupancy.shape), 0)
    mesh, label = cubes(VoxelGrid(occupancy, 0.5, labels))
    inside = mesh.triangles.mean(1) - 1e-3 * mesh.face_normals  # just under each face is the voxel it belongs to
    index = np.floor((inside + 0.5) * 5).astype(int)
    np.testing.assert_array_equal(label, labels[tuple(index.T)] - 1)


def testicosahedron():
    vertices, faces = icosahedron()
    mesh = Mesh(vertices, faces)
    np.testing.assert_allclose(np.linalg.norm(vertices, axis=1), 1)
    assert mesh.volume == pytest.approx(2.536150, abs=1e-5)  # of edge 4 / sqrt(10 + 2 sqrt 5)
    np.testing.assert_allclose(mesh.face_areas, mesh.area / 20)


def test_all_shapes_cover_the_same_place():
    """A solid cube as a mesh, as voxels and as points is the same cube."""
    occupancy = np.ones((8, 8, 8), bool)
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.5, 0.5, (9000, 3))
    points[np.arange(9000), rng.integers(0, 3, 9000)] = rng.choice([-0.5, 0.5], 9000)
    pictures = [
        render_shape(s, CAMERA) for s in (cubes(VoxelGrid(occupancy))[0], VoxelGrid(occupancy), PointCloud(points))
    ]
    masks = [(p < 250).any(-1) for p in pictures]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    assert (masks[0] & masks[2]).sum() > 0.93 * (masks[0] | masks[2]).sum()


def two_parts(first="seat", second="leg"):
    a, b = (cubes(VoxelGrid(np.ones((1, 1, 1))))[0] for _ in range(2))
    vertices = np.vstack([a.vertices * [1, 0.2, 1] + [0, 0.3, 0], b.vertices * [0.3, 0.6, 0.3] - [0, 0.1, 0]])
    parts = (Part("a", first), Part("b", second))
    return PartMesh(vertices, np.vstack([a.faces, b.faces + 24]), None, np.repeat([0, 1], 12), parts)


def test_parts_are_told_apart_only_when_asked():
    mesh = two_parts()
    plain, colored = render_shape(mesh, CAMERA), render_shape(mesh, CAMERA, parts=True)
    ids = render(mesh, CAMERA, color=False).part_ids
    means = [colored[ids == part].mean(0) for part in (0, 1)]
    assert np.argmax(means[0]) != np.argmax(means[1])  # blue, then orange
    assert all(np.argmax(plain[ids == part].mean(0)) == 2 for part in (0, 1))
    same = render_shape(two_parts("leg", "leg"), CAMERA, parts=True)
    assert np.argmax(same[ids == 0].mean(0)) == np.argmax(same[ids == 1].mean(0))
    np.testing.assert_array_equal(render_shape(Mesh(mesh.vertices, mesh.faces), CAMERA, parts=True), plain)


def test_a_label_has_one_colour_by_its_name():
    """In meshes and grids, whatever their own order is; what is not named is plain."""
    mesh = two_parts()
    other = PartMesh(mesh.vertices, mesh.faces, None, 1 - mesh.face_part, mesh.parts[::-1])
    names = ["arm", "leg", "seat"]
    picture = render_shape(mesh, CAMERA, parts=names)
    np.testing.assert_array_equal(render_shape(other, CAMERA, parts=names), picture)
    assert (render_shape(other, CAMERA, parts=True) != render_shape(mesh, CAMERA, parts=True)).any()
    plain = render_shape(mesh, CAMERA)
    for nothing in ([], ["arm"]):
        np.testing.assert_array_equal(render_shape(mesh, CAMERA, parts=nothing), plain)
    labels = np.ones((2, 2, 2), int)
    grids = [VoxelGrid(labels, labels=k * labels, label_names=n) for k, n in ((1, ("leg", "seat")), (2, ("x", "leg")))]
    first, second = (render_shape(grid, CAMERA, parts=names) for grid in grids)
    np.testing.assert_array_equal(first, second)
    ids = render(mesh, CAMERA, color=False).part_ids
    assert np.argmax(picture[ids == 1].mean(0)) == np.argmax(first[(first < 250).any(-1)].mean(0)) == 0  # orange
    assert [shown_labels(shape) for shape in (mesh, *grids)] == [("seat", "leg"), ("leg",), ("leg",)]
    cloud = PointCloud(np.zeros((1, 3)), None, np.array([3]))
    assert shown_labels(cloud) == shown_labels(Mesh(mesh.vertices, mesh.faces)) == ()
    np.testing.assert_array_equal(render_shape(cloud, CAMERA, parts=names), render_shape(cloud, CAMERA))


def test_what_has_no_label_is_plain():
    grid = VoxelGrid(np.ones((2, 2, 2)), labels=np.zeros((2, 2, 2)))
    np.testing.assert_array_equal(render_shape(grid, CAMERA, parts=True), render_shape(grid, CAMERA))


def test_thirty_labels_have_thirty_colours():
    assert len(np.unique(legend_colors(30), axis=0)) == 30 and legend_colors(0).shape == (0, 3)


def test_own_colors_are_left_out():
    mesh = two_parts()
    red = PartMesh(mesh.vertices, mesh.faces, np.tile((0.9, 0, 0), (24, 1)), mesh.face_part, mesh.parts)
    np.testing.assert_array_equal(render_shape(red, CAMERA), render_shape(mesh, CAMERA))


def test_points_with_parts():
    points = np.random.default_rng(0).uniform(-0.4, 0.4, (300, 3))
    cloud = PointCloud(points, None, (points[:, 1] > 0).astype(int) * 12)  # more parts than colours
    assert (render_shape(cloud, CAMERA, parts=True) != render_shape(cloud, CAMERA)).any()


def test_size():
    assert render_shape(two_parts(), CAMERA, 64).shape == (64, 64, 3)
    wide = Camera.look_at((1, 1, 1), width=80, height=40)
    assert render_shape(two_parts(), wide, 160).shape == (80, 160, 3)
    assert render_shape(two_parts(), wide).dtype == np.uint8


@pytest.mark.parametrize(
    "shape",
    [
        Mesh(np.zeros((0, 3)), np.zeros((0, 3))),
        VoxelGrid(np.zeros((4, 4, 4))),
        VoxelGrid(np.full((2, 2, 2), np.nan)),
        PointCloud(np.zeros((0, 3))),
        PointCloud([[0, 0, np.inf]]),
        "chair",
        None,
    ],
    ids=["empty mesh", "empty voxels", "nan voxels", "no points", "infinite point", "string", "none"],
)
def test_what_cannot_be_drawn(shape):
    with pytest.raises(InputError):
        render_shape(shape, CAMERA)


def test_bad_size():
    with pytest.raises(InputError, match="at least one pixel"):
        render_shape(two_parts(), CAMERA, 0)


@pytest.mark.parametrize("size", [137, 224])
def test_r2n2_viewpoints(size):
    cameras = r2n2_cameras(2000, seed=5, diagonal=1.4, size=size)
    eyes = np.array([c.position for c in cameras])
    distance = np.linalg.norm(eyes, axis=1)
    ratio = distance / (1.75 * 1.4)
    elevation = np.degrees(np.arcsin(eyes[:, 1] / distance))
    azimuth = np.degrees(np.arctan2(eyes[:, 2], eyes[:, 0])) % 360
    for values, low, high in ((ratio, 0.65, 0.95), (elevation, 25, 30), (azimuth, 0, 360)):
        assert low - 1e-9 <= values.min() and values.max() < high + 1e-9
        # uniform: the largest gap between the sample's distribution and the line is small (Kolmogorov, p < 1e-6)
        steps = np.sort((values - low) / (high - low)) - np.arange(2000) / 2000
        assert np.abs(steps).max() < 2.7 / np.sqrt(2000)
    assert all(c.width == c.height == size and c.intrinsics[0, 0] == pytest.approx(35 / 32 * size) for c in cameras)


def test_viewpoints_are_seeded():
    few, many = r2n2_cameras(3, seed=1, diagonal=1), r2n2_cameras(5, seed=1, diagonal=1)
    assert all((a.world_to_camera == b.world_to_camera).all() for a, b in zip(few, many, strict=False))
    other = r2n2_cameras(3, seed=2, diagonal=1)
    assert (few[0].world_to_camera != other[0].world_to_camera).any()
    assert r2n2_cameras(0, seed=0, diagonal=1) == []


@pytest.mark.parametrize("count, diagonal, size", [(-1, 1, 137), (1, 0, 137), (1, np.nan, 137), (1, 1, 0)])
def test_bad_viewpoints(count, diagonal, size):
    with pytest.raises(InputError, match="viewpoints"):
        r2n2_cameras(count, seed=0, diagonal=diagonal, size=size)


def real_meshes():
    root = Path(os.environ.get("SVR3D_MESHES", Path(__file__).parents[3] / "shared" / "data" / "meshes"))
    return sorted(root.glob("*/*/model.obj"))


@pytest.mark.skipif(not real_meshes(), reason="the folder of real meshes is not here (SVR3D_MESHES)")
def test_real_objects_fit_in_the_picture():
    """The distribution puts the camera 0.65 to 0.95 × 1.75 diagonals away. From 0.70 on, the sphere around the
    bounding box is within the field of view; at 0.65 it overshoots a picture of 137 pixels by 4.8."""
    for path in real_meshes():
        vertices = np.array([line.split()[1:4] for line in path.read_text().splitlines() if line[:2] == "v "], float)
        low, high = vertices.min(0), vertices.max(0)
        vertices = (vertices - (low + high) / 2) / (high - low).max()
        diagonal = np.linalg.norm(np.ptp(vertices, axis=0))
        for ratio, margin in ((0.65, 4.8), (0.70, 0.0)):
            views = [(azimuth, elevation, ratio) for azimuth in range(0, 360, 20) for elevation in (25, 30)]
            cameras = Camera.stack([Camera.from_r2n2(*view, diagonal=diagonal) for view in views])
            pixels, depth = cameras.project(vertices)
            assert depth.min() > 0
            assert -margin < pixels.min() and pixels.max() < 137 + margin, path.parent.name


@pytest.mark.skipif(not real_meshes(), reason="the folder of real meshes is not here (SVR3D_MESHES)")
def test_real_objects_are_seen_where_their_vertices_are():
    for path in real_meshes()[::20]:
        lines = [line.split() for line in path.read_text().splitlines() if line[:2] in ("v ", "f ")]
        vertices = np.array([line[1:4] for line in lines if line[0] == "v"], float)
        faces = np.array([[corner.split("/")[0] for corner in line[1:]] for line in lines if line[0] == "f"], int) - 1
        low, high = vertices.min(0), vertices.max(0)
        mesh = Mesh((vertices - (low + high) / 2) / (high - low).max(), faces)
        camera = Camera.from_r2n2(30, 27, 0.8, diagonal=np.linalg.norm(np.ptp(mesh.vertices, axis=0)))
        picture = render(mesh, camera)
        row, column = np.nonzero(picture.alpha > 0)
        pixels, _ = camera.project(mesh.vertices[np.unique(faces)])
        # thin tips may slip between rays, so the picture may be a little smaller, never larger
        seen = np.array([[column.min(), row.min()], [column.max() + 1, row.max() + 1]])
        true = np.stack([np.floor(pixels.min(0)), np.ceil(pixels.max(0))])
        assert (seen[0] >= true[0]).all() and (seen[1] <= true[1]).all() and np.abs(seen - true).max() <= 2, path
        assert (picture.color[picture.alpha > 0.99].min(-1) < 255).all()
