"""What a method is told of the data that it is made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..errors import InputError


@dataclass(frozen=True)
class DataFacts:
    """Facts of a data set that a method's size or limits may depend on; a checkpoint holds them.

    Args:
        categories: a sample's `category` is an index into them.
        labels: of the parts over all objects; label `l` of a part grid is `labels[l - 1]`.
        category_labels: the part labels that occur in each category.
        image_size: side of the pictures in pixels; None where there are none.
        resolution: of the stored voxel grids; None where there are none.
        most_parts: the largest number of parts of an object; None where parts are unknown.
        views: the largest number of pictures of an object; None where there are none.
        cameras: whether the pictures come with cameras.
    """

    categories: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    category_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    image_size: int | None = None
    resolution: int | None = None
    most_parts: int | None = None
    views: int | None = None
    cameras: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The facts as plain JSON values."""
        values = asdict(self)
        by_category = {category: list(labels) for category, labels in self.category_labels.items()}
        return values | {
            "categories": list(self.categories),
            "labels": list(self.labels),
            "category_labels": by_category,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> DataFacts:
        """The facts that `to_dict` wrote; fields that are missing have their defaults.

        Raises:
            InputError: a field is unknown.
        """
        known = {entry.name for entry in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InputError(f"facts of a data set: unknown field '{unknown[0]}', expected {', '.join(sorted(known))}")
        given = dict(values)
        for name in ("categories", "labels"):
            if name in given:
                given[name] = tuple(given[name])
        if "category_labels" in given:
            given["category_labels"] = {name: tuple(labels) for name, labels in given["category_labels"].items()}
        return cls(**given)
