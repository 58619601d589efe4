"""Wavefront OBJ and MTL as programs write them."""

from __future__ import annotations

import math

from entries import BOX, CORNERS, QUADS, Entry

RED, GREEN, GRAY, WHITE = (1, 0, 0), (0, 1, 0), (0.5, 0.5, 0.5), (1, 1, 1)


def lines_of(vertices, faces) -> list[str]:
    return [f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in vertices] + [
        "f " + " ".join(str(i + 1) for i in f) for f in faces
    ]


LINES = lines_of(CORNERS, QUADS)
VERTICES, FACES = LINES[:8], LINES[8:]
TWO = [*VERTICES, "usemtl a", *FACES[:3], "usemtl b", *FACES[3:]]
"""Half of the box in one material: the x = 0, x = 1 and y = 0 sides, of area 6 + 6 + 3; the rest is 7."""


def box(name: str, lines: list[str], end: str = "\n", **expected) -> Entry:
    """A file whose mesh is the box, without parts and colours unless said otherwise."""
    return Entry(f"{name}.obj", (end.join(lines) + end).encode(), **{**BOX, "parts": {}, "colors": {}, **expected})


def material(name: str, mtl: str | bytes, colors: dict, lines: list[str] | None = None, **more) -> Entry:
    """The box in material `a` of a file `NAME.mtl`."""
    content = mtl if isinstance(mtl, bytes) else mtl.encode()
    lines = lines or [f"mtllib {name}.mtl", *VERTICES, "usemtl a", *FACES]
    return box(name, lines, colors=colors, beside={f"{name}.mtl": content}, **more)


def refused(name: str, lines: list[str], error: str) -> Entry:
    return Entry(f"{name}.obj", ("\n".join(lines) + "\n").encode(), error=error)


def prism(name: str, outline: list[tuple[float, float]], area: float) -> Entry:
    """A prism of height 1 over a polygon of this area, by the shoelace formula."""
    n = len(outline)
    vertices = [(x, y, z) for z in (0, 1) for x, y in outline]
    faces = [
        tuple(range(n))[::-1],
        tuple(range(n, 2 * n)),
        *((i, (i + 1) % n, n + (i + 1) % n, n + i) for i in range(n)),
    ]
    around = sum(math.dist(a, b) for a, b in zip(outline, outline[1:] + outline[:1], strict=True))
    content = "\n".join(lines_of(vertices, faces)).encode()
    return Entry(f"{name}.obj", content, area=2 * area + around, volume=area)


# a tetrahedron of volume 1/6 and area 3/2 + √3/2
TETRA = ["v 5 0 0", "v 6 0 0", "v 5 1 0", "v 5 0 1"]
TETRA_FACES = ["f -4 -2 -3", "f -4 -3 -1", "f -4 -1 -2", "f -3 -2 -1"]
TETRA_AREA = 1.5 + math.sqrt(3) / 2
BOTH = {"area": 22 + TETRA_AREA, "volume": 6 + 1 / 6, "bounds": ((0, 0, 0), (6, 2, 3))}
# half of display white: ((0.5 + 0.055) / 1.055) ** 2.4
HALF = (0.214, 0.214, 0.214)
VIOLET = (0.214, 0.051, 0.523)
"""(0.5, 0.25, 0.75) as light."""


def painted(rows: list[str], color: str) -> list[str]:
    return [f"{row} {color}" for row in rows]


ENTRIES = [
    # white space, comments, line ends
    box("plain", LINES),
    Entry("CAPITALS.OBJ", "\n".join(LINES).encode(), **BOX),
    box("tabs", [line.replace(" ", "\t") for line in LINES]),
    box("tabs_in_some_lines", [line.replace(" ", " \t ") if i % 3 else f"\t{line}" for i, line in enumerate(LINES)]),
    box("indented", [f"{' ' * (i % 3)}{line}  " for i, line in enumerate(LINES)]),
    box("many_blanks", [line.replace(" ", "   ") for line in LINES]),
    box("comments", ["# a box", "o box # one", *(f"{line} # no. {i}" for i, line in enumerate(LINES))]),
    box("comments_without_blanks", [f"{line}#x" for line in LINES]),
    box("crlf", LINES, end="\r\n"),
    box("cr", LINES, end="\r"),
    box("byte_order_mark", ["\ufeffo box", *LINES]),
    Entry("utf16.obj", "\n".join(LINES).encode("utf-16"), **BOX),
    Entry("latin1.obj", "\n".join(["o K\xfcche", *LINES]).encode("latin-1"), **BOX),
    box("continued", [line.replace(" ", " \\\n", 2) for line in LINES]),
    box("continued_crlf", [line.replace(" ", " \\\r\n", 2) for line in LINES], end="\r\n"),
    box("backslash_in_comment", ["# made from C:\\models\\", LINES[0] + " # C:\\", *LINES[1:]]),
    box("numbers", ["v +.0 0. -0e0", "v 0 0 3e0", "v 0 20E-1 0", *LINES[3:]]),
    box("number_not_a_number_unused", [*VERTICES, "v nan nan nan", "v -1.#IND 1.#QNAN00 1.#INF", *FACES]),
    # indices and elements
    box(
        "slashes",
        [
            *VERTICES,
            "vt 0 0",
            "vn 0 0 1",
            *(f"{f}/1/1" for f in FACES[:3]),
            *(" ".join(w if w == "f" else f"{w}//1" for w in f.split()) for f in FACES[3:]),
        ],
    ),
    box("negative", [*VERTICES, *("f " + " ".join(str(i - 8) for i in q) for q in QUADS)]),
    box("points_and_lines", ["p 1", *LINES, "l 1 2", "p 1 2 3"]),
    box("faces_of_two_corners", [*LINES, "f 1 2", "f 3", "f 1 1 2"]),
    box("face_outlines", [line.replace("f ", "fo ") for line in LINES]),
    box("weights", painted(VERTICES, "1.0") + FACES),
    box("before_vertices", FACES + VERTICES),
    box("smoothing_and_free_form", ["s off", "vp 1 2", "cstype bezier", *LINES, "end"]),
    prism("u_shaped", [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)], 7.0),
    prism("u_shaped_from_its_notch", [(2, 1), (1, 1), (1, 3), (0, 3), (0, 0), (3, 0), (3, 3), (2, 3)], 7.0),
    prism("arrowhead", [(0, 0), (2, 1), (0, 2), (1, 1)], 1.0),
    # groups
    box("one_group", ["g", "o box", "g a b", *LINES, "g empty"]),
    Entry(
        "groups.obj",
        "\n".join(["o box # one", *LINES, "o tetra", "g", *TETRA, *TETRA_FACES]).encode(),
        **BOTH,
        colors={},
        parts={"box": 6, "tetra": 1 / 6},
    ),
    Entry(
        "materials_are_parts.obj",
        "\n".join(["usemtl Material #25", *LINES, "usemtl Material #26", *TETRA, *TETRA_FACES]).encode(),
        **BOTH,
        colors={},
        parts={"Material #25": 6, "Material #26": 1 / 6},
    ),
    # vertex colours
    box("colors", painted(VERTICES, "0.5 0.5 0.5") + FACES, colors={HALF: 22}),
    box("colors_8_bit", painted(VERTICES, "255 0 0") + FACES, colors={RED: 22}),
    box("colors_of_one_side", painted(VERTICES[:4], "0.5 0.5 0.5") + LINES[4:], colors={HALF: 6, WHITE: 16}),
    box("colors_that_are_none", painted(VERTICES, "a b c") + FACES),
    Entry(
        "partly_coloured.obj",
        "\n".join(
            [
                "o tetra",
                *painted(TETRA, "0.5 0.25 0.75"),
                *TETRA_FACES,
                "o box",
                *VERTICES,
                *("f " + " ".join(str(i + 5) for i in q) for q in QUADS),
            ]
        ).encode(),
        **BOTH,
        colors={VIOLET: TETRA_AREA, WHITE: 22},
        parts={"tetra": 1 / 6, "box": 6},
    ),
    material(
        "colors_and_material",
        "newmtl a\nKd 0 1 0\n",
        {GREEN: 22},
        ["mtllib colors_and_material.mtl", *painted(VERTICES, "1 0 0"), "usemtl a", *FACES],
    ),
    # materials
    material("kd", "newmtl a\nKd 0 1 0\n", {GREEN: 22}),
    material("kd_one_value", "newmtl a\nKd 0.5\n", {GRAY: 22}),
    material("kd_tabs", "\tnewmtl\ta\n\tKd\t0\t1\t0\n", {GREEN: 22}),
    material("kd_comment", "newmtl a # first\nKd 0 1 0 # green\n", {GREEN: 22}),
    material("kd_mark_and_crlf", "\ufeffnewmtl a\r\nKd 0 1 0\r\n", {GREEN: 22}),
    material("kd_cr", "newmtl a\rKd 0 1 0\r", {GREEN: 22}),
    material("kd_8_bit", "newmtl a\nKd 255 0 0\n", {RED: 22}),
    material("kd_xyz", "newmtl a\nKd xyz 0.9505 1 1.089\n", {WHITE: 22}),  # D65, the white of sRGB
    material("kd_spectral", "newmtl a\nKd spectral paint.rfl 1\n", {}),
    material("kd_damaged", "newmtl a\nKd 0,5 0 x\nKd nan nan nan\nKd\nKd 1 2\n", {}),
    material("ka_only", "newmtl a\nKa 1 0 0\nmap_Kd wood.png\n", {}),
    material("mtl_garbage", bytes(range(256)) * 8, {}),
    material("mtl_of_other_names", "newmtl b\nKd 1 0 0\n", {}),
    material(
        "name_with_spaces",
        "newmtl red paint\nKd 1 0 0\n",
        {RED: 22},
        ["mtllib name_with_spaces.mtl", *VERTICES, "usemtl red paint", *FACES],
    ),
    material(
        "comment_behind_names",
        "newmtl a\nKd 1 0 0\n",
        {RED: 22},
        ["mtllib comment_behind_names.mtl # c", *VERTICES, "usemtl a # c", *FACES[:3], "usemtl a", *FACES[3:]],
    ),
    box("mtl_missing", ["mtllib none.mtl", "mtllib", *VERTICES, "usemtl a", *FACES]),
    box("mtl_impossible", [f"mtllib {'x' * 300}.mtl", "mtllib a\0b.mtl", *VERTICES, "usemtl a", *FACES]),
    box("mtl_is_a_folder", ["mtllib folder", *VERTICES, "usemtl a", *FACES], beside={"folder/a.mtl": b"newmtl a\n"}),
    box(
        "mtl_in_two_files",
        ["mtllib first.mtl second file.mtl", *TWO],
        colors={GREEN: 15, RED: 7},
        parts=None,
        beside={"first.mtl": b"newmtl a\nKd 0 1 0\n", "second file.mtl": b"newmtl b\nKd 1 0 0\n"},
    ),
    box(
        "mtl_of_unknown_material",
        ["mtllib a.mtl", *TWO],
        colors={GREEN: 15, WHITE: 7},
        parts=None,
        beside={"a.mtl": b"newmtl a\nKd 0 1 0\n"},
    ),
    box(
        "mtl_name_with_spaces",
        ["mtllib my box.mtl", *VERTICES, "usemtl a", *FACES],
        colors={RED: 22},
        beside={"my box.mtl": b"newmtl a\nKd 1 0 0\n"},
    ),
    box(
        "mtl_windows_path",
        ["mtllib ..\\textures\\a.mtl", *VERTICES, "usemtl a", *FACES],
        colors={RED: 22},
        beside={"a.mtl": b"newmtl a\nKd 1 0 0\n"},
    ),
    box(
        "mtl_in_capitals",
        ["mtllib a.mtl", *VERTICES, "usemtl a", *FACES],
        colors={RED: 22},
        beside={"A.MTL": b"newmtl a\nKd 1 0 0\n"},
    ),
    # what is no OBJ
    refused(
        "german_numbers", ["v 0 0 0", "v 1,5 0 0", "v 0 1 0", "f 1 2 3"], r"line 2 \('v 1,5 0 0'\): expected a vertex"
    ),
    refused("vertex_of_two_numbers", ["v 0 0 0", "v 1 0", "v 0 1 0", "f 1 2 3"], "line 2 .*expected a vertex"),
    refused("vertex_with_underscore", ["v 0 0 0", "v 1_0 0 0", "v 0 1 0", "f 1 2 3"], "line 2 .*expected a vertex"),
    refused("vertex_zero", [*VERTICES, "# c", "f 1 2 0"], r"line 10 \('f 1 2 0'\): a face names vertex 0"),
    refused("vertex_nine", [*LINES, "f 1//1 2//1 9//1"], "line 15 .*names vertex 9, .*there are 8"),
    refused("vertex_before_the_first", [VERTICES[0], "f -1 -1 -2", *LINES], "line 2 .*names vertex -2"),
    refused("vertex_huge", [*LINES, f"f 1 2 {9**30}"], "line 15 .*expected a face"),
    refused("face_of_floats", [*LINES, "f 1.5 2 3"], "line 15 .*expected a face"),
    refused("face_of_words", [*VERTICES, "f a b c"], "line 9 .*expected a face"),
    refused("face_with_slash_apart", [*LINES, "f 1 /1 2 3"], "line 15 .*expected a face"),
    refused("not_a_number_used", [*VERTICES, "v nan 0 0", *FACES, "f 1 2 9"], "NaN or infinity"),
    refused("capital_keywords", [line.upper() for line in LINES], "line 1 begins with 'V'"),
    refused("numbers_without_keyword", [*LINES, "4 5 6"], "line 15 begins with '4'"),
    refused("only_lines", [*VERTICES, "l 1 2"], "no faces"),
    Entry("broken_off_in_a_face.obj", "\n".join(LINES)[:-4].encode(), error="line 14 .*breaks off within a face"),
    Entry(
        "broken_off_in_a_vertex.obj", "\n".join([*FACES, *VERTICES])[:-2].encode(), error="line 14 .*expected a vertex"
    ),
]
