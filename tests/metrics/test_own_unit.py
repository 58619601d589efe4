"""A pair of shapes in a unit of its own: one similarity, the truth's, brings both into the canonical frame."""

import numpy as np
import pytest
from varied import varied

from svr3d.geometry import InputError, MedialMesh, Mesh, PointCloud, moved, sample_surface, voxelize
from svr3d.metrics import GroundTruth, evaluate

QUICK = varied(
    "svr3d-v1",
    name="quick",
    only=["cd_l1", "f_01", "iou_32", "iou"],
    count=2000,
    iou={"points": 4000},
)
POINTS = varied("svr3d-v1", name="points", only=["cd_l1", "cd_l2"], count=2000)


def half(box):
    """The left half of the true box 1 × ½ × ½: IoU ½."""
    return box((0.5, 0.5, 0.5), (-0.25, 0, 0)), box((1, 0.5, 0.5))


@pytest.mark.parametrize(
    ("scale", "offset"),
    [(2.0, 0.0), (1000.0, 0.0), (0.01, 0.0), (1.0, 2.5), (25.4, (1e4, -3e5, 7.0)), (1e-9, 1e-3), (1e12, -1e12)],
)
def test_the_numbers_are_those_of_the_canonical_pair(scale, offset, box) -> None:
    prediction, truth = half(box)
    expected = evaluate(prediction, truth, QUICK)
    assert expected["iou_32"] == 0.5 and (expected.scale, expected.offset) == (1, (0, 0, 0))
    found = evaluate(*(moved(shape, scale=scale, offset=offset) for shape in (prediction, truth)), QUICK)
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert found.scale == pytest.approx(1 / scale)
    assert found.offset == pytest.approx(-np.broadcast_to(offset, 3) / scale, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("offset", [0.0, 2e-6])
def test_a_canonical_truth_is_left_as_it_is(offset, box) -> None:
    """As read from single precision, too."""
    prediction, truth = half(box)
    truth = Mesh((truth.vertices * (1 + offset)).astype(np.float32), truth.faces)
    assert evaluate(prediction, truth, QUICK) == evaluate(prediction, truth, QUICK, frame="given")


def test_given_means_given(box) -> None:
    prediction, truth = (moved(shape, scale=0.5) for shape in half(box))
    values = evaluate(prediction, truth, POINTS, frame="given")
    assert (values.scale, values.offset) == (1, (0, 0, 0))
    assert evaluate(prediction, truth, POINTS)["cd_l2"] == pytest.approx(4 * values["cd_l2"])
    assert evaluate(prediction, GroundTruth(mesh=truth), POINTS) == values  # which is canonical by definition
    with pytest.raises(InputError, match="unknown frame 'box' of a pair; expected one of truth, given"):
        evaluate(prediction, truth, POINTS, frame="box")


def test_what_no_face_uses_has_no_part_in_the_size(box) -> None:
    prediction, truth = half(box)
    stray = Mesh(np.concatenate([truth.vertices, [[90, 90, 90]]]), truth.faces)
    assert evaluate(prediction, stray, QUICK) == evaluate(prediction, truth, QUICK)


def test_a_grid_spans_the_canonical_box_whatever_the_truths_unit(box) -> None:
    prediction, truth = half(box)
    values = evaluate(voxelize(prediction), moved(truth, scale=1000, offset=5), QUICK)
    assert values["iou_32"] == 0.5 and values.scale == pytest.approx(0.001)
    values = evaluate(prediction, voxelize(truth), QUICK)  # and as truth, it is where it is
    assert values["iou_32"] == 0.5 and values.scale == 1


def test_a_truth_of_points(box) -> None:
    """A drawn sample misses the extremes: a canonical one stays, in millimetres its own box counts."""
    prediction, truth = half(box)
    cloud = PointCloud(0.999 * sample_surface(truth, 3000).points)
    values = evaluate(prediction, cloud, POINTS)
    assert values.scale == 1
    in_millimetres = evaluate(*(moved(shape, scale=1000.0) for shape in (prediction, cloud)), POINTS)
    assert in_millimetres.scale == pytest.approx(1 / 999, rel=1e-6)
    assert in_millimetres["cd_l1"] == pytest.approx(values["cd_l1"], rel=2e-3)
    with pytest.raises(InputError, match="neither voxels nor a mesh"):
        evaluate(prediction, cloud, QUICK)


def test_a_truth_of_another_kind() -> None:
    """Two balls of radius 10 against one of half the radius: the volumes are 8 to 1."""
    ball = MedialMesh([[7.0, 0, 0, 10.0]])
    small = MedialMesh([[7.0, 0, 0, 5.0]])
    values = evaluate(small, ball, QUICK)
    assert values["iou"] == pytest.approx(1 / 8, abs=0.03) and values.scale == pytest.approx(1 / 20, rel=0.01)


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (
            Mesh([[1, 2, 3]] * 3, [[0, 1, 2]]),
            r"ground truth: the mesh has no extent: all of it is at \[1.0, ",
        ),
        (Mesh([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]]), "ground truth: the shape is not finite"),
        (Mesh([[0, 0, 0]], []), "ground truth: the shape is empty"),
        (PointCloud([[4, 4, 4]]), "ground truth: the point cloud has no extent"),
        (np.zeros((3, 3)), "ground truth: expected a shape or a `GroundTruth`, found ndarray"),
        (Mesh([[0, 0, 0], [9, 0, 0], [0, 9, 0]], [[0, 1, 2]]), "are all empty|bound a solid"),
    ],
)
def test_a_truth_without_a_size_is_refused(truth, said, box) -> None:
    with pytest.raises(InputError, match=said):
        evaluate(box(), truth, QUICK)


@pytest.mark.parametrize("prediction", [None, Mesh([], []), Mesh([[0, 0, np.nan], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])])
def test_a_failed_prediction_fails_in_any_unit(prediction, box) -> None:
    assert evaluate(prediction, moved(box(), scale=7), QUICK)["iou_32"] == 0


def test_two_units_are_warned_of(box) -> None:
    with pytest.warns(UserWarning, match=r"side of the prediction is 1 and that of the truth 1e\+03: are both in one"):
        evaluate(box(), moved(box(), scale=1000), POINTS)
