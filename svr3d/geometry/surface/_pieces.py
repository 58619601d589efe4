"""The solid of a grid in pieces, one or more in each cube between eight neighbouring voxels' centres.

A piece is bounded by triangles of the surface and by polygons in the walls of its cube. Their corners are centres of
voxels and points where the surface crosses a line between two centres, rarely one in the middle of a cube.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...arrays import distinct_rows
from .isosurface import off_level, patches

ROUNDING = 1e-9
"""Of volumes, of cubes of side 1."""


class Pieces(NamedTuple):
    """The surface, the walls of cubes with several labels, and the pieces in these cubes.

    Attributes:
        places: Float[P, 3], the corners of triangles and polygons, in indices of the lattice; labels: Int[P].
        triangles: Int[F, 3], the surface; inner: Int[F], the piece that each bounds, -1 in cubes with one label.
        polygons: Int[Q, 6], convex ones in the walls between two cubes, counter-clockwise seen from above; after
            `sides` Int[Q] corners, the first follows, over and over.
        below, above: Int[Q], the pieces on either side of polygons, -1 in cubes with one label.
        centres: Float[N, 3], of the pieces.
        label: Int[N], that the whole piece shall have; 0 where it is to be divided.
    """

    places: np.ndarray
    labels: np.ndarray
    triangles: np.ndarray
    inner: np.ndarray
    polygons: np.ndarray
    sides: np.ndarray
    below: np.ndarray
    above: np.ndarray
    centres: np.ndarray
    label: np.ndarray


def pieces_of(values: np.ndarray, level: float, labels: np.ndarray) -> Pieces:
    """The pieces of what of the lattice's `values` Float[N, N, N] is above `level`, none of the border.

    Args:
        labels: Int[N, N, N], at least 1. A crossing has the label of the node inside; where the surface goes just
            through a node, that node's.
    """
    values = off_level(values, level)
    lattice = _Lattice(values.astype(np.float64) - level, labels.ravel())
    corners, cubes = patches(values, level)
    cube = cubes @ lattice.step
    triangle_names = lattice.names(corners, cube)
    names, first = np.unique(triangle_names, return_index=True)
    places = corners.reshape(-1, 3)[first]
    mixed = lattice.mixed(cube, lattice.labels_of(names, places)[np.searchsorted(names, triangle_names)])
    walls = _walls(lattice, mixed, _shared(triangle_names, cube))
    # centres of voxels are corners of polygons only
    centres = np.setdiff1d(walls.polygons, names)
    names, places = np.append(names, centres), np.concatenate([places, lattice.index(centres)])
    order = np.argsort(names)
    names, places = names[order], places[order]
    triangles, polygons = np.searchsorted(names, triangle_names), np.searchsorted(names, walls.polygons)
    bounds = [(cube, triangles), (walls.lower, polygons), (walls.upper, polygons)]
    (inner, below, above), piece, corner = _connected(bounds, mixed, len(places))
    point_labels = lattice.labels_of(names, places)
    size = np.bincount(piece)
    means = np.column_stack([np.bincount(piece, weights=x) for x in places[corner].T]) / size[:, None]
    hidden = _hidden(means, places[triangles[inner >= 0]], inner[inner >= 0])
    label = np.where(hidden, _commonest(piece, point_labels[corner]), 0)
    return Pieces(places, point_labels, triangles, inner, polygons, walls.sides, below, above, means, label)


def _shared(triangles: np.ndarray, cube: np.ndarray) -> np.ndarray:
    """The names that triangles Int[F, 3] of several cubes Int[F] use. A crossing is among them, unless rounding has put
    it on a node; what is not, is in the middle of a cube, or what rounding has made of that."""
    pairs, _ = distinct_rows(np.column_stack([np.repeat(cube, 3), triangles.ravel()]))
    names, cubes = np.unique(pairs[:, 1], return_counts=True)
    return names[cubes > 1]


def _connected(
    bounds: list[tuple[np.ndarray, np.ndarray]], mixed: np.ndarray, points: int
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """The pieces in mixed cubes, from what bounds them: cubes Int[F], and corners of polygons Int[F, C] there.

    Returns:
        for each of the `bounds`, the piece of each polygon, -1 in other cubes; and all pairs of a piece Int[M] and a
        corner Int[M] of it.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    keys = [cube[mixed[cube], None] * points + corners[mixed[cube]] for cube, corners in bounds]
    known, node = np.unique(np.concatenate([key.ravel() for key in keys]), return_inverse=True)
    first = np.searchsorted(known, np.concatenate([np.repeat(key[:, 0], key.shape[1]) for key in keys]))
    graph = coo_matrix((np.ones(len(node), dtype=bool), (node, first)), shape=(len(known),) * 2)
    piece = connected_components(graph, directed=False)[1]
    pieces = []
    for (cube, _), key in zip(bounds, keys, strict=True):
        pieces.append(np.full(len(cube), -1))
        pieces[-1][mixed[cube]] = piece[np.searchsorted(known, key[:, 0])]
    return pieces, piece, known % points


def _hidden(centres: np.ndarray, triangles: np.ndarray, piece: np.ndarray) -> np.ndarray:
    """Bool[N]: the pieces whose centres do not see all of the triangles Float[F, 3, 3] that bound them from within."""
    volumes = np.linalg.det(triangles - centres[piece, None])
    hidden = np.zeros(len(centres), dtype=bool)
    hidden[piece[volumes < -ROUNDING]] = True
    return hidden


def _commonest(piece: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Int[N]: the most frequent label of each piece, the lowest of several; from pairs of a piece and a label."""
    found, label = np.unique(labels, return_inverse=True)
    pairs, count = np.unique(piece * len(found) + label, return_counts=True)
    order = np.lexsort((-count, pairs // len(found)))
    _, first = np.unique(pairs[order] // len(found), return_index=True)
    return found[pairs[order][first] % len(found)]


class _Lattice:
    """The voxels' centres with a layer around them, N³ nodes.

    A node is named by its number, a cube by that of its lowest node. Of other points, the crossing of the line from
    node i along axis a is named (1 + a) N³ + i, and the one in the middle of cube i, 4 N³ + i.
    """

    def __init__(self, height: np.ndarray, labels: np.ndarray) -> None:
        size = len(height)
        self.shape, self.nodes, self.step = height.shape, height.size, np.array([size * size, size, 1])
        self.height, self.inside, self.labels = np.abs(height).ravel(), height.ravel() > 0, labels

    def index(self, number: np.ndarray) -> np.ndarray:
        """Int[…, 3]."""
        return np.stack(np.unravel_index(number, self.shape), axis=-1)

    def names(self, corners: np.ndarray, cube: np.ndarray) -> np.ndarray:
        """Int[F, 3]: the names of triangles' corners Float[F, 3, 3] in cubes Int[F]."""
        low = np.floor(corners)
        between = corners > low
        names = low.astype(np.int64) @ self.step
        ways = between.sum(axis=-1)
        names += np.where(ways == 1, (1 + between.argmax(axis=-1)) * self.nodes, 0)
        return np.where(ways > 1, 4 * self.nodes + cube[:, None], names)

    def labels_of(self, names: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Int[P]: the labels of points by name; one in the middle of a cube has that of the nearest node."""
        kind, node = np.divmod(names, self.nodes)
        crossing = (kind > 0) & (kind < 4)
        beyond = crossing & ~self.inside[node]
        node = np.where(beyond, node + self.step[np.clip(kind - 1, 0, 2)], node)
        node[kind == 4] = np.rint(places[kind == 4]).astype(np.int64) @ self.step
        return self.labels[node]

    def mixed(self, cube: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Bool[N³]: the cubes with several labels among nodes inside and triangles' corners Int[F, 3] in `cube`."""
        corners = np.indices((2, 2, 2)).reshape(3, 8).T @ self.step
        none = self.labels.max() + 1
        low, high = np.full(self.nodes, none), np.zeros(self.nodes, dtype=np.int64)
        last = self.nodes - corners[-1]
        for corner in corners:
            label, inside = self.labels[corner : corner + last], self.inside[corner : corner + last]
            low[:last] = np.minimum(low[:last], np.where(inside, label, none))
            high[:last] = np.maximum(high[:last], np.where(inside, label, 0))
        np.minimum.at(low, cube, labels.min(axis=1))
        np.maximum.at(high, cube, labels.max(axis=1))
        return low < high


class _Walls(NamedTuple):
    """As in `Pieces`, with names for corners."""

    polygons: np.ndarray
    sides: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def _walls(lattice: _Lattice, mixed: np.ndarray, known: np.ndarray) -> _Walls:
    """The polygons in all walls of mixed cubes; known: the names that crossings have."""
    found = [_squares(lattice, mixed, axis) for axis in range(3)]
    nodes, lines, lower, upper = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    inside = lattice.inside[nodes]
    crossed = inside != np.roll(inside, -1, axis=1)
    corners = np.empty((len(nodes), 8), dtype=np.int64)
    corners[:, ::2], corners[:, 1::2] = nodes, _crossings(lattice, nodes, lines, known)
    # Two opposite corners inside, and no way from one to the other: a polygon for each.
    apart = crossed.all(axis=1)
    apart[apart] = ~_joined(lattice.height[nodes[apart]], inside[apart])
    present = np.stack([inside, crossed], axis=-1).reshape(-1, 8)
    whole = np.flatnonzero(~apart & inside.any(axis=1))
    square, kept = [whole], [present[whole]]
    for first in (0, 4):
        square.append(np.flatnonzero(apart))
        around = (np.where(inside[apart, :1], 0, 2) + first + np.arange(-1, 2)) % 8
        kept.append(np.zeros((len(around), 8), dtype=bool))
        np.put_along_axis(kept[-1], around, True, axis=1)
    square, kept = np.concatenate(square), np.concatenate(kept)
    order = np.argsort(~kept, axis=1, kind="stable")[:, :6]
    sides = kept.sum(axis=1)
    polygons = np.take_along_axis(corners[square], np.where(np.arange(6) < sides[:, None], order, order[:, :1]), axis=1)
    return _Walls(polygons, sides, lower[square], upper[square])


def _squares(lattice: _Lattice, mixed: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """The walls of mixed cubes across `axis`: their nodes Int[S, 4], counter-clockwise seen from above; the names
    Int[S, 4] for crossings of the lines from each node to the next; and the cubes below and above them."""
    a, b, c = lattice.step[[axis, (axis + 1) % 3, (axis + 2) % 3]]
    lowest = np.flatnonzero(mixed | np.roll(mixed, a))
    nodes = lowest[:, None] + np.array([0, b, b + c, c])
    along = lattice.nodes * (1 + np.array([(axis + 1) % 3, (axis + 2) % 3] * 2))
    lines = lowest[:, None] + np.array([0, b, c, 0]) + along
    return nodes, lines, lowest - a, lowest


def _crossings(lattice: _Lattice, nodes: np.ndarray, lines: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Int[S, 4]: the names of the crossings of `lines`; rounding may have put one on the node nearer to the level."""
    after = np.roll(nodes, -1, axis=1)
    nearer = np.where(lattice.height[nodes] <= lattice.height[after], nodes, after)
    return np.where(np.isin(lines, known), lines, nearer)


def _joined(height: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Bool[S]: whether what is inside at two opposite nodes of a wall is one, by the sign of the bilinear interpolation
    where it is level: as in marching cubes (Nielson and Hamann, "The asymptotic decider", 1991).

    Args:
        height: Float[S, 4], how far each node is from the level; inside: Bool[S, 4], in turns.
    """
    first, second = height[:, 0] * height[:, 2], height[:, 1] * height[:, 3]
    return np.where(inside[:, 0], first >= second, second >= first)
