"""Part IoU against a triple loop, and the aggregation over samples by hand."""

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from svr3d.geometry import InputError, VoxelGrid
from svr3d.metrics import mean_over_parts, part_iou, voxel_iou

GRIDS = arrays(np.int64, (3, 3, 3), elements=st.integers(0, 3))


def labelled(labels) -> VoxelGrid:
    labels = np.asarray(labels)
    return VoxelGrid(labels > 0, labels=labels)


def by_counting(predicted, truth, label):
    both = either = 0
    for a, b in zip(predicted.ravel().tolist(), truth.ravel().tolist(), strict=True):
        both += a == label and b == label
        either += a == label or b == label
    return both / either


@settings(deadline=None, max_examples=50)
@given(GRIDS, GRIDS.filter(np.any))
def test_each_part_by_counting(predicted, truth):
    result = part_iou(labelled(predicted), labelled(truth), labels=range(1, 5))
    assert list(result.per_part) == [1, 2, 3, 4]
    present = [label for label in range(1, 5) if (truth == label).any()]
    for label, value in result.per_part.items():
        assert value == by_counting(predicted, truth, label) if label in present else np.isnan(value)
    assert result.mean == pytest.approx(np.mean([result.per_part[label] for label in present]))
    assert result.whole == voxel_iou(predicted > 0, truth > 0)
    assert part_iou(labelled(truth), labelled(truth)).mean == 1


@settings(deadline=None, max_examples=50)
@given(GRIDS, GRIDS.filter(np.any), st.permutations([1, 2, 3]), st.permutations([0, 1, 2]), st.integers(0, 2))
def test_renaming_and_turning_both_changes_nothing(predicted, truth, names, axes, mirrored):
    before = part_iou(labelled(predicted), labelled(truth))
    renamed = [np.array([0, *names])[np.flip(grid.transpose(axes), mirrored)] for grid in (predicted, truth)]
    after = part_iou(*map(labelled, renamed))
    assert after.mean == pytest.approx(before.mean) and after.whole == before.whole
    assert {names[label - 1]: value for label, value in before.per_part.items()} == after.per_part


def test_a_part_predicted_where_there_is_none():
    """It costs the part in whose place it is; in empty space only the whole sees it."""
    truth, replaced, added = np.zeros((3, 4, 4, 4), dtype=int)
    truth[0], replaced[0], added[0] = 1, 1, 1
    replaced[0, :2] = 2
    added[1] = 2
    assert part_iou(labelled(replaced), labelled(truth)) == ({1: 0.5}, 0.5, 1.0)
    assert part_iou(labelled(added), labelled(truth)) == ({1: 1.0}, 1.0, 0.5)


def test_labels_count_whatever_the_threshold():
    labels = np.ones((2, 2, 2), dtype=int)
    unsure = VoxelGrid(np.full((2, 2, 2), 0.3), labels=labels)
    assert part_iou(unsure, labelled(labels)) == ({1: 1.0}, 1.0, 1.0)


def test_an_empty_prediction_gets_nothing():
    truth = labelled(np.arange(8).reshape(2, 2, 2))
    result = part_iou(labelled(np.zeros((2, 2, 2), dtype=int)), truth)
    assert set(result.per_part.values()) == {0.0} and result.mean == result.whole == 0


@pytest.mark.parametrize(
    ("predicted", "truth", "labels", "message"),
    [
        (VoxelGrid(np.ones((2, 2, 2))), labelled(np.ones((2, 2, 2))), None, "the prediction has no part labels"),
        (labelled(np.ones((2, 2, 2))), VoxelGrid(np.ones((2, 2, 2))), None, "the truth has no part labels"),
        (None, labelled(np.ones((2, 2, 2))), None, "the prediction has no part labels"),
        (labelled(np.ones((3, 3, 3))), labelled(np.ones((2, 2, 2))), None, "one resolution, found 3 and 2"),
        (labelled(np.ones((2, 2, 2))), labelled(np.zeros((2, 2, 2))), None, "the truth has no parts"),
        (labelled(-np.ones((2, 2, 2))), labelled(np.ones((2, 2, 2))), None, "at least 0, found -1 in the prediction"),
        (labelled(np.ones((2, 2, 2))), labelled(np.ones((2, 2, 2))), [2], r"labels \[1\], which are not all"),
    ],
)
def test_bad_grids(predicted, truth, labels, message):
    with pytest.raises(InputError, match=message):
        part_iou(predicted, truth, labels=labels)


def test_mean_over_parts_is_not_the_mean_over_samples():
    nan = np.nan
    values = [[1.0, nan, nan], [0.5, nan, nan], [0.0, 0.25, nan]]
    per_part, mean = mean_over_parts(values)
    assert per_part == pytest.approx([0.5, 0.25, nan], nan_ok=True) and mean == 0.375
    assert np.mean([np.nanmean(row) for row in values]) != mean


@pytest.mark.parametrize("values", [[1.0, 0.5], [[np.inf]], [[np.nan, np.nan]], np.zeros((0, 3))])
def test_values_without_a_mean(values):
    with pytest.raises(InputError, match="values of parts"):
        mean_over_parts(values)


def test_example():
    assert doctest.testmod(importlib.import_module("svr3d.metrics.part_voxels"), extraglobs={"np": np}).failed == 0
