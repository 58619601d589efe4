"""Every file of the tables is read to what the table says, or refused with one sentence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from entries import Entry, check_mesh, read_entry
from seeds import ENTRIES

from svr3d.geometry import InputError


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.error is None], ids=lambda entry: entry.name)
def test_files_that_are_read(entry: Entry, tmp_path: Path) -> None:
    check_mesh(entry, read_entry(entry, tmp_path))


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.error is not None], ids=lambda entry: entry.name)
def test_files_that_are_refused(entry: Entry, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=entry.error) as caught:
        read_entry(entry, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / entry.name}: ") and "\n" not in str(caught.value)


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(entry.name for entry in ENTRIES).items() if count > 1] == []
