"""What a run was made with: code, packages, hardware, data, cost."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from .. import __version__
from ..files import read_json, write_json

_PACKAGES = (
    "svr3d", "torch", "torchvision", "pytorch-lightning", "numpy", "scipy", "numba", "pykdtree", "scikit-image",
    "open3d", "open3d-cpu", "trimesh", "manifold3d", "pandas", "pyarrow",
)  # fmt: skip


PACKAGE = Path(__file__).resolve().parent.parent
"""The folder of the package svr3d."""


def code() -> dict[str, str | None]:
    """The manifest's section on svr3d itself: its version, and the commit of its checkout."""
    return {"version": __version__, "commit": git_commit()}


def git_commit(package: Path = PACKAGE) -> str | None:
    """The commit of svr3d's own checkout, `+changes` where the package differs from it.

    None where the package is not under version control: installed, its folder may still lie inside the work tree of
    some other repository, whose commit says nothing of it.
    """
    try:
        _git(package, "ls-files", "--error-unmatch", "--", "__init__.py")
        commit = _git(package, "rev-parse", "HEAD")
        return commit + (
            "+changes" if _git(package, "status", "--porcelain", "--untracked-files=no", "--", ".") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    # Within a hook, git's own variables would name the repository that the hook belongs to.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.strip()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def hardware() -> dict[str, Any]:
    """Processor, cores, memory and accelerators."""
    import torch

    facts: dict[str, Any] = {"system": platform.platform(), "processor": _processor(), "cores": os.cpu_count()}
    if hasattr(os, "sysconf"):
        facts["memory_gib"] = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    facts["threads"] = torch.get_num_threads()
    facts["gpus"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    return facts


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def update_manifest(path: Path, **sections: Any) -> dict[str, Any]:
    """Adds or replaces sections of a manifest; those not named stay."""
    manifest = (read_json(path) if path.exists() else {}) | sections
    write_json(path, manifest)
    return manifest
