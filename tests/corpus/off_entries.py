"""OFF as ModelNet, geomview and others write it."""

from __future__ import annotations

import math

from entries import BOX, CORNERS, QUADS, TRIANGLES, Entry

VERTICES = [f"{x} {y} {z}" for x, y, z in CORNERS]
FACES = [" ".join(map(str, (len(quad), *quad))) for quad in QUADS]


def text(*lines: str, end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def box(name: str, header: str, behind: str = "", faces: list[str] = FACES, **more) -> Entry:
    """The box under a header line, with more numbers behind each vertex."""
    content = text(*header.split("\n"), *(f"{vertex} {behind}" for vertex in VERTICES), *faces)
    return Entry(f"{name}.off", content, **BOX, colors={}, parts={}, **more)


def refused(name: str, error: str, *lines: str) -> Entry:
    return Entry(f"{name}.off", text(*lines), error=error)


def prism(n: int) -> Entry:
    """A regular prism of radius 1 and height 1: caps of n corners beside sides of four."""
    ring = [(math.cos(2 * math.pi * i / n), math.sin(2 * math.pi * i / n)) for i in range(n)]
    vertices = [f"{x:.9g} {y:.9g} {z}" for z in (0, 1) for x, y in ring]
    faces = [
        tuple(range(n))[::-1],
        tuple(range(n, 2 * n)),
        *((i, (i + 1) % n, n + (i + 1) % n, n + i) for i in range(n)),
    ]
    rows = [" ".join(map(str, (len(face), *face))) for face in faces]
    cap = n / 2 * math.sin(2 * math.pi / n)
    content = text("OFF", f"{2 * n} {len(faces)} 0", *vertices, *rows)
    return Entry(f"prism{n}.off", content, area=2 * cap + 2 * n * math.sin(math.pi / n), volume=cap)


U = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]

ENTRIES = [
    box("plain", "OFF\n8 6 0"),
    box("triangles", "OFF\n8 12 0", faces=[f"3 {a} {b} {c}" for a, b, c in TRIANGLES]),
    box("counts_beside", "OFF 8 6 12"),
    box("counts_glued", "OFF8 6 0"),  # as in files of ModelNet40
    box("counts_without_edges", "OFF\n8 6"),
    box("comments", "# a box\n\nOFF # here\n# counts\n8 6 0 # so many", behind="# corner"),
    box("small_letters", "off\n8 6 0"),
    box("byte_order_mark", "\ufeffOFF\n8 6 0"),
    Entry("crlf.off", text("OFF", "8 6 0", *VERTICES, *FACES, end="\r\n"), **BOX),
    Entry("cr.off", text("OFF", "8 6 0", *VERTICES, *FACES, end="\r"), **BOX),
    Entry("blank_lines.off", text("", "OFF", "", "8 6 0", *VERTICES, "", *FACES, end="\n \t\n"), **BOX),
    box("tabs", "OFF\n8\t6\t0", faces=[face.replace(" ", "\t") for face in FACES]),
    *(
        box(f"header_{header}", f"{header}\n8 6 0", behind)
        for header, behind in {
            "COFF": "0.5 0.5 0.5 1",
            "NOFF": "0 0 1",
            "CNOFF": "0 0 1 89 71 57 255",
            "STOFF": "0.5 0.5",
            "STNOFF": "0 0 1 0.5 0.5",
            "STCNOFF": "0 0 1 89 71 57 255 0.5 0.5",
        }.items()
    ),
    box(
        "face_colors",
        "OFF\n8 6 0",
        faces=[
            f"{face} {c}"
            for face, c in zip(FACES, ("255 0 0", "0.1 0.2 0.3", "1 2 3 4", "7", "0.1 0.2 0.3 1.0", ""), strict=True)
        ],
    ),
    box("faces_of_two_corners", "OFF\n8 8 0", faces=["1 0", "2 3 4", *FACES]),
    box("more_behind_the_faces", "OFF\n8 6 0", faces=[*FACES, "created by someone"]),
    Entry("unused.off", text("OFF", "9 6 0", *VERTICES, "nan nan nan", *FACES), **BOX),
    *(prism(n) for n in (5, 6, 8, 12)),
    # a U by the shoelace formula: 7
    Entry(
        "u_shaped.off",
        text("OFF", "8 1 0", *(f"{x} {y} 5" for x, y in U), "8 0 1 2 3 4 5 6 7"),
        area=7.0,
        bounds=((0, 0, 5), (3, 3, 5)),
    ),
    refused("nothing_but_the_header", "expected the numbers of vertices and faces", "OFF"),
    refused("one_count", "expected the numbers of vertices and faces behind 'OFF', found '8'", "OFF", "8"),
    refused("count_of_many_digits", "expected the numbers of vertices and faces", "OFF", f"8 {'9' * 5000} 0"),
    refused("negative_counts", "expected the numbers of vertices and faces", "OFF", "-8 6 0", *VERTICES, *FACES),
    refused("four_dimensions", "'4OFF' says that vertices have not three", "4OFF", "8 6 0", *VERTICES, *FACES),
    refused("any_dimensions", "'nOFF' says that vertices have not three", "nOFF", "3", "8 6 0", *VERTICES, *FACES),
    refused("binary", "binary OFF is not supported", "OFF BINARY", "8 6 0"),
    refused("another_format", "expected 'OFF' in its first line", "OFFICE", "8 6 0", *VERTICES, *FACES),
    refused("face_missing", "truncated: expected 8 vertices and 7 faces, found 14", "OFF", "8 7 0", *VERTICES, *FACES),
    refused("huge_counts", "truncated", "OFF", "1000000000 1000000000 0", *VERTICES, *FACES),
    refused("huge_face", "line 11: .*fewer corners", "OFF", "8 1 0", *VERTICES, "1000000000 0 1 2"),
    refused("corner_missing", "line 11: .*fewer corners", "OFF", "8 1 0", *VERTICES, "4 0 1 2"),
    refused("corner_too_large", "vertex 8, which does not exist; there are 8", "OFF", "8 1 0", *VERTICES, "3 0 1 8"),
    refused("corner_negative", "vertex -1, which does not exist", "OFF", "8 1 0", *VERTICES, "3 0 1 -1"),
    refused("corner_no_number", "line 11: expected a face", "OFF", "8 1 0", *VERTICES, "3 0 1 x"),
    refused("vertex_of_two_numbers", "line 10: expected a vertex", "OFF", "8 6 0", *VERTICES[:7], "1 2", *FACES),
    refused("german_numbers", "line 3: expected a vertex", "OFF", "8 6 0", "0,5 0 0", *VERTICES[1:], *FACES),
    refused("not_a_number", "NaN or infinity", "OFF", "8 6 0", "nan 0 0", *VERTICES[1:], *FACES),
    refused("no_faces", "no faces", "OFF", "8 0 0", *VERTICES),
]
