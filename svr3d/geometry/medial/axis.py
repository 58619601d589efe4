"""From a mesh to a medial mesh."""

from __future__ import annotations

import operator
import time
from typing import NamedTuple

import numpy as np

from ...errors import InputError
from ..shapes.medial_mesh import MedialMesh
from ..shapes.mesh import Mesh
from ..surface.graphs import connected_nodes
from .boundary import STEP, Boundary
from .candidates import medial_balls
from .coverage import covering_balls
from .fit import fitted
from .holes import with_holes_filled
from .nearest import corners_of, touching_balls
from .pruning import within
from .simplify import simplified
from .topology import dual_complex

DENSE = 2.5
"""How many times as many spheres as asked for the medial mesh has before it is simplified, and at least `LEAST`."""

LEAST = 200

MOST = 10_000
"""Spheres that can be asked for: their samples take some hundred megabytes."""

SAMPLES = 25
"""Points of the boundary for each of these spheres; their medial balls are the candidates."""

WITHIN = 0.004
"""A ball that sticks out by less of those chosen, in longest sides, adds nothing."""

FILLS = 2
"""How often small holes are closed after simplification, when their rings have become short."""

FIT = 6_000
"""Of the samples, those that the spheres are fitted to."""

CHECKED, AWAY, LOST = 500, 0.05, 0.05
"""Of the samples, those of which at most a part `LOST` may be further than `AWAY`, in longest sides, from the surface
of the medial mesh before it is simplified."""


class TracedAxis(NamedTuple):
    """A medial mesh, and how it came about.

    medial: in the mesh's frame. cover: by how much the balls of the unsimplified medial mesh must be dilated so that
    each of all sampled medial balls lies in one of them, in longest sides. seconds: by stage.
    """

    medial: MedialMesh
    cover: float
    seconds: dict[str, float]


def medial_axis(mesh: Mesh, spheres: int = 256, *, seed: int = 0) -> MedialMesh:
    """A medial mesh of at most `spheres` spheres whose solid is nearly that of `mesh`.

    1. Candidates: the medial balls of samples of the surface (`candidates`).
    2. Coverage: more of them than asked for, which cover all others (`coverage`).
    3. Topology: who is whose neighbour on the axis, by a discrete geodesic Voronoi diagram on it (`regions`,
       `topology`), and closing holes that the solid does not have (`holes`).
    4. Simplification: edges collapse, those in flat sheets first, until `spheres` are left (`simplify`).
    5. Fit: centres and radii are moved so that the surface meets the samples (`fit`).
    6. Pruning: cones and slabs that stick out of the mesh go (`pruning`).

    A simple shape needs fewer spheres than asked for: a ball is one.

    Args:
        mesh: watertight: every edge is run along as often one way as the other. Which way its faces look does not
            matter; its parts may overlap or touch. Any frame and unit.
        spheres: at most.
        seed: of the samples.

    Returns:
        In the frame and unit of `mesh`.

    Raises:
        InputError: the mesh is empty, not finite or not watertight, bounds no solid, or one that in good part is
            thinner than two ten-thousandths of its longest side, or that is in more pieces than `spheres`; or `spheres`
            is not a whole number from 1 to `MOST`.
    """
    return traced_axis(mesh, spheres, seed=seed).medial


def traced_axis(mesh: Mesh, spheres: int = 256, *, seed: int = 0) -> TracedAxis:
    """`medial_axis`, with the time of its stages.

    Raises:
        InputError: as `medial_axis`.
    """
    count = _checked_count(spheres)
    clock = _Clock()
    boundary = Boundary(mesh)
    dense = max(round(DENSE * count), LEAST)
    points, normals = boundary.sample(SAMPLES * dense, seed)
    clock.stop("boundary")
    balls = medial_balls(boundary, points, normals)
    if not len(balls):
        raise InputError(
            f"medial axis: no ball of more than {STEP:g} of the longest side fits into the solid, which is too thin"
        )
    clock.stop("candidates")
    chosen, cover = covering_balls(balls, dense, WITHIN)
    clock.stop("coverage")
    chosen, edges, faces = dual_complex(boundary, balls, chosen)
    _check_pieces(len(chosen), edges, count)
    _check_nearness(balls[chosen], edges, faces, points)
    clock.stop("topology")
    found, edges, faces = simplified(balls[chosen], edges, faces, count)
    for _ in range(FILLS):
        edges, faces = with_holes_filled(boundary, found, edges, faces)
    clock.stop("simplify")
    found = fitted(boundary, found, edges, faces, points[:: max(1, len(points) // FIT)])
    clock.stop("fit")
    edges, faces = within(boundary, found, edges, faces)
    clock.stop("pruning")
    placed = np.column_stack([found[:, :3] * boundary.side + boundary.centre, found[:, 3] * boundary.side])
    return TracedAxis(MedialMesh(placed, edges, faces), cover, clock.seconds)


def _checked_count(spheres: int) -> int:
    try:
        count = operator.index(spheres)
    except TypeError:
        count = 0
    if count < 1 or isinstance(spheres, bool):
        raise InputError(f"medial axis: expected a positive whole number of spheres, found {spheres!r}")
    if count > MOST:
        raise InputError(f"medial axis: expected at most {MOST:,} spheres, found {count:,}")
    return count


def _check_pieces(balls: int, edges: np.ndarray, count: int) -> None:
    pieces = int(connected_nodes(edges, balls).max()) + 1
    if pieces > count:
        raise InputError(
            f"medial axis: the solid is in {pieces} pieces, and each needs a sphere of its own: expected at least as "
            f"many spheres, found {count}"
        )


def _check_nearness(spheres: np.ndarray, edges: np.ndarray, faces: np.ndarray, points: np.ndarray) -> None:
    """Before simplification, which may be left too few spheres to come near, the surface has to be the solid's."""
    some = points[:: max(1, len(points) // CHECKED)]
    away = np.abs(touching_balls(spheres, corners_of(len(spheres), edges, faces), some).distance) > AWAY
    if away.mean() > LOST:
        raise InputError(
            f"medial axis: {away.mean():.0%} of the surface are not where the balls in the solid end, but more than "
            f"{AWAY:g} of its longest side away: parts of it are thinner than {2 * STEP:g} of that"
        )


class _Clock:
    """Seconds of one stage after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._since
        self._since = now
