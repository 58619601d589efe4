"""Where axis-parallel lines cross triangles: the kernels under voxelising and inside tests.

A line along axis w is a point in the plane of the two other axes (u, v). Both it and the triangles' corners
are rounded to an integer lattice there, where "which side of this edge" is decided exactly. A point on an
edge is moved, in thought, by (ε, ε²): one rule for all triangles, so a line through an edge or a corner of a
closed mesh crosses it exactly as often as a line beside it.

A crossing counts +1 where the line leaves the solid (normal along +w) and -1 where it enters.
"""

from __future__ import annotations

import numpy as np
from numba import njit

LATTICE = 1 << 29
"""Largest coordinate: differences reach 2^30, their products 2^60, sums of two stay within int64."""


@njit(cache=True, inline="always")
def _side(au, av, bu, bv, pu, pv):
    """Twice the signed area of (a, b, p)."""
    return (bu - au) * (pv - av) - (bv - av) * (pu - au)


@njit(cache=True, inline="always")
def _is_left(side, au, av, bu, bv):
    """Whether p lies left of a → b, with ties broken as if p were moved by (ε, ε²)."""
    if side != 0:
        return side > 0
    if av != bv:
        return bv < av
    return bu > au


@njit(cache=True, inline="always")
def _crossing(corners, f, u, v, w, lattice, pu, pv):
    """Sign (0: none) and depth of the crossing of the line (pu, pv) with face `f`.

    `corners` Float[F, 3, 3] gives the depth, `lattice` Int[F, 3, 3] the side tests.
    """
    au, av = lattice[f, 0, u], lattice[f, 0, v]
    bu, bv = lattice[f, 1, u], lattice[f, 1, v]
    cu, cv = lattice[f, 2, u], lattice[f, 2, v]
    ab = _side(au, av, bu, bv, pu, pv)
    bc = _side(bu, bv, cu, cv, pu, pv)
    ca = _side(cu, cv, au, av, pu, pv)
    area = ab + bc + ca
    if area == 0:
        return 0, 0.0
    left_ab = _is_left(ab, au, av, bu, bv)
    if left_ab != _is_left(bc, bu, bv, cu, cv) or left_ab != _is_left(ca, cu, cv, au, av):
        return 0, 0.0
    # The weights share a sign, so the depth stays between the corners' even for slivers.
    depth = (bc * corners[f, 0, w] + ca * corners[f, 1, w] + ab * corners[f, 2, w]) / area
    return (1 if area > 0 else -1), depth


@njit(cache=True)
def column_crossings(corners, lattice, axis, resolution, half):
    """All crossings of the R² lines through the voxel centres along `axis`.

    Args:
        corners: Float[F, 3, 3], in voxels from the box's lower corner.
        lattice: Int[F, 3, 3], in lattice units from the box's centre.
        half: lattice units in half a voxel.

    Returns:
        column: Int[K], u * R + v; depth: Float[K] in voxels; sign: Int[K].
    """
    w = axis
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    capacity = 4 * resolution * resolution + 64
    column = np.empty(capacity, np.int64)
    depth = np.empty(capacity, np.float64)
    sign = np.empty(capacity, np.int8)
    n = 0
    step = 2 * half
    first = (resolution - 1) * half
    for f in range(lattice.shape[0]):
        # ceil and floor of the centres' indices within the projected bounding box
        low_u = max(0, -(-(min(lattice[f, 0, u], lattice[f, 1, u], lattice[f, 2, u]) + first) // step))
        high_u = min(resolution - 1, (max(lattice[f, 0, u], lattice[f, 1, u], lattice[f, 2, u]) + first) // step)
        low_v = max(0, -(-(min(lattice[f, 0, v], lattice[f, 1, v], lattice[f, 2, v]) + first) // step))
        high_v = min(resolution - 1, (max(lattice[f, 0, v], lattice[f, 1, v], lattice[f, 2, v]) + first) // step)
        for i in range(low_u, high_u + 1):
            for j in range(low_v, high_v + 1):
                s, d = _crossing(corners, f, u, v, w, lattice, i * step - first, j * step - first)
                if s == 0:
                    continue
                if n == capacity:
                    capacity *= 2
                    column = np.concatenate((column, np.empty(n, np.int64)))
                    depth = np.concatenate((depth, np.empty(n, np.float64)))
                    sign = np.concatenate((sign, np.empty(n, np.int8)))
                column[n] = i * resolution + j
                depth[n] = d
                sign[n] = s
                n += 1
    return column[:n], depth[:n], sign[:n]


DEPTH_STEPS = 1 << 20
"""Depths closer than this fraction of a voxel are the same depth."""


@njit(cache=True)
def vote_columns(column, depth, sign, resolution, votes, thin):
    """Adds both votes of every column to `votes` Int[R, R, R] (u, v, w order) and marks thin solids in `thin`.

    A voxel's vote from below is the number of entries minus exits before its centre, the vote from above the
    number of exits minus entries behind it. A solid interval between two neighbouring centres, which no centre
    would see, is given to the voxel that holds its middle.
    """
    columns = resolution * resolution
    start = np.zeros(columns + 1, np.int64)
    for c in column:
        start[c + 1] += 1
    for c in range(columns):
        start[c + 1] += start[c]
    # One integer per crossing that sorts by depth, entries before exits: two sheets at the same place, facing
    # away from each other, are a solid of no thickness and not a gap of none.
    keys = np.empty(column.size, np.int64)
    cursor = start[:-1].copy()
    for n in range(column.size):
        bounded = min(max(depth[n], -2.0), resolution + 2.0)
        c = column[n]
        keys[cursor[c]] = 2 * np.int64(np.floor(bounded * DEPTH_STEPS + 0.5)) + (1 if sign[n] > 0 else 0)
        cursor[c] += 1
    for c in range(columns):
        if start[c] == start[c + 1]:
            continue
        i, j = c // resolution, c % resolution
        crossings = keys[start[c] : start[c + 1]]
        crossings.sort()
        total = 0
        for key in crossings:
            total += 1 if key & 1 else -1
        below = 0
        k = 0  # first voxel whose centre has not been passed
        entry = -1.0
        entry_k = -1
        for key in crossings:
            d = (key >> 1) / DEPTH_STEPS
            while k < resolution and k + 0.5 < d:
                votes[i, j, k] += 2 * below + total
                k += 1
            was_solid = 2 * below + total >= 1
            below += -1 if key & 1 else 1
            is_solid = 2 * below + total >= 1
            if is_solid and not was_solid:
                entry, entry_k = d, k
            elif was_solid and not is_solid and entry_k == k:
                middle = int(np.floor((entry + d) / 2))
                if 0 <= middle < resolution:
                    thin[i, j, middle] = True
        while k < resolution:
            votes[i, j, k] += 2 * below + total
            k += 1


@njit(cache=True)
def _cell_range(low, high, cells, shift):
    """Cells that hold lattice coordinates low … high."""
    return max(0, (low + LATTICE) >> shift), min(cells - 1, (high + LATTICE) >> shift)


@njit(cache=True)
def bin_triangles(lattice, axis, cells, shift):
    """The faces that may be crossed from each cell of a `cells`² grid over the (u, v) plane.

    A face is listed in the cells that its projection's rows touch, row by row, so that long diagonal faces do
    not fill their bounding box.

    Returns:
        start Int[cells² + 1], faces Int[K]: cell c lists faces[start[c]:start[c + 1]].
    """
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    start = np.zeros(cells * cells + 1, np.int64)
    faces = np.empty(0, np.int32)
    for fill in range(2):
        for f in range(lattice.shape[0]):
            au, av = lattice[f, 0, u], lattice[f, 0, v]
            bu, bv = lattice[f, 1, u], lattice[f, 1, v]
            cu, cv = lattice[f, 2, u], lattice[f, 2, v]
            if _side(au, av, bu, bv, cu, cv) == 0:
                continue
            low_v, high_v = _cell_range(min(av, bv, cv), max(av, bv, cv), cells, shift)
            low_u, high_u = _cell_range(min(au, bu, cu), max(au, bu, cu), cells, shift)
            for row in range(low_v, high_v + 1):
                first, last = low_u, high_u
                if high_u > low_u and high_v > low_v:
                    bottom = float((row << shift) - LATTICE)
                    top = bottom + float(1 << shift)
                    least, most = np.inf, -np.inf
                    for e in range(3):
                        pu, pv = float(lattice[f, e, u]), float(lattice[f, e, v])
                        qu, qv = float(lattice[f, (e + 1) % 3, u]), float(lattice[f, (e + 1) % 3, v])
                        if max(pv, qv) < bottom or min(pv, qv) > top:
                            continue
                        if pv == qv:
                            s, t = 0.0, 1.0
                        else:
                            s = min(max((bottom - pv) / (qv - pv), 0.0), 1.0)
                            t = min(max((top - pv) / (qv - pv), 0.0), 1.0)
                        x, y = pu + s * (qu - pu), pu + t * (qu - pu)
                        least, most = min(least, x, y), max(most, x, y)
                    # two units of margin cover the rounding of the clipped ends
                    first, last = _cell_range(np.int64(least) - 2, np.int64(most) + 2, cells, shift)
                    first, last = max(first, low_u), min(last, high_u)
                for cell in range(row * cells + first, row * cells + last + 1):
                    if fill == 0:
                        start[cell + 1] += 1
                    else:
                        faces[start[cell]] = f
                        start[cell] += 1
        if fill == 0:
            for cell in range(cells * cells):
                start[cell + 1] += start[cell]
            faces = np.empty(start[-1], np.int32)
    # filling moved each start to its cell's end
    for cell in range(cells * cells, 0, -1):
        start[cell] = start[cell - 1]
    start[0] = 0
    return start, faces


@njit(cache=True)
def count_crossings(corners, lattice, axis, start, faces, cells, shift, points, point_lattice, counts):
    """Counts the crossings of the line through each point along `axis`.

    Args:
        corners, points: Float[F, 3, 3] and Float[N, 3] in one frame.
        lattice, point_lattice: the same, rounded; lines through points off the lattice cross nothing.

    Returns (in `counts`, Int[N, 4]):
        sum of signs below and above each point, and number of crossings below and above.
    """
    w = axis
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    for n in range(points.shape[0]):
        pu, pv = point_lattice[n, u], point_lattice[n, v]
        counts[n, :] = 0
        if not (-LATTICE <= pu < LATTICE and -LATTICE <= pv < LATTICE):
            continue
        cell = ((pv + LATTICE) >> shift) * cells + ((pu + LATTICE) >> shift)
        depth = points[n, w]
        for index in range(start[cell], start[cell + 1]):
            s, d = _crossing(corners, faces[index], u, v, w, lattice, pu, pv)
            if s == 0:
                continue
            if d < depth:
                counts[n, 0] += s
                counts[n, 2] += 1
            else:
                counts[n, 1] += s
                counts[n, 3] += 1
