"""Which side of a face looks at the open: the vote by which open surfaces are oriented."""

from __future__ import annotations

import numpy as np

from .ray_crossings import ray_crossings


def escapes(
    scene: np.ndarray, triangles: np.ndarray, group: np.ndarray, n_groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """How much area of each group of triangles looks out of the scene, from the front and from the back.

    Rays leave points of each triangle along the axes and the cube's diagonals; those that meet nothing escape.

    Args:
        scene: Float[S, 3, 3], what stands in the way.
        triangles: Float[F, 3, 3], part of the scene, wound counter-clockwise seen from the front.
        group: Int[F].

    Returns:
        front, back: Float[n_groups], escaped rays times area.
    """
    a, b, c = np.moveaxis(triangles, 1, 0)
    vectors = np.cross(b - a, c - a) / 2
    areas = np.linalg.norm(vectors, axis=1)
    normals = np.divide(vectors, areas[:, None], out=np.zeros_like(vectors), where=areas[:, None] > 0)
    # The middle of each face, and for all but huge meshes also points towards its corners.
    weights = [(1 / 3, 1 / 3, 1 / 3)]
    if len(triangles) <= 20_000:
        weights += [(0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)]
    away = 1e-6 * float(np.ptp(scene.reshape(-1, 3), axis=0).max()) * normals

    totals = {+1: np.zeros(n_groups), -1: np.zeros(n_groups)}
    for rotation, axes in _frames():
        turned = scene @ rotation.T
        for axis in axes:
            steepness = normals @ rotation[axis]
            for i, j, k in weights:
                middle = i * a + j * b + k * c
                for side, total in totals.items():
                    _, _, below, above = ray_crossings(turned, (middle + side * away) @ rotation.T, axis).T
                    # a ray leaves on this side if it runs with the side's normal; grazing ones say little
                    up, down = side * steepness > 0.1, side * steepness < -0.1
                    free = (up & (above == 0)) | (down & (below == 0))
                    total += np.bincount(group, weights=free * areas / len(weights), minlength=n_groups)
    return totals[+1], totals[-1]


def _frames() -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """Rotations, each with the axes to look along, that together give the axes and the four diagonals."""
    frames: list[tuple[np.ndarray, tuple[int, ...]]] = [(np.eye(3), (0, 1, 2))]
    for diagonal in np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]) / np.sqrt(3):
        across = np.cross(diagonal, [0.0, 1.0, 0.0])
        across /= np.linalg.norm(across)
        frames.append((np.stack([across, np.cross(diagonal, across), diagonal]), (2,)))
    return frames
