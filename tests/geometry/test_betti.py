"""Betti numbers and genus of shapes with known topology."""

import doctest
import importlib

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from svr3d.geometry import (
    InputError,
    Mesh,
    PointCloud,
    VoxelGrid,
    betti_numbers,
    genus,
    is_watertight,
    marching_cubes,
    normalize,
    read_shape,
)
from svr3d.geometry.betti import euler_characteristic


def manifold(mesh):
    import manifold3d

    return manifold3d.Manifold(manifold3d.Mesh(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32)))


def from_manifold(solid):
    found = solid.to_mesh()
    return Mesh(found.vert_properties[:, :3], found.tri_verts)


def plate_with_holes(shapes, count):
    plate = manifold(shapes.box((-0.5, -0.1, -0.2), (0.5, 0.1, 0.2)))
    for centre in np.linspace(-0.4, 0.4, count) if count else []:
        plate = plate - manifold(shapes.box((centre - 0.05, -0.2, -0.1), (centre + 0.05, 0.2, 0.1)))
    return from_manifold(plate)


def double_torus(shapes):
    ring = shapes.torus(0.15, 0.06, 32)
    left, right = (Mesh(ring.vertices + [x, 0, 0], ring.faces) for x in (-0.16, 0.16))
    return from_manifold(manifold(left) + manifold(right))


def known(shapes):
    """name: (mesh, components, tunnels, cavities of the solid)"""
    hole = shapes.sphere(0.25, 3)
    hollow = shapes.join(shapes.sphere(0.45, 3), Mesh(hole.vertices, hole.faces[:, ::-1]))
    ring = shapes.torus(0.25, 0.06, 32)
    ring_hole = Mesh(ring.vertices, ring.faces[:, ::-1])
    return {
        "sphere": (shapes.sphere(0.45, 3), 1, 0, 0),
        "torus": (shapes.torus(0.3, 0.12, 48), 1, 1, 0),
        "double torus": (double_torus(shapes), 1, 2, 0),
        "hollow sphere": (hollow, 1, 0, 1),
        "a ring taken out of a sphere": (shapes.join(shapes.sphere(0.45, 3), ring_hole), 1, 1, 1),
        "two": (shapes.join(shapes.sphere(0.2, 2, (-0.25, 0, 0)), shapes.sphere(0.2, 2, (0.25, 0, 0))), 2, 0, 0),
        "box": (shapes.box(), 1, 0, 0),
        "empty": (Mesh([], []), 0, 0, 0),
        **{f"{count} holes": (plate_with_holes(shapes, count), 1, count, 0) for count in (1, 3, 5)},
    }


NAMES = [
    *("sphere", "torus", "double torus", "hollow sphere", "a ring taken out of a sphere", "two", "box", "empty"),
    *("1 holes", "3 holes", "5 holes"),
]


@pytest.fixture(scope="module")
def solids(shapes):
    return known(shapes)


@pytest.mark.parametrize("name", NAMES)
def test_known_solids(solids, name):
    mesh, *expected = solids[name]
    assert betti_numbers(mesh) == tuple(expected)
    assert genus(mesh) == expected[1]
    if not mesh.is_empty:
        rotation = Rotation.random(random_state=1).as_matrix()
        turned = Mesh(0.9 * mesh.vertices @ rotation.T / np.abs(mesh.vertices).max() / 2, mesh.faces)
        assert betti_numbers(turned) == tuple(expected) and genus(turned) == expected[1]


def test_soups_and_overlaps_are_solids(shapes):
    """Vertices need not be shared, and two solids that overlap are one, whose surface genus() does not know."""
    torus = shapes.torus(0.3, 0.12, 48)
    soup = Mesh(torus.triangles.reshape(-1, 3), np.arange(3 * len(torus.faces)).reshape(-1, 3))
    assert genus(soup) == 1 and betti_numbers(soup) == (1, 1, 0)
    crossed = shapes.join(
        torus, Mesh(torus.vertices @ Rotation.from_euler("x", 90, degrees=True).as_matrix().T, torus.faces)
    )
    assert genus(crossed) == 2
    assert betti_numbers(crossed) == (1, 3, 0)


def test_genus_of_surfaces_that_touch_in_a_vertex(shapes):
    a, b = shapes.box((0, 0, 0), (1, 1, 1)), shapes.box((1, 1, 1), (2, 2, 2))
    assert genus(shapes.join(a, b)) == 0
    # a ring of tetrahedra, each touching the next in a vertex, is no handle of a surface
    ring = [np.array([np.cos(t), np.sin(t), 0]) for t in np.arange(6) * np.pi / 3]
    wedges = []
    for p, q in zip(ring, ring[1:] + ring[:1], strict=True):
        middle = (p + q) / 2
        points = np.array([p, q, middle + [0, 0, 0.2], middle * 1.2])
        faces = np.array([[0, 1, 2], [0, 3, 1], [1, 3, 2], [0, 2, 3]])
        wedges.append(Mesh(points, faces if Mesh(points, faces).volume > 0 else faces[:, ::-1]))
    assert genus(shapes.join(*wedges)) == 0


def grid_surface(n, m, twist):
    """An n × m grid of quads, closed along the first axis with the second reversed or not."""
    index = lambda i, j: (i % n) * m + ((m - 1 - j) if i >= n and twist else j)
    return [
        face
        for i in range(n)
        for j in range(m - 1)
        for face in (
            [index(i, j), index(i + 1, j), index(i + 1, j + 1)],
            [index(i, j), index(i + 1, j + 1), index(i, j + 1)],
        )
    ]


def test_genus_refuses_what_is_no_closed_orientable_surface(shapes):
    box = shapes.box()
    vertices = np.random.default_rng(0).random((8 * 5, 3))
    moebius, strip = Mesh(vertices, grid_surface(8, 5, True)), Mesh(vertices, grid_surface(8, 5, False))
    n, m = 6, 6
    index = lambda i, j: (i % n) * m + (((m - j) % m) if i >= n else (j % m))
    klein = Mesh(
        np.random.default_rng(0).random((n * m, 3)),
        [
            face
            for i in range(n)
            for j in range(m)
            for face in (
                [index(i, j), index(i + 1, j), index(i + 1, j + 1)],
                [index(i, j), index(i + 1, j + 1), index(i, j + 1)],
            )
        ],
    )
    assert trimesh.Trimesh(klein.vertices, klein.faces, process=False).euler_number == 0
    flip = np.zeros(12, dtype=bool)
    flip[3] = True
    for mesh in (
        moebius,
        strip,
        klein,
        Mesh(box.vertices, box.faces[1:]),
        shapes.flipped(box, flip),
        shapes.join(shapes.box((0, 0, 0), (1, 1, 1)), shapes.box((1, 1, 0), (2, 2, 1))),  # touch along an edge
    ):
        with pytest.raises(InputError, match="genus: expected a closed surface"):
            genus(mesh)
        assert betti_numbers(normalize(mesh)[0]).components >= 0


@settings(deadline=None, max_examples=60)
@given(arrays(bool, (4, 4, 4)))
def test_euler_characteristic_by_listing_cells(solid):
    """Each cell by its centre in half voxels: odd coordinates are extents, even ones are walls."""
    cells = set()
    for i, j, k in np.argwhere(solid).tolist():
        for a in (-1, 0, 1):
            for b in (-1, 0, 1):
                for c in (-1, 0, 1):
                    cells.add((2 * i + 1 + a, 2 * j + 1 + b, 2 * k + 1 + c))
    expected = sum((-1) ** sum(x % 2 for x in cell) for cell in cells)
    assert euler_characteristic(solid) == expected


@settings(deadline=None, max_examples=40)
@given(arrays(bool, (5, 5, 5)), st.permutations([0, 1, 2]))
def test_tunnels_of_random_voxels_by_ranks(solid, axes):
    """b₁ as cycles modulo boundaries of the cubical complex, with ranks of its boundary matrices (over GF(2))."""
    found = betti_numbers(VoxelGrid(solid), resolution=5)
    small = solid[:3, :3, :3]
    assert betti_numbers(VoxelGrid(small), resolution=3) == betti_by_ranks(small)
    assert betti_numbers(VoxelGrid(np.flip(solid.transpose(axes), 0)), resolution=5) == found
    assert found.tunnels >= 0


def betti_by_ranks(solid):
    cells = [set() for _ in range(4)]
    for i, j, k in np.argwhere(solid).tolist():
        for offset in np.ndindex(3, 3, 3):
            cell = tuple(2 * x + o for x, o in zip((i, j, k), offset, strict=True))
            cells[sum(x % 2 for x in cell)].add(cell)
    index = [{cell: n for n, cell in enumerate(sorted(some))} for some in cells]
    ranks = [0]
    for dimension in (1, 2, 3):
        columns = []
        for cell in index[dimension]:
            column = 0
            for axis in range(3):
                if cell[axis] % 2:
                    for step in (-1, 1):
                        side = tuple(x + step * (a == axis) for a, x in enumerate(cell))
                        column ^= 1 << index[dimension - 1][side]
            columns.append(column)
        ranks.append(rank_of(columns))
    ranks.append(0)
    return tuple(len(cells[d]) - ranks[d] - ranks[d + 1] for d in range(3))


def rank_of(columns):
    """Over GF(2), columns as the bits of integers."""
    pivots = {}
    for column in columns:
        while column:
            top = column.bit_length()
            if top not in pivots:
                pivots[top] = column
                break
            column ^= pivots[top]
    return len(pivots)


def test_marching_cubes_keep_the_genus(shapes):
    from svr3d.geometry import voxelize

    surface = marching_cubes(voxelize(shapes.torus(0.3, 0.12, 48), 32))
    assert genus(surface) == 1 and betti_numbers(surface) == (1, 1, 0)


def test_grids_of_other_resolutions(shapes):
    from svr3d.geometry import voxelize

    torus = shapes.torus(0.3, 0.12, 48)
    for resolution in (24, 32, 50, 64):
        assert betti_numbers(voxelize(torus, resolution)) == (1, 1, 0)


def test_bad_shapes(shapes):
    with pytest.raises(InputError, match="point cloud"):
        betti_numbers(PointCloud(np.zeros((3, 3))))
    with pytest.raises(InputError, match="non-finite"):
        betti_numbers(Mesh(shapes.box().vertices * np.nan, shapes.box().faces))


def test_real_meshes_agree_with_the_exact_genus_where_it_exists(real_meshes):
    """Clean real meshes of one piece: an independent count of cells, and voxels that see what is not too fine."""
    checked = 0
    for file in sorted(real_meshes.glob("*/*/model.obj"))[::6]:
        mesh = normalize(read_shape(file))[0]
        if len(mesh.faces) > 20_000:
            continue
        numbers = betti_numbers(mesh)
        assert numbers.components >= 1 and min(numbers) >= 0, file
        whole = trimesh.Trimesh(mesh.vertices, mesh.faces, process=True)
        if is_watertight(mesh) and whole.is_watertight and whole.is_winding_consistent:
            pieces = whole.split(only_watertight=False)
            assert genus(mesh) == sum(1 - piece.euler_number // 2 for piece in pieces), file
            checked += 1
    assert checked


def test_example():
    assert doctest.testmod(importlib.import_module("svr3d.geometry.betti"), extraglobs={"np": np}).failed == 0
