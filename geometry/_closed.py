"""Closed meshes to voxels by one scan along x: the kernels under the fast way of `voxelize`."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from ._crossings import DEPTH_STEPS, LATTICE, _is_left, _side


@njit(cache=True, error_model="numpy")
def is_closed(bits, faces):
    """Whether every edge is run along as often one way as the other, vertices at the same place counting as one.

    Places are thrown at random (a hash of their coordinates) onto a plane of 64-bit numbers. There the signed areas
    of the faces sum to zero if their edges cancel, and otherwise only with a probability of about 2⁻⁶⁰.

    Args:
        bits: UInt64[V, 3], the coordinates' bit patterns, without negative zeros.
    """
    x, y = np.empty(bits.shape[0], np.uint64), np.empty(bits.shape[0], np.uint64)
    for n in range(bits.shape[0]):
        hashed = uint64(0)
        for e in range(3):
            hashed = (hashed + bits[n, e]) * uint64(0xBF58476D1CE4E5B9)
            hashed ^= hashed >> uint64(29)
        x[n] = hashed * uint64(0x94D049BB133111EB)
        x[n] ^= x[n] >> uint64(32)
        y[n] = x[n] * uint64(0x9E3779B97F4A7C15)
        y[n] ^= y[n] >> uint64(31)
        y[n] *= uint64(0xD6E8FEB86659FD93)
    area = uint64(0)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        area += (x[b] - x[a]) * (y[c] - y[a]) - (x[c] - x[a]) * (y[b] - y[a])
    return area == uint64(0)


@njit(cache=True, error_model="numpy")
def fill(vertices, faces, resolution, half, values):
    """Writes 1 to `values` Float32[R, R, R] where the winding number is at least 1, else 0.

    Each crossing of a column along x is added to the first voxel behind it; the sums along x are the winding
    numbers.

    Args:
        vertices: Float[V, 3], canonical. half: lattice units in half a voxel.
    """
    step, first = 2 * half, (resolution - 1) * half
    lattice = np.empty((vertices.shape[0], 2), np.int64)
    behind = np.empty((vertices.shape[0], 4), np.int32)  # first and last column at or beside each vertex, in u and v
    depth = np.empty(vertices.shape[0], np.float64)
    for n in range(vertices.shape[0]):
        depth[n] = vertices[n, 0] * resolution + resolution / 2
        for e in range(2):
            scaled = vertices[n, 1 + e] * resolution * step
            on = np.int64(np.rint(min(max(scaled, -float(LATTICE)), float(LATTICE))))
            lattice[n, e] = on
            # The quotient's distance to a whole number is 0 or far above its rounding.
            column = (on + first) / step
            behind[n, 2 * e] = np.int32(np.ceil(column))
            behind[n, 2 * e + 1] = np.int32(np.floor(column))

    winding = values.view(np.int32)
    winding[:] = 0
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        low_u = max(0, min(behind[a, 0], behind[b, 0], behind[c, 0]))
        high_u = min(resolution - 1, max(behind[a, 1], behind[b, 1], behind[c, 1]))
        low_v = max(0, min(behind[a, 2], behind[b, 2], behind[c, 2]))
        high_v = min(resolution - 1, max(behind[a, 3], behind[b, 3], behind[c, 3]))
        if low_u > high_u or low_v > high_v:
            continue
        au, av = lattice[a, 0], lattice[a, 1]
        bu, bv = lattice[b, 0], lattice[b, 1]
        cu, cv = lattice[c, 0], lattice[c, 1]
        area = _side(au, av, bu, bv, cu, cv)
        if area == 0:
            continue
        for i in range(low_u, high_u + 1):
            pu = i * step - first
            for j in range(low_v, high_v + 1):
                pv = j * step - first
                ab = _side(au, av, bu, bv, pu, pv)
                bc = _side(bu, bv, cu, cv, pu, pv)
                ca = _side(cu, cv, au, av, pu, pv)
                left = _is_left(ab, au, av, bu, bv)
                if left != _is_left(bc, bu, bv, cu, cv) or left != _is_left(ca, cu, cv, au, av):
                    continue
                d = (bc * depth[a] + ca * depth[b] + ab * depth[c]) / area
                d = np.floor(min(max(d, -2.0), resolution + 2.0) * DEPTH_STEPS + 0.5) / DEPTH_STEPS
                k = max(0, np.int64(np.ceil(d - 0.5)))
                if k < resolution:
                    winding[k, i, j] += -1 if area > 0 else 1

    plane = resolution * resolution
    winding, values = winding.reshape(resolution, plane), values.reshape(resolution, plane)
    running = np.zeros(plane, np.int32)
    for k in range(resolution):
        for c in range(plane):
            running[c] += winding[k, c]
            values[k, c] = np.float32(1) if running[c] >= 1 else np.float32(0)


@njit(cache=True, inline="always")
def _is_lost(values, i, j, k, di, dj, dk):
    """Whether voxels (i, j, k), (i + di, j, k) … of two by two are all empty; `di`, `dj`, `dk`: 0 along the normal."""
    n = values.shape[0]
    for a in range(i, i + di + 1):
        for b in range(j, j + dj + 1):
            for c in range(k, k + dk + 1):
                if 0 <= a < n and 0 <= b < n and 0 <= c < n and values[a, b, c] != 0:
                    return False
    return True


@njit(cache=True, error_model="numpy")
def has_thin_features(vertices, faces, values):
    """Whether somewhere below the surface the next four centres are all empty.

    Asked at samples in every face: one where its sides are within two voxels, about one per voxel on larger ones.
    From a point a quarter of a voxel below the sample one looks inward along the axis nearest to the normal, at the
    next layer of centres, there at the two by two columns around. Below flat or gently curved surfaces at
    least one of the four is in the solid; in boards, rods, tips and edges thinner than a voxel there may be none.
    """
    n = values.shape[0]
    shift = (n - 1) / 2  # from the box's centre, in voxels, to the index of a voxel
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, az = vertices[a, 0] * n, vertices[a, 1] * n, vertices[a, 2] * n
        bx, by, bz = vertices[b, 0] * n - ax, vertices[b, 1] * n - ay, vertices[b, 2] * n - az
        cx, cy, cz = vertices[c, 0] * n - ax, vertices[c, 1] * n - ay, vertices[c, 2] * n - az
        nx, ny, nz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        size = nx * nx + ny * ny + nz * nz
        if size == 0:
            continue
        inward = -0.25 / np.sqrt(size)
        ox, oy, oz = ax + shift + inward * nx, ay + shift + inward * ny, az + shift + inward * nz
        # floor leads to the lower of two centres: what is to be the upper one along the normal starts one higher
        di, dj, dk = 1, 1, 1
        if abs(nx) >= abs(ny) and abs(nx) >= abs(nz):
            di = 0
            ox += nx < 0
        elif abs(ny) >= abs(nz):
            dj = 0
            oy += ny < 0
        else:
            dk = 0
            oz += nz < 0
        along_b, along_c = bx * bx + by * by + bz * bz, cx * cx + cy * cy + cz * cz
        steps_b = 1 if along_b <= 4 else int(np.ceil(np.sqrt(along_b)))
        steps_c = 1 if along_c <= 4 else int(np.ceil(np.sqrt(along_c)))
        for p in range(steps_b):
            for q in range(steps_c):
                s, t = (p + 1 / 3) / steps_b, (q + 1 / 3) / steps_c
                if s + t > 1:
                    break
                x, y, z = ox + s * bx + t * cx, oy + s * by + t * cy, oz + s * bz + t * cz
                if not (-1 <= x < n and -1 <= y < n and -1 <= z < n):
                    continue
                if _is_lost(values, int(x + 1) - 1, int(y + 1) - 1, int(z + 1) - 1, di, dj, dk):
                    return True
    return False
