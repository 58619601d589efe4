"""Parts of a shape that its medial mesh shows: where it is a curve, and where a sheet.

After Section 4 of Hu et al., "IMMAT: Mesh reconstruction from single view images by medial axis transform prediction"
(2022): spheres are divided into those of curves and those of sheets, each kind is clustered by DBSCAN (Ester et al.
1996), and the triangles of a surface go to the nearest. There, spheres are clustered by their places, and those of
sheets by the normals of their faces too. Here it is the primitives, cones and slabs, because a flat sheet needs few
spheres, which are far apart; and they are near where the medial mesh joins them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...errors import InputError
from ..convert import to_mesh
from ..shapes.medial_mesh import MedialMesh
from ..shapes.mesh import Mesh, Part, PartMesh
from ..surface.patches import without_small_patches
from .nearest import corners_of, touching_balls

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int
    from scipy.sparse import csr_matrix

TURN = 40.0
"""Degrees between two slabs with a common edge, from which on they belong to two sheets."""

LEAST = 0.015
"""Of the surface's area: a smaller patch goes to its neighbour."""

GRAIN = 0.01
"""Of the longest side: where all primitives around are shorter together, they are noise."""

FLAT = 1e-6
"""A slab whose centres span a triangle of less height, beside its longest side, is a curve."""


class Primitives(NamedTuple):
    """The balls, cones and slabs of a medial mesh that lie in no other.

    corners: Int[P, 3], as `corners_of` has them. is_sheet: Bool[P], the slabs. normals: Float[P, 3], of unit length;
    0 for curves. lengths: Float[P], from one end of the solid to the other, in longest sides of the medial mesh.
    """

    corners: Int[np.ndarray, "p 3"]
    is_sheet: Bool[np.ndarray, " p"]
    normals: Float[np.ndarray, "p 3"]
    lengths: Float[np.ndarray, " p"]


def segmented(
    medial: MedialMesh, mesh: Mesh | None = None, *, turn: float = TURN, least: float = LEAST, grain: float = GRAIN
) -> PartMesh:
    """The surface of a shape in parts: the curves and the sheets of its medial mesh.

    1. A slab is of a sheet, a cone or a ball in no slab is of a curve.
    2. DBSCAN over curves, of which those are near that have a sphere in common; and over sheets, of which those are
       near that have an edge in common and are not turned by more than `turn`. Spheres in no common cone or slab
       are in different parts.
    3. Each triangle belongs to the part of the primitive whose surface is nearest to its middle. Noise has none.
    4. Patches of the surface below a share `least` of its area go to the neighbour with the longest common border.

    Triangles are not divided. Nothing is random.

    Args:
        medial: in the frame of `mesh`.
        mesh: whose triangles are given to the parts; the surface of `medial` (`to_mesh`) if None.
        turn: in degrees, above 0 and below 90.
        least: in [0, 1).
        grain: in longest sides of `medial`: a primitive is noise if it and those near it are shorter together, and it
            is near none of which that is not so. Where all are noise, none is.

    Returns:
        The faces of `mesh`, in their order, in parts `sheet_0`, `sheet_1` … and `curve_0` … with the labels `sheet` and
        `curve`, the largest area first. Colours are kept.

    Raises:
        InputError: a shape is empty or not finite, `medial` has no surface, or an option is out of range.
    """
    _check(medial, turn, least, grain)
    surface = to_mesh(medial) if mesh is None else mesh
    if surface.is_empty:
        raise InputError("segmentation: there is no surface to divide" + (" around the medial mesh" * (mesh is None)))
    if not np.isfinite(surface.triangles).all():
        raise InputError("segmentation: the mesh has non-finite vertices")
    primitives = primitives_of(medial)
    cluster = clusters(primitives, len(medial.spheres), turn, grain)
    kept = cluster >= 0
    nearest = _nearest(medial, primitives.corners[kept], surface.triangles.mean(axis=1))
    found = without_small_patches(surface, cluster[kept][nearest], least)
    is_sheet = np.zeros(cluster.max() + 1, dtype=bool)
    is_sheet[cluster[kept]] = primitives.is_sheet[kept]
    return _in_parts(surface, found, is_sheet)


def _check(medial: MedialMesh, turn: float, least: float, grain: float) -> None:
    if not isinstance(medial, MedialMesh):
        raise InputError(f"segmentation: expected a MedialMesh, found {type(medial).__name__}")
    if medial.is_empty:
        raise InputError("segmentation: the medial mesh has no spheres")
    if not medial.is_finite:
        raise InputError("segmentation: the medial mesh has non-finite spheres")
    if not 0 < turn < 90:
        raise InputError(f"segmentation: turn is {turn}, expected degrees above 0 and below 90")
    if not 0 <= least < 1:
        raise InputError(f"segmentation: least is {least}, expected a share of at least 0 and below 1")
    if not 0 <= grain < np.inf:
        raise InputError(f"segmentation: grain is {grain}, expected a finite number of at least 0")


def primitives_of(medial: MedialMesh) -> Primitives:
    """The primitives of a medial mesh, each once, and of which kind they are."""
    corners = np.unique(np.sort(corners_of(len(medial.spheres), medial.edges, medial.faces), axis=1), axis=0)
    low, high = medial.bounds
    side = float((high - low).max()) or 1.0
    centres = (medial.centers[corners] - low) / side
    across = np.stack([centres[:, i] - centres[:, j] for i, j in ((1, 0), (2, 1), (0, 2))], axis=1)
    apart = np.linalg.norm(across, axis=2)
    normals = np.cross(across[:, 0], across[:, 1])
    sizes = np.linalg.norm(normals, axis=1)
    is_sheet = sizes > FLAT * apart.max(axis=1) ** 2
    normals = np.divide(normals, sizes[:, None], out=np.zeros_like(normals), where=is_sheet[:, None])
    radii = medial.radii[corners] / side
    lengths = np.maximum((apart + radii + radii[:, [1, 2, 0]]).max(axis=1), 2 * radii.max(axis=1))
    return Primitives(corners, is_sheet, normals, lengths)


def clusters(primitives: Primitives, count: int, turn: float, grain: float) -> Int[np.ndarray, " p"]:
    """Int[P]: the cluster of each of the primitives of `count` spheres, from 0 on; -1 is noise, if not all is."""
    from sklearn.cluster import DBSCAN

    turns = _turns(primitives, count)
    weights = primitives.lengths / grain if grain > 0 else np.ones(len(primitives.lengths))
    found = DBSCAN(eps=turn, min_samples=1, metric="precomputed").fit_predict(turns, sample_weight=weights)
    return found if (found >= 0).any() else DBSCAN(eps=turn, min_samples=1, metric="precomputed").fit_predict(turns)


def _turns(primitives: Primitives, count: int) -> csr_matrix:
    """Float[P, P], sparse: degrees between slabs with a common edge; 0 between curves with a common sphere."""
    from scipy.sparse import csr_matrix

    n = len(primitives.corners)
    uses = csr_matrix((np.ones(3 * n), (np.repeat(np.arange(n), 3), primitives.corners.ravel())), shape=(n, count))
    uses.data[:] = 1  # a corner that is repeated counts once
    shared = (uses @ uses.T).tocoo()
    one, other = shared.row, shared.col
    is_sheet = primitives.is_sheet
    near = (is_sheet[one] == is_sheet[other]) & (shared.data >= np.where(is_sheet[one], 2, 1))
    one, other = one[near], other[near]
    cosine = np.abs(np.einsum("ki,ki->k", primitives.normals[one], primitives.normals[other]))
    degrees = np.where(is_sheet[one] & (one != other), np.degrees(np.arccos(np.minimum(cosine, 1))), 0.0)
    return csr_matrix((degrees, (one, other)), shape=(n, n))


def _nearest(medial: MedialMesh, corners: np.ndarray, points: np.ndarray) -> Int[np.ndarray, " n"]:
    """Int[N]: the row of `corners` whose surface is nearest to each of `points`."""
    low, high = medial.bounds
    side = float((high - low).max()) or 1.0
    spheres = np.column_stack([(medial.centers - low) / side, medial.radii / side])
    touching = touching_balls(spheres, corners, (points - low) / side).corners
    n = len(spheres)
    keys, asked = ((rows[:, 0] * n + rows[:, 1]) * n + rows[:, 2] for rows in (corners, touching))
    return np.searchsorted(keys, asked)  # the rows are sorted


def _in_parts(mesh: Mesh, cluster: np.ndarray, is_sheet: np.ndarray) -> PartMesh:
    """The mesh with a part for each cluster that has faces, the largest first."""
    used, index = np.unique(cluster, return_inverse=True)
    areas = np.bincount(index.ravel(), weights=mesh.face_areas)
    order = np.lexsort([used, -areas])
    parts, counts = [], {"sheet": 0, "curve": 0}
    for place in order:
        label = "sheet" if is_sheet[used[place]] else "curve"
        parts.append(Part(f"{label}_{counts[label]}", label))
        counts[label] += 1
    return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, np.argsort(order)[index.ravel()], tuple(parts))
