"""Text files as lines, and lines as rows of numbers, against Python's own parsing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry.formats.text import RowError, count_words, read_polygons, read_rows, read_text, uncommented


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_line_ends_and_encodings(tmp_path, end, encoding):
    (tmp_path / "a.txt").write_bytes(f"o Küche{end}v 1{end}".encode(encoding))
    assert read_text(tmp_path / "a.txt") == "o Küche\nv 1\n"


def test_numbers_that_are_none_as_microsoft_writes_them(tmp_path):
    (tmp_path / "a.txt").write_text("v 1.#QNAN -1.#IND00 1.#SNAN # 1.#x\nv 1.#INF -1.#INF00 21.#1\n")
    first, second, _ = uncommented(read_text(tmp_path / "a.txt").split("\n"))
    assert np.isnan([float(word) for word in first.split()[1:]]).all()
    assert second == "v inf -inf 21."


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(-(2**40), 2**40), max_size=6), max_size=12), st.integers(0, 2))
def test_polygons_of_any_sizes(polygons, skipped):
    lines = [" ".join(["7"] * skipped + [*map(str, polygon), "9 x"]) for polygon in polygons]
    counts = np.array([len(polygon) for polygon in polygons], dtype=np.int64)
    assert read_polygons(lines, counts, skipped).tolist() == [corner for polygon in polygons for corner in polygon]


@pytest.mark.parametrize("wrong", ["", "1 2", "1 2 x", "1 2 1_0", "1,5 2 3", "1 2 0x3"])
@pytest.mark.parametrize("row", [0, 1, 36, 99])
def test_the_first_wrong_line_is_named(wrong, row):
    lines = ["1 2 3 behind"] * 100
    lines[row] = lines[99] = wrong
    with pytest.raises(RowError) as caught:
        read_rows(lines, 3)
    assert caught.value.row == row
    with pytest.raises(RowError) as caught:
        read_polygons(lines, np.full(100, 3))
    assert caught.value.row == row


def test_empty_tables():
    assert read_rows([], 3).shape == (0, 3)
    assert read_polygons([], np.zeros(0, dtype=np.int64)).shape == (0,)
    assert count_words(["", " a\tb "]).tolist() == [0, 2]
