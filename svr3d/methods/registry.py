"""Finding methods by name.

A method belongs to the suite when an installed distribution, this one or any other, names its class in the
entry-point group `svr3d.methods`:

    [project.entry-points."svr3d.methods"]
    my_method = "my_package.method:MyMethod"

`register` does the same for the current session. Names are listed without importing any method.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, TypeVar

from ..geometry.errors import InputError

if TYPE_CHECKING:
    from .interface import Method

    M = TypeVar("M", bound=type[Method])

GROUP = "svr3d.methods"

_session: dict[str, type[Method]] = {}


def register(cls: M) -> M:
    """Class decorator: makes a method known for this session, under its `name`.

    Raises:
        InputError: not a `Method` with a `name`, or the name is taken by another class.
    """
    _check(cls, getattr(cls, "name", None), f"class {getattr(cls, '__qualname__', cls)!r}")
    holder = _session.get(cls.name)
    same = holder is not None and (holder.__module__, holder.__qualname__) == (cls.__module__, cls.__qualname__)
    if cls.name in list_methods() and not same:
        raise InputError(f"the method name '{cls.name}' is taken; give class {cls.__qualname__!r} another `name`")
    _session[cls.name] = cls
    return cls


def list_methods() -> list[str]:
    """The names of all methods, sorted. Imports none of them, so a broken one does not hide the others."""
    return sorted(_declared().keys() | _session.keys())


def get_method(name: str) -> type[Method]:
    """The class of the method `name`.

    Raises:
        InputError: no such method; or its distribution cannot be imported, declares something else than a
            `Method` of that name, or shares the name with another distribution.
    """
    if name in _session:
        return _session[name]
    declared = _declared()
    if name not in declared:
        close = get_close_matches(name, list_methods(), 1, cutoff=0.5)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise InputError(f"unknown method '{name}'{hint} (known: {', '.join(list_methods())})")
    points = declared[name]
    if len(points) > 1:
        owners = " and ".join(sorted(f"'{_owner(point)}'" for point in points))
        raise InputError(f"the method name '{name}' is declared by {owners}; uninstall one of them")
    (point,) = points
    where = f"method '{name}' of distribution '{_owner(point)}'"
    try:
        cls = point.load()
    except Exception as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise InputError(
            f"{where} cannot be imported from '{point.value}' ({type(error).__name__}: {reason})"
        ) from error
    _check(cls, name, where)
    return cls


def _declared() -> dict[str, list[EntryPoint]]:
    """The entry points by name; the same declaration found twice on the path counts once."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, {}).setdefault(point.value, point)
    return {name: list(points.values()) for name, points in found.items()}


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _check(cls: object, name: str | None, where: str) -> None:
    from .interface import Method

    if not (isinstance(cls, type) and issubclass(cls, Method)):
        raise InputError(f"{where}: expected a subclass of svr3d.methods.Method, found {cls!r}")
    if not name or getattr(cls, "name", None) != name:
        raise InputError(f"{where}: expected a class whose `name` is {name!r}, found {getattr(cls, 'name', None)!r}")
