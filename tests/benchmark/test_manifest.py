"""Which commit a run is said to be made with."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from svr3d import __version__
from svr3d.benchmark import manifest
from svr3d.benchmark.manifest import PACKAGE, code, git_commit

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "--quiet")
    (root / "notes.txt").write_text("x\n")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "first")
    return root


def package(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    return folder


def test_of_a_checkout_it_is_its_own(repository: Path) -> None:
    svr3d = package(repository / "svr3d")
    assert git_commit(svr3d) is None  # not under version control yet
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")
    head = git(repository, "rev-parse", "HEAD")
    assert git_commit(svr3d) == head
    (repository / "notes.txt").write_text("y\n")
    assert git_commit(svr3d) == head  # not what the code is made of
    (svr3d / "__init__.py").write_text("x = 1\n")
    assert git_commit(svr3d) == f"{head}+changes"


@pytest.mark.parametrize("ignored", [True, False])
def test_installed_within_another_repository_there_is_none(ignored: bool, repository: Path, monkeypatch) -> None:
    svr3d = package(repository / ".venv" / "lib" / "python3.11" / "site-packages" / "svr3d")
    if ignored:
        (repository / ".gitignore").write_text(".venv\n")
    assert git_commit(svr3d) is None
    monkeypatch.setattr(manifest, "git_commit", lambda: git_commit(svr3d))
    assert code() == {"version": __version__, "commit": None}


def test_outside_of_any_repository_there_is_none(tmp_path: Path) -> None:
    assert git_commit(package(tmp_path / "svr3d")) is None


def test_a_hook_of_another_repository_does_not_mislead(repository: Path, monkeypatch) -> None:
    before = git_commit(PACKAGE)
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(repository))
    assert git_commit(PACKAGE) == before
