"""Topology error between shapes of known topology."""

import numpy as np
import pytest
import trimesh

from svr3d.geometry import InputError, Mesh, PointCloud, VoxelGrid, voxelize
from svr3d.metrics import genus_error, topology_error


@pytest.fixture(scope="module")
def torus():
    torus = trimesh.creation.torus(0.3, 0.12, 48, 48)
    return Mesh(torus.vertices, torus.faces)


def test_against_a_torus(torus, sphere, box):
    assert topology_error(torus, torus) == (0, 0, 0)
    assert topology_error(sphere(), torus) == topology_error(torus, sphere()) == (0, 1, 0)
    assert genus_error(sphere(), torus) == 1
    two = np.concatenate([box((0.2, 0.2, 0.2), (x, 0, 0)).triangles.reshape(-1, 3) for x in (-0.3, 0.3)])
    assert topology_error(Mesh(two, np.arange(72).reshape(-1, 3)), torus) == (1, 1, 0)


def test_grids_and_open_meshes_are_seen_alike(torus):
    assert topology_error(voxelize(torus, 32), torus) == (0, 0, 0)
    opened = Mesh(torus.vertices, torus.faces[np.random.default_rng(0).random(len(torus.faces)) > 0.01])
    assert genus_error(opened, torus) == 0
    hollow = np.zeros((32, 32, 32), dtype=bool)
    hollow[4:-4, 4:-4, 4:-4] = True
    hollow[12:-12, 12:-12, 12:-12] = False
    assert topology_error(VoxelGrid(hollow), torus) == (0, 1, 1)


def test_empty_and_bad_input(torus):
    nothing = Mesh([], [])
    assert topology_error(nothing, torus) == (1, 1, 0)
    with pytest.raises(InputError, match="truth has no voxel"):
        topology_error(torus, nothing)
    with pytest.raises(InputError, match="point cloud"):
        topology_error(PointCloud(np.zeros((3, 3))), torus)
    with pytest.raises(InputError, match="non-finite"):
        genus_error(Mesh(torus.vertices * np.nan, torus.faces), torus)
