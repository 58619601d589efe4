"""Checked conversion of whatever callers pass (lists, arrays, tensors) to arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import InputError


def as_array(values: Any, dtype: Any, shape: tuple[int | None, ...], what: str) -> np.ndarray:
    """`values` as a contiguous array of `dtype` and `shape` (None: any length).

    Tensors on any device are accepted. An empty list is an array of zero rows.

    Raises:
        InputError: naming `what`, the shape found and the shape expected.
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    try:
        found = np.asarray(values)
        if found.dtype.kind == "c":
            raise InputError(f"{what}: expected real numbers, found complex ones")
        with np.errstate(over="ignore", invalid="ignore"):  # what is beyond single precision becomes infinite
            array = np.ascontiguousarray(found, dtype=dtype)
        if np.issubdtype(dtype, np.integer) and found.dtype.kind in "iuf" and (array != found).any():
            raise InputError(f"{what}: expected whole numbers, found fractions, NaN or what no {array.dtype} can hold")
    except InputError:
        raise
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what}: expected numbers of type {np.dtype(dtype).name}, found {type(values).__name__}"
        ) from error
    if array.size == 0 and array.ndim == 1 and len(shape) > 1:
        array = array.reshape([0 if n is None else n for n in shape])
    matches = array.ndim == len(shape) and all(n is None or n == m for n, m in zip(shape, array.shape, strict=True))
    if not matches:
        expected = "[" + ", ".join("N" if n is None else str(n) for n in shape) + "]"
        raise InputError(f"{what}: expected shape {expected}, found {list(array.shape)}")
    return array


def distinct_rows(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct rows of an array [N, D], sorted by the last number first, and Int[N], each row's place among them.

    As `np.unique` along the first axis, in a quarter of its time.
    """
    order = np.lexsort(rows.T)
    sorted_rows = rows[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (sorted_rows[1:] != sorted_rows[:-1]).any(axis=1)
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return sorted_rows[new], place
