"""Pictures brought to the size that networks take."""

from __future__ import annotations

import pytest
import torch

from svr3d.errors import InputError
from svr3d.methods.pictures import resized


def test_the_mean_of_a_ramp_stays_and_so_does_its_direction():
    ramp = torch.linspace(0, 1, 96).expand(1, 3, 96, 96)
    small = resized(ramp, 32)
    assert small.shape == (1, 3, 32, 32)
    assert float(small.mean()) == pytest.approx(0.5, abs=1e-4)
    assert (small.diff(dim=-1) > 0).all()


def test_of_the_right_size_they_stay_as_they_are():
    pictures = torch.rand(2, 3, 32, 32)
    assert resized(pictures, 32) is pictures


def test_other_than_square_ones_are_refused():
    with pytest.raises(InputError, match="expected square ones, found 80 × 64"):
        resized(torch.rand(1, 3, 64, 80), 112)
