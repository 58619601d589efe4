"""Checks of one reconstruction, and of two that should be the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...geometry import get_representation, representation_of

if TYPE_CHECKING:
    from ...geometry import Shape


def check_shape(shape: Shape, representation: str) -> None:
    """It is of the declared kind, finite, and about where the canonical box is."""
    expected = get_representation(representation).shape
    assert isinstance(shape, expected), f"a {type(shape).__name__} where `{representation}` was declared"
    assert shape.is_finite, "a reconstruction with values that are not finite"
    found = representation_of(shape)
    if found.movable and not shape.is_empty:
        furthest = float(np.abs(found.bounds(shape)).max())
        assert furthest < 1.0, f"a corner at {furthest:.2f} from the middle: the canonical box ends at 0.5"


def check_same(expected: Sequence[Shape], found: Sequence[Shape], when: str, tolerance: float = 0.0) -> None:
    """They are the same, up to a tolerance in each value."""
    assert len(expected) == len(found), f"{len(found)} shapes, {len(expected)} before, {when}"
    for a, b in zip(expected, found, strict=True):
        assert type(a) is type(b), f"a {type(b).__name__}, a {type(a).__name__} before, {when}"
        before, after = (representation_of(shape).to_arrays(shape) for shape in (a, b))
        assert before.keys() == after.keys(), f"a reconstruction has {list(after)}, {list(before)} before, {when}"
        for name, x in before.items():
            y = after[name]
            assert x.shape == y.shape, f"a reconstruction differs in the size of its {name}, {when}"
            if np.issubdtype(x.dtype, np.number):
                largest = float(np.abs(x.astype(float) - y.astype(float)).max(initial=0.0))
                assert largest <= tolerance, f"a reconstruction differs by {largest:.2g} in its {name}, {when}"
            else:
                assert np.array_equal(x, y), f"a reconstruction differs in its {name}, {when}"
