"""Fixtures that several packages' tests share. Everything is made here; nothing is downloaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
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


class Outside:
    """Installs distributions for one test, in this process and those it starts."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.modules: set[str] = set()

    def __call__(self, points: dict[str, dict[str, str]], distribution: str = "extra", **modules: str) -> Path:
        """One distribution.

        Args:
            points: its entry points by group and name.
            modules: the texts of its modules by name.

        Returns:
            The folder of its modules.
        """
        root = self.folder / distribution
        info = root / f"{distribution}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        groups = [[f"[{group}]", *(f"{n} = {value}" for n, value in named.items())] for group, named in points.items()]
        (info / "entry_points.txt").write_text("\n".join(line for group in groups for line in group) + "\n")
        for name, text in modules.items():
            (root / f"{name}.py").write_text(text)
        self.modules |= set(modules)
        self.monkeypatch.syspath_prepend(str(root))
        self.monkeypatch.setenv("PYTHONPATH", str(root), prepend=os.pathsep)
        return root

    def remove(self, distribution: str) -> None:
        """Takes one off this process's path again."""
        sys.path.remove(str(self.folder / distribution))


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    made = Outside(tmp_path / "outside", monkeypatch)
    yield made
    for name in made.modules:
        sys.modules.pop(name, None)
