"""Makes meshes from the wild usable: what is inside must be defined, and the same for everyone.

Steps, each counted: vertices at the same place become one; faces without area, repeated faces and
backs of faces go; faces are turned outward; open sheets that enclose nothing get a thickness.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import InputError
from ..geometry import (
    Mesh,
    PartMesh,
    drop_degenerate_faces,
    drop_duplicate_faces,
    merge_vertices,
    orient_faces,
    winding_number,
)

SHEET_THICKNESS = 0.01
"""Thickness given to sheets, in longest sides of the object."""

SHEET_WINDING = 0.6
"""An open patch is a sheet where the mean winding number just behind it is below this. It is ½ behind a flat one and
little more behind a bent one, where rounding decides what is inside; 1 in a closed box, 0.9 in one without lid and 0.7
in a bus without windows, which are solids with holes."""

PROBE_DEPTH = 0.001
"""How far behind a face to look, in longest sides."""

# Where on each face to look, in barycentric coordinates.
_PROBES = np.array([[1 / 3, 0.7, 0.15, 0.15], [1 / 3, 0.15, 0.7, 0.15], [1 / 3, 0.15, 0.15, 0.7]])


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
    mesh, done["repeated faces dropped"] = drop_duplicate_faces(mesh)
    mesh, done["backs of faces dropped"] = drop_backs(mesh)
    mesh, done["faces turned outward"] = orient_faces(mesh)
    mesh, done["sheet faces thickened"] = thicken_sheets(mesh)
    return mesh, {name: int(count) for name, count in done.items() if count}


def drop_backs(mesh: Mesh) -> tuple[Mesh, int]:
    """Without the backs of surfaces that were modelled twice to be seen from both sides, and how many there were.

    Of two faces with the same corners in opposite directions one goes where both of its sides are outside. A pair
    with the inside around it is where two solids touch, and both stay. `mesh` has no vertices or faces twice.
    """
    _, first = np.unique(np.sort(mesh.faces, axis=1), axis=0, return_index=True)
    back = np.ones(len(mesh.faces), bool)
    back[first] = False
    back = np.flatnonzero(back)
    if not len(back):
        return mesh, 0
    step = _probe_depth(mesh) * mesh.face_normals[back]
    middle = mesh.triangles[back].mean(axis=1)
    inside = np.maximum(winding_number(mesh, middle + step), winding_number(mesh, middle - step)) >= 0.5
    keep = np.ones(len(mesh.faces), bool)
    keep[back[~inside]] = False
    return _subset(mesh, keep), int((~keep).sum())


def _probe_depth(mesh: Mesh) -> float:
    low, high = mesh.bounds
    return PROBE_DEPTH * float((high - low).max())


def _subset(mesh: Mesh, keep: np.ndarray) -> Mesh:
    changes = {"faces": mesh.faces[keep]}
    if mesh.face_colors is not None:
        changes["face_colors"] = mesh.face_colors[keep]
    if isinstance(mesh, PartMesh):
        changes["face_part"] = mesh.face_part[keep]
    return replace(mesh, **changes)


def thicken_sheets(mesh: Mesh) -> tuple[Mesh, int]:
    """With open patches that enclose nothing made into solids, and how many faces these patches had.

    A patch is what hangs together by edges of exactly two faces, so that a pane in a frame is one by itself. It
    becomes two copies, half a thickness to either side, joined along its boundary.
    """
    piece = _patches(mesh.faces)
    chosen = _sheets(mesh, piece, _open_pieces(mesh.faces, piece))
    if not chosen.any():
        return mesh, 0

    # One vertex per piece and place, so that sheets that touch in a point or edge move apart freely.
    faces, owner = mesh.faces[chosen], piece[chosen]
    ids = owner[:, None] * len(mesh.vertices) + faces
    unique, local = np.unique(ids, return_inverse=True)
    local = local.reshape(-1, 3)
    position = mesh.vertices[unique % len(mesh.vertices)]
    low, high = mesh.bounds
    offset = 0.5 * SHEET_THICKNESS * (high - low).max() * _vertex_normals(position, local)

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


def _patches(faces: np.ndarray) -> np.ndarray:
    """Int[F]: the patch of each face."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    _, _, order, first, count = _half_edges(faces)
    pair = first[count == 2]
    a, b = order[pair] % len(faces), order[pair + 1] % len(faces)
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(len(faces),) * 2)
    return connected_components(graph, directed=False)[1]


def _open_pieces(faces: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """The pieces that have an edge whose faces, within the piece, do not cancel."""
    apart = piece[:, None] * (faces.max() + 1) + faces
    _, _, of = _boundary(np.unique(apart, return_inverse=True)[1].reshape(-1, 3))
    return np.unique(piece[of])


def _half_edges(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Start and end of each half-edge; their order by edge, downward ones first; first place and number per edge."""
    start, end = faces.T.ravel(), faces[:, [1, 2, 0]].T.ravel()
    key = np.minimum(start, end) * (faces.max() + 1) + np.maximum(start, end)
    order = np.lexsort([start < end, key])
    _, first, count = np.unique(key[order], return_index=True, return_counts=True)
    return start, end, order, first, count


def _boundary(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Directed edges that no opposite one cancels: start, end, and a face that has each.

    An edge run n times more often in one direction than in the other is listed n times.
    """
    start, end, order, first, count = _half_edges(faces)
    net = 2 * np.add.reduceat((start < end)[order].astype(np.int64), first) - count
    surplus = np.abs(net)
    begin = np.where(net > 0, first + count - net, first)
    rank = np.arange(surplus.sum()) - np.repeat(np.cumsum(surplus) - surplus, surplus)
    half = order[np.repeat(begin, surplus) + rank]
    return start[half], end[half], half % len(faces)


def _sheets(mesh: Mesh, piece: np.ndarray, open_pieces: np.ndarray) -> np.ndarray:
    """Bool[F]: faces of the open pieces that enclose nothing.

    A sheet that is found will be a solid of its own and enclose nothing for others, so the rest is looked at without
    it, until no more are found: of several sheets that meet, one may seem to be closed by the others.
    """
    is_sheet = np.zeros(piece.max() + 1, bool)
    while True:
        rest = Mesh(mesh.vertices, mesh.faces[~is_sheet[piece]])
        faces = np.flatnonzero(np.isin(piece, open_pieces[~is_sheet[open_pieces]]))
        if not len(faces):
            return is_sheet[piece]
        probes = _PROBES if len(faces) < 5000 else _PROBES[:, :1]
        behind = np.einsum("fci,cp->fpi", mesh.triangles[faces], probes)
        behind -= _probe_depth(mesh) * mesh.face_normals[faces][:, None]
        winding = winding_number(rest, behind.reshape(-1, 3)).reshape(len(faces), -1).mean(axis=1)
        area, of = mesh.face_areas[faces], piece[faces]
        totals = np.bincount(of, weights=winding * area, minlength=len(is_sheet))
        areas = np.bincount(of, weights=area, minlength=len(is_sheet))
        found = (areas > 0) & (totals < SHEET_WINDING * areas)
        if not found.any():
            return is_sheet[piece]
        is_sheet |= found


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
