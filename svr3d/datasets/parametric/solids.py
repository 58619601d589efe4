"""The solids that objects are made of: boxes, balls and extruded outlines; y up, metres or any other unit.

Functions here and in `sweeps.py` return a `manifold3d.Manifold`, so solids can be cut (`a - b`), joined (`a + b`),
intersected (`a ^ b`), moved (`translate`), turned (`rotate`, degrees about x, y, z) and scaled.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from manifold3d import CrossSection, FillRule, Manifold

from .outlines import Outline, Points, Vector, triple


def box(size: Vector, at: Vector = (0, 0, 0), bevel: float = 0.0) -> Manifold:
    """A box of this size around the point `at`, with flattened edges where `bevel` > 0."""
    half = 0.5 * np.asarray(size, float)
    if bevel <= 0:
        return Manifold.cube(triple(2 * half), True).translate(triple(at))
    bevel = min(bevel, 0.45 * 2 * half.min())
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corners = np.concatenate([signs * (half - bevel * (1 - np.eye(3)[k])) for k in range(3)])
    return Manifold.hull_points(corners).translate(triple(at))


def span(low: Vector, high: Vector, bevel: float = 0.0) -> Manifold:
    """A box between two corners."""
    start, end = np.minimum(low, high), np.maximum(low, high)
    return box(end - start, 0.5 * (start + end), bevel)


def ellipsoid(size: Vector, at: Vector = (0, 0, 0), sides: int = 16) -> Manifold:
    return Manifold.sphere(0.5, sides).scale(triple(size)).translate(triple(at))


def cushion(size: Vector, at: Vector = (0, 0, 0), radius: float = 0.04, sides: int = 12) -> Manifold:
    """A box with well rounded edges."""
    half = 0.5 * np.asarray(size, float)
    radius = min(radius, 0.98 * half.min())
    ball = np.asarray(Manifold.sphere(radius, sides).to_mesh64().vert_properties)[:, :3]
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    points: np.ndarray = (signs[:, None] * (half - radius) + ball[None]).reshape(-1, 3)
    return Manifold.hull_points(points).translate(triple(at))


def hull(*points: Points) -> Manifold:
    """The convex hull of all the points."""
    return Manifold.hull_points(np.concatenate([np.asarray(p, float).reshape(-1, 3) for p in points]))


def prism(
    outline: Outline,
    thickness: float,
    axis: str = "y",
    at: Vector = (0, 0, 0),
    scale_top: tuple[float, float] = (1.0, 1.0),
) -> Manifold:
    """An outline (it may be concave) extruded symmetrically along an axis.

    The outline's plane is (x, z) for axis y, (x, y) for axis z, and (z, y) for axis x.
    `scale_top` scales the outline at the positive end of the axis.
    """
    section = CrossSection([np.asarray(outline, float)], FillRule.NonZero)
    solid = section.extrude(thickness, scale_top=scale_top).translate((0, 0, -thickness / 2))
    if axis == "y":  # (x, y, z) -> (x, z, -y): keep (x, z) by flipping the outline first
        solid = solid.mirror((0, 1, 0)).rotate((-90, 0, 0))
    elif axis == "x":  # (z, y): turn x to z
        solid = solid.mirror((1, 0, 0)).rotate((0, 90, 0))
    return solid.translate(triple(at))


def grid(x: Sequence[float], y: Sequence[float], z: Sequence[float]) -> list[tuple[float, float, float]]:
    """All points of these coordinates: the corners of a box, or of one of its faces where an axis has one value."""
    return list(itertools.product(x, y, z))


def plate(thickness: float, outline: Points) -> Manifold:
    """The convex hull of an outline of points (y, z), thickened along x."""
    return hull([(x, *p) for x in (-thickness / 2, thickness / 2) for p in outline])
