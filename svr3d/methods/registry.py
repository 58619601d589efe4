"""Finding methods by name.

A method belongs to the suite when an installed distribution, this one or any other, names its class in the
entry-point group `svr3d.methods`:

    [project.entry-points."svr3d.methods"]
    my_method = "my_package.method:MyMethod"

`register` does the same for the current session. Names are listed without importing any method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import InputError
from ..plugins import Plugins

if TYPE_CHECKING:
    from .interface import Method

    M = TypeVar("M", bound=type[Method])


def _check(cls: Any, name: str | None, where: str) -> type[Method]:
    from .interface import Method

    if not (isinstance(cls, type) and issubclass(cls, Method)):
        raise InputError(f"{where}: expected a subclass of svr3d.methods.Method, found {cls!r}")
    if not name or getattr(cls, "name", None) != name:
        raise InputError(f"{where}: expected a class whose `name` is {name!r}, found {getattr(cls, 'name', None)!r}")
    return cls


METHODS: Plugins[type[Method]] = Plugins("svr3d.methods", "method", _check)


def register(cls: M) -> M:
    """Class decorator: makes a method known for this session, under its `name`.

    Raises:
        InputError: not a `Method` with a `name`, or the name is taken by another class.
    """
    METHODS.register(getattr(cls, "name", ""), cls, f"class {getattr(cls, '__qualname__', cls)!r}")
    return cls


def list_methods() -> list[str]:
    """The names of all methods, sorted. Imports none of them, so a broken one does not hide the others."""
    return METHODS.names()


def get_method(name: str) -> type[Method]:
    """The class of the method `name`.

    Raises:
        InputError: no such method; or its distribution cannot be imported, declares something else than a
            `Method` of that name, or shares the name with another distribution.
    """
    return METHODS.get(name)
