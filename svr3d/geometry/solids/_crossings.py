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
def _side(au: int, av: int, bu: int, bv: int, pu: int, pv: int) -> int:
    """Twice the signed area of (a, b, p)."""
    return (bu - au) * (pv - av) - (bv - av) * (pu - au)


@njit(cache=True, inline="always")
def _is_left(side: int, au: int, av: int, bu: int, bv: int) -> bool:
    """Whether p lies left of a → b, with ties broken as if p were moved by (ε, ε²)."""
    if side != 0:
        return side > 0
    if av != bv:
        return bv < av
    return bu > au


@njit(cache=True, inline="always")
def _crossing(
    corners: np.ndarray, f: int, u: int, v: int, w: int, lattice: np.ndarray, pu: int, pv: int
) -> tuple[int, float]:
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


SUBDIVISION = 5
"""Columns per voxel across each slice; odd, so that every voxel's own column is among them."""


@njit(cache=True)
def column_crossings(
    corners: np.ndarray, lattice: np.ndarray, axis: int, resolution: int, half: int
) -> tuple[np.ndarray, np.ndarray]:
    """The crossings along `axis` of lines that pass slices through the voxel centres.

    Slices lie at the R voxel centres along u, `SUBDIVISION` columns per voxel within each slice along v.

    Args:
        corners: Float[F, 3, 3], in voxels from the box's lower corner.
        lattice: Int[F, 3, 3], in lattice units from the box's centre.
        half: lattice units in half a voxel, a multiple of `SUBDIVISION`.

    Returns:
        start Int[R * R * SUBDIVISION + 1] and key Int[K]: column (i, j) has the keys[start[c]:start[c + 1]],
        c = i * R * SUBDIVISION + j, in order of depth. A key is 2 * depth in `DEPTH_STEPS`, plus 1 for an exit.
    """
    w = axis
    u = (axis + 1) % 3
    v = (axis + 2) % 3
    columns_v = resolution * SUBDIVISION
    capacity = 4 * resolution * columns_v + 64
    column = np.empty(capacity, np.int32)
    unsorted = np.empty(capacity, np.int64)
    n = 0
    half_v = half // SUBDIVISION
    step_u, step_v = 2 * half, 2 * half_v
    first_u, first_v = (resolution - 1) * half, (columns_v - 1) * half_v
    for f in range(lattice.shape[0]):
        # ceil and floor of the indices within the projected bounding box
        low_u = max(0, -(-(min(lattice[f, 0, u], lattice[f, 1, u], lattice[f, 2, u]) + first_u) // step_u))
        high_u = min(resolution - 1, (max(lattice[f, 0, u], lattice[f, 1, u], lattice[f, 2, u]) + first_u) // step_u)
        if low_u > high_u:
            continue
        low_v = max(0, -(-(min(lattice[f, 0, v], lattice[f, 1, v], lattice[f, 2, v]) + first_v) // step_v))
        high_v = min(columns_v - 1, (max(lattice[f, 0, v], lattice[f, 1, v], lattice[f, 2, v]) + first_v) // step_v)
        for i in range(low_u, high_u + 1):
            for j in range(low_v, high_v + 1):
                s, d = _crossing(corners, f, u, v, w, lattice, i * step_u - first_u, j * step_v - first_v)
                if s == 0:
                    continue
                if n == capacity:
                    capacity *= 2
                    column = np.concatenate((column, np.empty(n, np.int32)))
                    unsorted = np.concatenate((unsorted, np.empty(n, np.int64)))
                column[n] = i * columns_v + j
                bounded = min(max(d, -2.0), resolution + 2.0)
                unsorted[n] = 2 * np.int64(np.floor(bounded * DEPTH_STEPS + 0.5)) + (1 if s > 0 else 0)
                n += 1

    start = np.zeros(resolution * columns_v + 1, np.int64)
    for index in range(n):
        start[column[index] + 1] += 1
    for c in range(resolution * columns_v):
        start[c + 1] += start[c]
    cursor = start[:-1].copy()
    keys = np.empty(n, np.int64)
    for index in range(n):
        c = column[index]
        # insertion keeps the column sorted; there are few per column
        at = cursor[c]
        while at > start[c] and keys[at - 1] > unsorted[index]:
            keys[at] = keys[at - 1]
            at -= 1
        keys[at] = unsorted[index]
        cursor[c] += 1
    return start, keys


DEPTH_STEPS = 1 << 20
"""Depths closer than this fraction of a voxel are one depth, at which entries come before exits: two sheets at the
same place that face away from each other are a solid without thickness, and not a gap."""


@njit(cache=True)
def _total(keys: np.ndarray) -> int:
    """Exits minus entries of a column; 0 where the mesh is closed."""
    total = 0
    for key in keys:
        total += 1 if key & 1 else -1
    return total


@njit(cache=True)
def vote_columns(
    start: np.ndarray, keys: np.ndarray, resolution: int, votes: np.ndarray, below_centre: np.ndarray, thin: np.ndarray
) -> None:
    """Adds the votes for inside of each voxel's own column to `votes` Int[R, R, R] (u, v, w order).

    The column is inside as seen from below where there are more entries than exits before the centre, and as seen
    from above where there are more exits than entries behind it. The excess before the centre is written to
    `below_centre` Int[R, R, R], which starts as zeros. A solid interval between two neighbouring centres, which no
    centre would see, is given to the voxel that holds its middle, in `thin`.
    """
    for i in range(resolution):
        for j in range(resolution):
            c = (i * resolution + j) * SUBDIVISION + SUBDIVISION // 2
            crossings = keys[start[c] : start[c + 1]]
            if crossings.size == 0:
                continue
            total = _total(crossings)
            below = 0
            k = 0  # first voxel whose centre has not been passed
            entry = 0.0
            entry_k = -1
            for key in crossings:
                depth = (key >> 1) / DEPTH_STEPS
                while k < resolution and k + 0.5 < depth:
                    votes[i, j, k] += (below >= 1) + (below + total >= 1)
                    below_centre[i, j, k] = below
                    k += 1
                was_solid = 2 * below + total >= 1
                below += -1 if key & 1 else 1
                is_solid = 2 * below + total >= 1
                if is_solid and not was_solid:
                    entry, entry_k = depth, k
                elif was_solid and not is_solid and entry_k == k:
                    middle = int(np.floor((entry + depth) / 2))
                    if 0 <= middle < resolution:
                        thin[i, j, middle] = True
            while k < resolution:
                votes[i, j, k] += (below >= 1) + (below + total >= 1)
                below_centre[i, j, k] = below
                k += 1


@njit(cache=True)
def _root(parent: np.ndarray, a: int) -> int:
    while parent[a] != a:
        parent[a] = parent[parent[a]]
        a = parent[a]
    return a


@njit(cache=True)
def mark_small_pieces(start: np.ndarray, keys: np.ndarray, resolution: int, thin: np.ndarray) -> bool:
    """Marks in `thin` the voxel at the middle of each piece of a slice's solid that is smaller than a voxel.

    Rods thinner than a voxel pass between the centres in two directions. In the slices across them they are
    pieces of less than a voxel both ways; larger pieces are seen by the columns through voxel centres.

    Returns:
        Whether in some column there are somewhere more exits than entries before.
    """
    negative = False
    columns = resolution * SUBDIVISION
    for i in range(resolution):
        size = start[(i + 1) * columns] - start[i * columns]
        if size == 0:
            continue
        low = np.empty(size, np.float64)
        high = np.empty(size, np.float64)
        at = np.empty(size, np.int64)
        parent = np.empty(size, np.int64)
        n = 0
        previous = 0  # first interval of the column before
        for j in range(columns):
            c = i * columns + j
            crossings = keys[start[c] : start[c + 1]]
            first = n
            total = _total(crossings)
            below = 0
            # What a hole leaves without end is no small piece, nor is what touches it.
            entry = -np.inf
            for index in range(crossings.size + 1):
                was_solid = 2 * below + total >= 1
                depth, is_solid = np.inf, False
                if index < crossings.size:
                    depth = (crossings[index] >> 1) / DEPTH_STEPS
                    below += -1 if crossings[index] & 1 else 1
                    negative |= below < 0
                    is_solid = 2 * below + total >= 1
                if is_solid and not was_solid:
                    entry = depth
                elif was_solid and not is_solid:
                    low[n], high[n], at[n], parent[n] = entry, depth, j, n
                    for other in range(previous, first):
                        if low[other] <= depth and entry <= high[other]:
                            parent[_root(parent, other)] = _root(parent, n)
                    n += 1
            previous = first
        # extent of each piece, kept at its root
        piece_low, piece_high = low[:n].copy(), high[:n].copy()
        piece_first, piece_last = at[:n].copy(), at[:n].copy()
        for a in range(n):
            root = _root(parent, a)
            piece_low[root] = min(piece_low[root], low[a])
            piece_high[root] = max(piece_high[root], high[a])
            piece_first[root] = min(piece_first[root], at[a])
            piece_last[root] = max(piece_last[root], at[a])
        for a in range(n):
            extent = piece_last[a] - piece_first[a] + 1
            if parent[a] != a or extent > SUBDIVISION or piece_high[a] - piece_low[a] > 1:
                continue
            j = (piece_first[a] + piece_last[a]) // 2 // SUBDIVISION
            k = int(np.floor((piece_low[a] + piece_high[a]) / 2))
            if 0 <= k < resolution:
                thin[i, j, k] = True
    return negative


@njit(cache=True)
def _cell_range(
    low: int | np.int64, high: int | np.int64, cells: int, shift: int
) -> tuple[int | np.int64, int | np.int64]:
    """Cells that hold lattice coordinates low … high."""
    return max(0, (low + LATTICE) >> shift), min(cells - 1, (high + LATTICE) >> shift)


@njit(cache=True)
def bin_triangles(lattice: np.ndarray, axis: int, cells: int, shift: int) -> tuple[np.ndarray, np.ndarray]:
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
def count_crossings(
    corners: np.ndarray,
    lattice: np.ndarray,
    axis: int,
    start: np.ndarray,
    faces: np.ndarray,
    cells: int,
    shift: int,
    points: np.ndarray,
    point_lattice: np.ndarray,
    counts: np.ndarray,
) -> None:
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
