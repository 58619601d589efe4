"""Files of text that list objects and their splits, as spreadsheets and people write them."""

from __future__ import annotations

import csv
import difflib
import io
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from ..errors import InputError
from ..files import marked_encoding
from .categories import short_name

Key = tuple[str, str]
"""(category, object)."""

_WORDS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
"""What splits are called, in capitals or not."""

_COLUMNS = {
    "category": ("category", "synsetid"),
    "object": ("object", "modelid"),
    "split": ("split",),
}
"""What the columns are called, in capitals or not; the second names are those of ShapeNet's own list."""


def split_of_word(word: str) -> str | None:
    """`train`, `val` or `test` for one of the words that mean it.

    >>> split_of_word("Validation"), split_of_word("holdout")
    ('val', None)
    """
    return next((split for split, words in _WORDS.items() if word.strip().lower() in words), None)


def read_text(path: Path) -> str:
    """A file of text in UTF-8, with or without its mark, in UTF-16 with it, or else in Windows' western alphabet.

    Raises:
        InputError: it cannot be read, or is no text.
    """
    try:
        content = path.read_bytes()
        try:
            text = content.decode(marked_encoding(content) or "utf-8")
        except UnicodeDecodeError:
            text = content.decode("cp1252")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a file of text ({error})") from error
    if "\0" in text:
        raise InputError(f"{path}: not a file of text, expected UTF-8, or UTF-16 with its byte order mark")
    return text


def read_splits(path: Path, objects: Iterable[Key]) -> tuple[dict[Key, str], list[str]]:
    """The split of every object, from a CSV file with the columns `category`, `object` and `split`.

    Columns are in any order, separated by commas, semicolons, tabulators or bars; further ones are ignored. Names that
    a spreadsheet took for numbers are found without their leading zeros.

    Args:
        objects: those that there are.

    Returns:
        splits: by object.
        notes: a sentence on rows that name no object, if there are any.

    Raises:
        InputError: it cannot be read, lacks a column, a row has no known split, an object has two or none.
    """
    objects = sorted(objects)
    names = _Names(objects)
    splits: dict[Key, str] = {}
    unknown: list[tuple[int, Key]] = []
    for line, category, name, word in _rows(path):
        split = split_of_word(word)
        if split is None:
            raise InputError(f"{path}: line {line}: split is '{word}', expected train, val or test")
        key = names.find((category, name))
        if key is None:
            unknown.append((line, (category, name)))
        elif splits.setdefault(key, split) != split:
            raise InputError(f"{path}: line {line}: {'/'.join(key)} is in both {splits[key]} and {split}")
    missing = [key for key in objects if key not in splits]
    if missing:
        near = _nearest(missing[0], [key for _, key in unknown])
        raise InputError(f"{path}: {'/'.join(missing[0])} has no split{near and f'; the file has {near}'}")
    return splits, _unknown_rows(path, unknown, objects)


def _rows(path: Path) -> Iterable[tuple[int, str, str, str]]:
    """Line, category, object and split of each row."""
    text = read_text(path)
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower().startswith("sep="):  # how a spreadsheet is told what separates
        text, skipped = rest, 1
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = next((sign for sign in ",;\t|" if len(_places(_fields(header, sign))) == len(_COLUMNS)), None)
    if delimiter is None:
        raise _lacking(path, max((_fields(header, sign) for sign in ",;\t|"), key=len), header)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    places: dict[str, int] = {}
    try:
        for fields in reader:
            fields = [field.strip() for field in fields]
            if not any(fields):
                continue
            if not places:
                places = _places(fields)
                if len(places) < len(_COLUMNS):  # a quote within a name is part of it here
                    raise _lacking(path, fields, header)
                continue
            line = reader.line_num + skipped
            if len(fields) <= max(places.values()):
                raise InputError(f"{path}: line {line}: {len(fields)} columns, expected {max(places.values()) + 1}")
            category, name, split = (fields[places[name]] for name in _COLUMNS)
            yield line, category, name, split
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.line_num + skipped}: not a row of a CSV file ({error})") from error


def _lacking(path: Path, fields: list[str], header: str) -> InputError:
    name = next(name for name in _COLUMNS if name not in _places(fields))
    return InputError(
        f"{path}: column '{name}' is missing, expected category,object,split; the file begins {header.strip()!r}"
    )


def _fields(line: str, delimiter: str) -> list[str]:
    return [field.strip().strip('"') for field in line.split(delimiter)]


def _places(header: list[str]) -> dict[str, int]:
    """Where the columns are."""
    lowered = [field.lower() for field in header]
    found = {name: [i for i, field in enumerate(lowered) if field in words] for name, words in _COLUMNS.items()}
    return {name: at[0] for name, at in found.items() if len(at) == 1}


class _Names:
    """Finds objects by what a file calls them."""

    def __init__(self, objects: list[Key]) -> None:
        self._exact = set(objects)
        self._alike: dict[Key, list[Key]] = {}
        for key in objects:
            self._alike.setdefault(_plain(key), []).append(key)

    def find(self, key: Key) -> Key | None:
        """The object of this name, or the only one whose name differs by what spreadsheets and file systems change."""
        if key in self._exact:
            return key
        alike = self._alike.get(_plain(key), [])
        return alike[0] if len(alike) == 1 else None


def _plain(key: Key) -> Key:
    """A name without what spreadsheets (leading zeros) and file systems (composed letters) change."""
    category, name = (unicodedata.normalize("NFC", part) for part in key)
    category = short_name(category.zfill(8) if category.isdecimal() else category)
    return category, name.lstrip("0") or "0" if name.isdecimal() else name


def _nearest(key: Key, others: Iterable[Key]) -> str:
    """The name most like this one, or nothing."""
    return next(iter(difflib.get_close_matches("/".join(key), ["/".join(other) for other in others], n=1)), "")


def _unknown_rows(path: Path, unknown: list[tuple[int, Key]], objects: list[Key]) -> list[str]:
    if not unknown:
        return []
    line, key = unknown[0]
    near = _nearest(key, [other for other in objects if other[0] == key[0]] or objects)
    rows = "1 row names" if len(unknown) == 1 else f"{len(unknown)} rows name"
    hint = f"; the nearest object is {near}" if near else ""
    return [f"{rows} no object of the source and {'is' if len(unknown) == 1 else 'are'} left out of {path.name}, "
            f"the first in line {line}: {'/'.join(key)}{hint}"]  # fmt: skip
