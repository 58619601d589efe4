"""Average precision against values computed by hand and the definition written out."""

import doctest
import importlib

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, VoxelGrid
from svr3d.metrics import average_precision


def by_definition(scores, truth):
    """A loop over thresholds, over voxels."""
    area, last_recall = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        named = hits = 0
        for score, occupied in zip(scores, truth, strict=True):
            named += score >= threshold
            hits += score >= threshold and occupied
        recall = hits / sum(truth)
        area += (recall - last_recall) * hits / named
        last_recall = recall
    return area


@pytest.mark.parametrize(
    ("scores", "truth", "expected"),
    [
        ([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], (1 + 2 / 3) / 2),
        ([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], (1 + 2 / 3) / 2),
        ([0.9, 0.5, 0.5, 0.1], [1, 1, 0, 0], (1 + 2 / 3) / 2),  # a tie counts whole
        ([0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0], 1 / 4),
        ([1, 1, 0, 0], [1, 0, 1, 0], (1 / 2 + 2 / 4) / 2),  # hard occupancy
        ([4, 3, 2, 1], [1, 1, 0, 0], 1),
        ([1, 2, 3, 4], [1, 0, 0, 0], 1 / 4),
    ],
)
def test_by_hand(scores, truth, expected):
    assert average_precision(scores, np.array(truth, bool)) == pytest.approx(expected)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30))
def test_by_definition(voxels):
    scores, truth = zip(*voxels, strict=True)
    if not any(truth):
        return
    found = average_precision(scores, np.array(truth))
    assert found == pytest.approx(by_definition(scores, truth))
    # only the order of the scores matters
    assert average_precision(np.exp(scores), np.array(truth)) == found


def test_grids_and_tensors():
    rng = np.random.default_rng(0)
    values, truth = rng.random((4, 4, 4)).astype(np.float32), rng.random((4, 4, 4)) < 0.3
    expected = by_definition(values.ravel().tolist(), truth.ravel().tolist())
    assert average_precision(VoxelGrid(values, threshold=0.1), VoxelGrid(truth)) == pytest.approx(expected)
    assert average_precision(torch.from_numpy(values), torch.from_numpy(truth)) == pytest.approx(expected)
    hard = values > 0.5
    assert average_precision(VoxelGrid(hard), truth) == pytest.approx(by_definition(hard.ravel(), truth.ravel()))


@pytest.mark.parametrize(
    ("scores", "truth", "message"),
    [
        (np.ones(3), np.ones(4, bool), "equal shapes"),
        (np.ones(3), np.ones(3), "expected boolean truth, found float64"),
        ([0.1, np.nan], [True, False], "NaN"),
        (["a", "b"], [True, False], "numbers"),
        (np.ones(3), np.zeros(3, bool), "no occupied voxel"),
        (np.zeros((0, 3)), np.zeros((0, 3), bool), "no occupied voxel"),
    ],
)
def test_bad_input(scores, truth, message):
    with pytest.raises(InputError, match=message):
        average_precision(scores, truth)


def test_example():
    assert doctest.testmod(importlib.import_module("svr3d.metrics.precision"), extraglobs={"np": np}).failed == 0
