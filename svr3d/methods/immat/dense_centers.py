"""Fine samples of a medial mesh: the dense centres that its true sheets and curves give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float

    from ...geometry import MedialMesh

COUNT = 2048


def dense_centers(medial: MedialMesh, count: int = COUNT, *, seed: int = 0) -> Float[np.ndarray, "count 3"]:
    """Points on the faces of a medial mesh, on its edges that are sides of none, and at spheres that are in neither.

    They are drawn evenly: curves and sheets alike are sampled at one spacing h, a length l by l / h points and an area
    a by a / h², where h is such that these are `count` together.

    Args:
        medial: in any frame; not empty.
        count: how many.
        seed: of the draw.
    """
    centers, rng = medial.centers, np.random.default_rng(seed)
    edges, alone = _curves(medial), np.setdiff1d(np.arange(len(centers)), np.append(medial.edges, medial.faces))
    corners = [centers[medial.faces], centers[edges], centers[alone][:, None]]
    areas, lengths = _areas(corners[0]), np.linalg.norm(np.diff(corners[1], axis=1)[:, 0], axis=-1)
    fineness = _fineness(areas.sum(), lengths.sum(), max(count - len(alone), 1))
    shares = [areas * fineness**2, lengths * fineness, np.ones(len(alone))]
    weights = np.concatenate(shares)
    if not weights.any():  # spheres at one place, whatever joins them
        return centers[rng.integers(0, len(centers), count)]
    chosen = np.searchsorted(np.cumsum(weights), _spread(weights.sum(), count, rng), side="right")
    firsts = np.cumsum([0, *map(len, shares)])
    found = np.empty((count, 3))
    for first, last, simplices in zip(firsts[:-1], firsts[1:], corners, strict=True):
        here = (chosen >= first) & (chosen < last)
        mix = rng.dirichlet(np.ones(simplices.shape[1]), int(here.sum()))
        found[here] = np.einsum("pc,pcd->pd", mix, simplices[chosen[here] - first])
    return found


def _curves(medial: MedialMesh) -> np.ndarray:
    """The edges that are sides of no face, Int[E, 2], ascending, each once."""
    sides = np.sort(medial.faces[:, [0, 1, 1, 2, 0, 2]].reshape(-1, 2), axis=1)
    edges = np.unique(np.sort(medial.edges, axis=1), axis=0)
    key = lambda pairs: pairs[:, 0] * len(medial.spheres) + pairs[:, 1]
    return edges[~np.isin(key(edges), key(sides))]


def _areas(triangles: np.ndarray) -> np.ndarray:
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    return np.linalg.norm(across, axis=-1) / 2


def _fineness(area: float, length: float, count: int) -> float:
    """1 / h, the root of area / h² + length / h = count."""
    if area > 0:
        return float((-length + np.sqrt(length**2 + 4 * area * count)) / (2 * area))
    return count / length if length > 0 else 1.0


def _spread(total: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """One number from each of `count` equal parts of [0, total)."""
    return np.minimum((np.arange(count) + rng.random(count)) * (total / count), np.nextafter(total, 0))
