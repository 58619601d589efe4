"""How well edges and faces between given spheres agree with the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...arrays import as_array
from .simplices import distinct_simplices, with_sides

if TYPE_CHECKING:
    from jaxtyping import Int

    from ...geometry import MedialMesh


class Agreement(NamedTuple):
    """Precision, the share of what is found that is true; recall, the share of what is true that is found; and F1,
    their harmonic mean. Where nothing is true and nothing found all are 1, where either is nothing they are 0."""

    precision: float
    recall: float
    f1: float


class TopologyScores(NamedTuple):
    """Of an object's edges and of its faces."""

    edges: Agreement
    faces: Agreement


def topology_scores(edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"], truth: MedialMesh) -> TopologyScores:
    """Agreement with a true medial mesh.

    Args:
        edges, faces: indices into the spheres of the truth, either way round, also repeated. The sides of faces count
            as edges, here and in the truth.

    Raises:
        InputError: wrong shape, or no whole numbers.
    """
    edges = as_array(edges, np.int64, (None, 2), "edges")
    faces = as_array(faces, np.int64, (None, 3), "faces")
    return TopologyScores(
        _agreement(with_sides(edges, faces), with_sides(truth.edges, truth.faces)),
        _agreement(distinct_simplices(faces), distinct_simplices(truth.faces)),
    )


def _agreement(found: np.ndarray, true: np.ndarray) -> Agreement:
    if not len(found) or not len(true):
        return Agreement(*[float(len(found) == len(true))] * 3)
    both = len(found) + len(true) - len(np.unique(np.concatenate([found, true]), axis=0))
    return Agreement(both / len(found), both / len(true), 2 * both / (len(found) + len(true)))
