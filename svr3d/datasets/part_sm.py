"""Part-SM: the coarsest split of an object, with its legs divided into single legs.

After the data set of that name (Xiong et al., "SM-NET: Reconstructing 3D Structured Mesh Models from Single Real-World
Image", Pacific Graphics 2021, section 4.1), made there from PartNet's chairs: a coarse split has all legs of a chair in
one part, which no single template can be deformed to, and the finest one has legs in several pieces.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..geometry import Part, PartMesh, proximity_clusters
from .categories import short_name

if TYPE_CHECKING:
    from jaxtyping import Bool

TAU = 0.01
"""Of legs from each other, in radii of the sphere around the object's box. The paper does not tell its own. Generated
chairs and tables are divided alike from 0.003 to 0.1; of 75 real ones, one otherwise at half of it, four at twice."""

LEAST_SHARE = 0.01
"""Of the legs' area; what is smaller is no leg. The paper's authors speak of screws, and see no error in them."""

REACH = 10
"""Thresholds by which the box around such a scrap may be away from a leg's; a castor under no leg is a piece."""

LEGGED = ("chair", "table", "bench", "couch", "bed")
"""Categories whose objects stand on legs, even if no part is called so. Many a cabinet stands on its carcass."""

WITHOUT_LEGS = ("lamp",)
"""Categories that keep their coarsest split, as in the paper, whatever their parts are called."""


def part_sm(mesh: PartMesh, category: str, tau: float = TAU) -> PartMesh:
    """The parts of Part-SM; vertices, faces and colours are as they were.

    - Names and labels may be paths, `chair_base_0/leg_1` of `chair_base/leg`, as PartNet's hierarchy of parts: the
      first step is the coarsest level, whose parts are kept but for the legs.
    - Legs are parts whose label has the word `leg` or `legs`, or `base` as its last one; where there are none, in the
      categories of `LEGGED`, the parts that stand on the floor.
    - Each is divided into its `proximity_clusters` at the distance `tau`. What is smaller than `LEAST_SHARE` goes to
      the nearest of them, within `REACH`.
    - If that makes more than four, and the finest level names exactly four legs, these are the legs (the paper's rule
      for chairs whose legs fall apart), and the rest is clustered without them.

    The pieces of a part have its label, and `LABEL_0`, `LABEL_1` … for names.

    Args:
        mesh: of an object with at least one part; y up.
        category: its category's name, or ShapeNet's number.
        tau: in radii of the sphere around the object's box.

    Raises:
        InputError: a bad `tau`, or vertices that are not finite.
    """
    checked_tau(tau)
    coarse = coarsest(mesh)
    if mesh.is_empty:
        return coarse
    if not np.isfinite(mesh.triangles).all():
        raise InputError("cannot divide a mesh with non-finite vertices")
    distance = _distance(mesh, tau)
    legs = legs_of(coarse, category, tau)
    if not legs.any():
        return coarse
    cluster = _single_legs(_faces(mesh, legs), coarse.face_part[legs], distance)
    return _divided(coarse, legs, cluster)


def checked_tau(tau: float) -> float:
    """The threshold, if it can be one; else an `InputError`."""
    if not isinstance(tau, int | float) or not 0 < tau < 1:
        raise InputError(f"tau is {tau!r}, expected more than 0 and less than 1 (in radii of the object)")
    return tau


def coarsest(mesh: PartMesh) -> PartMesh:
    """The parts of the coarsest level: those whose names begin with the same step of a path are one.

    >>> from svr3d.geometry import Part, PartMesh
    >>> parts = (Part("arm_0/bar", "arm/bar"), Part("arm_0/pad", "arm/pad"), Part("seat", "seat"))
    >>> coarsest(PartMesh(np.eye(3), [[0, 1, 2]], face_part=[1], parts=parts)).parts
    (Part(name='arm_0', label='arm'), Part(name='seat', label='seat'))
    """
    names = [part.name.split("/")[0] if "/" in part.label else part.name for part in mesh.parts]
    whole: dict[str, int] = {}
    parts: list[Part] = []
    index = np.zeros(len(names) + 1, dtype=np.int64)
    for i, (name, part) in enumerate(zip(names, mesh.parts, strict=True)):
        place = whole.setdefault(name, len(parts)) if "/" in part.label else len(parts)
        if place == len(parts):
            parts.append(Part(name, part.label.split("/")[0]))
        index[i] = place
    return replace(mesh, face_part=index[mesh.face_part], parts=tuple(parts))


def is_leg(label: str) -> bool:
    """Whether a label speaks of a leg, or of what an object stands on.

    >>> [is_leg(label) for label in ("leg", "front_legs", "chair_base", "base", "base_cabinet", "legrest", "seat")]
    [True, True, True, True, False, False, False]
    """
    words = re.split(r"[^a-z]+", label.lower())
    return bool({"leg", "legs"} & set(words)) or words[-1] == "base"


def legs_of(mesh: PartMesh, category: str, tau: float = TAU) -> Bool[np.ndarray, " f"]:
    """Bool[F]: the faces of the coarsest parts that `part_sm` divides."""
    category = short_name(category)
    named = [i for i, part in enumerate(mesh.parts) if is_leg(part.label.split("/")[0])]
    if category in WITHOUT_LEGS or mesh.is_empty:
        named = []
    elif not named and category in LEGGED:
        low = mesh.triangles[..., 1].min(axis=1) <= mesh.bounds[0, 1] + _distance(mesh, tau)
        named = mesh.face_part[low]
    return np.isin(mesh.face_part, named)


def _distance(mesh: PartMesh, tau: float) -> float:
    """The threshold in the unit of the mesh."""
    low, high = mesh.bounds
    return tau * float(np.linalg.norm(high - low)) / 2


def _single_legs(fine: PartMesh, coarse: np.ndarray, distance: float) -> np.ndarray:
    """Int[F]: the leg of each face, from its finest part and its coarse one; a leg lies in one coarse part."""
    legs = [i for i, part in enumerate(fine.parts) if "leg" in re.split(r"[^a-z]+", part.label.split("/")[-1].lower())]
    cluster = _clusters(fine, coarse, distance)
    if len(legs) != 4 or cluster.max() < 4:
        return cluster
    named = np.isin(fine.face_part, legs)
    if named.all():
        return fine.face_part
    own = np.empty(len(fine.faces), dtype=np.int64)
    own[named] = fine.face_part[named]
    own[~named] = len(fine.parts) + _clusters(_faces(fine, ~named), coarse[~named], distance)
    return _without_scraps(fine, own, coarse, distance)


def _clusters(mesh: PartMesh, coarse: np.ndarray, distance: float) -> np.ndarray:
    """Int[F]: proximity clusters within each coarse part, from 0."""
    found = np.zeros(len(mesh.faces), dtype=np.int64)
    for part in np.unique(coarse):
        own = coarse == part
        found[own] = found.max() + 1 + proximity_clusters(_faces(mesh, own), distance)
    return np.unique(_without_scraps(mesh, found, coarse, distance), return_inverse=True)[1].ravel()


def _without_scraps(mesh: PartMesh, cluster: np.ndarray, coarse: np.ndarray, distance: float) -> np.ndarray:
    """Int[F]: the same, with what is too small given to the nearest of the same coarse part that is not, if near."""
    from scipy.spatial import KDTree

    cluster, corners = cluster.copy(), mesh.triangles
    area = np.bincount(cluster, mesh.face_areas)
    large = area[cluster] >= LEAST_SHARE * area.sum()
    for scrap in np.unique(cluster[~large]):
        own = cluster == scrap
        others = np.flatnonzero(large & (coarse == coarse[own][0]))
        if len(others):
            away, at = KDTree(corners[others].reshape(-1, 3)).query(corners[own].reshape(-1, 3))
            nearest = cluster[others[np.asarray(at)[away.argmin()] // 3]]
            if _gap(corners[own], corners[large & (cluster == nearest)]) <= REACH * distance:
                cluster[own] = nearest
    return cluster


def _gap(a: np.ndarray, b: np.ndarray) -> float:
    """The distance between the boxes around triangles."""
    (low_a, high_a), (low_b, high_b) = ((t.min(axis=(0, 1)), t.max(axis=(0, 1))) for t in (a, b))
    return float(np.linalg.norm(np.maximum(low_b - high_a, low_a - high_b).clip(0)))


def _divided(mesh: PartMesh, legs: np.ndarray, cluster: np.ndarray) -> PartMesh:
    """`mesh` with the faces `legs` Bool[F] in clusters, in the places of the parts that they were."""
    face_part = np.zeros(len(mesh.faces), dtype=np.int64)
    parts: list[Part] = []
    taken = {part.name for part in mesh.parts}
    of_face = np.full(len(mesh.faces), -1)
    of_face[legs] = cluster
    for i, part in enumerate(mesh.parts):
        own = mesh.face_part == i
        pieces = list(dict.fromkeys(of_face[own].tolist()))
        names = [part.name] if len(pieces) < 2 else _names(part, len(pieces), taken - {part.name})
        for piece, name in zip(pieces, names, strict=False):
            face_part[own & (of_face == piece)] = len(parts)
            parts.append(Part(name, part.label))
        taken |= set(names)
    return replace(mesh, face_part=face_part, parts=tuple(parts))


def _names(part: Part, count: int, taken: set[str]) -> Sequence[str]:
    """`LABEL_0`, `LABEL_1` …, without those that are taken."""
    candidates = (f"{part.label}_{k}" for k in range(count + len(taken)))
    free = (name for name in candidates if name not in taken)
    return [next(free) for _ in range(count)]


def _faces(mesh: PartMesh, keep: np.ndarray) -> PartMesh:
    """Some faces of a mesh, over all its vertices."""
    return PartMesh(mesh.vertices, mesh.faces[keep], face_part=mesh.face_part[keep], parts=mesh.parts)
