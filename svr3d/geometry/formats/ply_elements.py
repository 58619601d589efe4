"""The elements of a PLY file, column by column (Turk, "The PLY polygon file format", 1994).

A row of an element holds its properties one after another: numbers, and lists that begin with their own length. Where
the rows begin and end is found first; then all of them are read together, property by property.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ...errors import InputError

_KINDS = {
    **{"char": "i1", "short": "i2", "int": "i4", "int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8"},
    **{"uchar": "u1", "ushort": "u2", "uint": "u4", "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8"},
    **{"float": "f4", "double": "f8", "float32": "f4", "float64": "f8"},
}
_ORDERS = {b"ascii": "", b"binary_little_endian": "<", b"binary_big_endian": ">"}
_LENGTHS = {name for name, kind in _KINDS.items() if kind[0] in "iu" and kind[1] != "8"}
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?ply[ \t]*(\r\n|\n|\r)(.*?\1)?end_header[ \t]*(?:\1|\Z)", re.DOTALL)


class Lists(NamedTuple):
    """A column of lists: the values of all rows one after another, and how many are in each row."""

    values: np.ndarray
    counts: np.ndarray


class Columns(NamedTuple):
    """An element's rows: a number per row in each of `numbers`, a list per row in each of `lists`, by property."""

    rows: int
    numbers: dict[str, np.ndarray]
    lists: dict[str, Lists]


class _Property(NamedTuple):
    name: str
    kind: np.dtype
    length: np.dtype | None
    """The type of a list's length; None where the property is a number."""


class _Element(NamedTuple):
    name: str
    rows: int
    properties: list[_Property]


class _UnevenRow(Exception):  # noqa: N818
    """A row, given by number, does not end where it should."""


def read_elements(content: bytes) -> dict[str, Columns]:
    """All elements of a PLY file, text or binary, by name. What stands behind the last row of a binary file is ignored.

    Raises:
        InputError: `content` is no PLY file, is truncated, or its rows are not what its header says.
    """
    header = _HEADER.match(content)
    form = re.search(rb"^format[ \t]+(\w+)\s", header[2] or b"", re.MULTILINE) if header else None
    if header is None or form is None or form[1] not in _ORDERS:
        raise InputError("not a PLY file: expected 'ply', its 'format', and a header up to 'end_header'")
    elements = _declared(header[2].decode("utf-8", "replace"), _ORDERS[form[1]])
    body, rows = content[header.end() :], [element for element in elements if element.properties]
    read = _read_text(body, rows) if form[1] == b"ascii" else _read_binary(body, rows)
    return {element.name: read.get(element.name, Columns(element.rows, {}, {})) for element in elements}


def _declared(header: str, order: str) -> list[_Element]:
    elements: list[_Element] = []
    for line in header.splitlines():
        match line.split():
            case [] | ["format" | "comment" | "obj_info", *_]:
                pass
            case ["element", name, count] if count.isascii() and count.isdecimal() and len(count) < 19:
                elements.append(_Element(name, int(count), []))
            case ["property", kind, name] if elements and kind in _KINDS:
                elements[-1].properties.append(_Property(name, np.dtype(order + _KINDS[kind]), None))
            case ["property", "list", length, kind, name] if elements and length in _LENGTHS and kind in _KINDS:
                types = (np.dtype(order + _KINDS[each]) for each in (kind, length))
                elements[-1].properties.append(_Property(name, *types))
            case _:
                raise InputError(f"the PLY header has a line that cannot be read: '{line.strip()[:80]}'")
    for names in ([e.name for e in elements], *([p.name for p in e.properties] for e in elements)):
        if len(set(names)) < len(names):
            raise InputError(f"the PLY header has a name twice; expected each of {', '.join(names)} once")
    return elements


def _truncated(element: _Element, found: int) -> InputError:
    return InputError(f"the file is truncated: expected {element.rows} rows of '{element.name}', found {found}")


def _columns(
    element: _Element,
    starts: np.ndarray,
    ends: np.ndarray,
    size: Callable[[np.dtype], int],
    take: Callable[[np.ndarray, np.dtype], np.ndarray],
) -> Columns:
    """All rows of an element, read together.

    Args:
        starts, ends: Int[R], where each row begins and ends.
        size: how far a number of some type reaches; take: the numbers at some places.

    Raises:
        _UnevenRow: with the number of a row that is shorter or longer than its properties.
    """
    places = starts
    columns = Columns(element.rows, {}, {})

    def step(reach: np.ndarray | int, kind: np.dtype) -> np.ndarray:
        nonlocal places
        here, places = places, places + reach * size(kind)
        if (beyond := places > ends).any():
            raise _UnevenRow(int(np.argmax(beyond)))
        return here

    for name, kind, length in element.properties:
        if length is None:
            columns.numbers[name] = take(step(1, kind), kind)
            continue
        counts = take(step(1, length), length).astype(np.int64)
        if (negative := counts < 0).any():
            raise _UnevenRow(int(np.argmax(negative)))
        first = step(counts, kind)
        if len(counts) and (counts == counts[0]).all():
            inside = first[:, None] + size(kind) * np.arange(counts[0])
        else:
            ahead = np.cumsum(counts) - counts
            inside = np.repeat(first - size(kind) * ahead, counts) + size(kind) * np.arange(counts.sum())
        columns.lists[name] = Lists(take(inside.ravel(), kind), counts)
    if (short := places != ends).any():
        raise _UnevenRow(int(np.argmax(short)))
    return columns


def _read_text(body: bytes, elements: list[_Element]) -> dict[str, Columns]:
    """A row is a line, so that one which is too short or too long does not shift those behind it."""
    lines = [line for line in body.splitlines() if line and not line.isspace()]
    columns, start = {}, 0
    for element in elements:
        if len(lines) < start + element.rows:
            raise _truncated(element, len(lines) - start)
        columns[element.name] = _read_lines(lines[start : start + element.rows], element)
        start += element.rows
    if start < len(lines) and _is_numeric(lines[start]):
        raise InputError(f"the file has {len(lines) - start} rows more than its header counts")
    return columns


def _read_lines(lines: list[bytes], element: _Element) -> Columns:
    widths = np.array([len(line.split()) for line in lines], dtype=np.int64)
    try:
        cells = np.fromstring(b" ".join(lines), sep=" ")
    except ValueError:
        cells = np.zeros(0)
    if len(cells) != widths.sum():
        row = next((i for i, line in enumerate(lines) if not _is_numeric(line)), 0)
        text = lines[row].decode("utf-8", "replace")[:40]
        raise InputError(f"row {row + 1} of '{element.name}' is not made of numbers: '{text}'")

    def take(places: np.ndarray, kind: np.dtype) -> np.ndarray:
        return cells[places] if kind.kind == "f" else _whole(cells[places], kind, element.name)

    ends = np.cumsum(widths)
    try:
        return _columns(element, ends - widths, ends, lambda kind: 1, take)
    except _UnevenRow as uneven:
        row = uneven.args[0]
        raise InputError(
            f"row {row + 1} of '{element.name}' has {widths[row]} numbers, more or fewer than its properties: "
            "the file is truncated or damaged"
        ) from None


def _is_numeric(line: bytes) -> bool:
    try:
        return b"_" not in line and [float(word) for word in line.split()] != []
    except ValueError:
        return False


def _whole(values: np.ndarray, kind: np.dtype, element: str) -> np.ndarray:
    limits = np.iinfo(kind)
    with np.errstate(invalid="ignore"):
        wrong = ~((values == np.rint(values)) & (values >= limits.min) & (values <= limits.max))
    if wrong.any():
        raise InputError(
            f"a row of '{element}' has the number {values[wrong][0]:.9g}; its header says whole numbers from "
            f"{limits.min} to {limits.max}"
        )
    return values.astype(kind)


def _read_binary(body: bytes, elements: list[_Element]) -> dict[str, Columns]:
    def take(places: np.ndarray, kind: np.dtype) -> np.ndarray:
        everywhere = np.ndarray(max(0, len(body) - kind.itemsize + 1), kind, body, strides=(1,))
        return everywhere[places]

    columns, offset = {}, 0
    for element in elements:
        # before anything is allocated for a count that the file cannot hold
        least = sum((each.length or each.kind).itemsize for each in element.properties)
        if element.rows * least > len(body) - offset:
            raise _truncated(element, (len(body) - offset) // least)
        ends = _equal_rows(body, offset, element)
        try:
            columns[element.name] = _columns(element, np.concatenate([[offset], ends])[:-1], ends, _size, take)
        except _UnevenRow:
            ends = _unequal_rows(body, offset, element)
            columns[element.name] = _columns(element, np.concatenate([[offset], ends])[:-1], ends, _size, take)
        offset = int(ends[-1]) if len(ends) else offset
    return columns


def _size(kind: np.dtype) -> int:
    return kind.itemsize


def _equal_rows(body: bytes, offset: int, element: _Element) -> np.ndarray:
    """The rows' ends if all are as long as the first; else one of them is found to be uneven."""
    first = _unequal_rows(body, offset, element._replace(rows=min(1, element.rows)))
    size = int(first[0]) - offset if len(first) else 0
    return np.minimum(offset + size * np.arange(1, element.rows + 1), len(body))


def _unequal_rows(body: bytes, offset: int, element: _Element) -> np.ndarray:
    """The rows' ends, one after another."""
    lists, gap = [], 0
    for _, kind, length in element.properties:
        if length is None:
            gap += kind.itemsize
        else:
            unpack = struct.Struct(length.str[0].replace("|", "<") + length.char).unpack_from
            lists.append((gap, unpack, length.itemsize, kind.itemsize))
            gap = 0
    ends, position = np.empty(element.rows, dtype=np.int64), offset
    for row in range(element.rows):
        for ahead, unpack, length, size in lists:
            position += ahead
            if position + length > len(body):
                raise _truncated(element, row)
            (count,) = unpack(body, position)
            if count < 0:
                raise InputError(f"row {row + 1} of '{element.name}' has a list of {count} values")
            position += length + count * size
        position += gap
        ends[row] = position
        if position > len(body):
            raise _truncated(element, row)
    return ends
