"""How well `part_sm` divides the legs of objects whose legs are known: the rates of the paper's Table 1."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..geometry import PartMesh
from .part_sm import LEAST_SHARE, TAU, coarsest, legs_of, part_sm
from .preparation.build import made_canonical


class Divided(NamedTuple):
    """An object as it is divided, and how that stands to what is known of it.

    Args:
        mesh: in the canonical frame.
        legs: parts that its legs, or what it stands on, are divided into.
        known: how many there are; None where the source does not know.
        under: whether one of them holds several that do not touch ("not completely split").
        wrong: whether what is one is divided ("split error").
    """

    mesh: PartMesh
    legs: int
    known: int | None = None
    under: bool = False
    wrong: bool = False


def divide(source: Any, category: str, name: str, tau: float = TAU) -> Divided:
    """One object of a source, made as `prepare` makes it.

    Args:
        source: one that has `instances(category, name)` knows what belongs together: the mesh of `build`, with parts
            whose names are paths, the coarsest first, such as `base_0/1`.

    Raises:
        InputError: the object is unusable.
    """
    knows = hasattr(source, "instances")
    built = source.instances(category, name) if knows else source.build(category, name)
    mesh, _, _ = made_canonical(built, dirty=getattr(source, "dirty", False))
    divided = part_sm(coarsest(mesh) if knows else mesh, category, tau)
    legs = legs_of(coarsest(mesh), category, tau)
    found = divided.face_part[legs]
    if not knows or not legs.any():
        return Divided(divided, len(np.unique(found)))
    shares = _shares(mesh.face_part[legs], found, mesh.face_areas[legs])
    under, wrong = bool((shares.sum(axis=0) > 1).any()), bool((shares.sum(axis=1) > 1).any())
    return Divided(divided, len(np.unique(found)), int(shares.any(axis=1).sum()), under, wrong)


def _shares(true: np.ndarray, found: np.ndarray, areas: np.ndarray) -> np.ndarray:
    """Bool[T, P]: which true parts have a share in which found ones, of at least `LEAST_SHARE` of the whole area."""
    _, row = np.unique(true, return_inverse=True)
    _, column = np.unique(found, return_inverse=True)
    table = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(table, (row.ravel(), column.ravel()), areas)
    return table >= LEAST_SHARE * table.sum()
