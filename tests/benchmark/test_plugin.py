"""A method in a package of its own, outside the repository, with no file of the suite edited."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pandas as pd
import pytest

PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "svr3d-ball"
version = "1.0"

[project.entry-points."svr3d.methods"]
ball = "svr3d_ball.method:Ball"

[tool.setuptools]
packages = ["svr3d_ball"]
package-data = {svr3d_ball = ["presets/*.yaml"]}
"""

METHOD = '''
"""A ball whose radius is learned."""
from dataclasses import dataclass
import torch
from svr3d.geometry import VoxelGrid
from svr3d.methods import Learned, Method


@dataclass(frozen=True)
class Options:
    epochs: int = 10
    batch_size: int = 4
    lr: float = 0.05


class Ball(Method):
    name = "ball"
    representation = "voxels"
    targets = frozenset({"voxels"})
    Options = Options

    def __init__(self, facts, options=None):
        super().__init__(facts, options)
        self.radius = torch.nn.Parameter(torch.tensor(0.2))

    def stages(self):
        return [
            Learned(
                name="radius",
                targets=self.targets,
                losses=self.losses,
                terms=("bce",),
                optimizer=self.optimizer,
                epochs=self.options.epochs,
                batch_size=self.options.batch_size,
            )
        ]

    def logits(self, resolution=32):
        axis = (torch.arange(resolution, device=self.radius.device) + 0.5) / resolution - 0.5
        distance = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).norm(dim=0)
        return 20 * (self.radius - distance)

    def losses(self, batch):
        voxels = batch.target("voxels")
        logits = self.logits().expand_as(voxels)
        return {"bce": torch.nn.functional.binary_cross_entropy_with_logits(logits, voxels)}

    def optimizer(self, parameters):
        return torch.optim.Adam(parameters, lr=self.options.lr)

    def reconstruct(self, batch, output="final"):
        return [VoxelGrid(self.logits().sigmoid(), threshold=0.5) for _ in batch.keys]
'''


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The interpreter of a temporary environment that has svr3d, and the outside package installed."""
    folder = tmp_path_factory.mktemp("outside")
    package = folder / "package"
    (package / "svr3d_ball" / "presets").mkdir(parents=True)
    (package / "pyproject.toml").write_text(PYPROJECT)
    (package / "svr3d_ball" / "__init__.py").touch()
    (package / "svr3d_ball" / "method.py").write_text(METHOD)
    for preset, epochs in {"tiny": 3, "small": 30, "paper": 100}.items():
        (package / "svr3d_ball" / "presets" / f"{preset}.yaml").write_text(f"epochs: {epochs}\n")

    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    ours = [sysconfig.get_paths()["purelib"], *(path for path in sys.path if path.endswith("site-packages"))]
    theirs = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    lines = [f"import site; site.addsitedir({path!r})" for path in dict.fromkeys(ours)]
    (Path(theirs) / "ours.pth").write_text("\n".join(lines) + "\n")
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", package]
    subprocess.run(install, check=True, capture_output=True, text=True)
    return python


def command(python: Path, *arguments: object) -> str:
    done = subprocess.run([python, "-m", "svr3d.benchmark", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_listed_checked_trained_and_ranked(python: Path, small_dataset: Path, tmp_path: Path) -> None:
    rows = {row["name"]: row for row in json.loads(command(python, "list", "methods", "--json"))}
    assert rows["ball"]["representation"] == "voxels" and rows["ball"]["presets"] == ["tiny", "small", "paper"]
    assert "classvoxels" in rows

    check = "from svr3d.methods import contract, get_method\nfor c in contract.CHECKS: c(get_method('ball'))"
    done = subprocess.run([python, "-c", check], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr

    for method in ("ball", "mean_shape"):
        run = command(python, "train", method, "--data", small_dataset, "--out", tmp_path / "runs").strip()
        command(python, "evaluate", run, "--workers", "1")
    command(python, "leaderboard", tmp_path / "runs", "--out", tmp_path / "board")
    assert set(pd.read_csv(tmp_path / "board" / "leaderboard.csv")["method"]) == {"ball", "mean_shape"}
