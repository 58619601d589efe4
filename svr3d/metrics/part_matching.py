"""How well a mesh of parts agrees with the true one, part against part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import InputError
from ..geometry import Mesh, PartMesh, sample_surface
from .interface import MOST, Measure, Metric
from .parameters import Count
from .setting import Setting

if TYPE_CHECKING:
    from jaxtyping import Float, Int

    from .pair import Pair

WORST_PART = 0.5
"""Chamfer distance of a part without partner, and the most that a matched pair counts, in side². Copies of one part
that are half a side apart have it: what is further off is no partner."""


class PartMatching(NamedTuple):
    """Parts of a prediction and of the truth, matched one to one.

    Args:
        predicted, truth: Int[K], the pairs, as indices into each side's `parts`, in the order of `truth`.
        distances: Float[K], each pair's Chamfer distance (both directions' mean squared distances added), side².
        part_cd: its mean over all parts, those without partner included; at most `WORST_PART`.
        part_count_error: how many parts there are too many or too few.
    """

    predicted: Int[np.ndarray, " k"]
    truth: Int[np.ndarray, " k"]
    distances: Float[np.ndarray, " k"]
    part_cd: float
    part_count_error: int


def match_parts(predicted: PartMesh, truth: PartMesh, *, points: int = 1000, seed: int = 0) -> PartMatching:
    """Match parts by the one-to-one assignment of least summed Chamfer distance; names and labels are not read.

    `part_cd` is the OSPA distance (Schuhmacher, Vo and Vo 2008; order 1) between the two sets of parts, over their
    Chamfer distances d cut off at c = `WORST_PART`: (Σ min(d, c) over pairs + c · unmatched) / max(n, m). So a part
    left out never scores better than the same part predicted badly, and neither does a superfluous one.

    Args:
        predicted, truth: in the canonical frame. Parts without area do not count.
        points: drawn from each part; equal parts come out at about 2 · area / (π · points), not at 0.
        seed: of the points; either side's are independent of the other's and of the parts' order.

    Raises:
        InputError: not meshes of parts, non-finite vertices, a truth without parts, or `points` below 1.
    """
    for mesh, which in ((predicted, "prediction"), (truth, "truth")):
        if not isinstance(mesh, PartMesh):
            raise InputError(f"matching parts: expected the {which} to be a PartMesh, found {type(mesh).__name__}")
        if not np.isfinite(mesh.triangles).all():
            raise InputError(f"matching parts: the {which} has non-finite vertices")
    if points < 1:
        raise InputError(f"matching parts: expected at least one point per part, found {points}")
    streams = np.random.default_rng(seed).integers(2**31, size=2)
    x_parts, x = _sample_parts(predicted, points, int(streams[0]))
    y_parts, y = _sample_parts(truth, points, int(streams[1]))
    if not len(y):
        raise InputError("matching parts: the truth has no part with area")
    n, m = len(x), len(y)
    if not n:
        none = np.zeros(0, dtype=np.int64)
        return PartMatching(none, none, np.zeros(0), WORST_PART, m)
    from scipy.optimize import linear_sum_assignment

    distances = _mean_squared(x, y) + _mean_squared(y, x).T
    # The cut-off belongs to the distance that the assignment minimises, else a hopeless part would choose partners.
    cut = np.minimum(distances, WORST_PART)
    column, row = linear_sum_assignment(cut.T)
    part_cd = (cut[row, column].sum() + WORST_PART * abs(n - m)) / max(n, m)
    return PartMatching(x_parts[row], y_parts[column], distances[row, column], float(part_cd), abs(n - m))


def _sample_parts(mesh: PartMesh, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The indices Int[n] of the parts with area, and points [n, count, 3] on them."""
    areas = np.bincount(mesh.face_part, weights=mesh.face_areas, minlength=len(mesh.parts))
    index = np.flatnonzero(areas > 0)
    parts = [Mesh(mesh.vertices, mesh.faces[mesh.face_part == i]) for i in index]
    points = [sample_surface(part, count, seed=seed).points for part in parts]
    return index, np.array(points).reshape(-1, count, 3)


def _mean_squared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Float[n, m]: from the points of each cloud of a [n, N, 3], the mean squared distance to each cloud of b.

    One tree per cloud asked for all points at once: several times faster than `nearest_neighbors` of each pair.
    """
    # The class that KDTree wraps, without the checks around it. Its stub lacks the export.
    from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

    flat = a.reshape(-1, 3)
    columns = [cKDTree(cloud).query(flat)[0].reshape(len(a), -1) for cloud in b]
    return np.stack([(column**2).mean(axis=1) for column in columns], axis=1)


@dataclass(frozen=True, kw_only=True)
class PartMatchingMeasure(Measure):
    """`part_cd` and `part_count_error`; a prediction that is no mesh of parts has the worst.

    Args:
        points: drawn from each part.
    """

    declarations = (
        Metric(
            "part_cd",
            "Part Chamfer-L2",
            "side²",
            False,
            0.0,
            WORST_PART,
            "OSPA: mean over one-to-one matched parts, a part without partner counted as the worst",
        ),
        Metric(
            "part_count_error",
            "Part count error",
            "count",
            False,
            0.0,
            MOST,
            f"difference of the numbers of parts, at most {MOST}",
        ),
    )

    points: Count

    def targets(self, setting: Setting) -> frozenset[str]:
        return frozenset({"parts"})

    def require(self, pair: Pair) -> None:
        if pair.truth.known.parts is None:
            raise InputError("the ground truth has no parts")

    def value(self, pair: Pair) -> float:
        truth = pair.truth.known.parts
        assert truth is not None

        def convert(shape: Any) -> PartMatching | None:
            if not isinstance(shape, PartMesh):
                return None
            return match_parts(shape, truth, points=self.points, seed=pair.seed("structure"))

        found = pair.predicted.convert("structure", ("parts", self.points), convert)
        return self.worst(self.name, pair) if found is None else float(getattr(found, self.name))
