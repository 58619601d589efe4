"""Compiled inner loops of the renderer. Imported only when something is rendered: it needs numba."""

from __future__ import annotations

import numpy as np
from numba import njit

MOST_NEIGHBORS = 512
"""Where more faces meet at one point, their normals stay as they are: all pairs of them would take too long."""

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def smooth_corner_normals(
    normals: np.ndarray,
    weights: np.ndarray,
    corners: np.ndarray,
    starts: np.ndarray,
    cos_crease: float,
    out: np.ndarray,
) -> None:
    """Normals at the corners of faces, averaged over the faces that meet there at a small angle.

    Faces whose winding disagrees are turned first: real meshes are not consistently oriented.

    Args:
        normals: Float[F, 3], unit, zero for faces of zero area.
        weights: Float[F * 3], of each corner.
        corners: Int[F * 3], corner indices ordered by the vertex they stand on.
        starts: Int[V + 1], where each vertex's run in `corners` begins.
        cos_crease: faces whose normals have a smaller absolute cosine are not averaged.
        out: Float[F * 3, 3].
    """
    for v in range(len(starts) - 1):
        crowded = starts[v + 1] - starts[v] > MOST_NEIGHBORS
        for i in range(starts[v], starts[v + 1]):
            f = corners[i] // 3
            nx, ny, nz = normals[f]
            sx = sy = sz = 0.0
            for j in range(starts[v], starts[v] if crowded else starts[v + 1]):
                g = corners[j] // 3
                cosine = nx * normals[g, 0] + ny * normals[g, 1] + nz * normals[g, 2]
                if abs(cosine) >= cos_crease:
                    weight = weights[corners[j]] if cosine > 0 else -weights[corners[j]]
                    sx += weight * normals[g, 0]
                    sy += weight * normals[g, 1]
                    sz += weight * normals[g, 2]
            length = np.sqrt(sx * sx + sy * sy + sz * sz)
            c = corners[i]
            if length > 0:
                out[c, 0], out[c, 1], out[c, 2] = sx / length, sy / length, sz / length
            else:
                out[c, 0], out[c, 1], out[c, 2] = nx, ny, nz


@compiled
def surface_points(
    sample: np.ndarray,
    place: np.ndarray,
    rays: np.ndarray,
    face: np.ndarray,
    uv: np.ndarray,
    triangles: np.ndarray,
    face_normals: np.ndarray,
    corner_normals: np.ndarray,
    lift: float,
    key: np.ndarray,
    disc: np.ndarray,
    sphere: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the seen samples lie, how they face, and the rays that ask what light reaches them.

    Args:
        sample: Int[N], index of each seen sample among the `rays`; place: Int[N], its place in the pixel.
        rays: Float[M, 6]; face: Int[M]; uv: Float[M, 2].
        triangles: Float[F, 3, 3]; face_normals: Float[F, 3]; corner_normals: Float[F, 3, 3].
        lift: how far secondary rays start off the surface.
        key: Float[3], towards the key light; disc: Float[P, 3], for each place an offset over the light's face.
        sphere: Float[P, 3], for each place a unit vector; together they are spread evenly.

    Returns:
        normals Float[N, 3] facing the viewer, key_rays Float[N, 6], ambient_rays Float[N, 6].
    """
    n = len(sample)
    normals = np.empty((n, 3), np.float32)
    key_rays = np.empty((n, 6), np.float32)
    ambient_rays = np.empty((n, 6), np.float32)
    point = np.empty(3)
    normal = np.empty(3)
    for i in range(n):
        s = sample[i]
        f = face[s]
        u, v = uv[s]
        w = 1 - u - v
        facing = 0.0
        for a in range(3):
            point[a] = w * triangles[f, 0, a] + u * triangles[f, 1, a] + v * triangles[f, 2, a]
            normal[a] = w * corner_normals[f, 0, a] + u * corner_normals[f, 1, a] + v * corner_normals[f, 2, a]
            facing -= face_normals[f, a] * rays[s, 3 + a]
        side = 1.0 if facing >= 0 else -1.0
        length = side * np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
        for a in range(3):
            normal[a] = normal[a] / length if length != 0 else side * face_normals[f, a]
            normals[i, a] = normal[a]
        # The surface that smooth normals stand for bulges over its triangle; a shadow ray from the triangle
        # itself would meet the neighbouring triangles and draw the facets (Hanika 2021).
        bx = by = bz = 0.0
        for c in range(3):
            height = 0.0
            for a in range(3):
                height += (point[a] - triangles[f, c, a]) * corner_normals[f, c, a]
            height = min(0.0, side * height)
            share = w if c == 0 else (u if c == 1 else v)
            bx -= share * height * side * corner_normals[f, c, 0]
            by -= share * height * side * corner_normals[f, c, 1]
            bz -= share * height * side * corner_normals[f, c, 2]
        point[0] += bx + lift * side * face_normals[f, 0]
        point[1] += by + lift * side * face_normals[f, 1]
        point[2] += bz + lift * side * face_normals[f, 2]
        # What faces away from the key is dark whatever hides it: a ray from out here is answered at once.
        away = normal[0] * key[0] + normal[1] * key[1] + normal[2] * key[2] <= 0
        for a in range(3):
            key_rays[i, a] = 1e15 if away else point[a]
            key_rays[i, 3 + a] = key[a] + disc[place[i], a]
            ambient_rays[i, a] = point[a]
            # a unit vector plus one evenly spread over the sphere is spread as the cosine about it
            ambient_rays[i, 3 + a] = 1.001 * normal[a] + sphere[place[i], a]
    return normals, key_rays, ambient_rays


@compiled
def shade(
    sample: np.ndarray,
    rays: np.ndarray,
    face: np.ndarray,
    normals: np.ndarray,
    lit: np.ndarray,
    open_sky: np.ndarray,
    albedo: np.ndarray,
    directions: np.ndarray,
    strengths: np.ndarray,
    up: np.ndarray,
    sky: float,
    ground: float,
    bounce: float,
    specular: float,
) -> np.ndarray:
    """Linear RGB Float[N, 3] of the seen samples.

    Args:
        sample, rays, face: as above; normals: Float[N, 3].
        lit: Bool[N], whether the key light is seen; open_sky: Bool[N], whether the sky is.
        albedo: Float[F, 3]; directions: Float[L, 3], towards the lights, key first; strengths: Float[L].
        up: Float[3]; sky, ground, bounce: ambient light from above, below, and off what hides the sky.
    """
    n = len(sample)
    out = np.empty((n, 3), np.float32)
    for i in range(n):
        s = sample[i]
        nx, ny, nz = normals[i]
        vx, vy, vz = -rays[s, 3], -rays[s, 4], -rays[s, 5]
        length = np.sqrt(vx * vx + vy * vy + vz * vz)
        vx, vy, vz = vx / length, vy / length, vz / length
        raised = 0.5 + 0.5 * (nx * up[0] + ny * up[1] + nz * up[2])
        share = 1.0 if open_sky[i] else bounce
        diffuse = (ground + (sky - ground) * raised) * share
        highlight = 0.0
        for k in range(len(strengths)):
            if k == 0 and not lit[i]:
                continue
            lx, ly, lz = directions[k]
            cosine = nx * lx + ny * ly + nz * lz
            if cosine <= 0:
                continue
            strength = strengths[k] if k == 0 else strengths[k] * share
            diffuse += strength * cosine
            hx, hy, hz = lx + vx, ly + vy, lz + vz
            length = np.sqrt(hx * hx + hy * hy + hz * hz)
            if length > 0:
                half = max(0.0, (nx * hx + ny * hy + nz * hz) / length)
                highlight += strength * cosine * half**32
        for a in range(3):
            out[i, a] = diffuse * albedo[face[s], a] + specular * highlight
    return out
