"""Checks of one reconstruction, and of two that should be the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...geometry import Shape, bounds, get_representation, representation_of


def check_shape(shape: Shape, representation: str) -> None:
    """It is of the declared kind, finite, and about where the canonical box is."""
    declared = get_representation(representation)
    assert isinstance(shape, declared.shape), f"a {type(shape).__name__} where `{representation}` was declared"
    assert shape.is_finite, "a reconstruction with values that are not finite"
    if declared.movable and not shape.is_empty:
        furthest = float(np.abs(bounds(shape)).max())
        assert furthest < 1.0, f"a vertex at {furthest:.2f} from the middle: the canonical box ends at 0.5"


def check_same(expected: Sequence[Shape], found: Sequence[Shape], when: str, tolerance: float = 0.0) -> None:
    """They are the same, up to a tolerance in each value."""
    assert len(expected) == len(found), f"{len(found)} shapes, {len(expected)} before, {when}"
    for a, b in zip(expected, found, strict=True):
        assert type(a) is type(b), f"a {type(b).__name__}, a {type(a).__name__} before, {when}"
        x, y = (representation_of(shape).to_arrays(shape) for shape in (a, b))
        sizes = [{name: array.shape for name, array in arrays.items()} for arrays in (x, y)]
        assert sizes[0] == sizes[1], f"a reconstruction differs in size, {when}"
        for name in x:
            if x[name].dtype.kind in "fb":
                largest = float(np.abs(x[name].astype(float) - y[name].astype(float)).max(initial=0.0))
                assert largest <= tolerance, f"a reconstruction differs by {largest:.2g}, {when}"
            else:
                # what is chosen by comparison, such as a label, may jump where values differ a little
                assert tolerance or (x[name] == y[name]).all(), f"`{name}` of a reconstruction differ, {when}"
