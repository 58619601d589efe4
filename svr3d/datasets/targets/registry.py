"""Which targets there are: the suite's own, and those that other distributions add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from ...errors import InputError
from ...plugins import Plugins
from .target import Target

BUILT_IN = {
    "surface": "Surface",
    "occupancy": "Occupancy",
    "voxels": "Voxels",
    "mesh": "TrueMesh",
    "parts": "Parts",
    "part": "OnePart",
    "part_voxels": "PartVoxels",
    "sketches": "Sketches",
    "medial": "Medial",
    "category": "Category",
}
"""Class by name; a target's module has its name, but for `part`, which lives with `parts`."""


def list_targets() -> list[str]:
    """The names of all targets, sorted. Imports none."""
    return _PLUGINS.names()


def get_target(name: str) -> Target:
    """The target called `name`.

    Raises:
        InputError: there is none, or its distribution offers something else.
    """
    return _PLUGINS.get(name)


def register_target(target: type[Target] | Target) -> Target:
    """Makes a target known for this session, without an entry point.

    Raises:
        InputError: it is not a target, or its name is taken.
    """
    return _PLUGINS.register(getattr(target, "name", ""), target, f"target {target!r}")


def _checked(value: Any, name: str, where: str) -> Target:
    if isinstance(value, type) and issubclass(value, Target):
        value = value()
    if not isinstance(value, Target):
        raise InputError(f"{where} is {value!r}, expected a subclass of svr3d.datasets.targets.Target")
    if value.name != name:
        raise InputError(f"{where} is called '{value.name}' in its class; the two names must agree")
    if value.per not in ("object", "view", "part"):
        raise InputError(f"{where} belongs to each '{value.per}', expected object, view or part")
    return value


class _BuiltIn(Mapping[str, Target]):
    """Imports a target when it is looked up."""

    def __getitem__(self, name: str) -> Target:
        kind = BUILT_IN[name]
        module = import_module(f".{'parts' if name == 'part' else name}", __package__)
        return getattr(module, kind)()

    def __iter__(self) -> Iterator[str]:
        return iter(BUILT_IN)

    def __len__(self) -> int:
        return len(BUILT_IN)


_PLUGINS: Plugins[Target] = Plugins("svr3d.targets", "target", _checked, built_in=_BuiltIn)
