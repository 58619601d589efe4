"""How alike two divisions of a surface into parts are, whatever the parts are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..geometry import PartMesh, sample_surface

if TYPE_CHECKING:
    from jaxtyping import Int


class SegmentationScore(NamedTuple):
    """Two divisions of one surface; names and labels of parts are not read.

    Args:
        rand: share of pairs of points on which both agree: in one part in both, or in different parts in both (Rand
            1971; one minus it is the Rand error of Chen, Golovinskiy and Funkhouser 2009).
        adjusted_rand: the same, so scaled that it is 1 where both are alike, and 0 on average where the second divides
            at random into parts of its sizes (Hubert and Arabie 1985).
        matched_iou: intersection over union of parts matched one to one so that its sum is greatest, over the number
            of parts of whichever has more.
        found, true: numbers of parts that have points.
    """

    rand: float
    adjusted_rand: float
    matched_iou: float
    found: int
    true: int


def compare_segmentations(
    predicted: PartMesh, truth: PartMesh, *, points: int = 10_000, seed: int = 0
) -> SegmentationScore:
    """How alike the parts of `predicted` and `truth` are, at points of the true surface.

    Each point has the true part that it lies on and the predicted part of the nearest triangle. So the meshes may be
    different ones in the same frame.

    Args:
        points: drawn from the true surface, at least 2.

    Raises:
        InputError: not meshes of parts, or one without area or with non-finite vertices; or too few points.
    """
    for mesh, which in ((predicted, "prediction"), (truth, "truth")):
        if not isinstance(mesh, PartMesh):
            raise InputError(f"segmentation: expected the {which} to be a PartMesh, found {type(mesh).__name__}")
        if not np.isfinite(mesh.triangles).all() or not mesh.area > 0:
            raise InputError(f"segmentation: the {which} has no area or non-finite vertices")
    if points < 2:
        raise InputError(f"segmentation: expected at least two points, found {points}")
    cloud = sample_surface(truth, points, seed=seed)
    assert cloud.part_ids is not None  # the truth has parts
    return score_labels(predicted.face_part[_nearest_face(predicted, cloud.points)], cloud.part_ids)


def score_labels(found: Int[np.ndarray, " n"], true: Int[np.ndarray, " n"]) -> SegmentationScore:
    """The same of the labels Int[N] of the same N items, at least two, in closed form.

    >>> score_labels(np.array([5, 5, 7, 7]), np.array([1, 1, 0, 0]))
    SegmentationScore(rand=1.0, adjusted_rand=1.0, matched_iou=1.0, found=2, true=2)

    Raises:
        InputError: fewer than two items, or different numbers of them.
    """
    found, true = np.asarray(found), np.asarray(true)
    if found.shape != true.shape or found.ndim != 1 or len(found) < 2:
        raise InputError(
            f"segmentation: expected labels of the same two or more items, found {found.shape} and {true.shape}"
        )
    from scipy.optimize import linear_sum_assignment

    row, column = (np.unique(labels, return_inverse=True)[1].ravel() for labels in (true, found))
    table = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(table, (row, column), 1)
    of_true, of_found = table.sum(axis=1), table.sum(axis=0)
    both, same_true, same_found, pairs = (
        float((counts * (counts - 1) / 2).sum()) for counts in (table, of_true, of_found, np.array([len(found)]))
    )
    chance, most = same_true * same_found / pairs, (same_true + same_found) / 2
    iou = table / (of_true[:, None] + of_found[None] - table)
    best = iou[linear_sum_assignment(iou, maximize=True)].sum() / max(table.shape)
    return SegmentationScore(
        (pairs + 2 * both - same_true - same_found) / pairs,
        (both - chance) / (most - chance) if most > chance else 1.0,
        float(best),
        table.shape[1],
        table.shape[0],
    )


def _nearest_face(mesh: PartMesh, points: np.ndarray) -> Int[np.ndarray, " n"]:
    """Int[N]: the face nearest to each of `points`. In single precision, in the frame of the mesh's box."""
    import open3d

    low, high = mesh.bounds
    side = float((high - low).max())
    tensor: Any = open3d.core.Tensor
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(tensor(((mesh.vertices - low) / side).astype(np.float32)), tensor(mesh.faces.astype(np.uint32)))
    found = scene.compute_closest_points(tensor(((points - low) / side).astype(np.float32)))
    return found["primitive_ids"].numpy().astype(np.int64)
