"""Damaged files of every format: refused with an `InputError`, or read to a shape that is well formed.

The files are those of the tables here. `SVR3D_FUZZ` says how many of each format are tried, 300 unless it does.
"""

from __future__ import annotations

import os
import re
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seeds import SEEDS

from svr3d.geometry import InputError, Mesh, read_shape

EXAMPLES = int(os.environ.get("SVR3D_FUZZ", "300"))
SUFFIXES = sorted(SEEDS)
TOKENS = (
    *(b" ", b"\n", b"\r", b"\t", b"\0", b"\\\n", b"#", b"/", b"-", b"nan", b"inf", b"1e999", b"0", b"-1", b"999999999"),
    *(
        b"4294967295",
        b"1_0",
        b"0x1",
        b"1,5",
        b"v ",
        b"f ",
        b"solid",
        b"endsolid",
        b"facet",
        b"vertex",
        b"OFF",
        b"3 0 1 2",
    ),
    *(
        b"property",
        b"element",
        b"list",
        b"float",
        b"end_header",
        b"\xff\xff\xff\xff",
        b"\xff\xff\xff\x7f",
        b"\0\0\xc0\x7f",
    ),
    *(b"{", b"}", b"[", b'"', b"\xef\xbb\xbf", b"\xff\xfe"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def read(folder: Path, suffix: str, content: bytes) -> object:
    """The shape in these bytes, which must be well formed; None where it is refused."""
    path = folder / f"a{suffix}"
    path.write_bytes(content)
    try:
        shape = read_shape(path)
    except InputError as error:
        assert "\n" not in str(error), "one sentence"
        return None
    assert shape.is_finite
    if isinstance(shape, Mesh):
        assert not shape.is_empty and np.isfinite(shape.bounds).all()
        colors = shape.face_colors
        assert colors is None or (np.isfinite(colors).all() and colors.min() >= 0 and colors.max() <= 1)
    return shape


@st.composite
def damaged(draw: st.DrawFn, suffix: str) -> bytes:
    """A file of a table with bits flipped, bytes replaced, cut out, repeated or swapped, tokens put in, the end cut."""
    content = bytearray(draw(st.sampled_from(SEEDS[suffix])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["flip", "replace", "remove", "repeat", "token", "swap", "end"]))
        piece = content[at : at + length]
        if kind == "flip" and at < len(content):
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif kind == "replace":
            content[at : at + length] = draw(st.binary(min_size=len(piece), max_size=len(piece)))
        elif kind == "remove":
            del content[at : at + length]
        elif kind == "repeat":
            content[at:at] = piece
        elif kind == "token":
            content[at : at + draw(st.integers(0, 4))] = draw(st.sampled_from(TOKENS))
        elif kind == "swap":
            other = draw(st.integers(0, len(content)))
            content[other : other + length], content[at : at + length] = piece, content[other : other + length]
        elif kind == "end":
            del content[at:]
    return bytes(content)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_files(folder: Path, suffix: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES == 300,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(suffix))
    def check(content: bytes) -> None:
        read(folder, suffix, content)

    check()


def same(a: object, b: object) -> bool:
    """Whether two shapes have the same arrays."""
    fields = [vars(a), vars(b)]
    arrays = [{name: value for name, value in f.items() if isinstance(value, np.ndarray)} for f in fields]
    return type(a) is type(b) and all(np.array_equal(value, arrays[1].get(name)) for name, value in arrays[0].items())


def lengths(shape: object) -> dict[str, int]:
    """How many there are of everything in a shape."""
    return {name: len(value) for name, value in vars(shape).items() if isinstance(value, np.ndarray) and value.ndim}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_files(folder: Path, suffix: str) -> None:
    """Wherever they break off.

    A binary file that breaks off is refused, unless only what does not matter is missing. In a text file with counts in
    its header, all that is counted must be there, but the last number may have lost digits. An OBJ has no counts, and
    an STL with several solids may have fewer.
    """
    rng = np.random.default_rng(0)
    for content in SEEDS[suffix]:
        whole = read(folder, suffix, content)
        untold = suffix == ".obj" or (suffix == ".stl" and content.lower().count(b"endsolid") > 1)
        for end in rng.integers(0, len(content), EXAMPLES // (30 if untold else 10)).tolist():
            shape = read(folder, suffix, content[:end])
            if shape is None or whole is None or untold:
                continue
            text = suffix in (".off", ".ma") or (suffix == ".ply" and b"ascii" in content[:40])
            counted = type(shape) is type(whole) and lengths(shape) == lengths(whole)
            assert same(shape, whole) or (text and counted), f"{content[:60]!r}… cut to {end} bytes"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_huge_counts_reserve_no_memory(folder: Path, suffix: str) -> None:
    """Any number of a file may be a lie; its size is not."""
    rng = np.random.default_rng(0)
    for content in SEEDS[suffix]:
        lies = [(m.start(), m.end(), b"999999999") for m in re.finditer(rb"(?<![\d.])\d+", content[:4000])][:12]
        lies += [(i, i + 4, b"\xff\xff\xff\x3f") for i in [80, *rng.integers(0, len(content), 4)] if content[i : i + 4]]
        for start, end, lie in lies:
            tracemalloc.start()
            with suppress(InputError):
                read(folder, suffix, content[:start] + lie + content[end:])
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak < 20_000_000, (content[:start][-40:], peak)
