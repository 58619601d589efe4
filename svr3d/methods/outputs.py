"""What a method can return, and what it is given for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import InputError

FINAL = "final"
"""Name of the first output of every method, its final reconstruction."""
SEEN = frozenset({"picture", "camera"})
"""What a method may be given at test time and still be ranked; all else is a gift: a target, the name of a truth."""


@dataclass(frozen=True)
class Output:
    """One kind of reconstruction that a method returns.

    Args:
        name: `final` for the first one; others are on the way to it, such as the mesh after an earlier block, and
            scored as runs of their own.
        representation: what it returns: `voxels`, `mesh`, `part_mesh`, `points`, `medial`, or another one of
            `svr3d.geometry.list_representations()`.
        given: what it is made from: `picture`, `camera`, or the name of a target. The method gets just that.
        limits: what the representation cannot express whatever the network does, in a few words for the board, such
            as "one closed surface of genus 0"; empty where there is nothing to say.
    """

    name: str
    representation: str
    given: frozenset[str] = frozenset({"picture"})
    limits: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", self.name):
            raise InputError(f"output '{self.name}': expected a name of letters, digits, '.', '_' and '-'")

    @property
    def gifts(self) -> frozenset[str]:
        """The targets among what it is given."""
        return self.given - SEEN
