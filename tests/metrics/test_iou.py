"""Intersection over union against counting by hand and closed forms."""

import numpy as np
import pytest
import torch
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from varied import varied

from svr3d.geometry import InputError, MedialMesh, Mesh, PointCloud, VoxelGrid, contains, voxelize
from svr3d.metrics import evaluate, point_iou, score, voxel_iou


def test_triple_loop():
    rng = np.random.default_rng(0)
    a, b = rng.random((6, 6, 6)) < 0.5, rng.random((6, 6, 6)) < 0.3
    both = either = 0
    for i in range(6):
        for j in range(6):
            for k in range(6):
                both += bool(a[i, j, k] and b[i, j, k])
                either += bool(a[i, j, k] or b[i, j, k])
    assert voxel_iou(a, b) == voxel_iou(b, a) == both / either
    assert voxel_iou(VoxelGrid(a), torch.from_numpy(b)) == both / either
    assert voxel_iou(a, a) == 1


def test_empty_grids():
    empty, full = np.zeros((4, 4, 4), bool), np.ones((4, 4, 4), bool)
    assert voxel_iou(empty, empty) == 1
    assert voxel_iou(empty, full) == 0


def test_grids_have_their_own_thresholds():
    values = np.linspace(0, 1, 8).reshape(2, 2, 2)
    assert voxel_iou(VoxelGrid(values, threshold=0.2), VoxelGrid(values, threshold=0.5)) == 4 / 6


def test_boxes(box):
    a, b = box((0.5, 0.5, 0.5)), box((0.5, 0.5, 0.5), (0.25, 0, 0))
    assert voxel_iou(voxelize(a), voxelize(b)) == pytest.approx(1 / 3)
    points = np.random.default_rng(0).random((20000, 3)) * [1, 0.6, 0.6] - [0.4, 0.3, 0.3]
    assert point_iou(contains(a, points), contains(b, points)) == pytest.approx(1 / 3, abs=0.01)


def test_concentric_spheres(sphere):
    points = np.random.default_rng(0).random((50000, 3)) - 0.5
    inside = [contains(sphere(radius), points) for radius in (0.3, 0.45)]
    assert point_iou(*inside) == pytest.approx((2 / 3) ** 3, abs=0.01)


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (np.ones((2, 2, 2), bool), np.ones((3, 3, 3), bool), "equal shapes"),
        (np.ones((2, 2, 2)), np.ones((2, 2, 2), bool), "boolean occupancy, found float64"),
        (np.full((2, 2, 2), np.nan), np.ones((2, 2, 2), bool), "boolean"),
    ],
)
def test_bad_input(a, b, message):
    with pytest.raises(InputError, match=message):
        voxel_iou(a, b)
    with pytest.raises(InputError, match=message):
        point_iou(b, a)


def test_no_points():
    with pytest.raises(InputError, match="at least one point"):
        point_iou(np.zeros(0, bool), np.zeros(0, bool))


def test_overlapping_spheres(sphere):
    """Two balls of radius r, d apart, share the lens of volume π (4r + d)(2r - d)² / 12."""
    r, d = 0.3, 0.2
    a = sphere(r)
    left, right = (Mesh(a.vertices + [x, 0, 0], a.faces) for x in (-d / 2, d / 2))
    lens = np.pi * (4 * r + d) * (2 * r - d) ** 2 / 12
    expected = lens / (2 * 4 / 3 * np.pi * r**3 - lens)
    assert voxel_iou(voxelize(left, 64), voxelize(right, 64)) == pytest.approx(expected, abs=0.01)
    points = np.random.default_rng(0).random((50000, 3)) - 0.5
    assert point_iou(contains(left, points), contains(right, points)) == pytest.approx(expected, abs=0.015)


@pytest.fixture(scope="module")
def pairs(sphere, box):
    """A shape, and the same moved a little."""
    turn = trimesh.transformations.random_rotation_matrix(np.array([0.1, 0.5, 0.9]))[:3, :3]
    torus = trimesh.creation.torus(0.3, 0.13, 32, 24)
    solids = (sphere(0.4), box((0.5, 0.3, 0.4)), Mesh(torus.vertices, torus.faces))
    turned = [Mesh(solid.vertices @ turn.T, solid.faces) for solid in solids]
    return [(mesh, Mesh(mesh.vertices + [0.031, -0.017, 0.023], mesh.faces)) for mesh in turned]


def _open3d(mesh, points):
    open3d = pytest.importorskip("open3d")
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    return scene.compute_occupancy(points.astype(np.float32)).numpy().astype(bool)


def _libigl(mesh, points):
    return np.ravel(pytest.importorskip("igl").winding_number(mesh.vertices, mesh.faces, points)) >= 0.5


def _libigl_fast(mesh, points):
    return np.ravel(pytest.importorskip("igl").fast_winding_number(mesh.vertices, mesh.faces, points)) >= 0.5


def _trimesh(mesh, points):
    pytest.importorskip("rtree")
    return trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).contains(points)


@pytest.mark.parametrize("peer", [_open3d, _libigl, _libigl_fast, _trimesh])
def test_agrees_with_other_libraries(pairs, peer):
    axis = (np.arange(16) + 0.5) / 16 - 0.5
    centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (2000, 3))
    for mesh, moved in pairs[1:2] if peer is _trimesh else pairs:  # the box only: it takes seconds for the others
        theirs = [peer(m, centres).reshape(16, 16, 16) for m in (mesh, moved)]
        assert voxel_iou(voxelize(mesh, 16), voxelize(moved, 16)) == pytest.approx(voxel_iou(*theirs), abs=2e-3)
        theirs = [peer(m, points) for m in (mesh, moved)]
        assert point_iou(contains(mesh, points), contains(moved, points)) == pytest.approx(point_iou(*theirs), abs=4e-3)


def _grids():
    return st.integers(0, 2**27 - 1).map(lambda bits: (bits >> np.arange(27) & 1).astype(bool).reshape(3, 3, 3))


@settings(deadline=None)
@given(_grids(), _grids(), _grids())
def test_properties(a, b, more):
    assert voxel_iou(a, b) == voxel_iou(b, a) == point_iou(a.ravel(), b.ravel())
    assert voxel_iou(a, a) == 1
    assert 0 <= voxel_iou(a, b) <= 1
    if (a | b).any():
        assert voxel_iou(a & ~b, b & ~a) == (0 if (a ^ b).any() else 1)
        assert voxel_iou(a & b, a | b) == voxel_iou(a, b)
    # growing towards the truth never lowers it, growing away from it never raises it
    assert voxel_iou(a | (more & b), b) >= voxel_iou(a, b) >= voxel_iou(a | (more & ~b), b)


@pytest.mark.parametrize("closed", [True, False])
def test_a_prediction_inside_out_scores_as_the_one_turned_right(box, sphere, closed):
    """And it is said that it was turned; points and grids have no faces to turn, and what failed counts as turned."""
    rng = np.random.default_rng(0)
    truth = sphere(0.45, 24)
    mesh = truth if closed else Mesh(truth.vertices, truth.faces[rng.random(len(truth.faces)) > 0.05])
    reverse = Mesh(mesh.vertices, mesh.faces[:, ::-1])
    protocols = [
        varied(
            "svr3d-v1", count=500, only=["normal", "iou_32", "iou", "watertight", "inside_out"], iou={"points": 5000}
        ),
        varied("svr3d-structure-v1", only=["genus_error", "thickness", "inside_out"], thickness={"points": 300}),
        varied("occnet", count=500, only=["iou"], iou={"points": 5000}),
    ]
    right, turned = (score(one, truth, protocols).values for one in (mesh, reverse))
    for name in right:
        assert right[name].pop("inside_out", 0) == 0 and turned[name].pop("inside_out", 1) == 1
        assert turned[name] == pytest.approx(right[name], abs=0.02 if name == "svr3d-structure-v1" else 1e-3)
    assert turned["occnet"]["iou"] > 0.99 and turned["svr3d-v1"]["watertight"] == closed
    as_truth = score(truth, reverse, protocols[0]).values["svr3d-v1"]
    assert as_truth["iou_32"] > 0.99 and as_truth["iou"] > 0.99 and as_truth["inside_out"] == 0
    for other in (voxelize(truth), PointCloud(truth.vertices), MedialMesh([[0, 0, 0, 0.4]])):
        assert evaluate(other, truth, protocols[0])["inside_out"] == 0
    assert evaluate(None, truth, protocols[0])["inside_out"] == 1
