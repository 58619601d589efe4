"""Data sets prepared from small sources."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from block_source import QUICK, Blocks

from svr3d.datasets import prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory) -> Path:
    """A data set of ten objects; do not write in it."""
    root = tmp_path_factory.mktemp("data") / "blocks"
    prepare(Blocks(), root, **QUICK)
    return root


@pytest.fixture
def copy(prepared, tmp_path) -> Path:
    """The same, to be damaged."""
    return Path(shutil.copytree(prepared, tmp_path / "copy"))
