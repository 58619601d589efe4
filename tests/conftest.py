"""Fixtures that several packages' tests share. Everything is made here; nothing is downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all worker processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def small_dataset(shared_folder: Path) -> Path:
    """A prepared `parametric` data set: 2 categories × (4 train, 1 val, 3 test) objects, 2 views."""
    from svr3d.datasets import prepare

    path = shared_folder / "parametric-small"
    with FileLock(f"{path}.lock"):
        if not (path / "metadata.yaml").exists():
            prepare(
                "parametric",
                path,
                categories=["chair", "table"],
                objects={"train": 4, "val": 1, "test": 3},
                views=2,
                workers=1,
            )
    return path


@pytest.fixture
def svr3d() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the `svr3d` command in a process of its own: `svr3d("list", "methods")`."""

    def run(*arguments: object, check: bool = True, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "svr3d.benchmark", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    return run


@pytest.fixture(scope="session")
def real_meshes() -> Path:
    """The folder of real meshes beside the repository; tests that need it are skipped where it is not there."""
    folder = Path(os.environ.get("SVR3D_MESHES", ROOT.parent / "shared" / "data" / "meshes"))
    if not folder.is_dir():
        pytest.skip(f"no folder of real meshes at {folder} (set SVR3D_MESHES)")
    return folder
