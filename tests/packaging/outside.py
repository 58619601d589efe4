"""A copy of the checkout as others get it, and environments without svr3d: made without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def source_files() -> list[str]:
    """The files of the source tree, relative to its root, as git knows them, tracked or about to be.

    In an unpacked source distribution, all that is there and not left by running something.
    """
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        return sorted(name for name in listed if name and (ROOT / name).is_file())
    left = {"__pycache__", "build", "dist", "data", "runs"}
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return sorted(
        str(path)
        for path in found
        if not left & set(path.parts) and not path.parts[0].startswith((".venv", ".pytest", ".ruff", "svr3d.egg"))
    )


def copy_checkout(target: Path, without: tuple[str, ...] = ()) -> Path:
    """Copies the source files, but for those whose path begins with one of `without`, to the new folder `target`."""
    for name in source_files():
        if not name.startswith(without):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def run(*command: object, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, with nothing of this process's search path; its output stands in the failure."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


@dataclass(frozen=True)
class Environment:
    """An environment that sees this one's libraries, behind its own, but no svr3d but the one it is given."""

    root: Path

    @property
    def python(self) -> Path:
        return self.root / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        (found,) = self.root.glob("lib/python*/site-packages")
        return found

    def install(self, *arguments: object) -> None:
        """Installs with this environment's pip, which touches neither the network nor anything installed."""
        options = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--ignore-installed")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", self.python, "install")
        run(*pip, *options, *arguments, cwd=self.root)

    def __call__(self, *code: object, cwd: Path) -> str:
        return run(self.python, *code, cwd=cwd).stdout


def empty_environment(root: Path) -> Environment:
    """Makes an environment in the folder `root`."""
    venv.create(root, symlinks=True, with_pip=False)
    made = Environment(root)
    # A path in a .pth file brings a folder's packages, not what its own .pth files point to, such as an editable svr3d.
    libraries = [entry for entry in sys.path if Path(entry).name in {"site-packages", "dist-packages"}]
    (made.site_packages / "libraries.pth").write_text("".join(f"{entry}\n" for entry in libraries))
    return made
