"""The generalised winding number of open meshes, from one ray and the boundary.

Seen from a point, a mesh covers each direction a whole number of times; the generalised winding number (Jacobson et
al., 2013) is the mean of that over all directions. The number changes only across the boundary's outline, so two
meshes with one boundary differ by a constant: the mesh, and the fan of spherical triangles from the direction +x to
each boundary edge. No short triangle of the fan covers -x, where the constant is thus the signed count of crossings.
The sum is exact, for any triangles, and takes the boundary's edges only (as in Martens and Bessmeltsev, 2024).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ._crossings import LATTICE, _is_left, _side


@njit(cache=True, error_model="numpy")
def add_boundary(
    start: np.ndarray,
    end: np.ndarray,
    lattice_start: np.ndarray,
    lattice_end: np.ndarray,
    points: np.ndarray,
    lattice: np.ndarray,
    winding: np.ndarray,
) -> None:
    """Adds the fan's share to `winding` Float[N], which holds the signed counts of crossings towards -x.

    Args:
        start, end: Float[E, 3], the boundary's edges. points: Float[N, 3].
        lattice_start, lattice_end, lattice: the same, rounded as for the crossings. Which side of an edge a line
            passes is decided there, by the same rule, so that fan and crossings agree where it passes close by.
    """
    for n in range(points.shape[0]):
        pu, pv = lattice[n, 1], lattice[n, 2]
        on_lattice = -LATTICE <= pu < LATTICE and -LATTICE <= pv < LATTICE
        # Half solid angles are arguments of complex numbers (Van Oosterom and Strackee, 1983): multiplied, with the
        # whole turns counted, they need one arctangent.
        real, imaginary, turns = 1.0, 0.0, 0
        for e in range(start.shape[0]):
            ax, ay, az = start[e, 0] - points[n, 0], start[e, 1] - points[n, 1], start[e, 2] - points[n, 2]
            bx, by, bz = end[e, 0] - points[n, 0], end[e, 1] - points[n, 1], end[e, 2] - points[n, 2]
            a, b = np.sqrt(ax * ax + ay * ay + az * az), np.sqrt(bx * bx + by * by + bz * bz)
            if a == 0 or b == 0:
                continue
            x = a * b + ax * bx + ay * by + az * bz + ax * b + bx * a
            y = ay * bz - az * by
            if on_lattice:
                su, sv, eu, ev = lattice_start[e, 1], lattice_start[e, 2], lattice_end[e, 1], lattice_end[e, 2]
                if su == eu and sv == ev:
                    continue
                left = _is_left(_side(su, sv, eu, ev, pu, pv), su, sv, eu, ev)
            else:
                left = y > 0
            y = max(abs(y), 1e-15 * a * b)
            y = y if left else -y
            scale = 1 / np.sqrt(x * x + y * y)
            x, y = x * scale, y * scale
            r, i = real * x - imaginary * y, real * y + imaginary * x
            if imaginary >= 0 and y > 0 and i < 0:
                turns += 1
            elif imaginary < 0 and y < 0 and (i > 0 or (i == 0 and r < 0)):
                turns -= 1
            real, imaginary = r, (i if i != 0 else 0.0)
        winding[n] += turns + np.arctan2(imaginary, real) / (2 * np.pi)
