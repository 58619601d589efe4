import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, containment, contains, winding_number


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(0).uniform(-0.6, 0.6, (20_000, 3))


def test_sphere(shapes, points):
    inside = contains(shapes.sphere(), points)
    radius = np.linalg.norm(points, axis=1)
    assert inside[radius < 0.498].all()
    assert not inside[radius > 0.5].any()


def test_torus(shapes, points):
    inside = contains(shapes.torus(), points)
    tube = np.hypot(np.hypot(points[:, 0], points[:, 1]) - 0.35, points[:, 2])
    assert inside[tube < 0.149].all() and not inside[tube > 0.15].any()


def test_agrees_with_solid_angles_on_closed_meshes(shapes, points, solid_angle_winding):
    mesh = shapes.join(
        shapes.turned(shapes.box((-0.3, -0.2, -0.1), (0.3, 0.2, 0.1)), seed=1),
        shapes.sphere(0.3, 1, centre=(0.2, 0.1, 0)),
        shapes.turned(shapes.box((-0.02, -0.4, -0.02), (0.02, 0.4, 0.02)), seed=2),
    )
    winding = solid_angle_winding(mesh, points)
    clear = np.abs(winding - np.rint(winding)) < 1e-6
    assert clear.mean() > 0.999 and winding.max() > 1.5, "parts should overlap"
    assert (contains(mesh, points) == (winding >= 0.5))[clear].all()


def test_agrees_with_open3d(shapes, points):
    open3d = pytest.importorskip("open3d")
    mesh = shapes.turned(shapes.torus(), seed=5)
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    expected = scene.compute_occupancy(points.astype(np.float32)).numpy().astype(bool)
    assert (contains(mesh, points) != expected).mean() < 5e-4  # single precision at the surface


def test_holes_do_little_harm(shapes, points, solid_angle_winding):
    closed = shapes.sphere(0.45, 3)
    torn = shapes.without(closed, 0.05)
    inside, truth = contains(torn, points), contains(closed, points)
    assert (inside & truth).sum() / (inside | truth).sum() >= 0.99
    few = points[:3000]
    assert (inside[:3000] != (solid_angle_winding(torn, few) >= 0.5)).mean() < 0.003


def test_winding_number_of_overlaps_and_of_a_reversed_solid(shapes):
    twice = shapes.join(shapes.box(), shapes.box((-0.1, -0.1, -0.1), (0.1, 0.1, 0.1)))
    points = np.array([[0, 0, 0], [0.3, 0.2, 0.1], [0.7, 0.3, 0.1]])
    assert winding_number(twice, points).tolist() == [2, 1, 0]
    reverse = shapes.flipped(shapes.box(), np.ones(12, dtype=bool))
    assert winding_number(reverse, points).tolist() == [-1, -1, 0]
    assert contains(reverse, points).tolist() == [True, True, False], "whichever way the faces look"


@pytest.mark.parametrize("resolution", [4, 7, 8])
def test_lines_through_edges_and_corners_count_once(shapes, resolution):
    """Points on a lattice that the vertices of the mesh lie on: every line meets edges and corners exactly."""
    steps = np.arange(-resolution, resolution + 1) / resolution
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    octahedron = Mesh(
        [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]],
        [[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]],
    )
    distance = np.abs(grid).sum(axis=1)
    inside = contains(octahedron, grid)
    assert inside[distance < 1 - 1e-9].all() and not inside[distance > 1 + 1e-9].any()
    box = shapes.box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))
    reach = np.abs(grid).max(axis=1)
    inside = contains(box, grid)
    assert inside[reach < 0.5 - 1e-9].all() and not inside[reach > 0.5 + 1e-9].any()


def test_any_frame_will_do(shapes):
    points = np.random.default_rng(0).uniform(-1, 1, (2000, 3))
    box = shapes.turned(shapes.box((-0.9, -0.3, -0.2), (0.4, 0.5, 0.6)), seed=3)
    expected = contains(box, points)
    for scale, shift in ((1e-5, 0.0), (1e4, 0.0), (3.0, 1000.0)):
        moved = Mesh(box.vertices * scale + shift, box.faces)
        assert (contains(moved, points * scale + shift) == expected).mean() > 0.9995


def test_a_fan_of_slivers_is_exact():
    """Faces so thin that single precision loses them."""
    angle = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    rim = np.stack([0.5 * np.cos(angle), 0.5 * np.sin(angle), np.zeros_like(angle)], axis=1)
    vertices = np.vstack([rim, [[0, 0, 0.3], [0, 0, -0.3]]])
    i, j = np.arange(2000), (np.arange(2000) + 1) % 2000
    faces = np.vstack([np.stack([i, j, np.full(2000, 2000)], 1), np.stack([j, i, np.full(2000, 2001)], 1)])
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (5000, 3))
    points[:100, :2] = 0  # on the axis, where all slivers meet
    inside = contains(Mesh(vertices, faces), points)
    reach = np.hypot(points[:, 0], points[:, 1]) / 0.5 + np.abs(points[:, 2]) / 0.3
    assert inside[reach < 0.9999].all() and not inside[reach > 1].any()


def test_empty_and_far(shapes):
    assert not contains(Mesh([], []), np.zeros((4, 3))).any()
    assert contains(shapes.box(), np.zeros((0, 3))).shape == (0,)
    odd = np.array([[np.nan, 0, 0], [np.inf, 0, 0], [1e300, 0, 0], [0, 0, 0]])
    assert contains(shapes.box(), odd).tolist() == [False, False, False, True]


def test_flat_meshes_contain_nothing():
    flat = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
    assert not contains(flat, np.random.default_rng(0).uniform(0, 1, (100, 3))).any()


def test_contains_refuses(shapes):
    with pytest.raises(InputError, match="non-finite"):
        contains(Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), np.zeros((1, 3)))
    with pytest.raises(InputError, match="points: expected shape"):
        contains(shapes.box(), np.zeros((4, 2)))


@pytest.mark.parametrize("seed", range(3))
def test_winding_number_of_open_meshes_is_the_sum_of_solid_angles(shapes, points, seed, solid_angle_winding):
    torn = shapes.without(shapes.turned(shapes.torus(0.33, 0.15, 24), seed), 0.3, seed)
    few = points[:500]
    np.testing.assert_allclose(winding_number(torn, few), solid_angle_winding(torn, few), atol=1e-9)


def test_winding_number_of_random_triangles(points, solid_angle_winding):
    """No two share an edge, and the windings mean nothing: the sum of solid angles is still defined."""
    soup = Mesh(np.random.default_rng(1).uniform(-0.5, 0.5, (90, 3)), np.arange(90).reshape(-1, 3))
    igl = pytest.importorskip("igl")
    expected = solid_angle_winding(soup, points[:1000])
    np.testing.assert_allclose(winding_number(soup, points[:1000]), expected, atol=1e-9)
    theirs = igl.winding_number(soup.vertices, soup.faces, points[:1000])
    np.testing.assert_allclose(np.ravel(theirs), expected, atol=1e-6)


def test_winding_number_where_rays_meet_the_boundary(shapes, solid_angle_winding):
    """A box without its top and one side, asked at points whose lines along x run through the open edges."""
    box = shapes.box((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25))
    torn = Mesh(box.vertices, box.faces[(box.face_normals[:, 1] < 0.5) & (box.face_normals[:, 0] > -0.5)])
    steps = np.arange(-4, 5) / 8
    grid = np.stack(np.meshgrid(steps + 0.01, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    grid = grid[np.abs(np.abs(grid[:, 1:]).max(axis=1) - 0.25) > 1e-9]  # not on the faces themselves
    np.testing.assert_allclose(winding_number(torn, grid), solid_angle_winding(torn, grid), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_containment_of_torn_meshes(shapes, points, seed):
    closed = shapes.turned(shapes.torus(0.33, 0.15, 50), seed)
    truth, torn = containment(closed, points), containment(shapes.without(closed, 0.05, seed), points)
    assert (torn.inside & truth.inside).sum() / (torn.inside | truth.inside).sum() >= 0.999
    assert truth.watertight and truth.ambiguous == 0
    assert not torn.watertight and 0.05 < torn.ambiguous < 0.9
    assert containment(Mesh([], []), points) == (pytest.approx(np.zeros(len(points))), False, 0.0, 0.0)
