"""Crossing faces against exact arithmetic on all pairs, and against Open3D."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import open3d
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from svr3d.geometry import InputError, Mesh, normalize, read_shape, self_intersections


def exactly_cross(a, b):
    """Whether the interiors of two triangles with whole coordinates meet, not in one plane; by rational arithmetic."""
    normals = [np.cross(t[1] - t[0], t[2] - t[0]) for t in (a, b)]
    line = np.cross(*normals)
    if not line.any():
        return False
    intervals = []
    for triangle, normal, origin in ((a, normals[1], b[0]), (b, normals[0], a[0])):
        heights = [int(normal @ (corner - origin)) for corner in triangle]
        if min(heights) >= 0 or max(heights) <= 0:
            return False
        ends = [Fraction(int(line @ corner)) for corner, h in zip(triangle, heights, strict=True) if h == 0]
        for i, j in ((0, 1), (1, 2), (2, 0)):
            if heights[i] * heights[j] < 0:
                share = Fraction(heights[i], heights[i] - heights[j])
                start, end = int(line @ triangle[i]), int(line @ triangle[j])
                ends.append(start + share * (end - start))
        intervals.append((min(ends), max(ends)))
    (low_a, high_a), (low_b, high_b) = intervals
    return min(high_a, high_b) > max(low_a, low_b)


def all_pairs(triangles):
    return [[i, j] for i, j in combinations(range(len(triangles)), 2) if exactly_cross(triangles[i], triangles[j])]


def as_mesh(triangles):
    return Mesh(triangles.reshape(-1, 3), np.arange(3 * len(triangles)).reshape(-1, 3))


@settings(deadline=None, max_examples=100)
@given(arrays(np.int64, st.tuples(st.integers(2, 12), st.just(3), st.just(3)), elements=st.integers(0, 3)))
def test_all_pairs_of_a_small_lattice(triangles):
    """Where nearly everything touches, shares corners, or lies in one plane."""
    assert self_intersections(as_mesh(triangles.astype(float))).tolist() == all_pairs(triangles)


@pytest.mark.parametrize("seed", range(3))
def test_all_pairs_in_space(seed):
    """Enough faces that the tree has several levels, from small ones to large ones."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([10, 100, 1000], (120, 1, 1), p=[0.5, 0.4, 0.1])
    triangles = rng.integers(-400, 400, (120, 1, 3)) + rng.integers(-sizes, sizes + 1, (120, 3, 3))
    expected = all_pairs(triangles)
    assert len(expected) > 20
    assert self_intersections(as_mesh(triangles.astype(float))).tolist() == expected


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_order_and_scale_change_nothing(seed, scale):
    rng = np.random.default_rng(seed)
    triangles = rng.random((60, 1, 3)) + rng.normal(0, 0.2, (60, 3, 3))
    before = {tuple(pair) for pair in self_intersections(as_mesh(triangles)).tolist()}
    order = rng.permutation(60)
    moved = scale * triangles[order][:, rng.permutation(3)] + 5
    after = {tuple(sorted(order[pair].tolist())) for pair in self_intersections(as_mesh(moved))}
    assert before == after and before


def bumpy(seed, amount):
    ball = trimesh.creation.icosphere(3, 0.5)
    vertices = ball.vertices + np.random.default_rng(seed).normal(0, amount, ball.vertices.shape)
    return Mesh(vertices, ball.faces)


@pytest.mark.parametrize("amount", [0.0, 0.03, 0.1])
def test_as_open3d(amount):
    """Open3D looks at pairs that share no vertex."""
    mesh = bumpy(1, amount)
    theirs = open3d.geometry.TriangleMesh(
        open3d.utility.Vector3dVector(mesh.vertices), open3d.utility.Vector3iVector(mesh.faces.astype(np.int32))
    )
    pairs = self_intersections(mesh)
    apart = [pair for pair in pairs.tolist() if not set(mesh.faces[pair[0]]) & set(mesh.faces[pair[1]])]
    expected = np.sort(np.asarray(theirs.get_self_intersecting_triangles()).reshape(-1, 2), axis=1)
    assert apart == np.unique(expected, axis=0).tolist()
    assert bool(apart) == theirs.is_self_intersecting() == (amount > 0)
    assert bool(len(apart) < len(pairs)) == (amount > 0), "neighbours in a vertex cross too"


def test_boxes(shapes):
    """Two boxes whose rims pass through each other, one within the other, side by side, on top of each other."""
    box = shapes.box()
    cases = {
        "corner in": (shapes.box((0.2, 0.2, 0.2), (1, 1, 1)), True),
        "shifted in a plane": (shapes.box((0, 0, -0.5), (1, 1, 0.5)), True),
        "within": (shapes.box((-0.2, -0.2, -0.2), (0.2, 0.2, 0.2)), False),
        "the same": (box, False),
        "side by side": (shapes.box((0.5, -0.5, -0.5), (1.5, 0.5, 0.5)), False),
        "on top, smaller": (shapes.box((-0.2, 0.5, -0.1), (0.2, 0.8, 0.3)), False),
        "on top, by a file's digits deeper": (shapes.box((-0.2, 0.4999999, -0.1), (0.2, 0.8, 0.3)), False),
        "on top, sunk in": (shapes.box((-0.2, 0.499, -0.1), (0.2, 0.8, 0.3)), True),
        "edge on edge": (shapes.box((0.5, 0.5, -0.2), (1, 1, 0.9)), False),
        "corner on corner": (shapes.box((0.5, 0.5, 0.5), (1, 1, 1)), False),
    }
    for name, (other, crosses) in cases.items():
        for mesh in (shapes.join(box, other), shapes.turned(shapes.join(box, other), 3, (1, 2, 3))):
            assert bool(len(self_intersections(mesh))) == crosses, name
        merged = trimesh.Trimesh(*_merged(shapes.join(box, other)), process=False)
        assert bool(len(self_intersections(Mesh(merged.vertices, merged.faces)))) == crosses, name


def _merged(mesh):
    from svr3d.geometry import merge_vertices

    merged, _ = merge_vertices(mesh)
    return merged.vertices, merged.faces


def test_faces_that_share_a_corner(shapes):
    """A bow-tie touches; turned so that one wing goes through the other, it crosses."""
    right = [[0, 0, 0], [2, 1, 0], [2, -1, 0]]
    left = [[0, 0, 0], [-2, 0, 1], [-2, 0, -1]]
    through = [[0, 0, 0], [2, 0, 1], [2, 0, -1]]
    beside = [[0, 0, 0], [1, 2, 1], [1, 2, -1]]
    for other, expected in ((left, 0), (through, 1), (beside, 0)):
        assert len(self_intersections(as_mesh(np.array([right, other], float)))) == expected


def test_clean_surfaces_and_slivers(shapes):
    for mesh in (shapes.box(), shapes.sphere(0.5, 3), shapes.torus(sections=32)):
        assert self_intersections(mesh).shape == (0, 2)
    rng = np.random.default_rng(0)
    # a fan of slivers over one edge, thinner than the lattice can tell, and faces without area
    thin = np.zeros((50, 3, 3))
    thin[:, 1, 0] = 1
    thin[:, 2, 0] = 0.5
    thin[:, 2, 1:] = rng.normal(0, 1e-9, (50, 2))
    assert self_intersections(as_mesh(thin)).shape == (0, 2)
    assert self_intersections(Mesh(shapes.box().vertices, [[0, 1, 1], [0, 0, 0], [0, 7, 0]])).shape == (0, 2)


def test_parts_of_real_meshes_cross(real_meshes):
    """Every crossing is one by the exact test of the rounded corners."""
    seen = 0
    for file in sorted(real_meshes.glob("*/*/model.obj"))[::12]:
        mesh = normalize(read_shape(file))[0]
        pairs = self_intersections(mesh)
        assert (pairs[:, 0] < pairs[:, 1]).all() and len(np.unique(pairs, axis=0)) == len(pairs), file
        triangles = np.rint(mesh.triangles * 2**20).astype(object)
        for i, j in pairs[:: max(1, len(pairs) // 20)]:
            assert exactly_cross(triangles[i], triangles[j]), (file, i, j)
        seen += len(pairs)
    assert seen


def test_empty_and_bad_input(shapes):
    assert self_intersections(Mesh([], [])).shape == (0, 2)
    assert self_intersections(Mesh(np.ones((3, 3)), [[0, 1, 2]])).shape == (0, 2)
    with pytest.raises(InputError, match="non-finite"):
        self_intersections(Mesh(shapes.box().vertices * np.nan, shapes.box().faces))
