import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, sample_surface


def test_points_lie_on_the_surface_with_its_normals(shapes):
    cloud = sample_surface(shapes.box(), 5000)
    assert np.abs(cloud.points).max(axis=1) == pytest.approx(np.full(5000, 0.5))
    side = np.abs(cloud.points).argmax(axis=1)
    expected = np.zeros((5000, 3))
    expected[np.arange(5000), side] = np.sign(cloud.points[np.arange(5000), side])
    assert cloud.normals == pytest.approx(expected)


def test_density_is_uniform_over_faces_of_unequal_area():
    """A chi-squared test over equal cells of a rectangle cut into four uneven triangles."""
    mesh = Mesh(
        [[0, 0, 0], [4, 0, 0], [4, 1, 0], [0, 1, 0], [0.3, 0.2, 0]], [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]]
    )
    cloud = sample_surface(mesh, 80_000, seed=3)
    counts, _, _ = np.histogram2d(cloud.points[:, 0], cloud.points[:, 1], bins=(40, 10), range=((0, 4), (0, 1)))
    chi_squared = ((counts - 200) ** 2 / 200).sum()
    assert 270 < chi_squared < 530  # 399 degrees of freedom: five standard deviations


def test_any_prefix_is_uniform_too(shapes):
    """Callers store a cloud and use its first points: they must not be those of the first faces."""
    cloud = sample_surface(shapes.sphere(), 20_000)
    assert np.abs(cloud.points[:2000].mean(axis=0)).max() < 0.03


def test_same_seed_same_points(shapes):
    box = shapes.box()
    assert (sample_surface(box, 100, seed=1).points == sample_surface(box, 100, seed=1).points).all()
    assert (sample_surface(box, 100, seed=1).points != sample_surface(box, 100, seed=2).points).any()


def test_part_ids_name_the_part_each_point_lies_on(shapes):
    mesh = shapes.parts(a=shapes.box((0, 0, 0), (1, 1, 1)), b=shapes.box((2, 0, 0), (3, 3, 3)))
    cloud = sample_surface(mesh, 4000)
    assert (cloud.part_ids == (cloud.points[:, 0] > 1.5)).all()
    share = mesh.part(1).area / mesh.area
    assert cloud.part_ids.mean() == pytest.approx(share, abs=0.04)
    assert sample_surface(shapes.box(), 5).part_ids is None


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_faces_without_area_get_no_points(order):
    faces = np.array([[0, 1, 2], [0, 1, 1], [3, 3, 3]])[order]
    mesh = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [9, 9, 9]], faces)
    cloud = sample_surface(mesh, 1000)
    assert cloud.points.max() <= 1
    assert (np.linalg.norm(cloud.normals, axis=1) == 1).all()


def test_zero_points_are_an_empty_cloud(shapes):
    assert sample_surface(shapes.box(), 0).is_empty


@pytest.mark.parametrize(
    ("mesh", "message"),
    [
        (Mesh([], []), "without faces"),
        (Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]]), "without area"),
        (Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "non-finite"),
    ],
)
def test_sampling_refuses(mesh, message):
    with pytest.raises(InputError, match=message):
        sample_surface(mesh, 10)


def test_sampling_refuses_negative_counts(shapes):
    with pytest.raises(InputError, match="-1 points"):
        sample_surface(shapes.box(), -1)
