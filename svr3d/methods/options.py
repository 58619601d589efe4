"""Options as dataclasses: values from files, suites and the command line, checked against the types of its fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ..errors import InputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

_PLURALS = {int: "whole numbers", float: "numbers", str: "texts"}


@dataclasses.dataclass(frozen=True)
class NoOptions:
    """The options of a method that has none."""


def make_options(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """`cls(**values)`, with each value brought to its field's type: lists to tuples, whole numbers to numbers.

    Args:
        cls: a dataclass; its `__post_init__` raises `InputError` on values out of range.
        where: begins the sentences on errors: "method 'x'".

    Raises:
        InputError: no such option, or a value of another type or out of range.
    """
    hints = _hints(cls)
    for name in values:
        if name not in hints:
            close = get_close_matches(str(name), hints, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise InputError(f"{where} has no option '{name}'{hint} (known: {', '.join(hints) or 'none'})")
    checked = {name: _checked(value, hints[name], name, where) for name, value in values.items()}
    missing = [field.name for field in dataclasses.fields(cls) if field.name not in values and _needed(field)]
    if missing:
        raise InputError(f"{where}: option '{missing[0]}' is missing, it has no default")
    try:
        return cls(**checked)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def require_at_least(options: Any, **least: float) -> None:
    """Checks that numbers among the options are finite and not below a bound; None passes.

    Raises:
        InputError: naming the first option that is not.
    """
    for name, bound in least.items():
        value = getattr(options, name)
        if value == float("inf"):
            raise InputError(f"option '{name}': expected a finite number, found {value!r}")
        if value is not None and not value >= bound:
            raise InputError(f"option '{name}': expected at least {bound}, found {value!r}")


def require_positive(options: Any, *names: str) -> None:
    """Checks that numbers among the options are finite and above zero; None passes.

    Raises:
        InputError: naming the first option that is not.
    """
    for name in names:
        value = getattr(options, name)
        if value is not None and not 0 < value < float("inf"):
            raise InputError(f"option '{name}': expected a number above 0, found {value!r}")


def require_stages(options: Any, *stages: str) -> None:
    """Checks the options `STAGE_epochs`, `STAGE_batch` and `STAGE_lr` of stages.

    Raises:
        InputError: naming the first option that is below 1, or a learning rate that is not above zero.
    """
    for stage in stages:
        require_at_least(options, **{f"{stage}_epochs": 1, f"{stage}_batch": 1})
        require_positive(options, f"{stage}_lr")


def described(annotation: Any) -> str:
    """A type in words: `int | None` → "a whole number or null"."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(described(argument) for argument in arguments)
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin in (tuple, list):
        return f"a list of {_PLURALS.get(arguments[0], described(arguments[0]).removeprefix('one of '))}"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text", types.NoneType: "null"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def option_types(cls: type) -> dict[str, str]:
    """The types of a dataclass's fields in words, by name."""
    return {name: described(annotation) for name, annotation in _hints(cls).items()}


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.init}


def _needed(field: dataclasses.Field) -> bool:
    return field.init and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _checked(value: Any, annotation: Any, name: str, where: str) -> Any:
    from jsonargparse import ArgumentError, ArgumentParser

    parser = ArgumentParser(exit_on_error=False)
    parser.add_argument("--value", type=annotation)
    if isinstance(value, tuple):
        value = list(value)
    wrong = value is None and types.NoneType not in typing.get_args(annotation)  # jsonargparse takes it for "not given"
    if not wrong:
        try:
            return parser.parse_object({"value": value}).value
        except ArgumentError:
            pass
    raise InputError(f"{where}: option '{name}': expected {described(annotation)}, found {value!r}") from None
