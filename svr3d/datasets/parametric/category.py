"""What a category is: its part labels, its families, and the function that draws and builds an object."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .assembly import Assembly
from .draw import Draw


class Category:
    """A kind of object.

    Args:
        labels: the part labels that its objects can have.
        families: the values of the draw `family`, which every object makes first.
        build: adds an object's solids to an assembly, drawing what differs between objects.
    """

    def __init__(self, labels: Iterable[str], families: Iterable[str], build: Callable[[Assembly, Draw], None]) -> None:
        self.labels = tuple(labels)
        self.families = tuple(families)
        self.build = build

    def design(self, seed: int) -> tuple[Assembly, Draw]:
        """An object's solids, not yet united, and what was drawn for it."""
        assembly, draw = Assembly(), Draw(seed)
        self.build(assembly, draw)
        return assembly, draw
