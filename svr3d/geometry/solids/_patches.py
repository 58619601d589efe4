"""The pieces that a surface consists of, wound consistently, and what each encloses: the kernels under `outward`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

SAME_ANGLE = 1e-6
"""Radians: faces that lie on each other at an edge."""


@njit(cache=True)
def _edge_lists(faces: np.ndarray, vertices: int) -> tuple[np.ndarray, np.ndarray]:
    """The half-edges in order of their edges.

    Args:
        faces: Int[F, 3] over so many `vertices`; faces that name one twice have no edges.

    Returns:
        half_edge Int[H]: three times the face, plus the corner where it begins; run Int[E + 1]: edge e has the
        half_edge[run[e]:run[e + 1]].
    """
    start = np.zeros(vertices + 1, np.int64)
    for f in range(faces.shape[0]):
        a, b, c = faces[f]
        if a != b and b != c and c != a:
            start[min(a, b) + 1] += 1
            start[min(b, c) + 1] += 1
            start[min(c, a) + 1] += 1
    for v in range(vertices):
        start[v + 1] += start[v]
    half_edge = np.empty(start[vertices], np.int64)
    high = np.empty(start[vertices], np.int64)
    cursor = start[:-1].copy()
    for f in range(faces.shape[0]):
        a, b, c = faces[f]
        if a != b and b != c and c != a:
            for e in range(3):
                p, q = faces[f, e], faces[f, (e + 1) % 3]
                at = cursor[min(p, q)]
                cursor[min(p, q)] += 1
                half_edge[at], high[at] = 3 * f + e, max(p, q)
    run = np.empty(len(half_edge) + 1, np.int64)
    run[0] = 0
    edges = 0
    for v in range(vertices):
        first, last = start[v], start[v + 1]
        if last - first > 32:
            order = np.argsort(high[first:last], kind="mergesort")
            half_edge[first:last] = half_edge[first:last][order]
            high[first:last] = high[first:last][order]
        else:
            for index in range(first + 1, last):
                at, h, far = index, half_edge[index], high[index]
                while at > first and high[at - 1] > far:
                    half_edge[at], high[at] = half_edge[at - 1], high[at - 1]
                    at -= 1
                half_edge[at], high[at] = h, far
        for index in range(first, last):
            if index + 1 == last or high[index + 1] != high[index]:
                edges += 1
                run[edges] = index + 1
    return half_edge, run[: edges + 1]


@njit(cache=True, inline="always")
def _is_up(faces: np.ndarray, half_edge: int | np.ndarray) -> bool:
    """Whether a half-edge runs from its lower vertex to its higher one."""
    f, e = half_edge // 3, half_edge % 3
    return faces[f, (e + 1) % 3] > faces[f, e]


@njit(cache=True)
def _find(parent: np.ndarray, parity: np.ndarray, f: int | np.ndarray) -> tuple[Any, bool]:
    """The root of `f`, and whether `f` is to be flipped to agree with it. Halves the path on its way."""
    odd = False
    while parent[f] != f:
        p = parent[f]
        parity[f] ^= parity[p]
        parent[f] = parent[p]
        odd ^= parity[f]
        f = parent[f]
    return f, odd


@njit(cache=True)
def _joined(faces: np.ndarray, half_edge: np.ndarray, run: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patches of faces that are joined by edges of exactly two.

    Returns:
        root Int[F], and flip Bool[F], which makes each patch agree with itself, the fewer faces flipped. A patch that
        nothing makes agree, such as a Möbius strip, stays as it is.
    """
    n = faces.shape[0]
    parent, parity = np.arange(n), np.zeros(n, np.bool_)
    one_sided = np.zeros(n, np.bool_)
    for e in range(run.size - 1):
        if run[e + 1] - run[e] != 2:
            continue
        h, g = half_edge[run[e]], half_edge[run[e] + 1]
        (a, odd_a), (b, odd_b) = _find(parent, parity, h // 3), _find(parent, parity, g // 3)
        odd = odd_a ^ odd_b ^ (_is_up(faces, h) == _is_up(faces, g))
        if a == b:
            one_sided[a] |= odd
            continue
        low, high = min(a, b), max(a, b)
        parent[high], parity[high] = low, odd
        one_sided[low] |= one_sided[high]
    root, flip = np.empty(n, np.int64), np.empty(n, np.bool_)
    balance = np.zeros(n, np.int64)  # flipped faces of each patch, less the others
    for f in range(n):
        root[f], flip[f] = _find(parent, parity, f)
        balance[root[f]] += 1 if flip[f] else -1
    for f in range(n):
        flip[f] = not one_sided[root[f]] and flip[f] ^ (balance[root[f]] > 0)
    return root, flip


@njit(cache=True)
def _is_open(
    faces: np.ndarray, half_edge: np.ndarray, run: np.ndarray, label: np.ndarray, flip: np.ndarray
) -> np.ndarray:
    """Bool[F], at each label: whether some edge is run along by its faces more often one way than back."""
    is_open = np.zeros(faces.shape[0], np.bool_)
    for e in range(run.size - 1):
        here = half_edge[run[e] : run[e + 1]]
        if here.size == 2 and label[here[0] // 3] == label[here[1] // 3]:
            same = _is_up(faces, here[0]) ^ flip[here[0] // 3] == _is_up(faces, here[1]) ^ flip[here[1] // 3]
            is_open[label[here[0] // 3]] |= same
            continue
        for h in here:
            own = label[h // 3]
            total = 0
            for g in here:
                if label[g // 3] == own:
                    total += 1 if _is_up(faces, g) ^ flip[g // 3] else -1
            is_open[own] |= total != 0
    return is_open


@njit(cache=True)
def _angles(vertices: np.ndarray, faces: np.ndarray, here: np.ndarray) -> np.ndarray:
    """At which angle the face of each half-edge lies, seen with their common edge coming up, from the first face on
    counter-clockwise: Float in [0, 2π), and just below 0 for what lies beside the first."""
    f, e = here[0] // 3, here[0] % 3
    a, b = faces[f, e], faces[f, (e + 1) % 3]
    origin, along = vertices[min(a, b)], vertices[max(a, b)] - vertices[min(a, b)]
    along = along / np.sqrt((along * along).sum())
    first, angle = vertices[faces[f, (e + 2) % 3]] - origin, np.empty(here.size)
    first = first - (first * along).sum() * along
    across = np.cross(along, first)
    for n in range(here.size):
        apex = vertices[faces[here[n] // 3, (here[n] + 2) % 3]] - origin
        angle[n] = np.arctan2((apex * across).sum(), (apex * first).sum()) % (2 * np.pi)
        if angle[n] > 2 * np.pi - SAME_ANGLE:
            angle[n] -= 2 * np.pi
    return angle


@njit(cache=True)
def _matched(vertices: np.ndarray, faces: np.ndarray, here: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Which face bounds the same solid at an edge where more than two meet.

    Around the edge, a face opens or closes a wedge of solid, by its direction `up` Bool[K]; they match as parentheses
    do. At the same angle a wedge ends before another begins.

    Returns:
        Int[K], the partner of each of the half-edges `here`; -1 where there is none.
    """
    partner = np.full(here.size, -1)
    angle = _angles(vertices, faces, here)
    order = np.argsort(angle)
    for _ in range(here.size):  # few, and nearly in order
        for n in range(here.size - 1):
            a, b = order[n], order[n + 1]
            if angle[b] - angle[a] < SAME_ANGLE and up[b] and not up[a]:
                order[n], order[n + 1] = b, a
    begun, height = np.empty(here.size, np.int64), 0
    for step in range(2 * here.size):  # twice round, as a wedge may begin before the first angle
        n = order[step % here.size]
        if not up[n] and step < here.size:
            begun[height] = n
            height += 1
        elif up[n] and partner[n] < 0 and height > 0:
            height -= 1
            partner[n], partner[begun[height]] = begun[height], n
    return partner


@njit(cache=True)
def pieces(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pieces of a surface, each wound consistently.

    Patches of faces joined by edges of exactly two faces. Where more meet, as where solids touch, closed patches end,
    and others go on in those that bound the same solid there.

    Args:
        vertices: Float[V, 3]. faces: Int[F, 3].

    Returns:
        piece Int[F], from 0 on; flip Bool[F], which faces to turn so that their patch agrees with itself; closed
        Bool[pieces], whether its edges then cancel.
    """
    half_edge, run = _edge_lists(faces, len(vertices))
    root, flip = _joined(faces, half_edge, run)
    is_open = _is_open(faces, half_edge, run, root, flip)
    parent, parity = np.arange(faces.shape[0]), np.zeros(faces.shape[0], np.bool_)
    for e in range(run.size - 1):
        if run[e + 1] - run[e] < 3:
            continue
        here = np.array([h for h in half_edge[run[e] : run[e + 1]] if is_open[root[h // 3]]])
        if here.size < 2:
            continue
        up = np.array([_is_up(faces, h) ^ flip[h // 3] for h in here])
        for n, other in enumerate(_matched(vertices, faces, here, up)):
            if other >= 0:
                a, b = _find(parent, parity, root[here[n] // 3])[0], _find(parent, parity, root[here[other] // 3])[0]
                parent[max(a, b)] = min(a, b)
    for f in range(faces.shape[0]):
        root[f] = _find(parent, parity, root[f])[0]
    is_open = _is_open(faces, half_edge, run, root, flip)
    number = np.full(faces.shape[0], -1)
    closed = np.empty(faces.shape[0], np.bool_)
    count = 0
    for f in range(faces.shape[0]):
        if number[root[f]] < 0:
            number[root[f]] = count
            closed[count] = not is_open[root[f]]
            count += 1
        root[f] = number[root[f]]
    return root, flip, closed[:count]


@njit(cache=True)
def enclosed(
    vertices: np.ndarray, faces: np.ndarray, flip: np.ndarray, piece: np.ndarray, closed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What each piece encloses, seen from the middle of its surface.

    Returns:
        volume Float[P], signed; total Float[P], the sum of its terms' sizes, which it reaches where all of the surface
        is seen from the same side; winding Float[P], the winding number around that middle (0 for closed pieces, of
        which it is not asked); area Float[P]; box Float[P, 2, 3].
    """
    count = closed.size
    middle, area = np.zeros((count, 3)), np.zeros(count)
    box = np.empty((count, 2, 3))
    box[:, 0], box[:, 1] = np.inf, -np.inf
    for f in range(faces.shape[0]):
        a, b, c = vertices[faces[f, 0]], vertices[faces[f, 1]], vertices[faces[f, 2]]
        ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
        vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        size = np.sqrt(x * x + y * y + z * z) / 2
        p = piece[f]
        area[p] += size
        for axis in range(3):
            middle[p, axis] += size * (a[axis] + b[axis] + c[axis]) / 3
            box[p, 0, axis] = min(box[p, 0, axis], a[axis], b[axis], c[axis])
            box[p, 1, axis] = max(box[p, 1, axis], a[axis], b[axis], c[axis])
    for p in range(count):
        for axis in range(3):
            middle[p, axis] = middle[p, axis] / area[p] if area[p] > 0 else box[p, 0, axis]
    volume, total, winding = np.zeros(count), np.zeros(count), np.zeros(count)
    for f in range(faces.shape[0]):
        p = piece[f]
        o = middle[p]
        a, b, c = vertices[faces[f, 0]], vertices[faces[f, 1]], vertices[faces[f, 2]]
        ax, ay, az = a[0] - o[0], a[1] - o[1], a[2] - o[2]
        bx, by, bz = b[0] - o[0], b[1] - o[1], b[2] - o[2]
        cx, cy, cz = c[0] - o[0], c[1] - o[1], c[2] - o[2]
        term = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
        sign = -1.0 if flip[f] else 1.0
        volume[p] += sign * term / 6
        total[p] += abs(term) / 6
        if not closed[p]:  # solid angles (Van Oosterom and Strackee, 1983)
            la, lb = np.sqrt(ax * ax + ay * ay + az * az), np.sqrt(bx * bx + by * by + bz * bz)
            lc = np.sqrt(cx * cx + cy * cy + cz * cz)
            ab, bc, ca = ax * bx + ay * by + az * bz, bx * cx + by * cy + bz * cz, cx * ax + cy * ay + cz * az
            winding[p] += sign * np.arctan2(term, la * lb * lc + ab * lc + bc * la + ca * lb) / (2 * np.pi)
    return volume, total, winding, area, box
