"""What every method has to keep, as checks that an author runs in tests of their own:

    from svr3d.methods.contract import parametrize_with_checks

    @parametrize_with_checks(MyMethod)
    def test_contract(method, check):
        check(method)

Each check raises `AssertionError` with what was expected. They use the preset `tiny` and objects made of boxes, and
train by the code that `svr3d train` runs; none needs a data set or takes more than seconds.
"""

from __future__ import annotations

from typing import Any

from ..interface import Method
from .declarations import check_declarations, check_options, check_presets, check_stages
from .reconstructions import (
    check_batches,
    check_checkpoint,
    check_given,
    check_keys,
    check_outputs,
    check_reconstruction,
)
from .stage_runs import check_derived, check_frozen, check_training

CHECKS = (
    check_declarations,
    check_options,
    check_presets,
    check_stages,
    check_training,
    check_frozen,
    check_derived,
    check_reconstruction,
    check_outputs,
    check_batches,
    check_given,
    check_keys,
    check_checkpoint,
)


def parametrize_with_checks(*methods: type[Method]) -> Any:
    """A pytest decorator: the test runs once per method and check, which are its arguments `method` and `check`."""
    import pytest

    cases = [
        pytest.param(method, check, id=f"{method.name}-{check.__name__.removeprefix('check_')}")
        for method in methods
        for check in CHECKS
    ]
    return pytest.mark.parametrize(("method", "check"), cases)
