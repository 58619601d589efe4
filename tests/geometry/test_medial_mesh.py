"""Medial meshes against closed forms, and against the balls that their primitives are unions of."""

from math import pi, sqrt

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from svr3d.geometry import (
    Camera,
    InputError,
    MedialMesh,
    Mesh,
    align,
    bounds,
    bounds_a_solid,
    containment,
    is_watertight,
    moved,
    occupied,
    part_labels,
    read_shape,
    render_shape,
    sample_surface,
    to_canonical,
    to_mesh,
    to_surface,
    to_voxels,
    write_shape,
)
from svr3d.geometry.solids.medial_distance import primitive_distance, primitives, signed_distance


def simplex(k, steps):
    """Float[M, k]: weights, evenly spaced over the simplex of k corners."""
    if k == 1:
        return np.ones((1, 1))
    index = np.array(list(np.ndindex(*(steps + 1,) * (k - 1))))
    index = index[index.sum(axis=1) <= steps]
    return np.column_stack([index, steps - index.sum(axis=1)]) / steps


def by_balls(spheres, points, steps):
    """The distance to a dense set of the balls that a primitive is the union of."""
    balls = simplex(len(spheres), steps) @ spheres
    return (np.linalg.norm(points[:, None] - balls[:, :3], axis=2) - balls[:, 3]).min(axis=1)


def some_spheres(k, rng, thick):
    return np.column_stack([rng.uniform(-0.3, 0.3, (k, 3)), rng.uniform(0, thick, k)])


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("thick", [0.05, 0.3, 0.8])
def test_distance_is_that_to_the_nearest_of_all_balls(k, thick):
    """Between grid weights the true least value is lower by at most half a step; never higher."""
    rng = np.random.default_rng(k)
    for _ in range(12):
        spheres, points = some_spheres(k, rng, thick), rng.uniform(-0.8, 0.8, (100, 3))
        exact, dense = primitive_distance(spheres, points), by_balls(spheres, points, 60)
        assert (exact <= dense + 1e-12).all()
        assert np.abs(exact - dense).max() < 0.01


@pytest.mark.parametrize("k", [1, 2, 3])
def test_distance_is_that_to_the_planes_around_it(k):
    """A second way, from outside: a convex solid is as deep at x as the nearest of its supporting planes, and as far as
    the furthest; the plane with normal n touches the ball for which n · c + r is largest."""
    rng = np.random.default_rng(10 + k)
    i = np.arange(40_000)
    z, angle = 1 - (2 * i + 1) / len(i), i * pi * (3 - sqrt(5))
    normals = np.column_stack([np.sqrt(1 - z**2) * np.cos(angle), np.sqrt(1 - z**2) * np.sin(angle), z])
    inside = 0
    for thick in (0.1, 0.3, 0.3, 0.5):
        spheres = some_spheres(k, rng, thick)
        points = np.concatenate([rng.uniform(-0.6, 0.6, (60, 3)), rng.dirichlet(np.ones(k), 60) @ spheres[:, :3]])
        support = (normals @ spheres[:, :3].T + spheres[:, 3]).max(axis=1)
        by_planes = (points @ normals.T - support).max(axis=1)
        exact = primitive_distance(spheres, points)
        assert (exact >= by_planes - 1e-12).all() and np.abs(exact - by_planes).max() < 0.005
        inside += (exact < 0).sum()
    assert inside > 100


def test_depth_is_that_of_the_solid():
    """Inside a capsule, a cone and a flat slab, in closed form."""
    capsule = np.array([[-0.3, 0, 0, 0.1], [0.3, 0, 0, 0.1]])
    points = np.array([[0, 0.04, 0], [0.35, 0, 0], [0.45, 0, 0], [0, 0, 0.25], [0.3, 0.3, 0.0], [0, 0, 0]])
    assert primitive_distance(capsule, points) == pytest.approx([-0.06, -0.05, 0.05, 0.15, 0.2, -0.1])
    # the flank of a cone is where sin α · x + cos α · y = r₁, with sin α = (r₁ - r₂) / length
    cone, sine = np.array([[0, 0, 0, 0.3], [1, 0, 0, 0.1]]), 0.2
    points = np.array([[0.5, 0, 0], [0.5, 0.7, 0], [0.5, 0, 0.1], [-1.0, 0, 0], [1.5, 0, 0]])
    expected = [0.5 * sine + sqrt(1 - sine**2) * y - 0.3 for y in (0, 0.7, 0.1)]
    assert primitive_distance(cone, points) == pytest.approx([*expected, 0.7, 0.4])
    slab = np.array([[-1, 0, -1, 0.1], [1, 0, -1, 0.1], [0, 0, 1, 0.1]])
    assert primitive_distance(slab, np.array([[0, 0.05, 0], [0, -0.3, 0], [0, 0, 1.5]])) == pytest.approx(
        [-0.05, 0.2, 0.4]
    )


@pytest.mark.parametrize(
    "spheres",
    [
        [[0, 0, 0, 0.3], [0.1, 0, 0, 0.1]],  # one in the other
        [[0, 0, 0, 0.3], [0.2, 0, 0, 0.1]],  # touching it from inside
        [[0, 0, 0, 0.1], [0, 0, 0, 0.3]],  # about one centre
        [[0, 0, 0, 0.2], [0, 0, 0, 0.2]],  # the same
        [[0, 0, 0, 0], [0.3, 0, 0, 0]],  # without thickness
        [[0, 0, 0, 0.1], [0.2, 0, 0, 0.25], [0.4, 0, 0, 0.1]],  # on a line
        [[0, 0, 0, 0.1], [0.2, 1e-9, 0, 0.25], [0.4, 0, 0, 0.1]],  # nearly so
        [[0, 0, 0, 0.1], [0, 0, 0, 0.1], [0.4, 0, 0, 0.2]],  # two alike
        [[0, 0, 0, 0.1], [0, 0, 0, 0.2], [0, 0, 0, 0.3]],  # about one centre
        [[0, 0, 0, 0.4], [0.1, 0, 0, 0.1], [0, 0.1, 0, 0.1]],  # two in the third
        [[0, 0, 0, 0.02], [0.1, 0.2, 0, 0.3], [0.4, 0, 0, 0.02]],  # steep: no plane touches all three
    ],
)
def test_degenerate_primitives(spheres):
    spheres = np.array(spheres, dtype=float)
    points = np.random.default_rng(0).uniform(-0.8, 0.8, (400, 3))
    exact = primitive_distance(spheres, points)
    assert np.isfinite(exact).all()
    dense = by_balls(spheres, points, 200 if len(spheres) < 3 else 80)
    assert (exact <= dense + 1e-9).all() and np.abs(exact - dense).max() < 0.01


def cone_volume(a, b, length):
    """Of the hull of two balls with radii a > b: two caps, and the frustum that touches both."""
    lean = (a - b) / length
    tilt = sqrt(1 - lean**2)
    frustum = pi / 3 * (length - (a - b) * lean) * tilt**2 * (a * a + a * b + b * b)
    cap = lambda r, height: pi * height**2 * (3 * r - height) / 3
    return frustum + cap(a, a * (1 + lean)) + cap(b, b * (1 - lean))


SOLIDS = {
    "ball": (MedialMesh([[0.1, 0, 0, 0.35]]), 4 / 3 * pi * 0.35**3),
    "capsule": (
        MedialMesh([[-0.3, 0, 0, 0.15], [0.3, 0, 0, 0.15]], [[0, 1]]),
        4 / 3 * pi * 0.15**3 + pi * 0.15**2 * 0.6,
    ),
    "cone": (MedialMesh([[0, -0.2, 0, 0.25], [0, 0.3, 0, 0.1]], [[1, 0]]), cone_volume(0.25, 0.1, 0.5)),
    # the Minkowski sum of a triangle and a ball (Steiner): 2 r A + π r² L / 2 + 4/3 π r³
    "slab": (
        # turned, lest its flat sides lie between two layers of voxels
        moved(
            MedialMesh([[0, 0, 0, 0.1], [0.4, 0, 0, 0.1], [0, 0, 0.3, 0.1]], faces=[[2, 0, 1]]),
            rotation=Rotation.random(random_state=1).as_matrix(),
        ),
        2 * 0.1 * 0.06 + pi * 0.1**2 * 1.2 / 2 + 4 / 3 * pi * 0.1**3,
    ),
    "two balls": (MedialMesh([[-0.3, 0, 0, 0.15], [0.3, 0, 0, 0.1]]), 4 / 3 * pi * (0.15**3 + 0.1**3)),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_volume_in_closed_form(name):
    shape, volume = SOLIDS[name]
    mesh = to_mesh(shape)
    assert mesh.volume == pytest.approx(volume, rel=0.003)
    assert is_watertight(mesh) and bounds_a_solid(shape)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (200_000, 3))
    # four standard deviations of the share of uniform points
    assert occupied(shape, points).mean() == pytest.approx(volume, abs=4 * sqrt(volume / 200_000))
    assert to_voxels(shape, 64).occupancy.mean() == pytest.approx(volume, rel=0.02)


def a_lamp():
    """A pole on three legs, a shade of two faces, and a ball on its own."""
    spheres = [
        *[[0, -0.2, 0, 0.03], [0, 0.2, 0, 0.03], [0.2, -0.45, 0, 0.02], [-0.1, -0.45, 0.17, 0.02]],
        *[[-0.1, -0.45, -0.17, 0.02], [0.25, 0.3, 0.1, 0.05], [-0.2, 0.3, 0.2, 0.03], [0.3, -0.1, -0.3, 0.08]],
    ]
    return MedialMesh(spheres, [[0, 1], [0, 2], [0, 3], [0, 4], [1, 5]], [[1, 5, 6]])


def test_union_against_all_its_balls():
    shape = a_lamp()
    points = np.random.default_rng(3).uniform(-0.55, 0.55, (1500, 3))
    parts = [shape.spheres[i] for i in (*shape.faces, *shape.edges, *np.arange(8)[:, None])]
    dense = np.minimum.reduce([by_balls(part, points, 60) for part in parts])
    exact = signed_distance(shape, points)
    assert (exact <= dense + 1e-12).all() and np.abs(exact - dense).max() < 0.005
    assert (occupied(shape, points) == (exact <= 0)).all()
    assert len(list(primitives(shape))) == 6, "a side of the face and spheres within others are not looked at twice"


def test_surface_and_voxels_lie_where_the_distance_says():
    shape = a_lamp()
    surface = to_surface(shape, 4000, seed=1)
    assert np.abs(signed_distance(shape, surface.points)).max() < 1 / 128
    assert np.abs(signed_distance(shape, surface.points)).mean() < 1e-3
    assert (signed_distance(shape, surface.points + 0.01 * surface.normals) > 0).mean() > 0.97
    assert (surface.points == to_surface(shape, 4000, seed=1).points).all()
    grid = to_voxels(shape, 24)
    index = np.indices((24,) * 3).reshape(3, -1).T
    assert (grid.occupancy.ravel() == occupied(shape, (index + 0.5) / 24 - 0.5)).all()
    mesh = to_mesh(shape)
    assert is_watertight(mesh)
    assert mesh.bounds == pytest.approx(bounds(shape), abs=0.005)
    assert containment(shape, [[0, 0, 0], [np.nan, 0, 0], [0.5, 0.5, 0.5]]).inside.tolist() == [True, False, False]
    assert containment(shape, np.zeros((1, 3)))[1:] == (True, 0.0, 0.0) and part_labels(shape, 8) is None


def test_similarities_scale_radii():
    shape = a_lamp()
    turn = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]) @ np.diag([1, -1, -1])
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (500, 3))
    for scale, rotation, offset in ((2.0, turn, (0.1, 0.2, 0.3)), (1.0, 2.0 * turn, 0.0), (0.5, None, 1.0)):
        other = moved(shape, scale=scale, rotation=rotation, offset=offset)
        factor = np.cbrt(np.linalg.det(scale * (np.eye(3) if rotation is None else rotation)))
        there = (scale * points) @ (np.eye(3) if rotation is None else rotation).T + offset
        assert type(other) is MedialMesh
        assert signed_distance(other, there) == pytest.approx(factor * signed_distance(shape, points), abs=1e-12)
    with pytest.raises(InputError, match="rotation: expected a finite rotation"):
        moved(shape, rotation=np.diag([1, 1, -1]))
    with pytest.raises(InputError, match="rotation: expected a finite rotation"):
        moved(shape, rotation=np.diag([1, 1, 2]))
    with pytest.raises(InputError, match="offset: expected"):
        moved(shape, offset=[1, 2])


def test_alignment_finds_the_shape_again():
    shape = a_lamp()
    truth = sample_surface(to_mesh(shape), 5000)
    small = moved(shape, scale=0.5, offset=(0.1, 0, 0))
    back = align(small, truth, "scale")
    assert type(back) is MedialMesh and back.spheres == pytest.approx(shape.spheres, abs=0.01)
    close = align(moved(small, offset=0.01), truth, "similarity")
    assert close.spheres == pytest.approx(shape.spheres, abs=0.03)
    canonical = to_canonical(small, "shapenet", loc=np.array([0.1, 0, 0]), scale=0.5)
    assert canonical.spheres == pytest.approx(shape.spheres)


def test_pictures():
    camera = Camera.from_r2n2(40, 27, 0.8, diagonal=1.2)
    picture = render_shape(a_lamp(), camera, 64)
    np.testing.assert_array_equal(picture, render_shape(to_mesh(a_lamp()), camera, 64))
    with pytest.raises(InputError):
        render_shape(MedialMesh([]), camera)


@pytest.mark.parametrize("suffix", ["ma", "npz"])
def test_files_hold_it_exactly(tmp_path, suffix):
    shape = moved(a_lamp(), rotation=Rotation.random(random_state=2).as_matrix())
    for one in (shape, MedialMesh([[1 / 3, 1e-9, 0, 0.0]])):
        write_shape(tmp_path / f"a.{suffix}", one)
        back = read_shape(tmp_path / f"a.{suffix}")
        assert type(back) is MedialMesh
        for field in ("spheres", "edges", "faces"):
            assert (getattr(back, field) == getattr(one, field)).all()


def test_mesh_formats_hold_its_surface(tmp_path):
    write_shape(tmp_path / "a.obj", a_lamp())
    back = read_shape(tmp_path / "a.obj")
    assert type(back) is Mesh and back.volume == pytest.approx(to_mesh(a_lamp()).volume, rel=1e-6)
    with pytest.raises(InputError, match=r"a\.binvox: a \.binvox file holds a voxel grid, not a MedialMesh"):
        write_shape(tmp_path / "a.binvox", a_lamp())
    with pytest.raises(InputError, match=r"a\.ma: a \.ma file holds a medial mesh, not a Mesh"):
        write_shape(tmp_path / "a.ma", back)


def test_ma_files_with_comments_and_blank_lines(tmp_path):
    text = (
        "# a medial mesh\n\n3 1 1  # counts\nv 0 0 0 .1\r\nv 1 0 0 1e-1 # the second\n\nf 0 1 2\ne 0 1\n  v 0 1 0 0.2\n"
    )
    (tmp_path / "a.ma").write_text(text)
    shape = read_shape(tmp_path / "a.ma")
    assert shape.spheres.tolist() == [[0, 0, 0, 0.1], [1, 0, 0, 0.1], [0, 1, 0, 0.2]]
    assert shape.edges.tolist() == [[0, 1]] and shape.faces.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "expected the numbers of spheres"),
        ("1 0\nv 0 0 0 1\n", "expected the numbers of spheres"),
        ("1 0 -1\nv 0 0 0 1\n", "expected the numbers of spheres"),
        ("a b c\n", "expected the numbers of spheres"),
        ("v 0 0 0 1\n", "expected the numbers of spheres"),
        ("0 0 0\n", "the medial mesh has no spheres"),
        ("2 0 0\nv 0 0 0 1\n", "expected 2 spheres, as the first line says, found 1"),
        ("1 0 0\nv 0 0 0 1\ne 0 0\n", "expected 0 edges, as the first line says, found 1"),
        ("1 0 1\nv 0 0 0 1\n", "expected 1 faces"),
        ("1 0 0\nv 0 0 0\n", "line 2: expected v and x y z radius, found 'v 0 0 0'"),
        ("1 0 0\nv 0 0 x 1\n", "line 2: expected v"),
        ("1 0 0\nv 0 0 0 1 1\n", "line 2: expected v"),
        ("1 1 0\n\nv 0 0 0 1\ne 0 0.5\n", "line 4: expected e and two spheres"),
        ("1 0 1\nv 0 0 0 1\nf 0 0\n", "line 3: expected f and three spheres"),
        ("1 0 0\nt 0 0 0 1\n", "line 2: expected a line of v, e or f, found 't'"),
        ("1 0 0\nv 0 0 nan 1\n", "NaN or infinity"),
        ("1 0 0\nv 0 0 0 inf\n", "NaN or infinity"),
        ("1 0 0\nv 0 0 0 -0.5\n", "sphere 0 has the negative radius -0.5"),
        ("2 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 2\n", "edges name spheres 0 to 2, but there are 2"),
        ("2 0 1\nv 0 0 0 1\nv 1 0 0 1\nf 0 1 -1\n", "faces name spheres -1 to 1, but there are 2"),
    ],
)
def test_bad_ma_files(tmp_path, text, message):
    (tmp_path / "bad.ma").write_text(text)
    with pytest.raises(InputError, match=r"bad\.ma: .*" + message):
        read_shape(tmp_path / "bad.ma")


def test_garbage_ma_files(tmp_path):
    rng = np.random.default_rng(0)
    for size in (1, 5, 80, 4000):
        (tmp_path / "bad.ma").write_bytes(rng.bytes(size))
        with pytest.raises(InputError, match=r"bad\.ma: "):
            read_shape(tmp_path / "bad.ma")


def test_medial_mesh_refuses():
    with pytest.raises(InputError, match="medial spheres: expected shape"):
        MedialMesh([[0, 0, 0]])
    with pytest.raises(InputError, match="medial edges: expected whole numbers"):
        MedialMesh([[0, 0, 0, 1]], [[0, 0.5]])
    with pytest.raises(InputError, match="negative radius"):
        MedialMesh([[0, 0, 0, 1], [0, 0, 0, -1]])
    broken = MedialMesh([[0, 0, np.nan, 1], [0, 0, 0, np.nan]])
    assert not broken.is_finite
    for ask in (
        to_mesh,
        to_voxels,
        lambda shape: occupied(shape, np.zeros((1, 3))),
        lambda shape: to_surface(shape, 5),
    ):
        with pytest.raises(InputError, match="found NaN"):
            ask(broken)
    with pytest.raises(InputError, match="points: expected shape"):
        occupied(a_lamp(), np.zeros((2, 2)))


def test_medial_meshes_without_content():
    empty = MedialMesh([])
    assert empty.is_empty and empty.is_finite and to_mesh(empty).is_empty and to_voxels(empty, 4).is_empty
    assert not occupied(empty, np.zeros((2, 3))).any()
    with pytest.raises(InputError, match="an empty medial mesh has no bounds"):
        bounds(empty)
    with pytest.raises(InputError, match="without faces"):
        to_surface(empty, 4)
    assert to_mesh(MedialMesh([[0, 0, 0, 0]])).is_empty, "a point has no surface"
