"""The surface of a part-labelled grid, divided into parts that meet without gaps or overlaps.

The solid within the surface of `marching_cubes` is taken in pieces (`_pieces`): what of it lies in a cube between eight
neighbouring voxels' centres. A piece is bounded by triangles of the surface and by polygons in the walls of its cube.
Each of their corners has a label: a voxel's centre that of the voxel, a crossing that of the voxel inside.

Along edges, labels change half way. In a triangle these midpoints are joined, by a straight line where there are two,
over the triangle's centre where there are three; in a polygon over its centre. With the centre of the piece, the lines
span the faces between its parts: a part's share of a piece is the cone over its share of the boundary. So shares are
closed; neighbouring pieces divide the polygon between them alike; and the faces between two parts belong to both, each
way round. Where all eight voxels of a cube are occupied, they are the faces of the voxels. A piece of which the centre
does not see the whole boundary, as around a tunnel, is not divided, since cones would overlap: it goes to the label
that most of its corners have.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...arrays import distinct_rows
from ...errors import InputError
from ..shapes.mesh import Part, PartMesh
from ..shapes.voxel_grid import VoxelGrid, nearest_voxel
from ._pieces import Pieces, pieces_of
from .isosurface import check_bounded


def split_by_label(grid: VoxelGrid) -> PartMesh:
    """The surface of `marching_cubes(grid)`, divided by the labels of `grid`, and the walls between its parts.

    Each part is closed and faces outward, and their volumes add up to that of the whole surface. Two parts have the
    faces of the wall between them in common, each its own way round. The outer faces are those of `marching_cubes`;
    just those that lie in several parts are divided, in their own plane. An occupied voxel without a label (0) belongs
    to the part of the nearest that has one. The parts are in the order of the labels, called by the grid's names, or by
    the numbers where it has none; labels without an occupied voxel are left out, and, where the surface is tangled, a
    label may lose its only voxel to those around (`_pieces`). A grid without an occupied voxel gives a mesh without
    faces and parts.

    Raises:
        InputError: the grid has no labels, none on an occupied voxel, or a negative one; or as `marching_cubes`.

    >>> labels = np.ones((4, 4, 4), dtype=int)
    >>> labels[2:] = 2
    >>> halves = split_by_label(VoxelGrid(labels > 0, labels=labels, label_names=("left", "right")))
    >>> [(part.name, halves.part(i).bounds[:, 0].tolist()) for i, part in enumerate(halves.parts)]
    [('left', [-0.5, 0.0]), ('right', [0.0, 0.5])]
    """
    labels = _labels_everywhere(grid)
    if labels is None:
        return PartMesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64), face_part=np.zeros(0, dtype=np.int64))
    pieces = pieces_of(np.pad(grid.values, 1), grid.threshold, np.pad(labels, 1, mode="edge"))
    vertices, faces, face_labels = _divided(pieces)
    order = np.argsort(face_labels, kind="stable")
    used, faces = np.unique(faces[order], return_inverse=True)
    present, face_part = np.unique(face_labels[order], return_inverse=True)
    names = [grid.label_names[label - 1] if grid.label_names else str(label) for label in present.tolist()]
    parts = tuple(Part(name, name) for name in names)
    # the lattice's index 0 is the centre of the voxel just outside the box
    places = (vertices[used] - 0.5) / grid.resolution - 0.5
    return PartMesh(places, faces.reshape(-1, 3), face_part=face_part, parts=parts)


def without_inner_walls(mesh: PartMesh) -> PartMesh:
    """`mesh` without the faces that two parts have in common, each its own way round: the surface of the whole."""
    _, corners = distinct_rows(np.sort(mesh.faces, axis=1))
    # of one part, both sides of a sheet are its surface
    owners = np.bincount(np.unique(corners * len(mesh.parts) + mesh.face_part) // len(mesh.parts))
    outer = owners[corners] == 1
    colors = None if mesh.face_colors is None else mesh.face_colors[outer]
    return replace(mesh, faces=mesh.faces[outer], face_part=mesh.face_part[outer], face_colors=colors)


def _labels_everywhere(grid: VoxelGrid) -> np.ndarray | None:
    """Int[R, R, R]: for each voxel, the label of the nearest that is occupied and has one; None if none is occupied."""
    check_bounded(grid)
    if grid.labels is None:
        raise InputError("cannot divide a voxel grid without labels into parts")
    if grid.labels.min() < 0:
        raise InputError(f"voxel labels: expected at least 0, found {grid.labels.min()}")
    if grid.is_empty:
        return None
    labelled = grid.occupancy & (grid.labels != 0)
    if not labelled.any():
        raise InputError("voxel labels: expected some on the occupied voxels, found only 0, which is no part")
    return grid.labels[nearest_voxel(labelled)]


class _Fans(NamedTuple):
    """Triangles of the surface, or polygons in walls, that are to be divided, edge by edge.

    Attributes:
        polygon: Int[E], which has the edge.
        start, end: Int[E], its corners, counter-clockwise; left, right: Int[E], their labels.
        middle: Int[E], the vertex half way; hub: Int[E], that of the polygon.
    """

    polygon: np.ndarray
    start: np.ndarray
    end: np.ndarray
    left: np.ndarray
    right: np.ndarray
    middle: np.ndarray
    hub: np.ndarray

    def take(self, chosen: np.ndarray) -> _Fans:
        return _Fans(*(array[chosen] for array in self))


_Labelled = tuple[np.ndarray, np.ndarray]
"""Faces Int[F, 3] and their labels Int[F]."""


def _divided(pieces: Pieces) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices Float[V, 3] in indices of the lattice, faces Int[F, 3] and their labels Int[F]."""
    corner_labels = pieces.labels[pieces.triangles]
    whole = (corner_labels == corner_labels[:, :1]).all(axis=1)
    skin, walls, vertices = _fans(pieces, whole)
    apex = len(vertices)
    below, above = pieces.below[walls.polygon], pieces.above[walls.polygon]
    found = [
        (pieces.triangles[whole], _owners(pieces, pieces.inner[whole], corner_labels[whole, 0])),
        _shares_of_skin(pieces, skin),
        *_shares_of_walls(pieces, walls),
        *_cones(pieces, skin, pieces.inner[skin.polygon], apex),
        *_cones(pieces, walls, below, apex),
        *_cones(pieces, walls._replace(left=walls.right, right=walls.left), above, apex),
    ]
    faces, labels = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return np.concatenate([vertices, pieces.centres]), faces, labels


def _fans(pieces: Pieces, whole: np.ndarray) -> tuple[_Fans, _Fans, np.ndarray]:
    """The triangles that are not `whole` Bool[F], the walls that are to be divided, and vertices, all corners first."""
    labels, triangles, points = pieces.labels, len(pieces.triangles), len(pieces.places)
    several = (labels[pieces.polygons] != labels[pieces.polygons[:, :1]]).any(axis=1)
    undivided = np.append(pieces.label, 0) > 0
    several |= undivided[pieces.below] | undivided[pieces.above]
    corners = np.concatenate([np.pad(pieces.triangles, ((0, 0), (0, 3)), mode="edge"), pieces.polygons])
    sides = np.append(np.full(triangles, 3), pieces.sides)
    polygon, place = np.nonzero(np.append(~whole, several)[:, None] & (np.arange(6) < sides[:, None]))
    start, end = corners[polygon, place], corners[polygon, np.where(place + 1 < sides[polygon], place + 1, 0)]

    pairs, middle = np.unique(np.minimum(start, end) * points + np.maximum(start, end), return_inverse=True)
    middles = pieces.places[np.column_stack(np.divmod(pairs, points))].mean(axis=1)
    hub = np.unique(polygon, return_inverse=True)[1]
    # Where just two edges of a triangle have two labels, its hub is on the straight line between their middles.
    counted = (labels[start] != labels[end]) | (polygon >= triangles)
    sums = np.column_stack([np.bincount(hub, counted * x) for x in middles[middle].T])
    vertices = np.concatenate([pieces.places, middles, sums / np.bincount(hub, counted)[:, None]])
    fans = _Fans(polygon, start, end, labels[start], labels[end], middle + points, hub + points + len(middles))
    skin, walls = fans.take(polygon < triangles), fans.take(polygon >= triangles)
    return skin, walls._replace(polygon=walls.polygon - triangles), vertices


def _owners(pieces: Pieces, piece: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Int[N]: the labels of undivided pieces Int[N]; in others, and in none (-1), the given ones."""
    own = np.append(pieces.label, 0)[piece]
    return np.where(own > 0, own, labels)


def _triangles(fans: _Fans) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangles Int[T, 3] from edges or their halves to hubs, their labels Int[T] and their polygons Int[T]."""
    differ = fans.left != fans.right
    same, first, second = fans.take(~differ), fans.take(differ), fans.take(differ)
    start, end = (same.start, first.start, second.middle), (same.end, first.middle, second.end)
    faces = np.column_stack([*map(np.concatenate, (start, end, (same.hub, first.hub, second.hub)))])
    labels = np.concatenate([same.left, first.left, second.right])
    return faces, labels, np.concatenate([same.polygon, first.polygon, second.polygon])


def _shares_of_skin(pieces: Pieces, skin: _Fans) -> _Labelled:
    """What of the divided triangles belongs to each label."""
    faces, labels, polygon = _triangles(skin)
    return faces, _owners(pieces, pieces.inner[polygon], labels)


def _shares_of_walls(pieces: Pieces, walls: _Fans) -> list[_Labelled]:
    """What of a wall lies between different labels, because a piece on one of its sides is not divided as it is."""
    faces, labels, polygon = _triangles(walls)
    below, above = (_owners(pieces, side[polygon], labels) for side in (pieces.below, pieces.above))
    differ = below != above
    return [(faces[differ], below[differ]), (faces[differ, ::-1], above[differ])]


def _cones(pieces: Pieces, fans: _Fans, piece: np.ndarray, apex: int) -> list[_Labelled]:
    """The faces between labels within the pieces Int[E] that edges bound: from the lines between labels to the pieces'
    centres, which are vertices from number `apex` on. Labels are to the left and right as seen from outside."""
    chosen = (fans.left != fans.right) & (np.append(pieces.label, 0)[piece] == 0)
    middle, hub, centre = fans.middle[chosen], fans.hub[chosen], apex + piece[chosen]
    of_left, of_right = np.column_stack([hub, middle, centre]), np.column_stack([middle, hub, centre])
    return [(of_left, fans.left[chosen]), (of_right, fans.right[chosen])]
