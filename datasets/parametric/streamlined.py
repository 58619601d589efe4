"""Solids that vehicles share: hulls lofted along z, aerofoils, propellers, wheels. The front is +z."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manifold3d import Manifold

from .solids import Vector, bar, ellipse, ellipsoid, loft, rod, smooth

FOIL = np.array([(0, 0), (0.06, 0.3), (0.3, 0.5), (0.65, 0.38), (1, 0.1), (1, -0.1), (0.65, -0.38), (0.3, -0.5), (0.06, -0.3)])
PLATE = np.array([(0, 0.2), (0.08, 0.5), (0.92, 0.5), (1, 0.2), (1, -0.2), (0.92, -0.5), (0.08, -0.5), (0, -0.2)])


def body(stations: Sequence[Vector], sides: int = 20, power: float = 2.0, steps: int = 4) -> Manifold:
    """A rounded body along z through stations (z, half width, low y, high y), superelliptic across.

    Args:
        steps: sections per station of the smooth curve through them; 1 joins them by straight lines.
    """
    curve = smooth(stations, steps) if steps > 1 else np.asarray(stations, float)
    half, low, high = np.maximum(curve[:, 1], 1e-3), curve[:, 2], np.maximum(curve[:, 3], curve[:, 2] + 2e-3)
    section = ellipse(2, 2, sides, power)
    x = half[:, None] * section[:, 0]
    y = 0.5 * (low + high)[:, None] + 0.5 * (high - low)[:, None] * section[:, 1]
    return loft(np.stack([x, y, np.broadcast_to(curve[:, :1], x.shape)], axis=2))


def foil(stations: Sequence[tuple[Vector, float, float]], normal: Vector = (0, 1, 0), section: np.ndarray = FOIL) -> Manifold:
    """A wing or fin through stations (leading edge, chord, thickness), the chord running backwards (-z)."""
    normal = np.asarray(normal, float)
    rings = [
        np.asarray(edge, float) - chord * section[:, :1] * (0, 0, 1) + thickness * section[:, 1:] * normal
        for edge, chord, thickness in stations
    ]
    return loft(rings)


def propeller(at: Vector, radius: float, blades: int, spinner: float, thickness: float, phase: float = 0.0) -> Manifold:
    """Blades and spinner of a propeller that faces +z."""
    at = np.asarray(at, float)
    solid = ellipsoid((2 * spinner, 2 * spinner, 4 * spinner), at, 12)
    for angle in phase + 2 * np.pi * np.arange(blades) / blades:
        out = np.array([np.cos(angle), np.sin(angle), 0.0])
        solid += bar(at, at + radius * out, 1.7 * thickness, thickness, (0, 0, 1))
    return solid


def wheel(at: Vector, radius: float, width: float, sides: int = 20) -> Manifold:
    """A tyre that rolls along z, with rounded shoulders."""
    x, y, z = at
    steps = [(-0.5, 0.82), (-0.34, 1.0), (0.34, 1.0), (0.5, 0.82)]
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    ring = np.stack([np.zeros(sides), np.cos(angle), np.sin(angle)], axis=1)
    return loft([ring * (radius * r) + (x + s * width, y, z) for s, r in steps])


def nacelle(at: Vector, length: float, radius: float, sides: int = 14, open_front: bool = True) -> Manifold:
    """A jet engine pod along z around `at`, with a hollow intake where `open_front`."""
    x, y, z = at
    shape = [(0.5, 0.82), (0.42, 1.0), (0.05, 1.0), (-0.35, 0.75), (-0.5, 0.5)]
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(sides)], axis=1)
    solid = loft([ring * (radius * r) + (x, y, z + s * length) for s, r in shape])
    if open_front:
        solid -= rod((x, y, z + 0.3 * length), (x, y, z + 0.6 * length), 0.3 * radius, 0.74 * radius, sides)
    return solid
