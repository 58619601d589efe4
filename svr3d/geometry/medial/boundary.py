"""The boundary of the solid that a mesh bounds, and distances to it.

Meshes of objects are often unions of parts that overlap or touch: faces inside the solid are no part of its boundary,
and a ball may cross them. They are left out here, by what the winding number says of both their sides.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh
from ..solids.outward import outward
from ..solids.ray_crossings import ray_crossings
from ..surface.connectivity import components, is_closed
from .triangles import Nearest, Triangles

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

STEP = 1e-4
"""How far in front of and behind a face one looks, in longest sides. Twice that is the least thickness."""

COARSE, FINE = 0.08, 0.01
"""Edges, in longest sides, down to which a face of a mesh in several pieces is divided anyway, and at most where it is
partly buried."""

_PROBES = np.array([[1 / 3, 1 / 3, 1 / 3], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
_CHILDREN = np.array(
    [[[2, 0, 0], [1, 1, 0], [1, 0, 1]], [[1, 1, 0], [0, 2, 0], [0, 1, 1]], [[1, 0, 1], [0, 1, 1], [0, 0, 2]]]
    + [[[0, 1, 1], [1, 0, 1], [1, 1, 0]]]
) / 2  # fmt: skip


class Boundary:
    """The boundary of the solid of `mesh`, in a frame of its own: the longest side is 1, the box is centred.

    Attributes:
        triangles: Float[F, 3, 3]. normals: Float[F, 3], out of the solid. areas: Float[F].
        centre, side: of the mesh's box; own frame = (mesh's - centre) / side.

    Raises:
        InputError: the mesh is empty, not finite, not watertight, or bounds no solid of any thickness.
    """

    def __init__(self, mesh: Mesh) -> None:
        if mesh.is_empty:
            raise InputError("medial axis: the mesh has no faces")
        if not np.isfinite(mesh.triangles).all():
            raise InputError("medial axis: the mesh has vertices that are not finite numbers")
        low, high = mesh.bounds
        self.centre, self.side = (low + high) / 2, float((high - low).max())
        if not self.side > 0:
            raise InputError("medial axis: all vertices of the mesh lie in one point")
        if not is_closed(mesh):
            raise InputError(
                "medial axis: the mesh is not watertight: some of its edges are not run along as often one way as the "
                "other, so that it has no inside"
            )
        self.mesh = outward(Mesh((mesh.vertices - self.centre) / self.side, mesh.faces))[0]
        self.triangles, self.normals = self._exposed()
        a, b, c = np.moveaxis(self.triangles, 1, 0)
        self.areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
        if not self.areas.sum() > 0:
            raise InputError(
                f"medial axis: the solid is too thin: expected more than {2 * STEP:g} of its longest side somewhere"
            )

    def _exposed(self) -> tuple[np.ndarray, np.ndarray]:
        """The faces, or pieces of them, with the solid on one side only, and their normals, out of the solid."""
        keep = self.mesh.face_areas > 0
        triangles, normals = self.mesh.triangles[keep], self.mesh.face_normals[keep]
        found: list[tuple[np.ndarray, np.ndarray]] = []
        at_once = COARSE if self._is_in_pieces else np.inf
        while len(triangles):
            length = np.linalg.norm(triangles - triangles[:, [1, 2, 0]], axis=2).max(axis=1)
            whole = length <= at_once
            side = np.zeros((len(triangles), len(_PROBES)), dtype=np.int8)
            side[whole] = self._out_of(triangles[whole], normals[whole])
            mixed = (side != side[:, :1]).any(axis=1) & (length > FINE)
            done = whole & ~mixed
            out = side[done, 0]
            found.append((triangles[done][out != 0], normals[done][out != 0] * out[out != 0][:, None]))
            triangles = np.einsum("kij,fjd->fkid", _CHILDREN, triangles[~done]).reshape(-1, 3, 3)
            normals = np.repeat(normals[~done], len(_CHILDREN), axis=0)
        return tuple(np.concatenate(arrays) for arrays in zip(*found, strict=True))  # type: ignore[return-value]

    @property
    def _is_in_pieces(self) -> bool:
        return bool(components(self.mesh).max() > 0)

    def _out_of(self, triangles: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Int[F, P]: at each probe, 1 where the normal leads out of the solid, -1 where in, 0 where neither."""
        probes = np.einsum("pi,fid->fpd", _PROBES, triangles)
        step = STEP * normals[:, None]
        inside = self.contains(np.concatenate([probes - step, probes + step]).reshape(-1, 3))
        behind, before = inside.reshape(2, len(triangles), len(_PROBES)).astype(np.int8)
        return behind - before

    def contains(self, points: Float[np.ndarray, "n 3"]) -> Bool[np.ndarray, " n"]:
        """Bool[N]: which of `points` Float[N, 3] are in the solid."""
        inside = np.zeros(len(points), dtype=bool)
        low, high = self.mesh.bounds
        asked = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
        if len(asked):  # as `contains`, without asking each time whether the mesh is closed and looks outward
            crossings = ray_crossings(self.mesh.triangles, points[asked], int(np.argmin(high - low)))
            inside[asked] = crossings[:, 0] <= -1
        return inside

    def sample(self, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Points Float[count, 3], evenly over the area, and their outward normals Float[count, 3]."""
        rng = np.random.default_rng(seed)
        cumulative = np.cumsum(self.areas)
        where = (np.arange(count) + rng.random(count)) / count * cumulative[-1]  # one in each stratum
        chosen = np.minimum(np.searchsorted(cumulative, where, side="right"), len(cumulative) - 1)
        s, t = rng.random((2, count))
        s, t = np.where(s + t > 1, 1 - s, s), np.where(s + t > 1, 1 - t, t)
        weights = np.stack([1 - s - t, s, t], axis=1)
        return np.einsum("ni,nid->nd", weights, self.triangles[chosen]), self.normals[chosen]

    def nearest(self, points: Float[np.ndarray, "n 3"], within: Float[np.ndarray, " n"] | float = np.inf) -> Nearest:
        """The nearest place of the boundary to each of `points` Float[N, 3]; see `Triangles.nearest`."""
        return self._surface.nearest(points, within)

    def depth(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
        """Float[N]: how deep in the solid each of `points` Float[N, 3] lies; negative outside."""
        distance = self.nearest(points).distance
        return np.where(self.contains(points), distance, -distance)

    @cached_property
    def _surface(self) -> Triangles:
        return Triangles(self.triangles)
