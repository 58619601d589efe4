"""Text files of any origin as lines, and lines as rows of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...files import marked_encoding


class RowError(ValueError):
    """A line that does not hold the numbers it should; `row` is its place, counted from 0."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def read_text(path: Path) -> str:
    """A text file with its lines ended by LF, whatever ended them.

    Names in it may be in any encoding: what is not UTF-8 is taken for Latin-1, so that different names stay different.
    Microsoft's `1.#QNAN` and `1.#INF` become `nan` and `inf`, since `#` would begin a comment.
    """
    text = decode(path.read_bytes())
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if ".#" in text:
        text = re.sub(r"(?<!\S)[-+]?\d\.#(QNAN|SNAN|IND)\w*", "nan", text)
        text = re.sub(r"(?<!\S)([-+]?)\d\.#INF\w*", r"\1inf", text)
    return text


def decode(content: bytes) -> str:
    """Text as its byte order mark says, else UTF-8 or Latin-1."""
    if (encoding := marked_encoding(content)) is not None:
        return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def readable_name(name: str) -> str:
    """A name with U+FFFD for halves of surrogate pairs, which no text file can hold and no terminal shows."""
    return name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_rows(lines: list[str], columns: int) -> np.ndarray:
    """Float[N, columns]: the first numbers of each line; what stands behind them is ignored.

    Raises:
        RowError: naming the first line that does not begin with so many numbers.
    """
    return _parsed(lines, np.dtype(np.float64), range(columns))


def uncommented(lines: list[str]) -> list[str]:
    """Lines up to their `#`."""
    return [line.partition("#")[0] for line in lines] if any("#" in line for line in lines) else lines


def count_words(lines: list[str]) -> np.ndarray:
    """Int[N]: how many words each line has."""
    return np.fromiter((len(line.split()) for line in lines), dtype=np.int64, count=len(lines))


def read_polygons(lines: list[str], counts: np.ndarray, skipped: int = 0) -> np.ndarray:
    """Int[sum(counts)]: the first `counts[i]` whole numbers of line i behind `skipped` words, one line after another.

    Raises:
        RowError: naming a line that does not hold so many whole numbers there.
    """
    corners = np.empty(counts.sum(), dtype=np.int64)
    first = np.cumsum(counts) - counts
    order = np.argsort(counts, kind="stable")
    # lines of one length are read in one call
    for rows in np.split(order, np.flatnonzero(np.diff(counts[order])) + 1):
        size = int(counts[rows[0]]) if len(rows) else 0
        if size:
            same = lines if len(rows) == len(lines) else [lines[row] for row in rows]
            try:
                numbers = _parsed(same, np.dtype(np.int64), range(skipped, skipped + size))
            except RowError as error:
                raise RowError(int(rows[error.row])) from None
            corners[first[rows][:, None] + np.arange(size)] = numbers
    return corners


def _parsed(lines: list[str], dtype: np.dtype, columns: Sequence[int]) -> np.ndarray:
    try:
        return _load(lines, dtype, columns)
    except ValueError:
        pass
    low, high = 0, len(lines)  # the first that is wrong is among these
    while high - low > 1:
        middle = (low + high) // 2
        try:
            _load(lines[low:middle], dtype, columns)
            low = middle
        except ValueError:
            high = middle
    raise RowError(low)


def _load(lines: list[str], dtype: np.dtype, columns: Sequence[int]) -> np.ndarray:
    """What NumPy's reader of text tables makes of lines, none of which may be blank."""
    if not lines:
        return np.zeros((0, len(columns)), dtype=dtype)
    if not lines[0].strip():  # it warns where all are
        raise ValueError("a line is blank")
    table = np.loadtxt(lines, dtype=dtype, comments=None, usecols=columns, ndmin=2)
    if len(table) != len(lines):
        raise ValueError("a line is blank")
    return table
