"""PLY files of many dialects, written from the format's description."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

import numpy as np
from entries import BOX, CORNERS, QUADS, TRIANGLES, Entry

from svr3d.geometry import PointCloud

_CODES = {"char": "b", "uchar": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I", "float": "f", "double": "d"}
_CODES |= {"int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I"}
_CODES |= {"float32": "f", "float64": "d"}

MIXED = [*QUADS[:3], *TRIANGLES[6:]]
XYZ = ["float x", "float y", "float z"]
LIST = "list uchar int vertex_indices"
RGB = ["uchar red", "uchar green", "uchar blue"]
TEXT, LITTLE, BIG = "ascii", "binary_little_endian", "binary_big_endian"

Element = tuple[str, Sequence[str], Iterable[Sequence]]
"""Name, properties as in the header, and rows; a list in a row is a sequence."""


def ply(form: str, *elements: Element, lines: Sequence[str] = (), end: str = "\n") -> bytes:
    """The file; `lines` stand behind its format."""
    elements = tuple((name, properties, list(rows)) for name, properties, rows in elements)
    head = ["ply", f"format {form} 1.0", *lines]
    for name, properties, rows in elements:
        head += [f"element {name} {len(rows)}", *(f"property {each}" for each in properties)]
    head = "".join(line + end for line in (*head, "end_header")).encode()
    body = [_row(form, properties, row, end) for _, properties, rows in elements for row in rows]
    return head + b"".join(body)


def _row(form: str, properties: Sequence[str], row: Sequence, end: str) -> bytes:
    flat = [(kind, value) for each, values in zip(properties, row, strict=True) for kind, value in _flat(each, values)]
    if form == TEXT:
        return (" ".join(repr(value) for _, value in flat) + end).encode()
    order = "<" if form == LITTLE else ">"
    return b"".join(struct.pack(order + _CODES[kind], value) for kind, value in flat)


def _flat(declared: str, values) -> list[tuple[str, float]]:
    words = declared.split()
    if words[0] != "list":
        return [(words[0], values)]
    return [(words[1], len(values)), *((words[2], value) for value in values)]


def vertices(more: Sequence[str] = (), values: Sequence = (), kind: str = "float") -> Element:
    """The box's corners, each followed by `values` of the properties `more`."""
    return "vertex", [*(f"{kind} {axis}" for axis in "xyz"), *more], [(*corner, *values) for corner in CORNERS]


def faces(polygons: Iterable[Sequence[int]] = MIXED, declared: str = LIST) -> Element:
    return "face", [declared], [(polygon,) for polygon in polygons]


# an L of six corners, 3 high: area 2 · 3 + 8 · 3, volume 3 · 3; its corner 3 is concave
_L = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
_L_CORNERS = [(x, y, z) for z in (0, 3) for x, y in _L]
_L_FACES = [range(5, -1, -1), range(6, 12), *((i, (i + 1) % 6, (i + 1) % 6 + 6, i + 6) for i in range(6))]

# around the four sides of the box, and across both of its ends
_SIDES, _BOTTOM, _TOP = [1, 0, 5, 4, 7, 6, 3, 2, 1, 0], [0, 2, 4, 6], [1, 5, 3, 7]
_STRIPS = ["list int int vertex_indices"]

_HALF = round(((127 / 255 + 0.055) / 1.055) ** 2.4, 3)
"""127 of 255 as linear light (IEC 61966-2-1)."""

_EDGE = ("edge", ["int vertex1", "int vertex2"], [(0, 1), (1, 3)])
_MATERIAL = ("material", ["list uchar uchar name", "float ambient"], [(b"wood", 0.5), (b"red paint", 0.25)])
_CAMERA = ("camera", ["float view_px", "double focal"], [(1, 35)])

_COLORED = [(face, *((255, 0, 0) if i < 3 else (0, 127, 0))) for i, face in enumerate(MIXED)]
_RED_AND_GREEN = {(1, 0, 0): 6 + 6 + 3, (0, _HALF, 0): 3 + 2 + 2}


def _mesh(name: str, content: bytes, **expected) -> Entry:
    """A file with the box, unless other things are expected."""
    return Entry(f"{name}.ply", content, **{**BOX, "colors": {}, "parts": {}, **expected})


MESHES = [
    _mesh("text, triangles", ply(TEXT, vertices(), faces(TRIANGLES))),
    _mesh("text, mixed polygons", ply(TEXT, vertices(), faces())),
    _mesh("text, CRLF", ply(TEXT, vertices(), faces(), lines=["comment Käse", "obj_info num_cols 3", ""], end="\r\n")),
    _mesh("text, CR", ply(TEXT, vertices(), faces(), end="\r")),
    _mesh("text, byte order mark", b"\xef\xbb\xbf" + ply(TEXT, vertices(), faces())),
    _mesh("text, tabs and blank lines", ply(TEXT, vertices(), faces()).replace(b"0 0 0\n", b"\t0\t 0  0.0e0 \n\n \n")),
    _mesh("text, no line break at the end", ply(TEXT, vertices(), faces())[:-1]),
    _mesh("text, blank lines at the end", ply(TEXT, vertices(), faces()) + b"\n \n"),
    _mesh("little endian, triangles", ply(LITTLE, vertices(), faces(TRIANGLES))),
    _mesh("little endian, quads", ply(LITTLE, vertices(), faces(QUADS))),
    _mesh("little endian, mixed polygons", ply(LITTLE, vertices(), faces())),
    _mesh("big endian, mixed polygons", ply(BIG, vertices(), faces())),
    _mesh("triangles first", ply(LITTLE, vertices(), faces(MIXED[::-1]))),
    _mesh(
        "concave polygons",
        ply(BIG, ("vertex", XYZ, _L_CORNERS), faces(_L_FACES)),
        **{"area": 30, "volume": 9, "bounds": ((0, 0, 0), (2, 2, 3))},
    ),
    _mesh("CRLF in the head of a binary file", ply(LITTLE, vertices(), faces(), end="\r\n")),
    _mesh("bytes behind a binary file", ply(LITTLE, vertices(), faces()) + b"\n# the end\n"),
    _mesh("'end_header' in a comment", ply(LITTLE, vertices(), faces(), lines=["comment end_header", "comment"])),
    _mesh("short lists", ply(LITTLE, vertices(), faces(declared="list int short vertex_index"))),
    _mesh("unsigned lists", ply(BIG, vertices(), faces(declared="list uint16 uint32 vertex_index"))),
    _mesh("bytes as indices", ply(LITTLE, vertices(), faces(declared="list uint8 int8 vertex_indices"))),
    _mesh("double precision", ply(BIG, vertices(kind="double"), faces())),
    _mesh("whole coordinates", ply(LITTLE, vertices(kind="short"), faces(TRIANGLES))),
    _mesh("faces first", ply(LITTLE, faces(), vertices())),
    _mesh("faces first, text", ply(TEXT, faces(), vertices())),
    _mesh("other elements", ply(LITTLE, _MATERIAL, vertices(), _EDGE, faces(), _CAMERA)),
    _mesh("other elements, text", ply(TEXT, _CAMERA, vertices(), _EDGE, faces())),
    _mesh("an element without properties", ply(TEXT, ("nothing", [], [()] * 3), vertices(), faces())),
    _mesh("colours of faces", ply(LITTLE, vertices(), ("face", [LIST, *RGB], _COLORED)), colors=_RED_AND_GREEN),
    _mesh("colours of faces, text", ply(TEXT, vertices(), ("face", [LIST, *RGB], _COLORED)), colors=_RED_AND_GREEN),
    _mesh(
        "numbers and lists around the list",
        ply(
            BIG,
            vertices(["float quality", "uchar alpha"], (0.5, 9)),
            (
                "face",
                ["double area", "list uchar float texcoord", LIST, "int flags", "list uchar uchar tags", *RGB],
                [(0.5, [0.25] * i, face, -1, [7] * (5 - i), 255, 0, 0) for i, face in enumerate(MIXED[:5])]
                + [(0.5, [], face, -1, [], 0, 127, 0) for face in MIXED[5:]],
            ),
        ),
        colors={(1, 0, 0): 6 + 6 + 3 + 3, (0, _HALF, 0): 2 + 2},
    ),
    _mesh(
        "colours of vertices",
        ply(LITTLE, vertices([*RGB, "uchar alpha"], (255, 0, 127, 255)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    _mesh(
        "colours of vertices, fractions",
        ply(TEXT, vertices(["float red", "float green", "float blue"], (1.0, 0.0, 127 / 255)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    _mesh(
        "colours of vertices, 16 bits",
        ply(BIG, vertices(["ushort red", "ushort green", "ushort blue"], (65535, 0, 127 * 257)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    _mesh("no whole colour", ply(LITTLE, vertices(["uchar red", "uchar green"], (1, 2)), faces())),
    _mesh(
        "strips, a row each",
        ply(LITTLE, vertices(), ("tristrips", _STRIPS, [(_SIDES,), (_BOTTOM,), (_TOP,)])),
    ),
    _mesh(
        "strips with restarts",
        ply(TEXT, vertices(), ("tristrips", _STRIPS, [([*_SIDES, -1, *_BOTTOM, -1, *_TOP, -1],)])),
    ),
    _mesh(
        "strips joined by triangles without area",
        ply(BIG, vertices(), ("tristrips", _STRIPS, [([*_SIDES, 0, 0, *_BOTTOM, 6, 1, *_TOP],)])),
    ),
    _mesh(
        "strips and faces",
        ply(LITTLE, vertices(), faces([QUADS[4]]), ("tristrips", _STRIPS, [(_SIDES,), (_TOP,)])),
    ),
]  # fmt: skip

_POINTS = [(0, 0, 0.5), (1, 0, 0), (0.25, 2, 0)]
_NO_FACES = ("face", [LIST], [])
_SPLAT = ["nx", "ny", "nz", *(f"f_dc_{i}" for i in range(3)), *(f"f_rest_{i}" for i in range(45)), "opacity"]


def _cloud(name: str, content: bytes) -> Entry:
    """A file with the three points."""
    return Entry(f"points, {name}.ply", content, check=_are_the_points)


def _are_the_points(shape: object) -> bool:
    return isinstance(shape, PointCloud) and np.allclose(shape.points, _POINTS)


CLOUDS = [
    _cloud("text", ply(TEXT, ("vertex", XYZ, _POINTS))),
    _cloud("text, no faces", ply(TEXT, ("vertex", XYZ, _POINTS), _NO_FACES)),
    _cloud("little endian, no faces", ply(LITTLE, ("vertex", XYZ, _POINTS), _NO_FACES)),
    _cloud("big endian, no faces first", ply(BIG, _NO_FACES, ("vertex", XYZ, _POINTS))),
    _cloud("no faces, and no list of them", ply(LITTLE, ("vertex", XYZ, _POINTS), ("face", [], []))),
    _cloud("no strips", ply(LITTLE, ("vertex", XYZ, _POINTS), ("tristrips", ["list int int vertex_indices"], []))),
    _cloud("colours", ply(BIG, ("vertex", [*XYZ, *RGB], [(*point, 1, 2, 3) for point in _POINTS]))),
    _cloud("quality first", ply(LITTLE, ("vertex", ["uchar quality", *XYZ], [(9, *point) for point in _POINTS]))),
    _cloud(
        "Gaussians",
        ply(
            LITTLE,
            (
                "vertex",
                [*XYZ, *(f"float {name}" for name in _SPLAT)],
                [(*point, *range(len(_SPLAT))) for point in _POINTS],
            ),
        ),
    ),
]


BINARY = ply(LITTLE, vertices(), faces())
PLAIN = ply(TEXT, vertices(), faces())


def text(*rows: str, vertex: int = 3, face: int = 1) -> bytes:
    head = f"ply\nformat ascii 1.0\nelement vertex {vertex}\n" + "".join(f"property {each}\n" for each in XYZ)
    return f"{head}element face {face}\nproperty {LIST}\nend_header\n".encode() + "\n".join(rows).encode()


def lists(declared: str) -> bytes:
    return ply(LITTLE, vertices(), faces(declared=declared))


_THREE = ("0 0 0", "1 0 0", "0 1 0")


REFUSED = [
    (text(*_THREE, "3 0 1 2", face=2), "truncated: expected 2 rows of 'face', found 1"),
    (text(*_THREE, "3 0 1 2", "3 0 1 2"), "1 rows more than its header counts"),
    (text(*_THREE, "4 0 1 2"), "row 1 of 'face' has 4 numbers"),
    (text(*_THREE, "3 0 1 2 0"), "row 1 of 'face' has 5 numbers"),
    (text("0 0", "0 1 0 0", "0 1 0", "3 0 1 2"), "row 1 of 'vertex' has 2 numbers"),
    (text(*_THREE[:2], "0 1,5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1,5 0'"),
    (text(*_THREE[:2], "0 1-5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1-5 0'"),
    (text(*_THREE[:2], "0 1_5 0", "3 0 1 2"), "row 3 of 'vertex' is not made of numbers: '0 1_5 0'"),
    (text(*_THREE, "3 0 1 1.5"), "the number 1.5; its header says whole numbers"),
    (text(*_THREE, "300 0 1 2"), "the number 300; its header says whole numbers from 0 to 255"),
    (text(*_THREE, "3 0 1 3"), "a face names vertex 3"),
    (text(*_THREE, "3 0 1 -1"), "a face names vertex -1"),
    (text(*_THREE, "2 0 1"), "2 corners"),
    (text(*_THREE, "0"), "0 corners"),
    (text("nan 0 0", *_THREE[1:], "3 0 1 2"), "NaN"),
    (text(vertex=1_000_000_000), "truncated"),
    (ply(LITTLE, vertices(), faces([(0, 1, 8)])), "a face names vertex 8"),
    (ply(BIG, vertices(), faces([(0, 1, -2)])), "a face names vertex -2"),
    (ply(BIG, vertices(), faces([(0, 1, 2), (0, 1)])), "2 corners"),
    (BINARY.replace(b"vertex 8", b"vertex 1000000000"), "truncated: expected 1000000000 rows of 'vertex'"),
    (BINARY.replace(b"face 9", b"face 1000000000"), "truncated: expected 1000000000 rows of 'face'"),
    (lists("list int int vertex_indices")[:-16] + b"\xff" * 16, "list of -1 values"),
    (lists("list uint int vertex_indices")[:-16] + b"\xff" * 16, "truncated"),
    (lists("list uchar float vertex_indices"), "expected 'vertex_indices' of whole"),
    (lists("list uchar int corners"), "expected 'vertex_indices'"),
    (ply(LITTLE, ("vertex", ["float x", "float y"], [(0, 0)])), "the properties x, y and z"),
    (ply(LITTLE, vertices(), faces(), lines=["propertie float x"]), "'propertie float x'"),
    (ply(LITTLE, vertices(), vertices(), faces()), "a name twice"),
    (BINARY.replace(b"float y", b"float x"), "a name twice"),
    (BINARY.replace(b"uchar int", b"float int"), "'property list float int vertex_indices'"),
    (BINARY.replace(b"float x", b"float24 x"), "'property float24 x'"),
    (BINARY.replace(b"vertex 8", b"vertex -8"), "'element vertex -8'"),
    (BINARY.replace(b"end_header", b"end_heading"), "not a PLY file"),
    (BINARY.replace(b"ply\n", b"PLY\n"), "not a PLY file"),
    (ply(LITTLE, ("vertex", XYZ, []), ("face", [LIST], [])), "no faces"),
    (ply(LITTLE, ("vertex", XYZ, [])), "no points"),
]  # fmt: skip

ENTRIES = [*MESHES, *CLOUDS, *(Entry(f"refused {i}.ply", each, error=error) for i, (each, error) in enumerate(REFUSED))]
