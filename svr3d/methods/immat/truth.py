"""What the networks learn from: a medial mesh of a given number of spheres."""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from ...geometry import MedialMesh
from ...geometry.medial.simplify import simplified
from .simplices import distinct_simplices, with_sides


def with_spheres(medial: MedialMesh, count: int) -> MedialMesh:
    """A medial mesh of exactly so many spheres, with the sides of its faces among the edges.

    Where there are fewer, the longest edge is halved, with the faces beside it, again and again: the new sphere is
    one of those that the edge sweeps, so the solid stays the same. Where there is no edge of any length, spheres are
    repeated in their order, unconnected. Where there are more, they are simplified as preparation does it.

    Args:
        medial: in any frame.
        count: at least 1.

    Raises:
        InputError: it is empty.
    """
    if medial.is_empty:
        raise InputError("target 'medial': the medial mesh is empty, expected at least one sphere")
    spheres, faces = medial.spheres, distinct_simplices(medial.faces)
    edges = with_sides(medial.edges, faces)
    if len(spheres) > count:
        spheres, edges, faces = simplified(spheres, edges, faces, count)
        edges = with_sides(edges, faces)
    while len(spheres) < count:
        lengths = np.linalg.norm(spheres[edges[:, 0], :3] - spheres[edges[:, 1], :3], axis=1)
        if not lengths.any():
            spheres = np.resize(spheres, (count, 4))
            break
        spheres, edges, faces = _halved(spheres, edges, faces, int(np.argmax(lengths)))
    return MedialMesh(spheres, edges, faces)


def _halved(
    spheres: np.ndarray, edges: np.ndarray, faces: np.ndarray, edge: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """With a new sphere, the last one, in the middle of an edge."""
    a, b = edges[edge]
    new = len(spheres)
    beside = ((faces == a).sum(axis=1) == 1) & ((faces == b).sum(axis=1) == 1)
    split = faces[beside]
    tips = np.unique(split[(split != a) & (split != b)])
    added = [(a, new), (b, new), *((tip, new) for tip in tips)]
    halves = [np.where(split == end, new, split) for end in (a, b)]
    return (
        np.concatenate([spheres, spheres[[a, b]].mean(axis=0, keepdims=True)]),
        np.concatenate([np.delete(edges, edge, axis=0), added]),
        np.concatenate([faces[~beside], *halves]),
    )
