"""What callers pass, as arrays of the type that is asked for; nothing changes its value without a word."""

import numpy as np
import pytest
import torch

from svr3d.arrays import as_array, distinct_rows
from svr3d.errors import InputError


@pytest.mark.parametrize(
    "values", [[[1, 2, 3]], np.array([[1.0, 2.0, 3.0]]), torch.tensor([[1, 2, 3]]), [["1", "2", "3"]]]
)
def test_numbers_of_any_kind(values):
    found = as_array(values, np.int64, (None, 3), "corners")
    assert found.tolist() == [[1, 2, 3]] and found.dtype == np.int64 and found.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.5], np.int64),
        ([np.nan], np.int64),
        ([np.inf], np.int64),
        ([1e30], np.int64),
        (np.array([2**63], dtype=np.uint64), np.int64),
        ([300], np.uint8),
        ([-1], np.uint8),
    ],
)
def test_whole_numbers_that_would_become_others(values, dtype):
    with pytest.raises(InputError, match=r"corners: expected whole numbers"):
        as_array(values, dtype, (None,), "corners")


def test_complex_numbers():
    with pytest.raises(InputError, match="points: expected real numbers"):
        as_array(np.array([1 + 1j]), np.float64, (None,), "points")


def test_what_single_precision_cannot_hold_is_infinite():
    assert np.isinf(as_array([1e300], np.float32, (None,), "values")).all()


def test_wrong_shape_and_wrong_kind():
    with pytest.raises(InputError, match=r"points: expected shape \[N, 3\], found \[2, 2\]"):
        as_array([[1, 2], [3, 4]], np.float64, (None, 3), "points")
    with pytest.raises(InputError, match="points: expected numbers of type float64, found str"):
        as_array("none", np.float64, (None, 3), "points")
    assert as_array([], np.float64, (None, 3), "points").shape == (0, 3)


def test_distinct_rows_are_numpys():
    rows = np.random.default_rng(0).integers(-2, 3, (500, 3)).astype(float)
    expected, places = np.unique(rows[:, ::-1], axis=0, return_inverse=True)
    found, found_places = distinct_rows(rows)
    np.testing.assert_array_equal(found, expected[:, ::-1])
    np.testing.assert_array_equal(found_places, places.ravel())
    assert [len(part) for part in distinct_rows(np.zeros((0, 3)))] == [0, 0]
