import pytest
from svr3d.methods.contract import CHECKS
from svr3d.methods.pixel2mesh.oracle import OracleEllipsoid


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_contract(check):
    check(OracleEllipsoid)
