"""Holes in sheets are closed; rods and sheets stay what they are."""

from __future__ import annotations

import numpy as np
import pytest

from svr3d.methods.immat.holes import with_holes_filled


def fan(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Spheres and faces of a wheel: a hub, number 0, and triangles to a rim of `count`."""
    angle = 2 * np.pi * np.arange(count) / count
    rim = np.stack([np.cos(angle), np.sin(angle), 0 * angle, 0.1 + 0 * angle], -1)
    own = 1 + np.arange(count)
    return np.concatenate([[[0, 0, 0, 0.1]], rim]), np.stack([0 * own, own, np.roll(own, -1)], -1)


NONE = np.empty((0, 2), dtype=np.int64)


def test_missing_triangle():
    """Its three edges are there, as sides of its neighbours and the rim."""
    spheres, faces = fan(6)
    edges, found = with_holes_filled(spheres, np.array([[1, 2]]), faces[1:])
    assert found.tolist() == np.sort(faces, axis=1)[np.lexsort(np.sort(faces, axis=1).T[::-1])].tolist()
    assert len(edges) == 12


@pytest.mark.parametrize("stretch", [0.5, 2.0])
def test_missing_square_is_parted_by_its_shorter_diagonal(stretch: float):
    """A band of triangles around a square hole; its outer ring, which is a square too, is no hole."""
    inner = np.array([[1, 0], [0, stretch], [-1, 0], [0, -stretch]])
    corners = np.concatenate([inner, 3 * inner])
    spheres = np.column_stack([corners, np.zeros(8), np.full(8, 0.1)])
    a = np.arange(4)
    b = (a + 1) % 4
    faces = np.concatenate([np.stack([a, b, a + 4], -1), np.stack([b, a + 4, b + 4], -1)])
    edges, found = with_holes_filled(spheres, NONE, faces)
    new = {tuple(face) for face in found.tolist()} - {tuple(sorted(face)) for face in faces.tolist()}
    assert new == ({(0, 1, 3), (1, 2, 3)} if stretch < 1 else {(0, 1, 2), (0, 2, 3)})
    assert len(edges) == 4 + 4 + 8 + 1
    assert with_holes_filled(spheres, edges, found)[1].tolist() == found.tolist()


def test_rings_of_rods_stay_open():
    for count in (3, 4):
        spheres = np.concatenate([fan(count)[0][1:]])
        ring = np.stack([np.arange(count), (np.arange(count) + 1) % count], -1)
        edges, faces = with_holes_filled(spheres, ring, np.empty((0, 3), dtype=np.int64))
        assert len(faces) == 0 and len(edges) == count


def test_what_is_whole_stays():
    """A tetrahedron's surface, wheels of three, four and six, and a hole of five."""
    for count in (3, 4, 6):
        spheres, faces = fan(count)
        edges, found = with_holes_filled(spheres, NONE, faces)
        assert len(found) == count and len(edges) == 2 * count
    tetrahedron = np.array([[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]])
    assert len(with_holes_filled(np.random.default_rng(0).random((4, 4)), NONE, tetrahedron)[1]) == 4
    spheres, faces = fan(9)
    assert len(with_holes_filled(spheres, NONE, faces[3:])[1]) == 6


def test_no_edge_gets_a_third_face_from_filling():
    """Two sheets that cross in an edge: the rings along it stay open."""
    spheres = np.column_stack([np.random.default_rng(1).random((6, 3)), np.full(6, 0.1)])
    faces = np.array([[0, 1, 2], [0, 1, 3]])
    edges = np.array([[0, 4], [1, 4], [2, 5]])
    assert with_holes_filled(spheres, edges, faces)[1].tolist() == [[0, 1, 2], [0, 1, 3]]


@pytest.mark.parametrize("count", [0, 1])
def test_nothing(count: int):
    edges, faces = with_holes_filled(np.zeros((count, 4)), NONE, np.empty((0, 3), dtype=np.int64))
    assert edges.shape == (0, 2) and faces.shape == (0, 3)
