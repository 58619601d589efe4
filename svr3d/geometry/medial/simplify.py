"""Simplification of medial meshes by collapsing edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int

AT_ONCE = 0.15
"""The part of the edges, the cheapest, of which a round collapses those that do not touch each other."""

STAY = 1e-3
"""Weight of a ball's own place beside the planes of its faces: it decides where these leave a choice."""


class Complex:
    """A medial mesh that shrinks: `balls` Float[N, 4], and who is joined to whom.

    Attributes:
        around: for each ball, its neighbours, and for each of these the balls that make a face with both.
    """

    def __init__(
        self, balls: Float[np.ndarray, "n 4"], edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"]
    ) -> None:
        self.balls = balls.copy()
        self.around: list[dict[int, set[int]] | None] = [{} for _ in balls]
        for a, b in edges.tolist():
            self._join(a, b)
        for a, b, c in faces.tolist():
            for u, v, w in ((a, b, c), (b, c, a), (c, a, b)):
                self._join(u, v)
                self.of(u)[v].add(w)
                self.of(v)[u].add(w)

    def of(self, ball: int) -> dict[int, set[int]]:
        found = self.around[ball]
        assert found is not None
        return found

    def _join(self, a: int, b: int) -> None:
        self.of(a).setdefault(b, set())
        self.of(b).setdefault(a, set())

    @property
    def count(self) -> int:
        return sum(found is not None for found in self.around)

    def edges(self) -> np.ndarray:
        """Int[E, 2]."""
        pairs = [(a, b) for a, found in enumerate(self.around) if found for b in found if a < b]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def faces(self) -> np.ndarray:
        """Int[F, 3]."""
        found = [
            (a, b, c)
            for a, neighbors in enumerate(self.around)
            if neighbors
            for b, corners in neighbors.items()
            if a < b
            for c in corners
            if b < c
        ]
        return np.array(found, dtype=np.int64).reshape(-1, 3)

    def may_collapse(self, a: int, b: int) -> bool:
        """Whether making `a` and `b` one keeps what hangs together, and all tunnels and cavities: the link condition
        (Attali, Lieutier and Salinas, "Vietoris-Rips complexes also provide topologically correct reconstructions",
        2011, for any complex)."""
        of_a, of_b = self.of(a), self.of(b)
        common = of_a[b]
        if common != of_a.keys() & of_b.keys():
            return False
        return not any(of_a[c] & of_b[c] - {a, b} for c in common)

    def collapse(self, a: int, b: int, ball: np.ndarray) -> None:
        """Makes `b` one with `a`, at `ball`."""
        for c, corners in self.of(b).items():
            del self.of(c)[b]
            for corner in corners:  # the sides opposite of b
                self.of(c)[corner].discard(b)
        for c, corners in self.of(b).items():
            if c == a:
                continue
            self._join(a, c)
            for d in corners - {a}:
                self._join(a, d)
                self.of(a)[c].add(d)
                self.of(c)[a].add(d)
                self.of(c)[d].add(a)
        self.around[b] = None
        self.balls[a] = ball

    def drop_smallest(self) -> None:
        """Leaves out the smallest of balls that are joined to none."""
        alone = [ball for ball, found in enumerate(self.around) if found is not None and not found]
        self.around[min(alone, key=lambda ball: (self.balls[ball, 3], ball))] = None

    def compact(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Balls, edges and faces, numbered anew."""
        kept = np.array([found is not None for found in self.around], dtype=bool)
        number = np.cumsum(kept) - 1
        return self.balls[kept], number[self.edges()], number[self.faces()]


def simplified(
    balls: Float[np.ndarray, "n 4"], edges: Int[np.ndarray, "e 2"], faces: Int[np.ndarray, "f 3"], count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A medial mesh of at most `count` balls near the given one.

    Edges collapse, the cheapest first, under the quadric error metric of Garland and Heckbert ("Simplifying surfaces
    with color and texture using quadric error metrics", 1998) in the space of centres and radii: there a face of a
    medial mesh is a flat triangle, and the flat sheets of plates and of solids with flat sides cost nothing. As long as
    there are any, only edges collapse that leave tunnels and cavities as they are.
    """
    mesh = Complex(balls, edges, faces)
    quadrics = _quadrics(balls, mesh.edges(), mesh.faces())
    while mesh.count > count:
        pairs = mesh.edges()
        if not len(pairs):  # more pieces than balls are asked for
            mesh.drop_smallest()
            continue
        places, costs = _best(quadrics, pairs)
        order = np.argsort(costs, kind="stable")
        most = mesh.count - count
        if not _collapse_round(mesh, quadrics, pairs[order], places[order], most):
            _collapse_round(mesh, quadrics, pairs[order], places[order], most, any_edge=True)
    return mesh.compact()


def _collapse_round(
    mesh: Complex, quadrics: np.ndarray, pairs: np.ndarray, places: np.ndarray, most: int, *, any_edge: bool = False
) -> int:
    """Collapses some of `pairs`, in their order, that do not touch each other; returns how many.

    Args:
        any_edge: whether also those may collapse that change how things hang together.
    """
    most = min(most, max(1, int(AT_ONCE * len(mesh.balls))))
    tried = max(1, int(AT_ONCE * len(pairs)))
    touched: set[int] = set()
    done = 0
    for n, (a, b) in enumerate(pairs.tolist()):
        if done == most or (n >= tried and done):
            break
        if a in touched or b in touched or not (any_edge or mesh.may_collapse(a, b)):
            continue
        touched |= {a, b, *mesh.of(a), *mesh.of(b)}
        mesh.collapse(a, b, places[n])
        quadrics[a] += quadrics[b]
        done += 1
    return done


def _quadrics(balls: np.ndarray, edges: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Float[N, 5, 5]: for each ball, the weighted sum of squared distances to the planes of its faces and its lines, as
    a quadratic form of (x, y, z, r, 1)."""
    edges = edges[np.lexsort(edges.T[::-1])]
    faces_of = _faces_of(edges, faces, len(balls))
    curves = edges[faces_of == 0]
    total = np.zeros((len(balls), 5, 5))
    for corner in range(3):
        turned = np.roll(faces, -corner, axis=1)
        np.add.at(total, turned[:, 0], _sheet(*balls[turned.T]))
        # The rim of a sheet is held by a plane through each of its edges, across the face.
        rim = turned[faces_of[_places(turned[:, :2], edges, len(balls))] == 1]
        for end in range(2):
            np.add.at(total, rim[:, end], _rim(*balls[rim.T]))
    for end in range(2):
        np.add.at(total, curves[:, end], _line(*balls[curves.T]))
    return total + _stay(balls, curves, faces, total)


def _sheet(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Float[F, 5, 5]: from the plane of each triangle, by a third of its area."""
    along, across, area = _frames(b - a, c - a)
    off = np.eye(4) - along[:, :, None] * along[:, None] - across[:, :, None] * across[:, None]
    return _quadric(off, a, area / 3)


def _rim(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Float[F, 5, 5]: along each triangle's plane, from the line through `a` and `b`."""
    _, outward, _ = _frames(b - a, c - a)
    return _quadric(outward[:, :, None] * outward[:, None], a, ((b - a) ** 2).sum(axis=1) / 2)


def _line(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Float[E, 5, 5]: from the line through `a` and `b`."""
    along, _, _ = _frames(b - a, b - a)
    return _quadric(np.eye(4) - along[:, :, None] * along[:, None], a, ((b - a) ** 2).sum(axis=1) / 2)


def _stay(balls: np.ndarray, curves: np.ndarray, faces: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Float[N, 5, 5]: from where each ball is: hardly anything, but at the free ends of curves."""
    tip = (np.bincount(curves.ravel(), minlength=len(balls)) == 1) & ~np.isin(np.arange(len(balls)), faces)
    weight = np.trace(total[:, :4, :4], axis1=1, axis2=2) * np.where(tip, 1.0, STAY)
    return _quadric(np.broadcast_to(np.eye(4), (len(balls), 4, 4)), balls, weight)


def _frames(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Orthonormal vectors that span `u` and `v` Float[M, 4], along u and across, and the triangles' areas."""
    length = np.linalg.norm(u, axis=1, keepdims=True)
    along = np.divide(u, length, out=np.zeros_like(u), where=length > 0)
    rest = v - np.einsum("ni,ni->n", v, along)[:, None] * along
    height = np.linalg.norm(rest, axis=1, keepdims=True)
    across = np.divide(rest, height, out=np.zeros_like(v), where=height > 1e-9 * length)
    return along, across, (length * height)[:, 0] / 2


def _quadric(form: np.ndarray, place: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Float[M, 5, 5]: weight · (x - place)ᵀ form (x - place)."""
    linear = -np.einsum("nij,nj->ni", form, place)
    constant = -np.einsum("ni,ni->n", linear, place)
    top = np.concatenate([form, linear[:, :, None]], axis=2)
    bottom = np.concatenate([linear, constant[:, None]], axis=1)[:, None]
    return weight[:, None, None] * np.concatenate([top, bottom], axis=1)


def _faces_of(edges: np.ndarray, faces: np.ndarray, count: int) -> np.ndarray:
    """Int[E]: how many of `faces` each of `edges` is a side of."""
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    return np.bincount(_places(sides, edges, count), minlength=len(edges))


def _places(sides: np.ndarray, edges: np.ndarray, count: int) -> np.ndarray:
    """Int[S]: the place of each of `sides` Int[S, 2] among the sorted `edges` Int[E, 2]."""
    low, high = np.minimum(*sides.T), np.maximum(*sides.T)
    return np.searchsorted(edges[:, 0] * count + edges[:, 1], low * count + high)


def _best(quadrics: np.ndarray, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each of `pairs` would best be made one, Float[E, 4], and at which cost, Float[E]."""
    total = quadrics[pairs[:, 0]] + quadrics[pairs[:, 1]]
    form, linear = total[:, :4, :4], total[:, :4, 4]
    scale = np.trace(form, axis1=1, axis2=2)
    form = form + (1e-9 * scale + 1e-300)[:, None, None] * np.eye(4)
    place = -np.linalg.solve(form, linear[:, :, None])[:, :, 0]
    place[:, 3] = np.maximum(place[:, 3], 0)
    full = np.concatenate([place, np.ones((len(place), 1))], axis=1)
    return place, np.einsum("ni,nij,nj->n", full, total, full)
