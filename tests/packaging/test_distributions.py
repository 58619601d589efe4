"""What the wheel and the source distribution hold, and that the wheel works in an empty environment."""

from __future__ import annotations

import ast
import json
import re
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import trimesh
from outside import ROOT, empty_environment, run, source_files

from svr3d import __version__
from svr3d.geometry import Mesh, write_shape

if TYPE_CHECKING:
    from conftest import Distributions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

LEFT_OUT = re.compile(r"leaderboards/reference/[^/]+/figures/")
"""Of the repository, not in the source distribution (MANIFEST.in says why)."""


def in_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def in_sdist(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}


def box(height: float) -> Mesh:
    """Around the origin, of sides 1, `height` and 1."""
    solid = trimesh.creation.box((1.0, height, 1.0))
    return Mesh(np.asarray(solid.vertices), np.asarray(solid.faces))


def test_the_wheel_has_every_file_of_the_package_and_no_other(distributions: Distributions) -> None:
    files = in_wheel(distributions.wheel)
    information = {name for name in files if name.startswith(f"svr3d-{PROJECT['version']}.dist-info/")}
    assert files - information == {name for name in source_files() if name.startswith("svr3d/")}
    assert "svr3d/py.typed" in files
    assert any(name.endswith("/LICENSE") for name in information)


def test_the_wheel_of_the_source_distribution_is_the_same(distributions: Distributions) -> None:
    assert in_wheel(distributions.wheel_of_sdist) == in_wheel(distributions.wheel)


def test_the_source_distribution_has_what_tests_and_pages_need(distributions: Distributions) -> None:
    files = in_sdist(distributions.sdist)
    expected = {name for name in source_files() if not LEFT_OUT.match(name)}
    assert expected <= files
    assert {"Makefile", "constraints.txt", "tests/conftest.py", "docs/architecture.md", "CHANGELOG.md"} <= expected
    made = {"PKG-INFO", "setup.cfg"} | {name for name in files if name.startswith("svr3d.egg-info/")}
    shown = {"leaderboards/reference/parametric-tiny/figures/grid.png"}
    assert files - expected <= made | shown


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(distributions: Distributions, tmp_path: Path) -> None:
    environment = empty_environment(tmp_path / "environment")
    environment.install(distributions.wheel)
    folder = tmp_path / "empty"
    folder.mkdir()

    command = environment.root / "bin" / "svr3d"
    assert run(command, "--version", cwd=folder).stdout.split() == ["svr3d", __version__]

    methods = json.loads(run(command, "list", "methods", "--json", cwd=folder).stdout)
    assert {method["name"] for method in methods} >= set(PROJECT["entry-points"]["svr3d.methods"])
    protocols = json.loads(run(command, "list", "protocols", "--json", cwd=folder).stdout)
    assert "svr3d-v1" in {protocol["name"] for protocol in protocols}

    for name, height in (("true", 1.0), ("predicted", 0.5)):
        write_shape(folder / f"{name}.obj", box(height))
    code = (
        "import json, svr3d; from svr3d.geometry import read_shape; from svr3d.metrics import evaluate; "
        "values = evaluate(read_shape('predicted.obj'), read_shape('true.obj'), protocol='classvoxels'); "
        "print(json.dumps([svr3d.__file__, values]))"
    )
    where, values = json.loads(run(environment.python, "-c", code, cwd=folder).stdout)
    assert Path(where).is_relative_to(environment.site_packages)
    assert values["iou_32"] == pytest.approx(0.5)


def test_what_the_package_imports_is_required() -> None:
    """Whatever is imported besides the standard library comes with a requirement of `pyproject.toml`."""
    required = {re.split(r"[<>=\[; ]", line, maxsplit=1)[0].lower() for line in PROJECT["dependencies"]}
    # One comes with torch where there are GPUs it can be used on, one is there where the contract is a test, and one is
    # known to type checkers alone.
    required |= {"triton", "pytest", "_typeshed"}
    required = {name.replace("_", "-") for name in required}
    owners = packages_distributions()
    for name in source_files():
        if not name.startswith("svr3d/") or not name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                modules = [node.module]
            else:
                continue
            for top in {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - {"svr3d"}:
                candidates = {owner.lower().replace("_", "-") for owner in owners.get(top, [top])}
                assert candidates & required, f"{name} imports {top}, which no requirement brings"


def test_the_version_is_said_once() -> None:
    assert PROJECT["version"] == __version__
    assert re.search(rf"^version: {re.escape(__version__)}$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_pinned_versions_satisfy_the_requirements() -> None:
    """`constraints.txt` has a version, and nothing else, of everything that is asked for."""
    from packaging.requirements import Requirement

    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    assert all(re.fullmatch(r"[\w.-]+", name) and re.fullmatch(r"[\w.+-]+", pin) for name, pin in pins.items())
    known = {name.lower().replace("_", "-"): pin for name, pin in pins.items()}
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate(
            {"sys_platform": "linux", "platform_machine": "x86_64"}
        ):
            continue
        pin = known.get(requirement.name.lower().replace("_", "-"))
        assert pin is not None, f"constraints.txt has no version of {requirement.name}"
        assert requirement.specifier.contains(pin), (
            f"constraints.txt: {requirement.name}=={pin}, wanted {requirement.specifier}"
        )
