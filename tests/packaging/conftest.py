"""Distributions made of the checkout, once for all tests."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

sys.path.insert(0, str(Path(__file__).parent))

from outside import copy_checkout, run


@dataclass(frozen=True)
class Distributions:
    """`sdist` and `wheel` of the checkout, and `wheel_of_sdist`, made of what the former unpacks to."""

    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


@pytest.fixture(scope="session")
def distributions(shared_folder: Path) -> Distributions:
    folder = shared_folder / "distributions"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            checkout = copy_checkout(shared_folder / "checkout-to-build")
            unfinished = shared_folder / "distributions.unfinished"
            # Without a choice, `build` makes the wheel of the unpacked sdist.
            for choice, name in (((), "of-sdist"), (("--wheel",), "of-checkout")):
                command = ["-m", "build", "--no-isolation", *choice, "--outdir", unfinished / name, checkout]
                run(sys.executable, *command, cwd=shared_folder)
            unfinished.rename(folder)
    (sdist,) = folder.glob("of-sdist/*.tar.gz")
    (wheel,) = folder.glob("of-checkout/*.whl")
    (wheel_of_sdist,) = folder.glob("of-sdist/*.whl")
    return Distributions(sdist, wheel, wheel_of_sdist)
