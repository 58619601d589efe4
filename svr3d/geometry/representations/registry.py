"""Finding the representation of a shape, by its class or by name."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...errors import InputError
from ...plugins import Plugins
from .mesh import MeshRepresentation, PartMeshRepresentation
from .point_cloud import PointCloudRepresentation
from .representation import Representation
from .voxel_grid import VoxelRepresentation

_BUILT_IN: dict[str, Representation] = {
    one.name: one
    for one in (
        MeshRepresentation(),
        PartMeshRepresentation(),
        PointCloudRepresentation(),
        VoxelRepresentation(),
    )
}


def _checked(value: Any, name: str, where: str) -> Representation:
    """An instance of a class that a distribution offers."""
    if isinstance(value, Representation):
        return value
    if not (isinstance(value, type) and issubclass(value, Representation)):
        raise InputError(f"{where}: expected a subclass of svr3d.geometry.Representation, found {value!r}")
    for field in ("name", "noun", "shape"):
        if not hasattr(value, field):
            raise InputError(f"{where}: {value.__name__} does not say its `{field}`")
    if value.name != name:
        raise InputError(f"{where}: expected a class whose `name` is '{name}', found '{value.name}'")
    taken = {suffix for one in _BUILT_IN.values() for suffix in one.formats} | {".npz"}
    for suffix, file_format in value.formats.items():
        if suffix in taken and file_format not in [one.formats.get(suffix) for one in _BUILT_IN.values()]:
            raise InputError(f"{where}: the suffix '{suffix}' is taken; give its files another one")
    return _made(value, where)


@cache
def _made(cls: type[Representation], where: str) -> Representation:
    try:
        return cls()
    except TypeError as error:
        raise InputError(f"{where}: {error}") from error


REPRESENTATIONS: Plugins[Representation] = Plugins("svr3d.shapes", "shape", _checked, built_in=lambda: _BUILT_IN)


def list_representations() -> list[str]:
    """The names of all kinds of shapes, of this distribution and others. Imports none of the others."""
    return REPRESENTATIONS.names()


def get_representation(name: str) -> Representation:
    """The representation called `name`, such as `mesh`, `part_mesh`, `points` or `voxels`.

    Raises:
        InputError: there is none, or its distribution cannot be imported.
    """
    return REPRESENTATIONS.get(name)


def representation_of(shape: Any) -> Representation:
    """How to handle `shape`: the representation of its class, or of the nearest class it is derived from.

    Raises:
        InputError: `shape` is no shape.
    """
    found = _of_class(type(shape))
    if found is None:
        known = [one.shape.__name__ for one in _BUILT_IN.values()]
        raise InputError(f"expected a {', '.join(known[:-1])} or {known[-1]}, found {type(shape).__name__}")
    return found


def is_shape(value: Any) -> bool:
    """Whether `value` is a shape of any kind that the suite or an installed distribution knows."""
    return _of_class(type(value)) is not None


def all_representations() -> tuple[list[Representation], list[InputError]]:
    """Every representation, this distribution's first; and what is wrong with those that cannot be had."""
    found, errors = list(_BUILT_IN.values()), []
    for name in REPRESENTATIONS.names():
        if name in _BUILT_IN:
            continue
        try:
            found.append(REPRESENTATIONS.get(name))
        except InputError as error:
            errors.append(error)
    return found, errors


def _of_class(cls: type) -> Representation | None:
    for one in _BUILT_IN.values():
        if one.shape is cls:
            return one
    # Only now look at other distributions: reading what is installed takes milliseconds.
    by_class = {one.shape: one for one in reversed(all_representations()[0])}
    return next((by_class[base] for base in cls.__mro__ if base in by_class), None)
