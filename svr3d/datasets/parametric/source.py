"""The parametric data source: which objects there are, in which split, and how each is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InputError
from ...geometry import PartMesh
from .catalogue import CATALOGUE
from .category import Category

VERSION = "1"
"""Of the generator; it changes whenever any object of the same seed changes."""

CATEGORIES: tuple[str, ...] = tuple(CATALOGUE)
"""The 13 categories of ShapeNet's common subset, in its order, then bag and knife."""

PART_LABELS: dict[str, tuple[str, ...]] = {name: category.labels for name, category in CATALOGUE.items()}
"""The part labels that objects of each category can have."""

# Each split numbers its objects from a start of its own, so that a larger count only adds objects.
_FIRST_INDEX = {"train": 0, "val": 800_000, "test": 900_000}
_ROOM = {"train": 800_000, "val": 100_000, "test": 100_000}


def _category(name: str) -> Category:
    if name not in CATALOGUE:
        raise InputError(f"unknown parametric category '{name}'; expected one of: {', '.join(CATEGORIES)}")
    return CATALOGUE[name]


def generate(category: str, seed: int) -> PartMesh:
    """One object: a watertight surface divided into labelled parts, with linear RGB face colours.

    The same category and seed give the same object. It is in the canonical frame (y up, box centre
    at the origin, longest side 1) and faces +z: seats and screens look to +z, vehicles drive, blades
    and barrels point there.

    Raises:
        InputError: the category is unknown.
    """
    return _category(category).design(seed)[0].unite()


class Parametric:
    """A data set of generated objects.

    Args:
        categories: which of `CATEGORIES`.
        objects: objects per category in each split. A larger count adds objects and leaves the
            others as they were.
        seed: of the whole data set; every object's own seed is hashed from it, its category and its number.

    Raises:
        InputError: a category or split is unknown, or a count is not a positive integer within the split's room.
    """

    options = ("categories", "objects", "seed")

    def __init__(
        self,
        categories: Sequence[str] = CATEGORIES,
        objects: Mapping[str, int] | None = None,
        seed: int = 0,
    ) -> None:
        self.categories = tuple(dict.fromkeys(categories))
        self.objects = {"train": 40, "val": 4, "test": 8} if objects is None else dict(objects)
        self.seed = seed
        for category in self.categories:
            _category(category)
        if not self.categories:
            raise InputError("the parametric data set needs at least one category")
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise InputError(f"parametric data set: expected an integer seed, found {seed!r}")
        for split, count in self.objects.items():
            if split not in _FIRST_INDEX:
                raise InputError(f"parametric data set: unknown split '{split}'; expected train, val or test")
            if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= _ROOM[split]:
                raise InputError(
                    f"parametric data set: expected 1 to {_ROOM[split]} objects per category in '{split}', "
                    f"found {count!r}"
                )

    def items(self) -> list[tuple[str, str, str]]:
        """(category, object, split) of every object, by category, then split."""
        return [
            (category, f"{category}_{_FIRST_INDEX[split] + k:06d}", split)
            for category in self.categories
            for split, count in self.objects.items()
            for k in range(count)
        ]

    def build(self, category: str, object_id: str) -> PartMesh:
        """The surface of one object (see `generate`)."""
        return generate(category, self._object_seed(category, object_id))

    def instances(self, category: str, object_id: str) -> PartMesh:
        """The same surface, face by face, with each part divided into the bodies that do not touch, as `base_0/1`.

        What is known of it by construction, to hold what divides surfaces against: legs that nothing joins.
        """
        seed = self._object_seed(category, object_id)
        return _category(category).design(seed)[0].bodies().unite()

    def describe(self, category: str, object_id: str) -> dict[str, Any]:
        """How an object was made: the generator's version, its seed, family and drawn parameters (JSON values)."""
        seed = self._object_seed(category, object_id)
        parameters = dict(_category(category).design(seed)[1].parameters)
        return {
            "generator": f"parametric {VERSION}",
            "category": category,
            "seed": seed,
            "family": parameters.pop("family"),
            "parameters": parameters,
        }

    def _object_seed(self, category: str, object_id: str) -> int:
        """63 bits hashed from the data set's seed, the category and the object's number."""
        _category(category)
        match = re.fullmatch(rf"{category}_(\d{{6}})", object_id)
        if match is None:
            raise InputError(f"parametric object '{object_id}': expected a name such as {category}_000123")
        text = f"{self.seed}/{category}/{int(match[1])}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1
