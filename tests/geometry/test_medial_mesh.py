"""Medial meshes as shapes: volumes in closed form, similarities, pictures and files."""

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
    signed_distance,
    to_canonical,
    to_mesh,
    to_surface,
    to_voxels,
    write_shape,
)


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


def test_ma_files_with_a_byte_order_mark(tmp_path):
    (tmp_path / "a.ma").write_bytes(b"\xef\xbb\xbf1 0 0\nv 0 0 0 1\n")
    assert read_shape(tmp_path / "a.ma").spheres.tolist() == [[0, 0, 0, 1]]


def test_ma_files_with_the_flags_of_matfp(tmp_path):
    """`v x y z r type deleted`, `e i j type deleted`, `f i j k deleted`, each flag where the file has it."""
    text = (
        "4 3 2\nv 9 9 9 1 2 1\nv 0 0 0 .1 1 0\nv 1 0 0 .1 -2 0\nv 0 1 0 .2 1\n"
        "e 1 2 0 0\ne 0 1 0 1\ne 2 3 1\nf 1 2 3 0\nf 0 1 2 1\n"
    )
    (tmp_path / "a.ma").write_text(text)
    shape = read_shape(tmp_path / "a.ma")
    assert shape.spheres.tolist() == [[0, 0, 0, 0.1], [1, 0, 0, 0.1], [0, 1, 0, 0.2]]
    assert shape.edges.tolist() == [[0, 1], [1, 2]] and shape.faces.tolist() == [[0, 1, 2]]


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
        ("1 0 0\nv 0 0 0 1 1 0 0\n", "line 2: expected v"),
        ("1 0 0\nv 0 0 0 1 0.5\n", "line 2: expected v"),
        ("1 0 0\nv 0 0 0 1 2 3\n", "line 2: expected v"),
        ("1 1 0\nv 0 0 0 1\ne 0 0 x\n", "line 3: expected e and two spheres"),
        ("1 0 1\nv 0 0 0 1\nf 0 0 0 2\n", "line 3: expected f and three spheres, found 'f 0 0 0 2'"),
        ("2 1 0\nv 0 0 0 1\nv 1 0 0 1 2 1\ne 0 1\n", "edges name sphere 1, which is deleted"),
        ("2 0 1\nv 0 0 0 1 2 1\nv 1 0 0 1 2 0\nf 1 1 0\n", "faces name sphere 0, which is deleted"),
        ("1 0 0\nv 0 0 0 1 2 1\n", "the medial mesh has no spheres"),
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


BALLS = np.array([[0, 0, 0, 1.0], [1, 0, 0, 0.5]])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"edges": [[0, 1]], "representation": "medial"}, "the array 'spheres' is missing"),
        ({"spheres": BALLS[:, :3]}, r"medial spheres: expected shape \[N, 4\], found \[2, 3\]"),
        ({"spheres": BALLS.astype(complex)}, "expected real numbers"),
        ({"spheres": np.array([["a"] * 4])}, "medial spheres: expected numbers"),
        ({"spheres": BALLS[:0]}, "the medial mesh has no spheres"),
        ({"spheres": BALLS * [1, 1, 1, -1]}, "sphere 0 has the negative radius -1"),
        ({"spheres": BALLS * [1, np.nan, 1, 1]}, "found NaN or infinity"),
        ({"spheres": BALLS * [1, 1, 1, np.inf]}, "found NaN or infinity"),
        ({"spheres": BALLS, "edges": [[0, 2]]}, "edges name spheres 0 to 2, but there are 2"),
        ({"spheres": BALLS, "edges": [[0, 0.5]]}, "medial edges: expected whole numbers"),
        ({"spheres": BALLS, "edges": [[0, 1, 1]]}, r"medial edges: expected shape \[N, 2\]"),
        ({"spheres": BALLS, "faces": [[0, -1, 1]]}, "faces name spheres -1 to 1, but there are 2"),
        ({"spheres": BALLS, "faces": [[0, 1]]}, r"medial faces: expected shape \[N, 3\]"),
    ],
)
def test_bad_archives(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(InputError, match=r"bad\.npz: .*" + message):
        read_shape(tmp_path / "bad.npz")


@pytest.mark.parametrize("suffix", ["ma", "npz"])
def test_truncated_files(tmp_path, suffix):
    """Wherever a file ends too early, it is refused; a text without its last digit or line end may still be whole."""
    shape = a_lamp()
    write_shape(tmp_path / f"a.{suffix}", shape)
    content = (tmp_path / f"a.{suffix}").read_bytes()
    for size in np.linspace(0, len(content) - 3, 40).astype(int):
        (tmp_path / f"b.{suffix}").write_bytes(content[:size])
        with pytest.raises(InputError, match=rf"b\.{suffix}: "):
            read_shape(tmp_path / f"b.{suffix}")


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
