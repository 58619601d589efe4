"""The contract of methods, for every registered one."""

import pytest

from svr3d.methods import get_method, list_methods
from svr3d.methods.contract import CHECKS


@pytest.mark.parametrize("name", list_methods())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(name, check):
    check(get_method(name))
