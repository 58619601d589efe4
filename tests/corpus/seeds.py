"""All tables of this folder, and their files by format."""

from __future__ import annotations

import importlib
from pathlib import Path

from entries import Entry

ENTRIES: list[Entry] = [
    entry
    for table in sorted(Path(__file__).parent.glob("*_entries.py"))
    for entry in importlib.import_module(table.stem).ENTRIES
]

SEEDS: dict[str, list[bytes]] = {}
"""The bytes of every file, those that are refused too, by suffix."""

for entry in ENTRIES:
    SEEDS.setdefault(entry.suffix, []).append(entry.content)
