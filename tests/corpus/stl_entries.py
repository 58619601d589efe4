"""STL, text and binary, as programs write it."""

from __future__ import annotations

import struct

from entries import BOX, CORNERS, TRIANGLES, Entry

FACETS = [
    "facet normal 0 0 0\nouter loop\n"
    + "".join("vertex {} {} {}\n".format(*CORNERS[i]) for i in triangle)
    + "endloop\nendfacet\n"
    for triangle in TRIANGLES
]
BODY = "".join(FACETS)
TEXT = f"solid box\n{BODY}endsolid box\n"

RECORDS = b"".join(
    struct.pack("<12fH", 0, 0, 0, *(c for i in triangle for c in CORNERS[i]), 0) for triangle in TRIANGLES
)


def binary(name: str, header: bytes = b"exported", count: int = 12, records: bytes = RECORDS, **expected) -> Entry:
    content = header.ljust(80)[:80] + struct.pack("<I", count) + records
    return Entry(f"{name}.stl", content, **(expected or {**BOX, "colors": {}, "parts": {}}))


def text(name: str, content: str, **expected) -> Entry:
    return Entry(f"{name}.stl", content.encode(), **(expected or {**BOX, "colors": {}, "parts": {}}))


NOT_A_NUMBER = RECORDS[:12] + struct.pack("<f", float("nan")) + RECORDS[16:]
COLORED = b"".join(RECORDS[50 * i : 50 * i + 48] + struct.pack("<H", 0x8000 | 31 << 10 | i) for i in range(12))

ENTRIES = [
    binary("binary"),
    binary("newline_behind", records=RECORDS + b"\n"),
    binary("padding_behind", records=RECORDS + bytes(92)),
    binary("note_behind", records=RECORDS + b"created by someone"),
    binary("facet_behind_what_is_counted", records=RECORDS + RECORDS[:50]),
    binary("solid_in_the_header", header=b"solid box"),
    binary("solid_in_the_header_newline_behind", header=b"solid box\n", records=RECORDS + b"\n"),
    binary("zeros_in_the_header", header=b"solid".ljust(80, b"\0")),
    binary("colors_in_attributes", header=b"COLOR=\xff\x80\x00\xff", records=COLORED),
    Entry("CAPITALS.STL", b"x".ljust(80) + struct.pack("<I", 12) + RECORDS, **BOX),
    text("text", TEXT),
    text("capitals_within", TEXT.upper()),
    text("crlf", TEXT.replace("\n", "\r\n")),
    text("cr", TEXT.replace("\n", "\r")),
    text("tabs_and_blanks", TEXT.replace(" ", " \t ").replace("\n", " \n\n\t")),
    text("everything_in_one_line", TEXT.replace("\n", " ")),
    text("every_word_in_a_line", TEXT.replace(" box", "").replace(" ", "\n")),
    text("white_space_around", f"\n\n {TEXT}\n \n"),
    text("note_behind_text", f"{TEXT}\x1acreated by someone\n"),
    text("byte_order_mark", "\ufeff" + TEXT),
    text("without_name", TEXT.replace(" box", "")),
    text("name_of_keywords", TEXT.replace(" box", " vertex of a facet, endfacet 1 2 3")),
    text("end_solid_in_two_words", TEXT.replace("endsolid", "end solid")),
    text("normals_of_words", TEXT.replace("normal 0 0 0", "normal nan nan nan")),
    text("several_solids", "".join(f"solid {i}\n{facet}endsolid {i}\n" for i, facet in enumerate(FACETS))),
    text("one_facet_cut_in_two_lines", TEXT.replace("vertex 0 0 0", "vertex 0\n0 0")),
    binary("truncated", records=RECORDS[:-60], error="its header counts 12 facets, 10 are there"),
    binary("one_byte_missing", records=RECORDS[:-1], error="its header counts 12 facets, 11 are there"),
    binary("huge_count", count=10**9, error="its header counts 1000000000 facets, 12 are there"),
    binary("no_facets", count=0, records=b"", error="no faces"),
    binary("not_a_number", records=NOT_A_NUMBER, error="NaN or infinity"),
    text("not_a_number_in_text", TEXT.replace("vertex 0 0 0", "vertex 0 0 nan"), error="NaN or infinity"),
    text("without_its_end", f"solid box\n{BODY}", error="truncated: 1 solids begin, 0 end"),
    text("second_without_its_end", f"{TEXT}solid two\n{BODY}", error="truncated: 2 solids begin, 1 end"),
    text("broken_off_in_a_facet", f"solid box\n{BODY[:-17]}endsolid\n", error="behind its last whole facet"),
    text("facet_of_two_vertices", TEXT.replace("vertex 0 0 0\n", "", 1), error="facet 1 of the STL has 2 vertices"),
    text("vertex_of_words", TEXT.replace("vertex 0 0 0", "vertex 0 0 x", 1), error="facet 1 .*expected a vertex"),
    text("no_facets_in_text", "solid box\nendsolid box\n", error="no faces"),
    text("another_format", "this is no mesh, but it is longer than the header of one" * 3, error="not an STL file"),
]
