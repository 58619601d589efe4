"""Objects stay as they are: what the generator draws and builds, compared with what it did before.

Where a change of objects is meant, raise `parametric.VERSION` and write the file anew:
`python tests/datasets/test_parametric_golden.py`.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from svr3d.datasets.parametric import CATEGORIES, VERSION, Parametric

GOLDEN = Path(__file__).with_name("parametric_golden.json")
NUMBERS = (0, 1)


def _hash(*pieces: bytes) -> str:
    return hashlib.blake2b(b"".join(pieces), digest_size=12).hexdigest()


def drawn(category: str, number: int) -> str:
    """A hash of all that was drawn, exactly."""
    text = json.dumps(Parametric((category,)).describe(category, f"{category}_{number:06d}"))
    return _hash(text.encode())


def built(category: str, number: int) -> str:
    """A hash of the surface and its parts, vertices rounded to 1e-9."""
    mesh = Parametric((category,)).build(category, f"{category}_{number:06d}")
    parts = json.dumps([[part.name, part.label] for part in mesh.parts])
    vertices = np.round(mesh.vertices, 9) + 0.0  # no negative zeros
    arrays = (vertices.astype("<f8"), mesh.faces.astype("<i8"), mesh.face_part.astype("<i8"))
    return _hash(parts.encode(), *(array.tobytes() for array in arrays))


def versions() -> dict[str, str]:
    return {"generator": VERSION, "manifold3d": importlib.metadata.version("manifold3d")}


def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text())


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_drawn_stays(category: str):
    assert [drawn(category, number) for number in NUMBERS] == golden()["drawn"][category]


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_built_stays(category: str):
    """The order of vertices and faces is manifold3d's own, so that another version may give another hash."""
    expected = golden()
    if versions()["manifold3d"] != expected["versions"]["manifold3d"]:
        pytest.skip(f"the hashes are those of manifold3d {expected['versions']['manifold3d']}")
    assert [built(category, number) for number in NUMBERS] == expected["built"][category]


def test_the_hashes_are_those_of_this_generator():
    assert golden()["versions"]["generator"] == VERSION


if __name__ == "__main__":
    values = {
        "versions": versions(),
        "drawn": {category: [drawn(category, number) for number in NUMBERS] for category in CATEGORIES},
        "built": {category: [built(category, number) for number in NUMBERS] for category in CATEGORIES},
    }
    GOLDEN.write_text(json.dumps(values, indent=2) + "\n")
