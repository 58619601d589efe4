"""`category`: what kind of object it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from .target import Draw, Stored, Target

if TYPE_CHECKING:
    from ..box_objects import BoxView


class Category(Target):
    """The number of the object's category: Long[B], index into the data set's categories."""

    name = "category"

    def read(self, stored: Stored) -> int:
        return stored.categories.index(stored.key.category)

    def batch(self, kept: int, stored: Stored, draw: Draw) -> torch.Tensor:
        return torch.tensor([kept])

    def of_boxes(self, seen: BoxView, draw: Draw) -> torch.Tensor:
        return torch.tensor([seen.categories.index(seen.thing.category)])
