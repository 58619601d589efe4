"""Closed meshes to voxels by one scan along x: the kernels under the fast way of `voxelize`."""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

from ._crossings import DEPTH_STEPS, LATTICE, _is_left, _side


@njit(cache=True, error_model="numpy")
def fill(vertices: np.ndarray, faces: np.ndarray, resolution: int, half: int, values: np.ndarray) -> bool:
    """Writes 1 to `values` Float32[R, R, R] where the winding number is at least 1, else 0.

    Each crossing of a column along x is added to the first voxel behind it; the sums along x are the winding
    numbers.

    Args:
        vertices: Float[V, 3], canonical. half: lattice units in half a voxel.

    Returns:
        Whether some winding number is negative: no solid's is whose faces look outward.
    """
    step, first = 2 * half, (resolution - 1) * half
    per_step = 1 / step
    lattice = np.empty((vertices.shape[0], 2), np.int64)
    behind = np.empty((vertices.shape[0], 4), np.int32)  # first and last column at or beside each vertex, in u and v
    depth = np.empty(vertices.shape[0], np.float64)
    for n in range(vertices.shape[0]):
        depth[n] = vertices[n, 0] * resolution + resolution / 2
        for e in range(2):
            scaled = vertices[n, 1 + e] * resolution * step
            on = np.int64(np.rint(min(max(scaled, -float(LATTICE)), float(LATTICE))))
            lattice[n, e] = on
            # A column too many does no harm: the side tests decide.
            column = (on + first) * per_step
            behind[n, 2 * e] = np.int32(np.ceil(column - 1e-6))
            behind[n, 2 * e + 1] = np.int32(np.floor(column + 1e-6))

    winding = values.view(np.int32)
    winding[:] = 0
    for f in range(faces.shape[0]):
        a, b, c = uint64(faces[f, 0]), uint64(faces[f, 1]), uint64(faces[f, 2])
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
    running, signs = np.zeros(plane, np.int32), np.zeros(plane, np.int32)
    for k in range(resolution):
        # two loops, because one over both views of the same memory is not vectorised
        for c in range(plane):
            running[c] += winding[k, c]
            signs[c] |= running[c]
        for c in range(plane):
            values[k, c] = np.float32(1) if running[c] >= 1 else np.float32(0)
    return bool((signs < 0).any())


@njit(cache=True, inline="always")
def _is_lost(values: np.ndarray, x: int, y: int, z: int, axis: int) -> bool:
    """Whether the four centres that lie beside (x, y, z) across `axis`, in the layer below along it, are all empty.

    False outside the box.
    """
    n = values.shape[0]
    i, j, k = int(x + 1) - 1, int(y + 1) - 1, int(z + 1) - 1
    di, dj, dk = axis != 0, axis != 1, axis != 2
    if 0 <= i < n - 1 and 0 <= j < n - 1 and 0 <= k < n - 1:
        if axis == 2:
            return values[i, j, k] + values[i + 1, j, k] + values[i, j + 1, k] + values[i + 1, j + 1, k] == 0
        if axis == 1:
            return values[i, j, k] + values[i + 1, j, k] + values[i, j, k + 1] + values[i + 1, j, k + 1] == 0
        return values[i, j, k] + values[i, j + 1, k] + values[i, j, k + 1] + values[i, j + 1, k + 1] == 0
    if not (-1 <= x < n and -1 <= y < n and -1 <= z < n):
        return False
    for a in range(max(i, 0), min(i + di, n - 1) + 1):
        for b in range(max(j, 0), min(j + dj, n - 1) + 1):
            for c in range(max(k, 0), min(k + dk, n - 1) + 1):
                if values[a, b, c] != 0:
                    return False
    return True


@njit(cache=True, error_model="numpy")
def has_thin_features(vertices: np.ndarray, faces: np.ndarray, values: np.ndarray) -> bool:
    """Whether somewhere below the surface the next four centres are all empty.

    Asked at samples in every face: one where its sides are within three voxels, about one per voxel on larger ones.
    From 0.3 voxels below the sample one looks inward along the axis nearest to the normal, at the next layer of
    centres, there at the two by two columns around. Below flat or gently curved surfaces at least one of the
    four is in the solid; in boards, rods, tips and edges thinner than a voxel there may be none.
    """
    n = values.shape[0]
    shift = (n - 1) / 2  # from the box's centre, in voxels, to the index of a voxel
    for f in range(faces.shape[0]):
        a, b, c = uint64(faces[f, 0]), uint64(faces[f, 1]), uint64(faces[f, 2])
        ax, ay, az = vertices[a, 0] * n, vertices[a, 1] * n, vertices[a, 2] * n
        bx, by, bz = vertices[b, 0] * n - ax, vertices[b, 1] * n - ay, vertices[b, 2] * n - az
        cx, cy, cz = vertices[c, 0] * n - ax, vertices[c, 1] * n - ay, vertices[c, 2] * n - az
        nx, ny, nz = by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx
        ax, ay, az = ax + shift, ay + shift, az + shift
        # floor leads to the lower of two centres; where inward is up, the next one starts one higher
        if abs(nx) >= abs(ny) and abs(nx) >= abs(nz):
            if nx == 0:
                continue
            axis = 0
            ax += -0.3 if nx > 0 else 1.3
        elif abs(ny) >= abs(nz):
            axis = 1
            ay += -0.3 if ny > 0 else 1.3
        else:
            axis = 2
            az += -0.3 if nz > 0 else 1.3
        along_b, along_c = bx * bx + by * by + bz * bz, cx * cx + cy * cy + cz * cz
        if along_b <= 9 and along_c <= 9:
            if _is_lost(values, ax + (bx + cx) * (1 / 3), ay + (by + cy) * (1 / 3), az + (bz + cz) * (1 / 3), axis):
                return True
            continue
        # the samples' rows run along the two shorter sides
        along_bc = (cx - bx) ** 2 + (cy - by) ** 2 + (cz - bz) ** 2
        if along_b > along_c and along_b > along_bc:
            ax, ay, az = ax + cx, ay + cy, az + cz
            bx, by, bz, cx, cy, cz = bx - cx, by - cy, bz - cz, -cx, -cy, -cz
            along_b = along_bc
        elif along_c > along_bc:
            ax, ay, az = ax + bx, ay + by, az + bz
            bx, by, bz, cx, cy, cz = -bx, -by, -bz, cx - bx, cy - by, cz - bz
            along_c = along_bc
        rows = 1 if along_b <= 4 else int(np.ceil(np.sqrt(along_b)))
        columns = 1 if along_c <= 4 else int(np.ceil(np.sqrt(along_c)))
        for p in range(rows):
            s = (p + 1 / 3) / rows
            for q in range(columns):
                t = (q + 1 / 3) / columns
                if s + t > 1:
                    break
                if _is_lost(values, ax + s * bx + t * cx, ay + s * by + t * cy, az + s * bz + t * cz, axis):
                    return True
    return False
