"""Which way the faces of a mesh look, so that what it bounds does not depend on it.

A closed surface bounds the same solid whichever way its faces are turned. What does depend on their directions is which
of several nested surfaces is a cavity: the one that looks the other way than the surface around it. So pieces of the
surface are made to agree with themselves, and one that encloses a negative volume and lies in nothing else is turned,
together with all that lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from ..shapes.mesh import Mesh
from ..surface.connectivity import merged
from .ray_crossings import ray_crossings
from .winding import winding_number

AnyMesh = TypeVar("AnyMesh", bound=Mesh)

FLAT = 1e-9
"""Volumes of less than this, where the area is 1, are none: the two sides of a sheet."""

AROUND = 0.6
"""An open piece encloses its volume if its winding number around the middle of its surface is at least this. Of others,
such as single faces, which touch at most ½, the winding number of the whole mesh decides."""

CLEAR = 0.3
"""Where there are only such others, their volumes decide together if they are at least this part of what they would be
if all of each piece were seen from the same side of its surface, and fill a thousandth of their box."""

PROBES = 256
"""Faces of a piece below which one looks where it lies."""


def outward(mesh: AnyMesh) -> tuple[AnyMesh, float]:
    """`mesh` with the faces turned that look into its solid, and which fraction of its area they are.

    - Faces that share an edge with exactly one other are made to agree with it, the fewer turned, unless that cannot
      be, as on a Möbius strip.
    - A closed piece of the surface that encloses a negative volume is turned, and all pieces within it with it. It is
      left if it lies wholly within the others: there it bounds a cavity. So a hollow solid stays hollow, also if all
      its faces look the wrong way.
    - A piece with holes is judged by the volume about its own middle. Loose sheets, which enclose nothing by
      themselves, are turned together if, on the average over their area, they lie where the winding number is negative.

    Vertices at the same place count as one, but what is closed by its own vertices is a piece for itself. A mesh whose
    faces are right is returned as it is.

    Args:
        mesh: its vertices in use are finite.
    """
    if mesh.is_empty:
        return mesh, 0.0
    turn = _Pieces.of(mesh).to_turn()
    if not turn.any():
        return mesh, 0.0
    with np.errstate(all="ignore"):  # of a shape that diverged
        share = float(mesh.face_areas[turn].sum() / mesh.area)
    turned = replace(mesh, faces=np.where(turn[:, None], mesh.faces[:, ::-1], mesh.faces))
    return turned, share if share > 0 else float(turn.mean())  # faces without area, or an area that overflows


@dataclass(frozen=True, eq=False)
class _Pieces:
    """A mesh in pieces; `mesh` has them agree with themselves.

    Args:
        piece: Int[F]. flip: Bool[F], the faces that were turned for it.
        closed: Bool[P]. volume, total, box: Float[P], Float[P] and Float[P, 2, 3], as `_patches.enclosed` gives them.
        solid: Bool[P], whether the piece encloses its volume. loose: Bool[P], whether it is an open sheet.
    """

    mesh: Mesh
    piece: np.ndarray
    flip: np.ndarray
    closed: np.ndarray
    volume: np.ndarray
    total: np.ndarray
    box: np.ndarray
    solid: np.ndarray
    loose: np.ndarray

    @classmethod
    def of(cls, mesh: Mesh) -> _Pieces:
        from ._patches import enclosed

        piece, flip, closed = _pieces(mesh)
        volume, total, winding, area, box = enclosed(mesh.vertices, mesh.faces, flip, piece, closed)
        with np.errstate(all="ignore"):  # of a shape that diverged
            solid = (np.abs(volume) > FLAT * area**1.5) & (closed | (winding * np.sign(volume) >= AROUND))
        if flip.any():
            mesh = Mesh(mesh.vertices, np.where(flip[:, None], mesh.faces[:, ::-1], mesh.faces))
        return cls(mesh, piece, flip, closed, volume, total, box, solid, ~solid & ~closed & (area > 0))

    def to_turn(self) -> np.ndarray:
        """Bool[F]: the faces to turn."""
        turned = np.zeros(len(self.volume), dtype=bool)
        if self.loose.any() and self._loose_look_inward():
            turned |= self.loose
        # from the largest to the smallest, so that what is around is right before what lies in it
        solids = np.flatnonzero(self.solid)
        for one in solids[np.argsort(-np.abs(self.volume[solids]), kind="stable")]:
            if (self.volume[one] < 0) != turned[one] and not self._lies_within_others(one, turned):
                turned[self._within(one)] ^= True
        return self.flip ^ turned[self.piece]

    @cached_property
    def _faces(self) -> list[np.ndarray]:
        """The indices of each piece's faces."""
        order = np.argsort(self.piece, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.piece))[:-1])

    def _probes(self, faces: np.ndarray, count: int, side: float) -> np.ndarray:
        """Points of at most `count` of `faces`, moved a little in front of them (side 1) or behind them (-1)."""
        some = faces[np.linspace(0, len(faces) - 1, min(len(faces), count)).round().astype(int)]
        a, b, c = np.moveaxis(self.mesh.vertices[self.mesh.faces[some]], 1, 0)
        normal = np.cross(b - a, c - a)
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        reach = 1e-6 * np.linalg.norm(np.ptp(np.concatenate([a, b, c]), axis=0))
        return (a + b + c) / 3 + side * reach * np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)

    def _beneath(self, one: int, count: int) -> np.ndarray:
        """Points just below the surface of a solid piece, in what it encloses."""
        return self._probes(self._faces[one], count, -1.0 if self.volume[one] > 0 else 1.0)

    def _loose_look_inward(self) -> bool:
        """Whether loose sheets enclose a negative volume, or lie where, averaged over both their sides, the winding
        number is negative."""
        faces = np.flatnonzero(self.loose[self.piece])
        with np.errstate(all="ignore"):  # of a shape that diverged
            volume, total = self.volume[self.loose].sum(), self.total[self.loose].sum()
            extent = np.prod(np.ptp(self.box[self.loose].reshape(-1, 3), axis=0))
            if not self.solid.any() and abs(volume) >= max(CLEAR * total, 1e-3 * extent):
                return bool(volume < 0)
            area = np.cumsum(self.mesh.face_areas[faces])
            some = np.searchsorted(area, (np.arange(PROBES) + 0.5) / PROBES * area[-1]).clip(max=len(faces) - 1)
            points = self._probes(faces[some], PROBES, 1.0)
            return bool(np.isfinite(points).all() and winding_number(self.mesh, points).mean() + 0.5 < -0.05)

    def _lies_within_others(self, one: int, turned: np.ndarray) -> bool:
        """Whether all of a piece lies in what the others bound, turned as they are by now."""
        points = self._beneath(one, PROBES)
        low, high = self.box[:, 0], self.box[:, 1]
        near = (low <= self.box[one, 1]).all(axis=1) & (high >= self.box[one, 0]).all(axis=1)
        near[one] = False
        boxes = np.flatnonzero(near)
        in_box = ((points[:, None] >= low[boxes]) & (points[:, None] <= high[boxes])).all(axis=2)
        if not in_box.T.any(axis=0).all():
            return False
        return bool((self._winding(boxes, turned, points) >= 0.5).all())

    def _winding(self, some: np.ndarray, turned: np.ndarray, points: np.ndarray) -> np.ndarray:
        """The winding numbers of some of the pieces around points."""
        faces = np.concatenate([self._faces[piece] for piece in some])
        corners = self.mesh.vertices[self.mesh.faces[faces]]
        corners = np.where(turned[self.piece[faces]][:, None, None], corners[:, ::-1], corners)
        if self.closed[some].all():
            return -ray_crossings(corners, points, 0)[:, 0]
        return winding_number(Mesh(corners.reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)), points)

    def _within(self, one: int) -> np.ndarray:
        """The solid pieces that lie wholly within a piece, and itself."""
        low, high = self.box[one]
        inner = (self.box[:, 0] >= low).all(axis=1) & (self.box[:, 1] <= high).all(axis=1) & self.solid
        inner[one] = False
        others = np.flatnonzero(inner)
        if not len(others):
            return np.array([one])
        points = [self._beneath(int(other), 32) for other in others]
        winding = self._winding(np.array([one]), np.zeros_like(self.solid), np.concatenate(points))
        first = np.cumsum([0, *map(len, points[:-1])])
        return np.append(others[np.logical_and.reduceat(np.abs(winding) >= 0.5, first)], one)


def _pieces(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`_patches.pieces`, first by the vertices' indices, and of what is open so, by their places."""
    from ._patches import pieces

    piece, flip, closed = pieces(mesh.vertices, mesh.faces)
    rest = ~closed[piece]
    if not rest.any():
        return piece, flip, closed
    places, faces = merged(Mesh(mesh.vertices, mesh.faces[rest]))
    if len(places) == len(mesh.vertices):
        return piece, flip, closed
    again, flip[rest], closed_again = pieces(places, faces)
    piece[rest] = len(closed) + again
    kept, piece = np.unique(piece, return_inverse=True)
    return piece.ravel(), flip, np.concatenate([closed, closed_again])[kept]
