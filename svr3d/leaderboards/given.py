"""What a method is given at test time, as one text in tables: `picture`, `picture, camera`, `category, picture`."""

from __future__ import annotations

from collections.abc import Iterable

PICTURE, CAMERA = "picture", "camera"

MAYBE_CAMERA = "camera?"
"""In the place of `camera` where a run does not say whether its method used it."""

NOTHING = "nothing"
"""The text where a method looks at nothing, as the mean shape does."""

_FREE = (NOTHING, PICTURE, CAMERA, MAYBE_CAMERA)
"""What a method may have and still be ranked, in the order in which it is written; everything else is a gift."""


def given_text(names: Iterable[str]) -> str:
    """The names as one text: gifts first, then picture and camera. (Where nothing is known, the text is empty.)

    >>> given_text({"camera", "picture", "category"}), given_text([])
    ('category, picture, camera', 'nothing')
    """
    names = set(names) or {NOTHING}
    return ", ".join([*sorted(names - set(_FREE)), *(name for name in _FREE if name in names)])


def gifts_of(given: str) -> str:
    """The part of such a text that is more than the picture and its camera; empty for what can be ranked.

    >>> gifts_of("category, voxels, picture"), gifts_of("picture, camera"), gifts_of("")
    ('category, voxels', '', '')
    """
    return ", ".join(name for name in names_of(given) if name not in _FREE)


def names_of(given: str) -> list[str]:
    """The names that a text joins.

    >>> names_of("picture, camera"), names_of("")
    (['picture', 'camera'], [])
    """
    return [name.strip() for name in given.split(",") if name.strip()]


def is_recorded(given: str) -> bool:
    """Whether a text says all: it is not empty, and whether the camera is among what is given is known."""
    return bool(given) and MAYBE_CAMERA not in names_of(given)
