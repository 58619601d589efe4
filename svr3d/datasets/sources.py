"""What a source of shapes offers, whatever it is made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.metadata import entry_points
from typing import Any, ClassVar

from ..geometry import Mesh
from .hashing import stable_hash


class Source(ABC):
    """Shapes to prepare a data set from.

    A source can be pickled (objects are built in other processes) and builds each object by itself, the same every
    time. Outside packages add one with an entry point in the group `svr3d.datasets`.
    """

    dirty: ClassVar[bool] = True
    """Whether shapes may have holes, sheets, inverted or doubled faces, so that preparation repairs them."""

    @abstractmethod
    def items(self) -> list[tuple[str, str, str]]:
        """(category, object, split) of all objects, in a fixed order; split is `train`, `val` or `test`."""

    @abstractmethod
    def build(self, category: str, name: str) -> Mesh:
        """The object's mesh, with its parts where they are known, y up, in any position and size.

        Raises:
            InputError: the object is unusable; it is refused with this reason.
        """

    @abstractmethod
    def describe(self, category: str, name: str) -> dict[str, Any]:
        """Facts for `object.json`: `source`, `licence`, `attribution` …"""

    def digest(self, category: str, name: str) -> str:
        """A hash of what the object is made from; when it changes, the object is prepared again."""
        return stable_hash(type(self).__qualname__, self.describe(category, name))


def list_sources() -> list[dict[str, Any]]:
    """What `svr3d prepare` can read: a row with name, package and purpose of each installed source.

    A source that cannot be imported gets a row with its `error`.
    """
    rows = []
    for entry in sorted(entry_points(group="svr3d.datasets"), key=lambda entry: entry.name):
        row = {"name": entry.name, "package": entry.dist.name if entry.dist else ""}
        try:
            purpose = (entry.load().__doc__ or "").strip().split("\n")[0]
        except Exception as error:  # whatever a plugin raises when it is imported
            row["error"] = f"{type(error).__name__}: {error}"
        else:
            row["what"] = purpose
        rows.append(row)
    return rows
