"""Finding what installed distributions, this one or any other, add to the suite by name.

A distribution adds an object by naming it in an entry-point group, such as

    [project.entry-points."svr3d.methods"]
    my_method = "my_package.method:MyMethod"

Names are listed without importing anything, so a broken distribution hides no other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from .errors import InputError

T = TypeVar("T")


class Plugins(Generic[T]):
    """The named objects of one kind.

    Args:
        group: of the entry points.
        kind: what one of them is called in messages: `method`, `protocol` …
        check: `check(value, name, where)` returns what `get` returns of a loaded or registered object, or raises
            `InputError` with a sentence that begins with `where`.
        built_in: gives those that come without an entry point, by name; called anew each time.
        also: ends the message on an unknown name: what may stand in a name's place.
    """

    def __init__(
        self,
        group: str,
        kind: str,
        check: Callable[[Any, str, str], T],
        *,
        built_in: Callable[[], Mapping[str, Any]] = dict,
        also: str = "",
    ) -> None:
        self.group, self.kind, self.also = group, kind, also
        self._check, self._built_in = check, built_in
        self._session: dict[str, T] = {}

    def names(self) -> list[str]:
        """All names, sorted. Imports nothing."""
        return sorted({*self._built_in(), *self._declared(), *self._session})

    def get(self, name: str) -> T:
        """The object called `name`.

        Raises:
            InputError: no such name; or its distribution cannot be imported, offers something else, or shares the
                name with another one.
        """
        if name in self._session:
            return self._session[name]
        points = self._declared().get(name, [])
        built_in = self._built_in()
        owners = sorted([*(_owner(point) for point in points), *(["svr3d"] if name in built_in else [])])
        if len(owners) > 1:
            listed = " and ".join(f"'{owner}'" for owner in owners)
            raise InputError(f"the {self.kind} name '{name}' is declared by {listed}; uninstall one of them")
        if name in built_in:
            return self._check(built_in[name], name, f"{self.kind} '{name}'")
        if not points:
            raise self.unknown(name)
        (point,) = points
        where = f"{self.kind} '{name}' of distribution '{_owner(point)}'"
        try:
            value = point.load()
        except Exception as error:  # whatever a plugin raises when it is imported
            reason = " ".join(str(error).split()) or "no reason given"
            raise InputError(
                f"{where} cannot be imported from '{point.value}' ({type(error).__name__}: {reason})"
            ) from error
        return self._check(value, name, where)

    def register(self, name: str, value: Any, where: str) -> T:
        """Makes `value` known under `name` for this session; the same definition may be registered again.

        Raises:
            InputError: it is not of this kind, or the name is taken.
        """
        checked = self._check(value, name, where)
        if name in self.names() and not _same_definition(self._session.get(name), checked):
            raise InputError(f"the {self.kind} name '{name}' is taken; give {where} another name")
        self._session[name] = checked
        return checked

    def declared(self) -> set[str]:
        """The names that entry points declare, this distribution's and others'. Imports nothing."""
        return set(self._declared())

    def distribution(self, name: str) -> str:
        """The distribution that `name` comes from; empty for one that was registered in this session."""
        points = self._declared().get(name, [])
        return _owner(points[0]) if points else "svr3d" if name in self._built_in() else ""

    def unknown(self, name: str) -> InputError:
        """The error on a name that nothing has."""
        known = self.names()
        close = get_close_matches(name, known, 1, cutoff=0.5)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        return InputError(f"unknown {self.kind} '{name}'{hint} (known: {', '.join(known)}{self.also})")

    def _declared(self) -> dict[str, list[EntryPoint]]:
        return _entry_points(self.group, _search_path())


def _search_path() -> tuple[tuple[str, int], ...]:
    """The folders that distributions are looked for in, and when each last changed."""
    found: list[tuple[str, int]] = []
    for folder in sys.path:
        try:
            found.append((folder, os.stat(folder or ".").st_mtime_ns))
        except OSError:
            continue
    return tuple(found)


@lru_cache(maxsize=64)  # reading what all distributions declare takes milliseconds
def _entry_points(group: str, path: tuple[tuple[str, int], ...]) -> dict[str, list[EntryPoint]]:
    """The entry points by name; the same declaration found twice on the path counts once."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=group):
        found.setdefault(point.name, {}).setdefault(point.value, point)
    return {name: list(points.values()) for name, points in found.items()}


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _same_definition(a: Any, b: Any) -> bool:
    names = ("__module__", "__qualname__")
    return a is not None and all(getattr(a, name, a) == getattr(b, name, b) for name in names)
