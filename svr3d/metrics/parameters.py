"""Typed fields from a file: dataclasses built of plain values, with a sentence for each that is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from ..errors import InputError

T = TypeVar("T")


class Range(NamedTuple):
    """Narrows a type: `Annotated[int, Range("an even integer", lambda value: value % 2 == 0)]`.

    Args:
        expected: says in messages what is expected.
        holds: whether a value of the type is in the range.
    """

    expected: str
    holds: Callable[[Any], bool]


Text = Annotated[str, Range("text", lambda value: value.strip() != "")]
Count = Annotated[int, Range("a positive integer", lambda value: value > 0)]
Positive = Annotated[float, Range("a positive number", lambda value: value > 0)]
Fraction = Annotated[float, Range("a number in (0, 1)", lambda value: 0 < value < 1)]

_PLAIN: dict[Any, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "an integer"),
    float: ((int, float), "a number"),
    str: ((str,), "text"),
    NoneType: ((NoneType,), "null"),
}


def build(cls: type[T], values: Any, where: str, **given: Any) -> T:
    """A dataclass of the values that a file gives for its fields.

    Args:
        values: by field; None stands for none at all.
        where: begins each message.
        given: fields that do not come from the file.

    Raises:
        InputError: a field is unknown, missing, of another type or out of range, or the class refuses them together.
    """
    values = {} if values is None else values
    if not isinstance(values, Mapping):
        raise InputError(f"{where}: expected fields with values, found {values!r}")
    known = [field.name for field in fields(cls) if field.init and field.name not in given]  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            close = get_close_matches(str(name), known, 1, cutoff=0.5)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise InputError(f"{where}: unknown field '{name}'{hint} (known: {', '.join(known) or 'none'})")
    kinds = _kinds(cls)
    read = {}
    for field in fields(cls):  # type: ignore[arg-type]
        if field.name in values:
            read[field.name] = _value(kinds[field.name], values[field.name], f"{where}: field '{field.name}'")
        elif field.name in known and field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"{where}: field '{field.name}' is missing")
    try:
        return cls(**given, **read)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


@cache
def _kinds(cls: type) -> dict[str, Any]:
    """The types of a class's fields, with their ranges."""
    return get_type_hints(cls, include_extras=True)


def _value(kind: Any, value: Any, where: str) -> Any:
    """`value` as `kind`."""
    if is_dataclass(kind) and isinstance(kind, type):
        return build(kind, value, where)
    options = get_args(kind) if get_origin(kind) in (Union, UnionType) else ()
    nested = [one for one in options if isinstance(one, type) and is_dataclass(one)]
    if len(nested) == 1 and isinstance(value, Mapping):
        return build(nested[0], value, where)
    if not _fits(kind, value):
        raise InputError(f"{where} must be {_expected(kind)}, found {value!r}")
    return tuple(value) if isinstance(value, list) else value


def _fits(kind: Any, value: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if origin is Annotated:
        return _fits(inner[0], value) and all(one.holds(value) for one in inner[1:] if isinstance(one, Range))
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in inner)
    if origin in (Union, UnionType):
        return any(_fits(one, value) for one in inner)
    if origin is tuple and inner[1:] == (...,):
        return isinstance(value, list | tuple) and all(_fits(inner[0], one) for one in value)
    if is_dataclass(kind):
        return False  # a mapping that is one was built
    if origin in (dict, Mapping):
        return isinstance(value, Mapping)
    if kind not in _PLAIN:
        raise TypeError(f"cannot read a field of type {kind}")
    if isinstance(value, bool) and kind is not bool:
        return False
    return isinstance(value, _PLAIN[kind][0]) and not (isinstance(value, float) and not math.isfinite(value))


def _expected(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return next((one.expected for one in inner[1:] if isinstance(one, Range)), _expected(inner[0]))
    if origin is Literal:
        return " or ".join(str(one) for one in inner)
    if origin in (Union, UnionType):
        return " or ".join(_expected(one) for one in inner)
    if origin is tuple:
        return f"a list, each of it {_expected(inner[0])}"
    return _PLAIN[kind][1] if kind in _PLAIN else "fields with values"
