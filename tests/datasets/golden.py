"""Makes `golden.npz`, what preparation made of a few tiny objects by the present version of its recipe.

    python tests/datasets/golden.py

Run it after raising `svr3d.datasets.preparation.recipe.VERSION`.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from block_source import Blocks

from svr3d.datasets import prepare
from svr3d.datasets.parametric import Parametric
from svr3d.datasets.picture_files import read_picture
from svr3d.datasets.preparation.recipe import VERSION
from svr3d.geometry import read_shape

GOLDEN = Path(__file__).with_name("golden.npz")
TINY = {"views": 1, "size": 24, "points": 100, "resolution": 8, "workers": 1, "quiet": True}


def tiny_objects(folder: Path) -> Path:
    """A few objects of each of two sources."""
    prepare(Blocks((1, 0, 0)), folder / "blocks", **TINY)
    prepare(Parametric(("chair", "lamp"), {"train": 1}), folder / "parametric", **TINY)
    return folder


def digest(folder: Path) -> str:
    """Over the bytes of all objects' files, but for the recipe that `object.json` names."""
    parts = []
    for file in sorted(folder.glob("*/*/*/**/*")):
        if file.is_file():
            content = file.read_bytes()
            if file.name == "object.json":
                facts = json.loads(content)
                facts.pop("recipe")
                content = json.dumps(facts, sort_keys=True).encode()
            parts.append([str(file.relative_to(folder)), hashlib.sha256(content).hexdigest()])
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def arrays(folder: Path) -> dict[str, np.ndarray]:
    """What all those files hold, by file and field."""
    found = {}
    for file in sorted(folder.glob("*/*/*/**/*")):
        name = str(file.relative_to(folder))
        if file.suffix == ".npz":
            with np.load(file) as archive:
                found |= {f"{name}:{field}": archive[field] for field in archive.files}
        elif file.suffix == ".jpg":
            found[f"{name}:pixels"] = read_picture(file)
        elif file.suffix == ".binvox":
            found[f"{name}:values"] = np.packbits(read_shape(file).occupancy)
        elif file.suffix == ".ply":
            mesh = read_shape(file)
            found |= {f"{name}:vertices": mesh.vertices.astype(np.float32), f"{name}:faces": mesh.faces}
    return found


def machine() -> str:
    """What bytes may depend on: the processor as compilers see it, the libraries that compute, and Python, which writes
    the headers of archives."""
    from llvmlite.binding import get_host_cpu_name

    libraries = ("numpy", "scipy", "numba", "manifold3d", "pillow")
    python = f"python {platform.python_version()}"
    return " ".join([get_host_cpu_name(), python, *(f"{name} {version(name)}" for name in libraries)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        made = tiny_objects(Path(scratch))
        np.savez_compressed(GOLDEN, version=VERSION, digest=digest(made), machine=machine(), **arrays(made))
    print(f"{GOLDEN}: {GOLDEN.stat().st_size} bytes, version {VERSION}")
