"""Finding the representation of a shape, by its class or by name."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...errors import InputError
from ...plugins import Plugins
from .medial_mesh import MedialRepresentation
from .mesh import MeshRepresentation, PartMeshRepresentation
from .point_cloud import PointCloudRepresentation
from .representation import Representation
from .voxel_grid import VoxelRepresentation

_OWN: dict[str, type[Representation]] = {
    cls.name: cls
    for cls in (
        MeshRepresentation,
        PartMeshRepresentation,
        PointCloudRepresentation,
        VoxelRepresentation,
        MedialRepresentation,
    )
}

_by_class: dict[type, Representation] = {}
"""The representation of each class of shape seen so far: what other distributions add takes milliseconds to look up."""


def _checked(value: Any, name: str, where: str) -> Representation:
    """An instance of the class that a distribution offers."""
    if not (isinstance(value, type) and issubclass(value, Representation)):
        raise InputError(f"{where}: expected a subclass of svr3d.geometry.Representation, found {value!r}")
    if value.__abstractmethods__:
        raise InputError(f"{where}: {value.__name__} lacks {', '.join(sorted(value.__abstractmethods__))}")
    for field in ("name", "noun", "shape"):
        if not hasattr(value, field):
            raise InputError(f"{where}: {value.__name__} does not say its `{field}`")
    if value.name != name:
        raise InputError(f"{where}: expected a class whose `name` is '{name}', found '{value.name}'")
    for suffix, file_format in value.formats.items():
        if suffix == ".npz" or any(cls.formats.get(suffix, file_format) is not file_format for cls in _OWN.values()):
            raise InputError(f"{where}: the suffix '{suffix}' is taken; give its files another one")
    return _made(value)


@cache
def _made(cls: type[Representation]) -> Representation:
    return cls()


REPRESENTATIONS: Plugins[Representation] = Plugins("svr3d.shapes", "shape", _checked, built_in=lambda: _OWN)


def list_representations() -> list[str]:
    """The names of all kinds of shapes, of this distribution and others. Imports none of the others."""
    return REPRESENTATIONS.names()


def get_representation(name: str) -> Representation:
    """The representation called `name`: `mesh`, `part_mesh`, `points`, `voxels`, `medial`, or what a distribution adds.

    Raises:
        InputError: there is none, or two distributions have one, or its distribution cannot be imported.
    """
    return REPRESENTATIONS.get(name)


def representation_of(shape: Any) -> Representation:
    """How to handle `shape`: the representation of its class, or of the nearest class it is derived from.

    Raises:
        InputError: `shape` is no shape.
    """
    found = _of_class(type(shape))
    if found is None:
        known = [cls.shape.__name__ for cls in _OWN.values()]
        raise InputError(f"expected a {', '.join(known[:-1])} or {known[-1]}, found {type(shape).__name__}")
    return found


def is_shape(value: Any) -> bool:
    """Whether `value` is a shape of any kind that the suite or an installed distribution knows."""
    return _of_class(type(value)) is not None


def own_representations() -> list[Representation]:
    """Those of this distribution."""
    return [_made(cls) for cls in _OWN.values()]


def other_representations() -> tuple[list[Representation], list[InputError]]:
    """Those that other distributions add; and what is wrong with those that cannot be had."""
    found, errors = [], []
    for name in REPRESENTATIONS.names():
        if name not in _OWN:
            try:
                found.append(REPRESENTATIONS.get(name))
            except InputError as error:
                errors.append(error)
    return found, errors


def _of_class(cls: type) -> Representation | None:
    if cls in _by_class:
        return _by_class[cls]
    known = {one.shape: one for one in own_representations()}
    if cls not in known:
        known = {one.shape: one for one in other_representations()[0]} | known
    found = next((known[base] for base in cls.__mro__ if base in known), None)
    if found is not None:
        _by_class[cls] = found
    return found
