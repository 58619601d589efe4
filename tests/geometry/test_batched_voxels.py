"""Batches of meshes in torch against the same meshes one by one."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, Mesh, voxelize, voxelize_batch
from svr3d.geometry.solids import batched_voxels


def padded(*meshes, dtype=torch.float64):
    rows, faces = max(len(m.vertices) for m in meshes), max(len(m.faces) for m in meshes)
    packed = torch.full((len(meshes), rows, 3), torch.nan, dtype=dtype), torch.full((len(meshes), faces, 3), -1)
    for n, mesh in enumerate(meshes):
        packed[0][n, : len(mesh.vertices)] = torch.from_numpy(mesh.vertices)
        packed[1][n, : len(mesh.faces)] = torch.from_numpy(mesh.faces)
    return packed


@pytest.mark.parametrize("resolution", [1, 7, 32])
def test_closed_meshes_get_the_voxels_of_voxelize(shapes, resolution):
    sphere = shapes.sphere(0.45, 2)
    meshes = [
        shapes.turned(shapes.torus(0.33, 0.15, 24), 1),
        sphere,
        Mesh(sphere.triangles.reshape(-1, 3), np.arange(3 * len(sphere.faces)).reshape(-1, 3)),
        shapes.turned(shapes.box((-0.3, -0.2, -0.1), (0.3, 0.2, 0.1)), 2),
        shapes.box((-0.4375, -0.4375, -0.25), (0.4375, 0.4375, 0.25)),  # faces through centres
        shapes.join(shapes.box(high=(0.1, 0.2, 0.3)), shapes.turned(shapes.sphere(0.3, 1), 3)),
        shapes.flipped(shapes.box(), np.ones(12, dtype=bool)),
        Mesh([], []),
    ]
    found = voxelize_batch(*padded(*meshes), resolution)
    assert found.dtype == torch.bool and found.shape == (len(meshes), *(resolution,) * 3)
    for mesh, voxels in zip(meshes, found.numpy(), strict=True):
        assert (voxels == voxelize(mesh, resolution, "centers").occupancy).all()
    single = voxelize_batch(*padded(*meshes, dtype=torch.float32), resolution)
    rounded = Mesh(meshes[0].vertices.astype(np.float32), meshes[0].faces)
    assert (single[0].numpy() == voxelize(rounded, resolution, "centers").occupancy).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_random_tetrahedra_agree_with_half_spaces(centres, seed):
    corners = np.random.default_rng(seed).uniform(-0.8, 0.8, (4, 4, 3))
    corners[np.linalg.det(corners[:, 1:] - corners[:, :1]) < 0] *= -1
    faces = torch.tensor([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    points = np.vstack([centres(12).reshape(-1, 3).T, np.ones(12**3)])
    found = voxelize_batch(torch.from_numpy(corners), faces, 12).reshape(4, -1).numpy()
    for tetrahedron, inside in zip(corners, found, strict=True):
        least = np.linalg.solve(np.vstack([tetrahedron.T, np.ones(4)]), points).min(axis=0)
        assert inside[least > 1e-6].all() and not inside[least < -1e-6].any()


def test_torn_meshes_are_decided_by_four_of_six_directions(shapes):
    box = shapes.box((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25))
    bottom, top = box.face_normals[:, 1] < -0.5, box.face_normals[:, 1] > 0.5
    torn = [Mesh(box.vertices, box.faces[~bottom]), Mesh(box.vertices, box.faces[~bottom & ~top])]
    closed = shapes.turned(shapes.torus(0.33, 0.15, 48), 1)
    found = voxelize_batch(*padded(*torn, shapes.without(closed, 0.05), closed), 16)
    expected = voxelize(box, 16).occupancy
    assert (found[0].numpy() == expected).all() and (found[1].numpy() == expected).all()
    assert (found[2] & found[3]).sum() / (found[2] | found[3]).sum() > 0.98


def test_faces_that_look_inward_are_turned(shapes):
    """In some meshes of a batch, closed and torn, the others as they are."""
    left, right = shapes.box((-0.4, -0.2, -0.2), (-0.1, 0.2, 0.2)), shapes.box((0.1, -0.2, -0.2), (0.4, 0.2, 0.2))
    shell = shapes.join(shapes.sphere(0.45, 3), shapes.inward(shapes.sphere(0.3, 2)))
    torn = shapes.without(shapes.turned(shapes.torus(0.33, 0.15, 32), 1), 0.05)
    right_way = [left, shapes.join(left, right), shell, torn]
    given = [left, shapes.join(left, shapes.inward(right)), shapes.inward(shell), shapes.inward(torn)]
    expected, found = voxelize_batch(*padded(*right_way), 16), voxelize_batch(*padded(*given), 16)
    assert torch.equal(found, expected) and expected.flatten(1).any(dim=1).all()


def test_small_chunks_and_groups_change_nothing(shapes, monkeypatch):
    meshes = [shapes.turned(shapes.sphere(0.4, 2), 1), shapes.without(shapes.torus(0.3, 0.15, 16), 0.1), Mesh([], [])]
    expected = voxelize_batch(*padded(*meshes), 9)
    monkeypatch.setattr(batched_voxels, "PAIRS", 97)
    monkeypatch.setattr(batched_voxels, "VOXELS", 1000)
    assert torch.equal(voxelize_batch(*padded(*meshes), 9), expected) and expected[:2].any()


def test_beyond_the_box_and_nothing_at_all(shapes):
    sizes = [2.0, 1e3, 1e12]
    big = padded(*(shapes.box((-size,) * 3, (size,) * 3) for size in sizes), shapes.box((1, 1, 1), (2, 2, 2)))
    assert voxelize_batch(*big, 8).flatten(1).all(dim=1).tolist() == [True, True, True, False]
    assert not voxelize_batch(*big, 8)[3].any()
    no_faces = torch.zeros((2, 0, 3), dtype=torch.int64)
    assert not voxelize_batch(torch.zeros(2, 4, 3), no_faces, 4).any()
    assert not voxelize_batch(torch.zeros(2, 0, 3), no_faces, 4).any()
    assert voxelize_batch(torch.zeros(0, 4, 3), no_faces[:0], 4).shape == (0, 4, 4, 4)
    flat = torch.tensor([[[0.0, 0, 0], [0.3, 0, 0], [0.1, 0, 0]]])
    assert not voxelize_batch(flat, torch.tensor([[0, 1, 2], [1, 1, 1]]), 8).any()


def test_gradients_do_not_pass(shapes):
    vertices, faces = padded(shapes.box())
    assert not voxelize_batch(vertices.requires_grad_(), faces, 4).requires_grad


@pytest.mark.parametrize(
    ("vertices", "faces", "resolution", "message"),
    [
        (np.zeros((1, 3, 3)), torch.zeros(1, 3), 8, "vertices of a batch: expected a tensor"),
        (torch.zeros(3, 3), torch.zeros(1, 1, 3).long(), 8, "vertices of a batch: expected a tensor Float"),
        (torch.zeros(1, 3, 3), torch.zeros(1, 1, 3), 8, "faces of a batch: expected a tensor Int"),
        (torch.zeros(2, 3, 3), torch.zeros(1, 1, 3).long(), 8, r"expected shape \[2, F, 3\]"),
        (torch.zeros(1, 3, 3), torch.tensor([[[0, 1, 2], [0, 1, 3]]]), 8, "face 1 of mesh 0 names"),
        (torch.zeros(1, 3, 3), torch.tensor([[[0, -1, 2]]]), 8, "face 0 of mesh 0 names"),
        (torch.full((1, 3, 3), torch.nan), torch.tensor([[0, 1, 2]]), 8, "mesh 0 of the batch: it has non-finite"),
        (torch.zeros(1, 3, 3), torch.tensor([[0, 1, 2]]), 0, "voxel resolution"),
        (torch.zeros(1, 3, 3), torch.tensor([[0, 1, 2]]), 1025, "voxel resolution"),
        (torch.zeros(1, 3, 3), torch.tensor([[0, 1, 2]]), 8.0, "voxel resolution"),
    ],
)
def test_bad_input(vertices, faces, resolution, message):
    with pytest.raises(InputError, match=message):
        voxelize_batch(vertices, faces, resolution)
