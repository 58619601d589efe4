"""Every metric takes a medial mesh: distances from its surface, inside and voxels from its exact distance."""

import numpy as np
import pytest

from svr3d.geometry import MedialMesh, Part, PartMesh, VoxelGrid, medial_surface, moved, signed_distance
from svr3d.geometry.shapes.voxel_grid import voxel_centres
from svr3d.metrics import GroundTruth, score

SHAPE = MedialMesh(
    [[-0.3, 0, 0, 0.2], [0.3, 0.1, 0, 0.1], [0, 0.3, 0.2, 0.08], [0, -0.2, -0.3, 0.1]], [[0, 1], [0, 3]], [[0, 1, 2]]
)


@pytest.fixture(scope="module")
def truth():
    mesh = medial_surface(moved(SHAPE, offset=0.01), 48)
    face_part = (mesh.triangles.mean(axis=1)[:, 1] > 0).astype(int)
    return PartMesh(mesh.vertices, mesh.faces, face_part=face_part, parts=(Part("low", "low"), Part("high", "high")))


@pytest.mark.parametrize("protocol", ["atlasnet", "occnet", "partvoxels-v2", "svr3d-structure-v1", "what3d"])
def test_scores_are_those_of_a_fine_mesh_of_it(truth, protocol):
    """Between them, these protocols ask for every kind of metric but EMD, which takes the same points as the others."""
    ours, as_mesh = (score(shape, truth, [protocol]) for shape in (SHAPE, medial_surface(SHAPE, 200)))
    assert not ours.failures and not as_mesh.failures
    for metric, value in ours.values[protocol].items():
        loose = 0.2 if metric == "hausdorff" else 0.05  # the furthest of a few thousand random points
        assert value == pytest.approx(as_mesh.values[protocol][metric], rel=loose, abs=2e-3, nan_ok=True), metric


def test_inside_and_voxels_are_exact():
    """By the distance itself, even where the points are nearer to the surface than its mesh is."""
    inside = lambda points: signed_distance(SHAPE, points) <= 0
    centres = voxel_centres(32)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (100_000, 3))
    near = points[np.abs(signed_distance(SHAPE, points)) < 2e-4]
    assert len(near) > 50
    grid = VoxelGrid(inside(centres).reshape((32,) * 3))
    truth = GroundTruth(voxels=grid, points=near, inside=inside(near), mesh=medial_surface(SHAPE, 32))
    assert score(SHAPE, truth, ["classvoxels"]).values["classvoxels"]["iou_32"] == 1
    assert score(SHAPE, truth, ["occnet"]).values["occnet"]["iou"] == 1
