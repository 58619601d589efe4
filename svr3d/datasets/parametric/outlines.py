"""Outlines in the plane and curves in space: what solids are extruded, lofted and swept from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Vector = Sequence[float] | np.ndarray
Points = Sequence[Vector] | np.ndarray
Outline = np.ndarray  # Float[N, 2]

SIDES = (-1, 1)
"""The signs of left and right, rear and front, bottom and top."""

CORNERS = ((-1, -1), (-1, 1), (1, -1), (1, 1))
"""The signs of the four corners of a rectangle."""


def triple(v: Vector) -> tuple[float, float, float]:
    """A vector in space as manifold3d takes it."""
    x, y, z = v
    return x, y, z


# Outlines ---------------------------------------------------------------------------------------


def rectangle(width: float, height: float, radius: float = 0.0, steps: int = 4) -> Outline:
    """A rectangle around the origin with rounded corners, counter-clockwise."""
    radius = min(radius, 0.499 * width, 0.499 * height)
    if radius <= 0:
        return 0.5 * np.array([(-width, -height), (width, -height), (width, height), (-width, height)])
    quarter = np.linspace(0, np.pi / 2, steps + 1)
    corners = [(1, 1, 0), (-1, 1, 1), (-1, -1, 2), (1, -1, 3)]
    return np.concatenate(
        [
            np.array([sx * (width / 2 - radius), sy * (height / 2 - radius)])
            + radius * np.stack([np.cos(quarter + k * np.pi / 2), np.sin(quarter + k * np.pi / 2)], axis=1)
            for sx, sy, k in corners
        ]
    )


def ellipse(width: float, height: float, sides: int = 32, power: float = 2.0) -> Outline:
    """A regular polygon (`power` 2) or superellipse with `sides` corners in a box of this size, counter-clockwise."""
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    c, s = np.cos(angle), np.sin(angle)
    xy = np.stack([np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)], axis=1)
    return xy * (0.5 * width, 0.5 * height)


def mirrored(half: Points) -> Outline:
    """A closed outline from its half at x ≥ 0 (from top to bottom or back), reflected in the y axis."""
    half = np.asarray(half, float)
    back = half[::-1] * (-1, 1)
    return np.concatenate([half, back[np.abs(back[:, 0]) > 1e-9]])


def at_depth(outline: Outline, z: float) -> np.ndarray:
    """An outline (x, y) in space at depth z: Float[N, 3]."""
    return np.column_stack([outline, np.full(len(outline), z)])


def at_height(outline: Outline, y: float) -> np.ndarray:
    """An outline (x, z) in space at height y: Float[N, 3]."""
    return np.column_stack([outline[:, 0], np.full(len(outline), y), outline[:, 1]])


# Curves -----------------------------------------------------------------------------------------


def smooth(points: Points, steps: int = 6, closed: bool = False) -> np.ndarray:
    """A centripetal-like (uniform Catmull-Rom) curve through the points: Float[N, D]."""
    p = np.asarray(points, float)
    p = np.concatenate([p[-1:], p, p[:2]]) if closed else np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces if closed else [*pieces, p[-2:-1]])


def fillet(points: Points, radius: float, steps: int = 4) -> np.ndarray:
    """An open polyline with its inner corners rounded: Float[N, D]."""
    p = np.asarray(points, float)
    path = [p[:1]]
    for a, b, c in zip(p, p[1:], p[2:], strict=False):
        u, v = a - b, c - b
        reach = min(radius, 0.45 * np.linalg.norm(u), 0.45 * np.linalg.norm(v))
        start, end = b + reach * u / np.linalg.norm(u), b + reach * v / np.linalg.norm(v)
        t = np.linspace(0, 1, steps + 1)[:, None]
        path.append((1 - t) ** 2 * start + 2 * t * (1 - t) * b + t**2 * end)
    return np.concatenate([*path, p[-1:]])


def around(count: int, phase: float = 0.0) -> np.ndarray:
    """`count` angles evenly around the circle, radians."""
    return phase + 2 * np.pi * np.arange(count) / count


def spoke(angle: float) -> np.ndarray:
    """The level unit vector at this angle about the y axis, from x towards z: Float[3]."""
    return np.array([np.cos(angle), 0, np.sin(angle)])


def circle(radius: float, sides: int, y: float = 0.0, depth: float | None = None) -> np.ndarray:
    """A level circle about the y axis at height y (an ellipse where `depth` is its radius along z): Float[N, 3]."""
    q = around(sides)
    return np.stack([radius * np.cos(q), np.full(sides, y), (radius if depth is None else depth) * np.sin(q)], axis=1)


def arch(half: float, low: float, rise: float, z: float = 0.0, roundness: float = 2.0, steps: int = 14) -> np.ndarray:
    """A loop from (half, low) over `low + rise` to (-half, low) in the plane of depth z: Float[N, 3].

    `roundness` 2 is half an ellipse; more is boxier.
    """
    q = np.linspace(0, np.pi, steps)
    c, s = np.cos(q), np.sin(q)
    x = half * np.sign(c) * np.abs(c) ** (2 / roundness)
    return np.stack([x, low + rise * s ** (2 / roundness), np.full(steps, z)], axis=1)
