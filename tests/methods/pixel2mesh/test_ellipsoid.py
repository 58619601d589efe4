import numpy as np
import pytest
import torch
import trimesh

from svr3d.geometry import InputError, Mesh, components, genus, is_watertight
from svr3d.methods.pixel2mesh.ellipsoid import (
    PAPER_RADII,
    RELEASE_RADII,
    MeshLevel,
    ellipsoid,
    unpool,
    unpool_level,
)

COUNTS = [(156, 462, 308), (618, 1848, 1232), (2466, 7392, 4928), (9858, 29568, 19712)]
TETRAHEDRON = MeshLevel(
    4,
    np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]]),
    np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]),
)


def meshes(radii=RELEASE_RADII, levels=4):
    """The mesh of each level, with the vertices of one after the other by a loop over the edges."""
    shape = ellipsoid(levels, radii)
    vertices = list(shape.vertices)
    for level in shape.levels:
        yield Mesh(np.array(vertices), level.faces)
        vertices += [(vertices[i] + vertices[j]) / 2 for i, j in level.edges]


def test_counts_of_the_levels():
    levels = ellipsoid(4).levels
    assert [(level.count, len(level.edges), len(level.faces)) for level in levels] == COUNTS
    assert [len(mesh.vertices) for mesh in meshes()] == [count for count, _, _ in COUNTS]
    assert len(ellipsoid(1).levels) == 1


@pytest.mark.parametrize("radii", [RELEASE_RADII, PAPER_RADII])
@pytest.mark.parametrize("level", range(4))
def test_closed_sphere_facing_outwards(radii, level):
    mesh = list(meshes(radii))[level]
    assert is_watertight(mesh)
    assert components(mesh).max() == 0
    assert genus(mesh) == 0
    other = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert other.is_watertight and other.is_winding_consistent and other.euler_number == 2
    a, b, c = radii
    # Inscribed in the ellipsoid, and refinement of flat faces adds nothing.
    assert 0.94 < mesh.volume / (4 / 3 * np.pi * a * b * c) < 1
    outward = np.einsum("ij,ij->i", mesh.triangles.mean(axis=1), mesh.face_normals)
    assert (outward > 0).all()


def test_vertices_lie_on_the_ellipsoid_and_evenly():
    vertices, level = ellipsoid(1, (1, 1, 1)).vertices, ellipsoid(1).levels[0]
    np.testing.assert_allclose(np.linalg.norm(vertices, axis=1), 1, atol=2e-9)
    np.testing.assert_allclose(vertices.mean(axis=0), 0, atol=0.01)
    lengths = np.linalg.norm(np.diff(vertices[level.edges], axis=1)[:, 0], axis=1)
    assert lengths.min() / lengths.max() > 0.7
    for radii in (RELEASE_RADII, PAPER_RADII):
        np.testing.assert_array_equal(ellipsoid(1, radii).vertices, vertices * radii)


@pytest.mark.parametrize("level", range(4))
def test_degrees(level):
    # Twelve of degree 5, as on a football; each refinement adds vertices of degree 6 only.
    degrees = np.bincount(ellipsoid(4).levels[level].edges.ravel())
    np.testing.assert_array_equal(np.unique(degrees, return_counts=True), [[5, 6], [12, COUNTS[level][0] - 12]])


@pytest.mark.parametrize("level", [*ellipsoid(4).levels, unpool_level(TETRAHEDRON)])
def test_edges_are_those_of_the_faces(level):
    pairs = {tuple(sorted((face[k], face[(k + 1) % 3]))) for face in level.faces.tolist() for k in range(3)}
    assert [tuple(edge) for edge in level.edges.tolist()] == sorted(pairs)
    assert level.faces.dtype == level.edges.dtype == np.int64
    assert set(level.faces.ravel().tolist()) == set(range(level.count))


@pytest.mark.parametrize("coarse", [TETRAHEDRON, *ellipsoid(2).levels])
def test_unpooled_faces_against_a_loop(coarse):
    fine = unpool_level(coarse)
    middle = {}
    for number, (i, j) in enumerate(coarse.edges.tolist()):
        middle[i, j] = middle[j, i] = coarse.count + number
    expected = []
    for a, b, c in coarse.faces.tolist():
        ab, bc, ca = middle[a, b], middle[b, c], middle[c, a]
        expected += [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    assert [tuple(face) for face in fine.faces.tolist()] == expected
    assert fine.count == coarse.count + len(coarse.edges)


@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_unpooled_values_against_a_loop(batch):
    coarse = ellipsoid(1).levels[0]
    values = torch.randn(*batch, coarse.count, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    fine = unpool(values, torch.tensor(coarse.edges))
    expected = [values[..., i, :] for i in range(coarse.count)]
    expected += [(values[..., i, :] + values[..., j, :]) / 2 for i, j in coarse.edges.tolist()]
    torch.testing.assert_close(fine, torch.stack(expected, dim=-2), rtol=0, atol=0)


def test_gradient_of_unpooling():
    edges = torch.tensor(TETRAHEDRON.edges)
    values = torch.randn(2, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.autograd.gradcheck(unpool, (values, edges))


def test_midpoints_of_the_ellipsoid():
    shape = ellipsoid(3)
    values = torch.tensor(shape.vertices)
    for level, mesh in zip(shape.levels, meshes(levels=3), strict=True):
        np.testing.assert_allclose(values.numpy(), mesh.vertices, rtol=0, atol=1e-15)
        values = unpool(values, torch.tensor(level.edges))


def test_the_same_on_each_call_and_read_only():
    shape = ellipsoid(2)
    assert ellipsoid(2, list(RELEASE_RADII)) is ellipsoid(2, np.array(RELEASE_RADII)) is shape
    for array in (shape.vertices, *(array for level in shape.levels for array in (level.faces, level.edges))):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    np.testing.assert_array_equal(shape.levels[0].faces, ellipsoid(1, PAPER_RADII).levels[0].faces)


def test_does_not_depend_on_the_order_of_the_hull(monkeypatch):
    import scipy.spatial

    from svr3d.methods.pixel2mesh import ellipsoid as module

    hull = scipy.spatial.ConvexHull

    class Shuffled:
        def __init__(self, points):
            rng = np.random.default_rng(0)
            self.simplices = rng.permuted(rng.permutation(hull(points).simplices), axis=1)

    expected = module._sphere.__wrapped__()
    monkeypatch.setattr(scipy.spatial, "ConvexHull", Shuffled)
    points, level = module._sphere.__wrapped__()
    np.testing.assert_array_equal(points, expected[0])
    np.testing.assert_array_equal(level.faces, expected[1].faces)
    np.testing.assert_array_equal(level.edges, expected[1].edges)


@pytest.mark.parametrize("levels", [0, -1, 1.5, True, "3", None])
def test_bad_levels(levels):
    with pytest.raises(InputError, match="levels"):
        ellipsoid(levels)


@pytest.mark.parametrize(
    "radii",
    [
        (),
        (1, 1),
        (1, 1, 1, 1),
        (0, 1, 1),
        (1, -1, 1),
        (1, float("nan"), 1),
        (1, 1, float("inf")),
        1.0,
        None,
        "abc",
        [(1, 1)] * 3,
    ],
)
def test_bad_radii(radii):
    with pytest.raises(InputError, match="radii"):
        ellipsoid(3, radii)
