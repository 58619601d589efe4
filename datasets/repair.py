"""Makes meshes from the wild usable: what is inside must be defined, and the same for everyone.

Steps, each counted: vertices at the same place become one; faces without area go; doubled faces go; faces are
turned outward; open sheets that enclose nothing get a thickness.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..geometry import InputError, Mesh, PartMesh, drop_degenerate_faces, merge_vertices, orient_faces, sample_surface
from ..geometry.contains import winding_number
from ..geometry.topology import components

SHEET_THICKNESS = 0.01
"""Thickness given to sheets, in longest sides of the object."""

SHEET_WINDING = 0.75
"""An open piece is a sheet where the mean winding number just behind it is below this: ½ behind a flat one, 1 in
a closed box, 0.9 in a box without lid."""

_PROBES = 256


def repair(mesh: Mesh) -> tuple[Mesh, dict[str, int]]:
    """A mesh whose inside is defined, and what was done: counts by name, without zeros.

    Raises:
        InputError: nothing is left, or the mesh is not finite.
    """
    if mesh.is_empty:
        raise InputError("it has no faces")
    used = np.unique(mesh.faces)
    if not np.isfinite(mesh.vertices[used]).all():
        raise InputError("it has vertices that are not finite numbers")
    done = {}
    mesh, done["vertices merged"] = merge_vertices(mesh)
    mesh, done["faces without area dropped"] = drop_degenerate_faces(mesh)
    if mesh.is_empty:
        raise InputError("none of its faces has an area")
    mesh, done["doubled faces dropped"] = drop_doubled_faces(mesh)
    mesh, done["faces turned outward"] = orient_faces(mesh)
    mesh, done["sheet faces thickened"] = thicken_sheets(mesh)
    return mesh, {name: int(count) for name, count in done.items() if count}


def drop_doubled_faces(mesh: Mesh) -> tuple[Mesh, int]:
    """Without faces that repeat another, and how many there were.

    Of faces with the same corners in the same direction one stays. Of pairs in opposite directions one stays only
    where the whole connected piece consists of such pairs, a surface modelled twice to be seen from both sides;
    elsewhere such a pair is where two solids touch, and both stay.
    """
    corners = np.sort(mesh.faces, axis=1)
    even = _is_even(mesh.faces)
    _, place = np.unique(corners, axis=0, return_inverse=True)
    place = place.ravel()
    _, first = np.unique(np.stack([place, even]), axis=1, return_index=True)
    keep = np.zeros(len(mesh.faces), bool)
    keep[first] = True

    both = np.bincount(place[keep])[place] == 2
    piece = components(mesh)
    all_paired = np.ones(piece.max() + 1, bool)
    all_paired[piece[~both]] = False
    keep &= ~(all_paired[piece] & ~_first_of(place, keep))
    return _subset(mesh, keep), int((~keep).sum())


def _is_even(faces: np.ndarray) -> np.ndarray:
    """Bool[F]: whether the corners, as listed, are an even permutation of the sorted ones."""
    start = np.argmin(faces, axis=1)
    second, third = (faces[np.arange(len(faces)), (start + i) % 3] for i in (1, 2))
    return second < third


def _first_of(place: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Bool[F]: the first face of each place among the chosen ones."""
    index = np.flatnonzero(among)
    first = np.zeros(len(place), bool)
    first[index[np.unique(place[index], return_index=True)[1]]] = True
    return first


def _subset(mesh: Mesh, keep: np.ndarray) -> Mesh:
    changes = {"faces": mesh.faces[keep]}
    if mesh.face_colors is not None:
        changes["face_colors"] = mesh.face_colors[keep]
    if isinstance(mesh, PartMesh):
        changes["face_part"] = mesh.face_part[keep]
    return replace(mesh, **changes)


def thicken_sheets(mesh: Mesh) -> tuple[Mesh, int]:
    """With open pieces that enclose nothing made into solids, and how many faces these pieces had.

    Such a piece becomes two copies, half a thickness to either side, joined along its boundary.
    """
    piece = components(mesh)
    sheets = [p for p in _open_pieces(mesh.faces, piece) if _is_sheet(mesh, piece == p)]
    chosen = np.isin(piece, sheets)
    if not chosen.any():
        return mesh, 0

    # One vertex per piece and place, so that sheets that touch in a point or edge move apart freely.
    faces, owner = mesh.faces[chosen], piece[chosen]
    ids = owner[:, None] * len(mesh.vertices) + faces
    unique, local = np.unique(ids, return_inverse=True)
    local = local.reshape(-1, 3)
    position = mesh.vertices[unique % len(mesh.vertices)]
    side = (mesh.bounds[1] - mesh.bounds[0]).max()
    offset = 0.5 * SHEET_THICKNESS * side * _vertex_normals(position, local)

    start, end, of = _boundary(local)
    count, base = len(unique), len(mesh.vertices)
    front, back = local, local[:, ::-1] + count
    walls = np.concatenate([np.stack([end, start, start + count], 1), np.stack([end, start + count, end + count], 1)])
    added = base + np.concatenate([front, back, walls])
    sources = np.flatnonzero(chosen)
    origin = np.concatenate([np.flatnonzero(~chosen), sources, sources, sources[of], sources[of]])
    changes = {
        "vertices": np.concatenate([mesh.vertices, position + offset, position - offset]),
        "faces": np.concatenate([mesh.faces[~chosen], added]),
    }
    if mesh.face_colors is not None:
        changes["face_colors"] = mesh.face_colors[origin]
    if isinstance(mesh, PartMesh):
        changes["face_part"] = mesh.face_part[origin]
    return merge_vertices(replace(mesh, **changes))[0], int(chosen.sum())


def _open_pieces(faces: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """The pieces that have an edge whose faces do not cancel."""
    _, _, of = _boundary(faces)
    return np.unique(piece[of])


def _boundary(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directed edges that no opposite one cancels: start, end, and a face that has each.

    An edge run n times more often in one direction than in the other is listed n times.
    """
    start, end = faces.T.ravel(), faces[:, [1, 2, 0]].T.ravel()
    owner = np.tile(np.arange(len(faces)), 3)
    size = faces.max() + 1
    key = np.minimum(start, end) * size + np.maximum(start, end)
    up = start < end
    order = np.lexsort([up, key])
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    ups = np.add.reduceat(up[order].astype(np.int64), first)
    net = 2 * ups - count
    # Within an edge the downward half-edges come first.
    surplus = np.abs(net)
    begin = np.where(net > 0, first + count - net, first)
    rank = np.arange(surplus.sum()) - np.repeat(np.cumsum(surplus) - surplus, surplus)
    half = order[np.repeat(begin, surplus) + rank]
    return start[half], end[half], owner[half]


def _is_sheet(mesh: Mesh, chosen: np.ndarray) -> bool:
    side = (mesh.bounds[1] - mesh.bounds[0]).max()
    surface = sample_surface(Mesh(mesh.vertices, mesh.faces[chosen]), _PROBES, seed=0)
    behind = surface.points - 0.5 * SHEET_THICKNESS * side * surface.normals
    return bool(winding_number(mesh, behind).mean() < SHEET_WINDING)


def _vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Float[V, 3]: unit normals, by area; where faces cancel, the normal of one of them."""
    mesh = Mesh(vertices, faces)
    normals, fallback = np.zeros_like(vertices), np.zeros_like(vertices)
    weighted = mesh.face_normals * mesh.face_areas[:, None]
    for corner in range(3):
        np.add.at(normals, faces[:, corner], weighted)
        fallback[faces[:, corner]] = mesh.face_normals
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    around = np.zeros((len(vertices), 1))
    np.add.at(around[:, 0], faces.ravel(), np.repeat(mesh.face_areas, 3))
    return np.where(length > 1e-6 * around, normals / np.maximum(length, np.finfo(float).tiny), fallback)
