"""A checkout called `svr3d`, seen from beside and from within: `svr3d` is ours, `datasets` who it should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from outside import Environment, copy_checkout, empty_environment

WHO = "import svr3d.geometry, datasets; print(svr3d.__file__); print(datasets.__file__)"
"""Our packages have common names below `svr3d`: an outside `datasets` must stay what `import datasets` finds."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("parent") / "svr3d", without=("leaderboards/", "tests/"))


@pytest.fixture(scope="module", params=["editable", "strict editable", "installed"])
def environment(
    request: pytest.FixtureRequest, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """One that has svr3d in one of the ways it can be installed, and an outside package `datasets`."""
    made = empty_environment(tmp_path_factory.mktemp("environment"))
    options = {
        "editable": ("--editable", checkout),
        "strict editable": ("--config-settings", "editable_mode=strict", "--editable", checkout),
        "installed": (checkout,),
    }
    made.install(*options[request.param])
    (made.site_packages / "datasets").mkdir()
    (made.site_packages / "datasets" / "__init__.py").write_text("")
    return made


@pytest.mark.parametrize("place", ["parent", "checkout", "elsewhere"])
def test_imports_find_who_is_meant(environment: Environment, checkout: Path, place: str, tmp_path: Path) -> None:
    folder = {"parent": checkout.parent, "checkout": checkout, "elsewhere": tmp_path}[place]
    ours, theirs = environment("-c", WHO, cwd=folder).split()
    assert Path(ours).name == "__init__.py" and Path(ours).parent.name == "svr3d"
    assert Path(ours).is_relative_to(checkout) or Path(ours).is_relative_to(environment.site_packages)
    assert Path(theirs).parent == environment.site_packages / "datasets"


def test_the_command_works_beside_the_checkout(environment: Environment, checkout: Path) -> None:
    assert environment("-m", "svr3d.benchmark", "--version", cwd=checkout.parent).split()[0] == "svr3d"
