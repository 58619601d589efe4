"""The solids that objects are made of: y up, metres or any other unit.

Every function returns a `manifold3d.Manifold`, so solids can be cut (`a - b`), joined (`a + b`),
intersected (`a ^ b`), moved (`translate`), turned (`rotate`, degrees about x, y, z) and scaled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manifold3d import CrossSection, Error, FillRule, Manifold, Mesh64

Vector = Sequence[float]
Outline = np.ndarray  # Float[N, 2]


# Outlines in the plane -------------------------------------------------------------------------


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


def smooth(points: Sequence[Vector], steps: int = 6, closed: bool = False) -> np.ndarray:
    """A centripetal-like (uniform Catmull-Rom) curve through the points: Float[N, D]."""
    p = np.asarray(points, float)
    p = np.concatenate([p[-1:], p, p[:2]]) if closed else np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate(pieces if closed else [*pieces, p[-2:-1]])


def fillet(points: Sequence[Vector], radius: float, steps: int = 4) -> np.ndarray:
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


def mirrored(half: Sequence[Vector]) -> Outline:
    """A closed outline from its half at x ≥ 0 (from top to bottom or back), reflected in the y axis."""
    half = np.asarray(half, float)
    back = half[::-1] * (-1, 1)
    return np.concatenate([half, back[np.abs(back[:, 0]) > 1e-9]])


# Solids ---------------------------------------------------------------------------------------


def _solid(vertices: np.ndarray, faces: np.ndarray) -> Manifold:
    """A closed mesh as a solid, turned inside out if its volume is negative."""
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    if np.einsum("ij,ij->", a - vertices.mean(axis=0), np.cross(b - a, c - a)) < 0:
        faces = faces[:, ::-1]
    solid = Manifold(Mesh64(np.ascontiguousarray(vertices, np.float64), np.ascontiguousarray(faces, np.uint64)))
    if solid.status() != Error.NoError:
        raise RuntimeError(f"not a closed surface: {solid.status()}")
    return solid


def box(size: Vector, at: Vector = (0, 0, 0), bevel: float = 0.0) -> Manifold:
    """A box of this size around the point `at`, with flattened edges where `bevel` > 0."""
    half = 0.5 * np.asarray(size, float)
    if bevel <= 0:
        return Manifold.cube(tuple(2 * half), True).translate(tuple(at))
    bevel = min(bevel, 0.45 * 2 * half.min())
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corners = np.concatenate([signs * (half - bevel * (1 - np.eye(3)[k])) for k in range(3)])
    return Manifold.hull_points(corners).translate(tuple(at))


def span(low: Vector, high: Vector, bevel: float = 0.0) -> Manifold:
    """A box between two corners."""
    low, high = np.minimum(low, high), np.maximum(low, high)
    return box(high - low, 0.5 * (low + high), bevel)


def ellipsoid(size: Vector, at: Vector = (0, 0, 0), sides: int = 16) -> Manifold:
    return Manifold.sphere(0.5, sides).scale(tuple(size)).translate(tuple(at))


def cushion(size: Vector, at: Vector = (0, 0, 0), radius: float = 0.04, sides: int = 12) -> Manifold:
    """A box with well rounded edges."""
    half = 0.5 * np.asarray(size, float)
    radius = min(radius, 0.98 * half.min())
    ball = np.asarray(Manifold.sphere(radius, sides).to_mesh64().vert_properties)[:, :3]
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    points = (signs[:, None] * (half - radius) + ball[None]).reshape(-1, 3)
    return Manifold.hull_points(points).translate(tuple(at))


def hull(*points: Sequence[Vector]) -> Manifold:
    """The convex hull of all the points."""
    return Manifold.hull_points(np.concatenate([np.asarray(p, float).reshape(-1, 3) for p in points]))


def prism(
    outline: Outline, thickness: float, axis: str = "y", at: Vector = (0, 0, 0), scale_top=(1.0, 1.0)
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
    return solid.translate(tuple(at))


def loft(rings: Sequence[np.ndarray], closed: bool = False) -> Manifold:
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


def lathe(profile: Sequence[Vector], at: Vector = (0, 0, 0), sides: int = 24) -> Manifold:
    """A profile of (radius, height) pairs turned about the y axis; it is closed along the axis."""
    r, y = np.asarray(profile, float).T
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    ring = np.stack([np.cos(angle), np.zeros(sides), np.sin(angle)], axis=1)
    rings = np.maximum(r, 1e-4)[:, None, None] * ring + y[:, None, None] * np.array([0.0, 1.0, 0.0])
    return loft(rings).translate(tuple(at))


def shell(profile: Sequence[Vector], thickness: float, at: Vector = (0, 0, 0), sides: int = 24) -> Manifold:
    """A profile of (radius, height) pairs turned about the y axis into a wall of this thickness, open at both ends."""
    p = np.asarray(profile, float)
    tangent = np.gradient(p, axis=0)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1) / np.linalg.norm(tangent, axis=1, keepdims=True)
    section = np.concatenate([p + 0.5 * thickness * normal, (p - 0.5 * thickness * normal)[::-1]])
    section[:, 0] = np.maximum(section[:, 0], 1e-3)
    angle = 2 * np.pi * (np.arange(sides) + 0.5) / sides
    rings = [np.stack([r * section[:, 0] for r in (np.cos(a), np.sin(a))] + [section[:, 1]], axis=1) for a in angle]
    return loft(np.asarray(rings)[:, :, [0, 2, 1]], closed=True).translate(tuple(at))


def _frames(path: np.ndarray, closed: bool, up: Vector | None) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors across the path at each point, carried along it without twist (or kept near `up`)."""
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        step = np.diff(path, axis=0)
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        tangent = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    if up is None:
        side = np.eye(3)[np.abs(tangent[0]).argmin()]
    sides = []
    for t in tangent:
        side = np.asarray(up, float) if up is not None else side
        side = side - t * (side @ t)
        side /= np.linalg.norm(side)
        sides.append(side)
    sides = np.asarray(sides)
    return sides, np.cross(tangent, sides)


def sweep(
    path: Sequence[Vector], section: Outline, *, scale=1.0, closed: bool = False, up: Vector | None = None
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


def tube(path: Sequence[Vector], radius, sides: int = 10, closed: bool = False) -> Manifold:
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


def turned(start: Vector, end: Vector, radius: float, profile: Sequence[Vector], sides: int = 12) -> Manifold:
    """A turned rod: `profile` gives (radius factor, position from 0 to 1) along it."""
    factor, t = np.asarray(profile, float).T
    start, end = np.asarray(start, float), np.asarray(end, float)
    return tube(start + t[:, None] * (end - start), radius * factor, sides)


def sheet(
    surface: Callable[[np.ndarray, np.ndarray], np.ndarray],
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

    def quads(a, b, c, d):
        a, b, c, d = (x.ravel() for x in (a, b, c, d))
        return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])

    top = quads(index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:])
    border = np.concatenate([index[:-1, 0], index[-1, :-1], index[:0:-1, -1], index[0, :0:-1]])
    after = np.roll(border, -1)
    m = nu * nv
    faces = np.concatenate([top, top[:, ::-1] + m, quads(after, border, border + m, after + m)])
    return _solid(np.concatenate([front.reshape(-1, 3), back.reshape(-1, 3)]), faces)


def around(count: int, phase: float = 0.0) -> np.ndarray:
    """`count` angles evenly around the circle, radians."""
    return phase + 2 * np.pi * np.arange(count) / count


def mirror_x(solid: Manifold) -> Manifold:
    return solid.mirror((1, 0, 0))
