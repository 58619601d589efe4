"""Polygons cut into triangles: areas by the shoelace formula, borders by counting edges."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, Mesh
from svr3d.geometry.formats.polygons import triangulate


def ring(radii):
    angle = 2 * np.pi * np.arange(len(radii)) / len(radii)
    return np.stack([radii * np.cos(angle), radii * np.sin(angle)], axis=1)


def spiral(turns=3, steps=90):
    """A corridor of width 0.1 around the origin."""
    angle = np.linspace(0, 2 * np.pi * turns, steps)
    out = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 + angle / 6)[:, None]
    return np.concatenate([out, (out * (1 - 0.1 / np.linalg.norm(out, axis=1, keepdims=True)))[::-1]])


# a square of side 4 with a square hole of side 2, joined by a bridge from (0, 0) to (1, 1) that is walked twice
KEYHOLE = [(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 1), (1, 3), (3, 3), (3, 1), (1, 1)]
TOOTHED = [(0, 0), (9, 0), *((9 - i, 3 - 2 * (i % 2)) for i in range(10))]
OUTLINES = {
    "triangle": [(0, 0), (1, 0), (0, 1)],
    "square": [(0, 0), (1, 0), (1, 1), (0, 1)],
    "arrowhead": [(0, 0), (2, 1), (0, 2), (0.5, 1)],
    "dart": [(0, 0), (1, 0.1), (2, 0), (1, 3)],
    "L": [(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (0, 3)],
    "U": [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)],
    "L with corners on its sides": [(0, 0), (1, 0), (3, 0), (3, 1), (2, 1), (1, 1), (1, 2), (1, 3), (0, 3), (0, 1)],
    "comb": TOOTHED,
    "star": ring(np.tile([0.7, 2.0], 5)),
    "fine star": ring(np.tile([0.2, 2.0], 100)),
    "spiral": spiral(),
    "keyhole": KEYHOLE,
    "corner said twice": [(0, 0), (3, 0), (3, 0), (3, 1), (1, 1), (1, 1), (1, 3), (0, 3)],
    "spike": [(0, 0), (3, 0), (3, 1), (1, 1), (1, 3), (1, 5), (1, 3), (0, 3)],
}


def shoelace(outline):
    x, y = np.asarray(outline, dtype=float).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def in_space(outline, seed):
    """The outline on a turned, moved plane, and the plane's normal."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    q = q * np.linalg.det(q)
    flat = np.concatenate([np.asarray(outline, dtype=float), np.zeros((len(outline), 1))], axis=1)
    return flat @ q.T + [5, -3, 7], q[:, 2]


def cut(vertices, counts=None):
    counts = [len(vertices)] if counts is None else counts
    return triangulate(np.asarray(vertices, float), np.arange(len(vertices)), np.array(counts))


def border(faces):
    """Directed edges that have no partner."""
    edges = Counter((a, b) for f in faces.tolist() for a, b in zip(f, f[1:] + f[:1], strict=True))
    edges.subtract(Counter((b, a) for a, b in list(edges.elements())))
    return {edge for edge, count in edges.items() if count > 0}


@pytest.mark.parametrize("start", [0, 1, 3])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", OUTLINES)
def test_triangles_cover_the_polygon_and_nothing_else(name, backwards, start):
    outline = np.roll(OUTLINES[name], -start, axis=0)
    outline = outline[::-1] if backwards else outline
    for seed in range(3):
        vertices, normal = in_space(outline, seed)
        faces, polygon = cut(vertices)
        mesh = Mesh(vertices, faces)
        assert mesh.area == pytest.approx(abs(shoelace(outline)), rel=1e-5)
        real = mesh.face_areas > 1e-9
        assert mesh.face_normals[real] @ normal == pytest.approx(np.full(real.sum(), -1.0 if backwards else 1.0))
        assert border(faces) == {(i, (i + 1) % len(outline)) for i in range(len(outline))}, "neighbours still meet"
        assert (polygon == 0).all()


def test_the_centroid_is_the_polygons():
    """Area alone would not tell a triangle outside from one that is missing inside."""
    vertices, _ = in_space(OUTLINES["U"], 1)
    mesh = Mesh(vertices, cut(vertices)[0])
    centre = (mesh.face_areas[:, None] * mesh.triangles.mean(axis=1)).sum(axis=0) / mesh.area
    # three bars: 3 × 1 at the bottom, two of 1 × 2 above
    flat = (3 * np.array([1.5, 0.5]) + 2 * np.array([0.5, 2]) + 2 * np.array([2.5, 2])) / 7
    assert centre == pytest.approx(in_space([flat], 1)[0][0])


def test_convex_polygons_are_fans_in_the_order_of_the_file():
    vertices = np.concatenate([in_space(ring(np.ones(n)), n)[0] for n in (5, 3, 4, 12)])
    faces, polygon = cut(vertices, [5, 3, 4, 12])
    fans = [(o, o + i + 1, o + i + 2) for o, n in ((0, 5), (5, 3), (8, 4), (12, 12)) for i in range(n - 2)]
    assert faces.tolist() == [list(f) for f in fans]
    assert polygon.tolist() == [0] * 3 + [1] + [2] * 2 + [3] * 10


def test_several_polygons_keep_their_order():
    outlines = [OUTLINES[name] for name in ("U", "triangle", "arrowhead", "square", "star")]
    vertices = np.concatenate([in_space(outline, 0)[0] for outline in outlines])
    counts = [len(outline) for outline in outlines]
    faces, polygon = cut(vertices, counts)
    areas = np.bincount(polygon, Mesh(vertices, faces).face_areas)
    assert areas == pytest.approx([shoelace(outline) for outline in outlines])
    assert (np.diff(polygon) >= 0).all() and (np.repeat(range(5), counts)[faces] == polygon[:, None]).all()


def test_an_arrowhead_folded_along_its_axis():
    """Two triangles that share the axis: half of each is the other's mirror image."""
    for height in (0.1, 0.5):
        vertices = np.array([[0, 0, height], [2, 1, 0], [0, 2, height], [0.5, 1, 0]], float)
        half = 0.5 * np.linalg.norm(np.cross(vertices[1] - vertices[0], vertices[3] - vertices[0]))
        for start in range(4):
            turned = np.roll(vertices, -start, axis=0)
            assert Mesh(turned, cut(turned)[0]).area == pytest.approx(2 * half)


@pytest.mark.parametrize(
    "vertices",
    [
        [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)],
        [(0.1, 0.2, 0.3)] * 5,
        [(0, 0, 0), (1, 1, 0), (1, 0, 0), (0, 1, 0)],  # a bow tie of no signed area
        [(0, 0, 0), (2, 2, 0), (2, 0, 0), (0, 1, 0)],
        [(0, 0, 0), (1, 0, np.nan), (1, 1, 0), (0.1, 0.1, 0), (0, 1, 0)],
        [(0, 0, 0), (1, 0, 0), (np.inf, 1, 0), (0.1, 0.1, 0), (0, 1, 0)],
        [(0, 0, 0), (1e-170, 0, 0), (1e-170, 1e-170, 0), (1e-171, 1e-171, 0), (0, 1e-170, 0)],
        [(0, 0, 0), (1e300, 0, 0), (1e300, 1e300, 0), (1e299, 1e299, 0), (0, 1e300, 0)],
        [(x, y, 0) for x, y in ring(np.ones(5))[[0, 2, 4, 1, 3]]],  # a pentagram
    ],
)
def test_polygons_without_a_defined_area_still_have_their_border(vertices):
    faces, _ = cut(vertices)
    assert border(faces) == {(i, (i + 1) % len(vertices)) for i in range(len(vertices))}


def test_points_and_lines_have_no_triangles():
    vertices = np.random.default_rng(0).random((9, 3))
    faces, polygon = cut(vertices, [1, 2, 3, 0, 2, 1])
    assert faces.tolist() == [[3, 4, 5]] and polygon.tolist() == [2]
    faces, polygon = triangulate(vertices, np.zeros(0, np.int64), np.zeros(0, np.int64))
    assert faces.shape == (0, 3) and polygon.shape == (0,)


@pytest.mark.parametrize("wrong", [-1, 4])
def test_corners_that_do_not_exist(wrong):
    with pytest.raises(InputError, match=f"a face names vertex {wrong}, which does not exist; there are 4"):
        triangulate(np.zeros((4, 3)), np.array([0, 1, wrong]), np.array([3]))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0.2, 3), min_size=4, max_size=40), st.integers(0, 39), st.integers(0, 5))
def test_any_star_shaped_polygon(radii, start, seed):
    outline = np.roll(ring(np.array(radii)), start, axis=0)
    vertices, _ = in_space(outline, seed)
    assert Mesh(vertices, cut(vertices)[0]).area == pytest.approx(shoelace(outline), rel=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=3, max_size=12))
def test_any_polygon_keeps_its_border(corners):
    """Whatever crosses and coincides: area vectors add up to half the Newell normal (Stokes), and no edge is lost."""
    vertices = np.array(corners, dtype=float)
    faces, _ = cut(vertices)
    newell = np.cross(vertices, np.roll(vertices, -1, axis=0)).sum(axis=0) / 2
    a, b, c = np.moveaxis(vertices[faces], 1, 0)
    assert np.cross(b - a, c - a).sum(axis=0) / 2 == pytest.approx(newell)
    assert border(faces) == {(i, (i + 1) % len(corners)) for i in range(len(corners))}
