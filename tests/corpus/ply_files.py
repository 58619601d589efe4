"""PLY files of many dialects, written from the format's description."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from entries import BOX_CORNERS, BOX_MIXED, BOX_QUADS, BOX_TRIANGLES, Entry

_CODES = {"char": "b", "uchar": "B", "short": "h", "ushort": "H", "int": "i", "uint": "I", "float": "f", "double": "d"}
_CODES |= {"int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I"}
_CODES |= {"float32": "f", "float64": "d"}

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
    return "vertex", [*(f"{kind} {axis}" for axis in "xyz"), *more], [(*corner, *values) for corner in BOX_CORNERS]


def faces(polygons: Iterable[Sequence[int]] = BOX_MIXED, declared: str = LIST) -> Element:
    return "face", [declared], [(polygon,) for polygon in polygons]


# an L of six corners, 3 high: area 2 · 3 + 8 · 3, volume 3 · 3; its corner 3 is concave
_L = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
_L_CORNERS = [(x, y, z) for z in (0, 3) for x, y in _L]
_L_FACES = [range(5, -1, -1), range(6, 12), *((i, (i + 1) % 6, (i + 1) % 6 + 6, i + 6) for i in range(6))]

# around the four sides of the box, and across both of its ends
_SIDES, _BOTTOM, _TOP = [1, 0, 5, 4, 7, 6, 3, 2, 1, 0], [0, 2, 4, 6], [1, 5, 3, 7]
_STRIPS = ["list int int vertex_indices"]

_HALF = ((127 / 255 + 0.055) / 1.055) ** 2.4
"""127 of 255 as linear light (IEC 61966-2-1)."""

_EDGE = ("edge", ["int vertex1", "int vertex2"], [(0, 1), (1, 3)])
_MATERIAL = ("material", ["list uchar uchar name", "float ambient"], [(b"wood", 0.5), (b"red paint", 0.25)])
_CAMERA = ("camera", ["float view_px", "double focal"], [(1, 35)])

_COLORED = [(face, *((255, 0, 0) if i < 3 else (0, 127, 0))) for i, face in enumerate(BOX_MIXED)]
_RED_AND_GREEN = {(1, 0, 0): 6 + 6 + 3, (0, _HALF, 0): 3 + 2 + 2}

MESHES = [
    Entry("text, triangles", ply(TEXT, vertices(), faces(BOX_TRIANGLES))),
    Entry("text, mixed polygons", ply(TEXT, vertices(), faces())),
    Entry("text, CRLF", ply(TEXT, vertices(), faces(), lines=["comment Käse", "obj_info num_cols 3", ""], end="\r\n")),
    Entry("text, CR", ply(TEXT, vertices(), faces(), end="\r")),
    Entry("text, byte order mark", b"\xef\xbb\xbf" + ply(TEXT, vertices(), faces())),
    Entry("text, tabs and blank lines", ply(TEXT, vertices(), faces()).replace(b"0 0 0\n", b"\t0\t 0  0.0e0 \n\n \n")),
    Entry("text, no line break at the end", ply(TEXT, vertices(), faces())[:-1]),
    Entry("text, blank lines at the end", ply(TEXT, vertices(), faces()) + b"\n \n"),
    Entry("little endian, triangles", ply(LITTLE, vertices(), faces(BOX_TRIANGLES))),
    Entry("little endian, quads", ply(LITTLE, vertices(), faces(BOX_QUADS))),
    Entry("little endian, mixed polygons", ply(LITTLE, vertices(), faces())),
    Entry("big endian, mixed polygons", ply(BIG, vertices(), faces())),
    Entry("triangles first", ply(LITTLE, vertices(), faces(BOX_MIXED[::-1]))),
    Entry("concave polygons", ply(BIG, ("vertex", XYZ, _L_CORNERS), faces(_L_FACES)), 30, 9, ((0, 0, 0), (2, 2, 3))),
    Entry("CRLF in the head of a binary file", ply(LITTLE, vertices(), faces(), end="\r\n")),
    Entry("bytes behind a binary file", ply(LITTLE, vertices(), faces()) + b"\n# the end\n"),
    Entry("'end_header' in a comment", ply(LITTLE, vertices(), faces(), lines=["comment end_header", "comment"])),
    Entry("short lists", ply(LITTLE, vertices(), faces(declared="list int short vertex_index"))),
    Entry("unsigned lists", ply(BIG, vertices(), faces(declared="list uint16 uint32 vertex_index"))),
    Entry("bytes as indices", ply(LITTLE, vertices(), faces(declared="list uint8 int8 vertex_indices"))),
    Entry("double precision", ply(BIG, vertices(kind="double"), faces())),
    Entry("whole coordinates", ply(LITTLE, vertices(kind="short"), faces(BOX_TRIANGLES))),
    Entry("faces first", ply(LITTLE, faces(), vertices())),
    Entry("faces first, text", ply(TEXT, faces(), vertices())),
    Entry("other elements", ply(LITTLE, _MATERIAL, vertices(), _EDGE, faces(), _CAMERA)),
    Entry("other elements, text", ply(TEXT, _CAMERA, vertices(), _EDGE, faces())),
    Entry("an element without properties", ply(TEXT, ("nothing", [], [()] * 3), vertices(), faces())),
    Entry("colours of faces", ply(LITTLE, vertices(), ("face", [LIST, *RGB], _COLORED)), colors=_RED_AND_GREEN),
    Entry("colours of faces, text", ply(TEXT, vertices(), ("face", [LIST, *RGB], _COLORED)), colors=_RED_AND_GREEN),
    Entry(
        "numbers and lists around the list",
        ply(
            BIG,
            vertices(["float quality", "uchar alpha"], (0.5, 9)),
            (
                "face",
                ["double area", "list uchar float texcoord", LIST, "int flags", "list uchar uchar tags", *RGB],
                [(0.5, [0.25] * i, face, -1, [7] * (5 - i), 255, 0, 0) for i, face in enumerate(BOX_MIXED[:5])]
                + [(0.5, [], face, -1, [], 0, 127, 0) for face in BOX_MIXED[5:]],
            ),
        ),
        colors={(1, 0, 0): 6 + 6 + 3 + 3, (0, _HALF, 0): 2 + 2},
    ),
    Entry(
        "colours of vertices",
        ply(LITTLE, vertices([*RGB, "uchar alpha"], (255, 0, 127, 255)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    Entry(
        "colours of vertices, fractions",
        ply(TEXT, vertices(["float red", "float green", "float blue"], (1.0, 0.0, 127 / 255)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    Entry(
        "colours of vertices, 16 bits",
        ply(BIG, vertices(["ushort red", "ushort green", "ushort blue"], (65535, 0, 127 * 257)), faces()),
        colors={(1, 0, _HALF): 22},
    ),
    Entry("no whole colour", ply(LITTLE, vertices(["uchar red", "uchar green"], (1, 2)), faces())),
    Entry(
        "strips, a row each",
        ply(LITTLE, vertices(), ("tristrips", _STRIPS, [(_SIDES,), (_BOTTOM,), (_TOP,)])),
    ),
    Entry(
        "strips with restarts",
        ply(TEXT, vertices(), ("tristrips", _STRIPS, [([*_SIDES, -1, *_BOTTOM, -1, *_TOP, -1],)])),
    ),
    Entry(
        "strips joined by triangles without area",
        ply(BIG, vertices(), ("tristrips", _STRIPS, [([*_SIDES, 0, 0, *_BOTTOM, 6, 1, *_TOP],)])),
    ),
    Entry(
        "strips and faces",
        ply(LITTLE, vertices(), faces([BOX_QUADS[4]]), ("tristrips", _STRIPS, [(_SIDES,), (_TOP,)])),
    ),
]  # fmt: skip

_POINTS = [(0, 0, 0.5), (1, 0, 0), (0.25, 2, 0)]
_NO_FACES = ("face", [LIST], [])
_SPLAT = ["nx", "ny", "nz", *(f"f_dc_{i}" for i in range(3)), *(f"f_rest_{i}" for i in range(45)), "opacity"]

CLOUDS = {
    "text": ply(TEXT, ("vertex", XYZ, _POINTS)),
    "text, no faces": ply(TEXT, ("vertex", XYZ, _POINTS), _NO_FACES),
    "little endian, no faces": ply(LITTLE, ("vertex", XYZ, _POINTS), _NO_FACES),
    "big endian, no faces first": ply(BIG, _NO_FACES, ("vertex", XYZ, _POINTS)),
    "no faces, and no list of them": ply(LITTLE, ("vertex", XYZ, _POINTS), ("face", [], [])),
    "no strips": ply(LITTLE, ("vertex", XYZ, _POINTS), ("tristrips", ["list int int vertex_indices"], [])),
    "colours": ply(BIG, ("vertex", [*XYZ, *RGB], [(*point, 1, 2, 3) for point in _POINTS])),
    "quality first": ply(LITTLE, ("vertex", ["uchar quality", *XYZ], [(9, *point) for point in _POINTS])),
    "Gaussians": ply(
        LITTLE,
        ("vertex", [*XYZ, *(f"float {name}" for name in _SPLAT)], [(*point, *range(len(_SPLAT))) for point in _POINTS]),
    ),
}
"""Files with the three points `POINTS`."""
POINTS = _POINTS
