"""STL, binary and text."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...arrays import distinct_rows
from ...errors import InputError
from ..shapes.mesh import Mesh
from ._common import replace_file
from .text import RowError, decode, read_rows

_HEADER = 84
_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def read(path: Path) -> Mesh:
    """Triangles of all solids; corners at the same place become one vertex.

    Normals, attributes (colours of some programs) and what follows the counted facets of a binary file, or the end of
    the last solid of a text, are ignored.
    """
    content = path.read_bytes()
    corners = _of_text(content) if _is_text(content) else _of_binary(content)
    vertices, corner = distinct_rows(corners.astype(np.float64)[:, ::-1])  # x first
    return Mesh(vertices[:, ::-1], corner.reshape(-1, 3))


def _is_text(content: bytes) -> bool:
    """Whether a file begins with `solid` and has no count behind its header: a count below 2²⁴ has a zero byte."""
    begins = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower() == b"solid"
    return begins and b"\0" not in content[:_HEADER] and len(content) != _binary_size(content)


def _binary_size(content: bytes) -> int:
    return _HEADER + _FACET.itemsize * int.from_bytes(content[80:_HEADER], "little")


def _of_binary(content: bytes) -> np.ndarray:
    """Float[3F, 3]."""
    if len(content) < _HEADER:
        raise InputError("not an STL file, or truncated: expected 'solid', or a header of 84 bytes")
    count = int.from_bytes(content[80:_HEADER], "little")
    if len(content) < _binary_size(content):
        found = (len(content) - _HEADER) // _FACET.itemsize
        raise InputError(f"truncated, or not an STL file: its header counts {count} facets, {found} are there")
    return np.frombuffer(content, _FACET, count, offset=_HEADER)["corners"].reshape(-1, 3)


def _of_text(content: bytes) -> np.ndarray:
    """Float[3F, 3]."""
    text = decode(content).lower().replace("\r", "\n")
    # names may hold any words
    solids = len(re.findall(r"^[ \t]*solid\b", text, re.MULTILINE))
    text, ends = re.subn(r"\bend\s*solid\b[^\n]*", "", text)
    if ends < solids:
        raise InputError(f"the STL is truncated: {solids} solids begin, {ends} end")
    text = re.sub(r"^[ \t]*solid\b.*?(?=\bfacet\s+normal\b|$)", "", text, flags=re.MULTILINE)
    *facets, rest = re.split(r"\bend\s*facet\b", text)
    wrong = next((i for i, facet in enumerate(facets) if facet.count("vertex") != 3), None)
    if wrong is not None:
        raise InputError(f"facet {wrong + 1} of the STL has {facets[wrong].count('vertex')} vertices; expected 3")
    if "facet" in rest or "vertex" in rest:
        found = " ".join(rest.split())[:40]
        raise InputError(f"the STL is truncated or damaged: '{found}' stands behind its last whole facet")
    rows = [" ".join(row.split(None, 3)[:3]) for facet in facets for row in facet.split("vertex")[1:]]
    try:
        return read_rows(rows, 3)
    except RowError as error:
        place = f"facet {error.row // 3 + 1} of the STL"
        raise InputError(f"{place}: expected a vertex of three numbers, found '{rows[error.row][:60]}'") from None


def write(path: Path, mesh: Mesh) -> None:
    import trimesh
    from trimesh.exchange.stl import export_stl

    replace_file(path, [export_stl(trimesh.Trimesh(mesh.vertices, mesh.faces, process=False))])
