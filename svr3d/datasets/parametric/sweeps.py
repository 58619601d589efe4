"""Solids from curves: lofts through rings, turned profiles, tubes and bars along paths, curved sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import Error, Manifold, Mesh64

from .outlines import Outline, Points, Vector, ellipse, rectangle, triple

Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Two arrays of parameters (u, v) -> Float[..., 3]."""

Scale = float | Sequence[float] | np.ndarray
"""A number, or one per point of a path."""


def _solid(vertices: np.ndarray, faces: np.ndarray) -> Manifold:
    """A closed mesh as a solid, turned inside out if its volume is negative."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    if np.einsum("ij,ij->", a - vertices.mean(axis=0), np.cross(b - a, c - a)) < 0:
        faces = faces[:, ::-1]
    solid = Manifold(Mesh64(np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(faces, np.uint64)))
    if solid.status() != Error.NoError:
        raise RuntimeError(f"not a closed surface: {solid.status()}")
    return solid


def loft(rings: Points, closed: bool = False) -> Manifold:
    """The solid through rings of equally many points, Float[S, N, 3].

    The end rings are capped by fans from their centres (they should be star-shaped), or joined to
    each other if `closed`. A ring may shrink to a point.
    """
    rings = np.asarray(rings, float)
    s, n = rings.shape[:2]
    index = np.arange(s * n).reshape(s, n)
    if closed:
        index = np.concatenate([index, index[:1]])
    a, b = index[:-1], index[1:]
    a1, b1 = np.roll(a, -1, axis=1), np.roll(b, -1, axis=1)
    faces = [np.stack([a, a1, b1], axis=-1).reshape(-1, 3), np.stack([a, b1, b], axis=-1).reshape(-1, 3)]
    vertices = [rings.reshape(-1, 3)]
    if not closed:
        first, last = index[0], index[-1]
        vertices += [rings[0].mean(axis=0)[None], rings[-1].mean(axis=0)[None]]
        faces += [
            np.stack([np.roll(first, -1), first, np.full(n, s * n)], axis=-1),
            np.stack([last, np.roll(last, -1), np.full(n, s * n + 1)], axis=-1),
        ]
    return _solid(np.concatenate(vertices), np.concatenate(faces))


def lathe(profile: Points, at: Vector = (0, 0, 0), sides: int = 24) -> Manifold:
    """A profile of (radius, height) pairs turned about the y axis; it is closed along the axis."""
    r, y = np.asarray(profile, float).T
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    ring = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle)], axis=1)
    rings = np.maximum(r, 1e-4)[:, None, None] * ring + y[:, None, None] * np.array([0.0, 1.0, 0.0])
    return loft(rings).translate(triple(at))


def spun(profile: Points, at: Vector = (0, 0, 0), sides: int = 24) -> Manifold:
    """A profile of (radius, depth) pairs turned about the z axis: wheels that face forwards, drivers, engines."""
    return lathe(profile, sides=sides).rotate((90, 0, 0)).translate(triple(at))


def shell(profile: Points, thickness: float, at: Vector = (0, 0, 0), sides: int = 24) -> Manifold:
    """A profile of (radius, height) pairs turned about the y axis into a wall of this thickness, open at both ends."""
    p = np.asarray(profile, float)
    tangent = np.gradient(p, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1) / np.linalg.norm(tangent, axis=1, keepdims=True)
    section = np.concatenate([p + 0.5 * thickness * normal, (p - 0.5 * thickness * normal)[::-1]])
    section[:, 0] = np.maximum(section[:, 0], 1e-3)
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    rings = [np.stack([r * section[:, 0] for r in (np.cos(a), np.sin(a))] + [section[:, 1]], axis=1) for a in angle]
    return loft(np.asarray(rings)[:, :, [0, 2, 1]], closed=True).translate(triple(at))


def _frames(path: np.ndarray, closed: bool, up: Vector | None) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors across the path at each point, carried along it without twist (or kept near `up`)."""
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        step = np.diff(path, axis=0)
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        tangent = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.eye(3)[np.abs(tangent[0]).argmin()] if up is None else np.asarray(up, float)
    sides = []
    for t in tangent:
        side = np.asarray(up, float) if up is not None else side
        side = side - t * (side @ t)
        side /= np.linalg.norm(side)
        sides.append(side)
    sides = np.asarray(sides)
    return sides, np.cross(tangent, sides)


def sweep(
    path: Points, section: Outline, *, scale: Scale = 1.0, closed: bool = False, up: Vector | None = None
) -> Manifold:
    """An outline carried along a path, Float[N, 3]; `scale` (a number or one per point) sizes it.

    The outline's second axis follows `up` where given (which must not be along the path).
    """
    path = np.asarray(path, float)
    v, u = _frames(path, closed, up)
    scale = np.broadcast_to(np.asarray(scale, float), len(path))[:, None, None]
    section = np.asarray(section, float)
    rings = path[:, None] + scale * (section[None, :, :1] * u[:, None] + section[None, :, 1:] * v[:, None])
    return loft(rings, closed)


def tube(path: Points, radius: Scale, sides: int = 10, closed: bool = False) -> Manifold:
    """A round tube along a path; `radius` is a number or one per point."""
    return sweep(path, ellipse(2, 2, sides), scale=radius, closed=closed)


def rod(start: Vector, end: Vector, radius: float, end_radius: float | None = None, sides: int = 12) -> Manifold:
    """A straight round rod, tapered if `end_radius` is given."""
    return tube([start, end], [radius, radius if end_radius is None else end_radius], sides)


def bar(
    start: Vector, end: Vector, width: float, height: float, up: Vector = (0, 1, 0), taper: float = 1.0
) -> Manifold:
    """A straight bar of rectangular section, `height` along `up` (for upright bars, pass another `up`)."""
    return sweep([start, end], rectangle(width, height), up=up, scale=[1.0, taper])


def turned(start: Vector, end: Vector, radius: float, profile: Points, sides: int = 12) -> Manifold:
    """A turned rod: `profile` gives (radius factor, position from 0 to 1) along it."""
    factor, t = np.asarray(profile, float).T
    start, end = np.asarray(start, float), np.asarray(end, float)
    return tube(start + t[:, None] * (end - start), radius * factor, sides)


def bent(section: Points, radius: float, angles: np.ndarray) -> Manifold:
    """A section of (distance, height) pairs carried along an arc around the vertical axis at z = `radius`."""
    sides = [
        np.stack([r * np.sin(angles), np.full_like(angles, y), radius - r * np.cos(angles)], axis=-1)
        for r, y in section
    ]
    return loft(np.stack(sides, axis=1))


def sheet(
    surface: Surface,
    thickness: float,
    u: tuple[float, float] = (-1, 1),
    v: tuple[float, float] = (0, 1),
    steps: tuple[int, int] = (10, 4),
) -> Manifold:
    """A curved panel: the surface point(u, v) -> Float[..., 3] over a rectangle, thickened on both sides."""
    nu, nv = steps
    grid_u, grid_v = np.meshgrid(np.linspace(*u, nu + 1), np.linspace(*v, nv + 1), indexing="ij")
    point = surface(grid_u, grid_v)
    normal = np.cross(np.gradient(point, axis=0), np.gradient(point, axis=1))
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    front, back = point + 0.5 * thickness * normal, point - 0.5 * thickness * normal
    # A ring around each strip of constant u, capped at both ends of u.
    return loft(np.concatenate([front, back[:, ::-1]], axis=1)) if nv == 1 else _grid(front, back)


def _grid(front: np.ndarray, back: np.ndarray) -> Manifold:
    """The solid between two grids of points, Float[U, V, 3] each, closed around their border."""
    nu, nv = front.shape[:2]
    index = np.arange(nu * nv).reshape(nu, nv)

    def quads(*corners: np.ndarray) -> np.ndarray:
        a, b, c, d = (x.ravel() for x in corners)
        return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])

    top = quads(index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:])
    border = np.concatenate([index[:-1, 0], index[-1, :-1], index[:0:-1, -1], index[0, :0:-1]])
    after = np.roll(border, -1)
    m = nu * nv
    faces = np.concatenate([top, top[:, ::-1] + m, quads(after, border, border + m, after + m)])
    return _solid(np.concatenate([front.reshape(-1, 3), back.reshape(-1, 3)]), faces)
