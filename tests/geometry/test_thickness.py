"""The shape diameter of shapes for which its integral can be written down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

from svr3d.geometry import InputError, Mesh, orient_faces, sample_surface, shape_diameter


def in_the_limit(chord, widest, cone=120.0):
    """The diameter with infinitely many rays, where a ray at angle θ from the axis has length chord(θ), which is
    monotone, and counts up to the angle `widest`. Even over the cap is even in cos θ."""
    end = min(np.radians(cone) / 2, widest)
    low, width = np.cos(end), 1 - np.cos(end)
    median = chord(np.arccos(low + width / 2))
    mean = quad(lambda c: chord(np.arccos(c)), low, 1)[0] / width
    deviation = np.sqrt(quad(lambda c: (chord(np.arccos(c)) - mean) ** 2, low, 1)[0] / width)
    kept = lambda c: abs(chord(np.arccos(c)) - median) <= deviation
    fine = low + width * (np.arange(200_000) + 0.5) / 200_000
    angles = np.arccos(fine)
    weights = np.vectorize(kept)(fine) / angles
    return (weights * chord(angles)).sum() / weights.sum()


@pytest.mark.parametrize("cone", [60.0, 120.0])
@pytest.mark.parametrize("radius", [0.5, 30.0])
def test_sphere(shapes, radius, cone):
    """A chord is 2 r cos θ; where it ends the surface faces the same way once 2 θ is above a right angle."""
    sphere = shapes.sphere(radius, 5, (1, 2, 3))
    sample = sample_surface(sphere, 300)
    expected = in_the_limit(lambda angle: 2 * radius * np.cos(angle), np.pi / 4, cone)
    found = shape_diameter(sphere, sample.points, sample.normals, rays=1000, cone=cone)
    assert found == pytest.approx(np.full(300, expected), rel=0.01)
    few = shape_diameter(sphere, sample.points, sample.normals, rays=30, cone=cone)
    assert few == pytest.approx(np.full(300, expected), rel=0.03)


@pytest.mark.parametrize("thickness", [0.02, 0.001, 2e-4])
def test_slab(shapes, thickness):
    """Far from the rim, a chord is h / cos θ."""
    slab = shapes.box((-0.5, -0.5, 0), (0.5, 0.5, thickness))
    plane = np.random.default_rng(0).uniform(-0.4, 0.4, (50, 2))
    points = np.column_stack([plane, np.full(50, thickness)])
    found = shape_diameter(slab, points, np.tile([0.0, 0, 3], (50, 1)), rays=1000)
    expected = in_the_limit(lambda angle: thickness / np.cos(angle), np.pi / 2)
    assert found == pytest.approx(np.full(50, expected), rel=0.005)


def test_a_single_ray_and_right_angles(shapes):
    """In a box, rays that end on a side wall, square to the start, count whatever the rounding."""
    box = shapes.box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))
    point, normal = np.array([[0.45, 0.1, 0.5]]), np.array([[0.0, 0, 1]])
    for seed in range(5):
        rotation = Rotation.random(random_state=seed).as_matrix()
        turned = Mesh(box.vertices @ rotation.T, box.faces)
        found = shape_diameter(turned, point @ rotation.T, normal @ rotation.T, rays=3000)
        assert found == pytest.approx(shape_diameter(box, point, normal, rays=3000), rel=0.02)
    one = shape_diameter(box, np.array([[0.0, 0, 0.5]]), normal, rays=1, cone=1)
    assert one == pytest.approx([1], rel=1e-4)


def test_an_open_sheet_has_no_thickness(shapes):
    sheet = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])
    points = np.full((3, 3), [0.4, 0.3, 0])
    normals = np.array([[0, 0, 1.0], [0, 0, -1], [0, 0, 0]])
    assert (shape_diameter(sheet, points, normals) == 0).all()
    # two sheets that face the same way enclose nothing; face to face they enclose the gap's complement
    above = Mesh(sheet.vertices + [0, 0, 0.1], sheet.faces)
    assert (shape_diameter(shapes.join(sheet, above), points + [0, 0, 0.1], normals[:1].repeat(3, axis=0)) == 0).all()
    below = Mesh(sheet.vertices, sheet.faces[:, ::-1])
    solid = shape_diameter(shapes.join(below, above), points + [0, 0, 0.1], normals[:1].repeat(3, axis=0))
    assert (solid > 0.1).all() and (solid < 0.2).all()


def test_rays_through_a_hole_are_left_out(shapes):
    sphere = shapes.sphere(0.5, 4)
    holed = shapes.without(sphere, 0.3)
    sample = sample_surface(holed, 500)
    whole = shape_diameter(sphere, sample.points, sample.normals)
    assert np.mean(np.abs(shape_diameter(holed, sample.points, sample.normals) / whole - 1) < 0.1) > 0.9


def test_inside_out_sees_nothing_until_repaired(shapes):
    sphere = shapes.sphere(0.5, 3)
    inverted = Mesh(sphere.vertices, sphere.faces[:, ::-1])
    sample = sample_surface(inverted, 100)
    assert (shape_diameter(inverted, sample.points, sample.normals) == 0).all()
    repaired = orient_faces(inverted)[0]
    sample = sample_surface(repaired, 100)
    assert (shape_diameter(repaired, sample.points, sample.normals) > 0.7).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.floats(0.01, 100))
def test_motion_and_scale(shapes, seed, scale):
    """Within what float32 rays and the turned pattern of rays leave."""
    torus = shapes.torus(0.35, 0.15, 48)
    sample = sample_surface(torus, 100, seed=seed)
    rotation, shift = Rotation.random(random_state=seed).as_matrix(), np.array([0.3, -1, 2])
    moved = Mesh(scale * torus.vertices @ rotation.T + shift, torus.faces)
    before = shape_diameter(torus, sample.points, sample.normals, rays=400)
    after = shape_diameter(moved, scale * sample.points @ rotation.T + shift, sample.normals @ rotation.T, rays=400)
    assert np.median(np.abs(after / scale / before - 1)) < 0.02
    assert after.mean() / scale == pytest.approx(before.mean(), rel=0.01)
    assert (after == shape_diameter(moved, *_moved(sample, scale, rotation, shift), rays=400)).all()


def _moved(sample, scale, rotation, shift):
    return scale * sample.points @ rotation.T + shift, sample.normals @ rotation.T


def test_blocks_do_not_show(shapes, monkeypatch):
    from svr3d.geometry.surface import thickness

    torus = shapes.torus(sections=24)
    sample = sample_surface(torus, 500)
    at_once = shape_diameter(torus, sample.points, sample.normals, seed=3)
    monkeypatch.setattr(thickness, "_POINTS_AT_ONCE", 64)
    assert (shape_diameter(torus, sample.points, sample.normals, seed=3) == at_once).all()
    assert (shape_diameter(torus, sample.points, sample.normals, seed=4) != at_once).any()


def test_empty_and_bad_input(shapes):
    box, point, normal = shapes.box(), np.zeros((1, 3)), np.array([[0.0, 0, 1]])
    assert shape_diameter(box, np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)
    assert shape_diameter(Mesh([], []), point, normal).tolist() == [0]
    assert shape_diameter(Mesh(np.ones((3, 3)), [[0, 1, 2]]), point, normal).tolist() == [0]
    for arguments, options, message in (
        ((box, point, normal * np.nan), {}, "finite"),
        ((box, point + np.inf, normal), {}, "finite"),
        ((Mesh(box.vertices * np.nan, box.faces), point, normal), {}, "finite"),
        ((box, point, np.zeros((2, 3))), {}, "normals: expected shape"),
        ((box, point, normal), {"rays": 0}, "at least one ray"),
        ((box, point, normal), {"cone": 180.0}, "cone within"),
    ):
        with pytest.raises(InputError, match=message):
            shape_diameter(*arguments, **options)
