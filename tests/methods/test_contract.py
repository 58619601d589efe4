"""The contract of methods, for every registered one."""

from svr3d.methods import get_method, list_methods
from svr3d.methods.contract import parametrize_with_checks


@parametrize_with_checks(*map(get_method, list_methods()))
def test_contract(method, check):
    check(method)
