"""What prepared objects depend on, beside their source."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from ...errors import InputError
from ..hashing import stable_hash
from ..part_sm import TAU, checked_tau
from ..targets.registry import get_target
from ..targets.target import Target

VERSION = 2
"""Of what preparation makes. Raised whenever a change of code changes any byte of a prepared object, so that objects
are made again; a test holds the bytes of a few of them against it."""

TARGETS = ("surface", "occupancy", "voxels", "mesh", "parts", "part_voxels", "sketches")
"""Made of every object, in this order."""


PART_SM = "part-sm"
PARTS = ("source", PART_SM)
"""The splits of an object into parts."""


@dataclass(frozen=True)
class Recipe:
    """What an object's files depend on, beside its source.

    Args:
        views: pictures per object.
        size: their side in pixels.
        seed: of viewpoints, lights and points.
        points: on the surface, and in the box.
        resolution: of the voxel grids.
        parts: which parts objects have: `source`, those of the source; or `part-sm`, as `part_sm` divides these.
        tau: of `part-sm`, in radii of the object; by default `TAU`.
        further: targets to make beside `TARGETS`, such as those of other distributions.

    Raises:
        InputError: a number is too small, a target is unknown or cannot be derived from a mesh.
    """

    views: int = 4
    size: int = 137
    seed: int = 0
    points: int = 100_000
    resolution: int = 32
    parts: str = "source"
    tau: float | None = None
    further: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        least = {"views": 1, "size": 8, "seed": 0, "points": 1, "resolution": 2}
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise InputError(f"{name} is {getattr(self, name)}, expected at least {smallest}")
        if self.parts not in PARTS:
            raise InputError(f"parts is '{self.parts}', expected one of: {', '.join(PARTS)}")
        if self.parts == PART_SM:
            object.__setattr__(self, "tau", checked_tau(TAU if self.tau is None else self.tau))
        elif self.tau is not None:
            raise InputError(f"tau is for the parts '{PART_SM}', found '{self.parts}'")
        further = tuple(sorted(set(self.further) - set(TARGETS)))
        object.__setattr__(self, "further", further)
        for name in further:
            if not get_target(name).is_derivable:
                raise InputError(f"target '{name}' cannot be derived from a mesh, so preparation cannot make it")

    @cached_property
    def targets(self) -> list[Target]:
        """Those to make, in their order."""
        return [get_target(name) for name in (*TARGETS, *self.further)]

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        values = asdict(self)
        further = list(values.pop("further"))
        if self.parts == "source":  # as before there was a choice
            del values["parts"], values["tau"]
        return values | ({"further": further} if further else {})

    def digest(self, source: str) -> str:
        """A hash over the recipe, its version and that of further targets, and the digest of an object's source."""
        versions = {target.name: target.version for target in self.targets if target.name in self.further}
        return stable_hash(VERSION, self.to_dict(), versions, source)
