"""The plain colours of Wavefront MTL files. A colour that cannot be told is never a reason to refuse a shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from .text import read_text

_XYZ_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
"""CIE XYZ to linear sRGB (IEC 61966-2-1)."""

COMMENT = re.compile(r"(^|\s)#(?!\d+\s*$)")
"""How a comment begins behind a name, see `without_comment`."""


def read_diffuse(folder: Path, libraries: Iterable[str]) -> dict[str, tuple[float, float, float]]:
    """`Kd` by material name, linear RGB in [0, 1]; a library that is missing or unreadable has none.

    Args:
        folder: of the .obj file.
        libraries: what stands behind its `mtllib`: each one file, or several.
    """
    colors: dict[str, tuple[float, float, float]] = {}
    beside = _Folder(folder)
    for file in dict.fromkeys(file for library in libraries for file in beside.files(library)):
        name = ""
        for keyword, rest in _statements(file):
            if keyword == "newmtl":
                name = without_comment(rest)
            elif keyword == "kd" and (color := _diffuse(rest.partition("#")[0].split())):
                colors[name] = color
    return colors


def material_color(colors: dict[str, tuple[float, float, float]], name: str) -> tuple[float, float, float] | None:
    """The colour of the material that `usemtl` names; a comment may cling to the name."""
    return colors.get(name) or colors.get(name.partition("#")[0].strip())


def without_comment(name: str) -> str:
    """A name as OBJ and MTL files write it: it may have spaces, and ends before a ` #`.

    Not before one that only digits follow, since some programs number their materials so.

    >>> without_comment("red paint # the door"), without_comment("Material #25")
    ('red paint', 'Material #25')
    """
    comment = COMMENT.search(name)
    return (name[: comment.start()] if comment else name).strip()


def unit_color(values: np.ndarray) -> np.ndarray:
    """Colours in [0, 1]: those of whole numbers up to 255, one of them above 1, are 8-bit ones."""
    if values.size and 1 < values.max() <= 255 and (values == np.rint(values)).all():
        values = values / 255
    return np.clip(values, 0, 1)


def _diffuse(words: list[str]) -> tuple[float, float, float] | None:
    """The colour of a `Kd` line: one value is gray, `xyz` is CIE's, `spectral` names a file."""
    kind = words[0].lower() if words else ""
    numbers = words[1:] if kind == "xyz" else words
    try:
        values = np.array([float(word) for word in numbers[:3]])
    except ValueError:
        return None
    if len(values) not in (1, 3) or not np.isfinite(values).all():
        return None
    rgb = np.resize(values, 3)
    r, g, b = unit_color(_XYZ_TO_RGB @ rgb if kind == "xyz" else rgb).tolist()
    return r, g, b


def _statements(file: Path) -> Iterable[tuple[str, str]]:
    """Keyword and rest of each line of a file that can be read."""
    try:
        lines = read_text(file).split("\n")
    except OSError:
        return
    for line in lines:
        keyword, _, rest = line.replace("\t", " ").strip().partition(" ")
        yield keyword.lower(), rest


class _Folder:
    """Finds the files that `mtllib` names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _by_small_name(self) -> dict[str, Path]:
        return {path.name.lower(): path for path in sorted(self.folder.iterdir(), reverse=True)}

    def files(self, library: str) -> list[Path]:
        """Those of one line: one file whose name may have spaces, or several."""
        whole = without_comment(library)
        one = self._find(whole)
        if one:
            return [one]
        names, start, words = [], 0, whole.split()
        for end, word in enumerate(words, 1):
            if word.lower().endswith(".mtl"):
                names += [" ".join(words[start:end]), word]
                start = end
        found = (self._find(name) for name in dict.fromkeys(names))
        return [file for file in found if file]

    def _find(self, name: str) -> Path | None:
        """The file of this name, whatever its slashes and case; one from another machine lies beside the .obj."""
        name = name.strip().strip("\"'").replace("\\", "/")
        beside = name.rsplit("/", 1)[-1]
        if not beside:
            return None
        try:
            paths = (self.folder / name, self.folder / beside)
            found = next((path for path in paths if path.is_file()), None) or self._by_small_name.get(beside.lower())
            return found if found and found.is_file() else None
        except (OSError, ValueError):  # such as a name that is too long, or holds what no name can
            return None
