"""What options of the commands take: lists with commas, and in words what was expected where a value does not fit."""

from __future__ import annotations

import math
import re
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import yaml
from jsonargparse.typing import register_type


class Names(list[str]):
    """A list of names: `a,b`, `[a, b]`, or a list. Text stays text: 03001627 is a name, not an octal number."""


class Integers(list[int]):
    """A list of whole numbers: `0,1`, `[0, 1]`, or a list."""


class Numbers(list[float]):
    """A list of numbers: `0,0.1`, `[0, 0.1]`, or a list."""


def _items(value: Any) -> list[Any]:
    """The items of a list, or of text that has them between commas, in brackets or not.

    Raises:
        ValueError: neither, brackets that do not fit, or text without an item.
    """
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = yaml.load(value, Loader=yaml.BaseLoader)
        except yaml.YAMLError as error:
            raise ValueError("brackets that do not fit") from error
    if isinstance(value, str):
        value = [item.strip() for item in value.split(",") if item.strip()] or None
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _names(value: Any) -> Names:
    items = _items(value)
    if not all(isinstance(item, str) for item in items):
        raise ValueError("not all of them are text")
    return Names(items)


def _integers(value: Any) -> Integers:
    items = _items([value] if isinstance(value, int) else value)
    if any(isinstance(item, (bool, float)) for item in items):
        raise ValueError("not all of them are whole numbers")
    return Integers(int(item) for item in items)


def _numbers(value: Any) -> Numbers:
    items = _items([value] if isinstance(value, (int, float)) else value)
    numbers = Numbers(float(item) for item in items)
    if any(isinstance(item, bool) for item in items) or not all(map(math.isfinite, numbers)):
        raise ValueError("not all of them are finite numbers")
    return numbers


for _class, _read in ((Names, _names), (Integers, _integers), (Numbers, _numbers)):
    register_type(_class, list, _read)

_LISTS = {list[str]: Names, list[int]: Integers, list[float]: Numbers}

_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list[str]: "names with commas between them, such as a,b",
    list[int]: "whole numbers with commas between them, such as 0,1,2",
    list[float]: "numbers with commas between them, such as 0,0.1,0",
    dict[str, int]: "whole numbers by name, such as '{train: 40, test: 8}'",
    dict[str, Any]: "values by name, such as '{epochs: 3}'",
}


def with_commas(annotation: Any) -> Any:
    """`annotation` with the lists of this module in place of Python's, for the parser."""
    if get_origin(annotation) in (Union, UnionType):
        return Union[tuple(with_commas(kind) for kind in get_args(annotation))]  # noqa: UP007
    return _LISTS.get(annotation, annotation)


def in_words(annotation: Any) -> str:
    """What a value of `annotation` is: `a whole number`, `one of a, b`."""
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(in_words(kind) for kind in get_args(annotation) if kind is not NoneType)
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(map(str, get_args(annotation)))}"
    return _WORDS[annotation]


def found_in(message: str) -> str | None:
    """The value that jsonargparse's message on a wrong type is about; None if the message is about something else."""
    found = re.search(r"(?:Got value|Given value): (?!.*(?:Got value|Given value): )(.*)$", message, flags=re.DOTALL)
    if found is None:
        return None
    text = " ".join(found[1].split())
    nested = re.fullmatch(r"NestedArg\(key='(.*)', val=(.*)\)", text)
    return f"{nested[1]}: {nested[2]}" if nested else text
