"""Medial meshes of a given number of spheres: the same solids."""

from __future__ import annotations

import numpy as np
import pytest

from svr3d.datasets.box_objects import box_object
from svr3d.geometry import InputError, MedialMesh, signed_distance
from svr3d.methods.immat.truth import with_spheres

TRIANGLE = MedialMesh(
    np.array([[0, 0, 0, 0.1], [1, 0, 0, 0.3], [0, 0.8, 0, 0.2], [0, 0.8, 1, 0.05]]), [(2, 3)], [(0, 1, 2)]
)


def points(medial: MedialMesh, count: int = 400) -> np.ndarray:
    low, high = medial.bounds
    return np.random.default_rng(0).uniform(low - 0.2, high + 0.2, (count, 3))


@pytest.mark.parametrize("medial", [TRIANGLE, box_object(0).medial(), box_object(1).medial()], ids=["sheet", "0", "1"])
@pytest.mark.parametrize("count", [40, 97])
def test_more_spheres_of_the_same_solid(medial: MedialMesh, count: int) -> None:
    found = with_spheres(medial, count)
    assert len(found.spheres) == count
    np.testing.assert_array_equal(found.spheres[: len(medial.spheres)], medial.spheres)
    where = points(medial)
    np.testing.assert_allclose(signed_distance(found, where), signed_distance(medial, where), atol=1e-9)


def test_halving_halves_faces_and_the_longest_edge() -> None:
    """Of a triangle with sides 1, 0.8 and √1.64, on which a stick of length 1 stands."""
    found = with_spheres(TRIANGLE, 5)
    np.testing.assert_allclose(found.spheres[4], [0.5, 0.4, 0, 0.25])
    assert sorted(map(sorted, found.faces.tolist())) == [[0, 1, 4], [0, 2, 4]]
    assert sorted(map(sorted, found.edges.tolist())) == [[0, 1], [0, 2], [0, 4], [1, 4], [2, 3], [2, 4]]


def test_edges_become_shorter_and_shorter() -> None:
    longest = []
    for count in (4, 10, 50, 250):
        found = with_spheres(TRIANGLE, count)
        a, b = (found.centers[ends] for ends in found.edges.T)
        longest.append(np.linalg.norm(a - b, axis=1).max())
    assert longest == sorted(longest, reverse=True) and longest[-1] < 0.2


def test_without_an_edge_of_any_length_spheres_are_repeated() -> None:
    spheres = np.array([[0.0, 0, 0, 0.5], [1, 0, 0, 0.2]])
    found = with_spheres(MedialMesh(spheres), 5)
    np.testing.assert_array_equal(found.spheres, spheres[[0, 1, 0, 1, 0]])
    assert not len(found.edges)
    same = np.array([[0.0, 0, 0, 0.5], [0, 0, 0, 0.2]])
    np.testing.assert_array_equal(with_spheres(MedialMesh(same, [(0, 1)]), 3).spheres, same[[0, 1, 0]])


def test_what_is_there_twice_or_coincides_is_no_face() -> None:
    spheres = np.array([[0.0, 0, 0, 0.1], [1, 0, 0, 0.1], [0, 1, 0, 0.1]])
    found = with_spheres(MedialMesh(spheres, [(1, 0), (0, 1)], [(0, 1, 2), (2, 1, 0), (0, 0, 1)]), 4)
    assert sorted(map(sorted, found.faces.tolist())) == [[0, 1, 3], [0, 2, 3]]
    assert len(np.unique(np.sort(found.edges, axis=1), axis=0)) == len(found.edges) == 5


def test_fewer_spheres_keep_the_solid_nearly() -> None:
    """A flat sheet of many spheres is that of its corners."""
    many = with_spheres(TRIANGLE, 120)
    found = with_spheres(many, 12)
    assert len(found.spheres) == 12
    where = points(TRIANGLE)
    assert np.abs(signed_distance(found, where) - signed_distance(TRIANGLE, where)).max() < 0.02


def test_an_empty_one_is_refused() -> None:
    with pytest.raises(InputError, match="the medial mesh is empty, expected at least one sphere"):
        with_spheres(MedialMesh(np.empty((0, 4))), 3)
