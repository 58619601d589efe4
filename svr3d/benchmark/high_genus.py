"""Objects chosen by the genus of their true solids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..geometry import betti_numbers, to_voxels
from ..metrics.genus import RESOLUTION
from ..progress import track

if TYPE_CHECKING:
    from ..datasets import Dataset

Objects = frozenset[tuple[str, str]]
"""By category and name."""


def of_genus(dataset: Dataset, split: str, least: int) -> Objects:
    """The objects of a split whose true solid has at least this genus, as the metric `genus_error` sees it.

    Raises:
        InputError: the data set lacks meshes, or no object has it.
    """
    dataset.require({"mesh"}, split)
    found, objects = set(), dataset.objects(split)
    for category, name in track(objects, len(objects), "counting tunnels"):
        solid = to_voxels(dataset.load(category, name, "mesh"), RESOLUTION, "cover")
        if betti_numbers(solid, resolution=RESOLUTION).tunnels >= least:
            found.add((category, name))
    if not found:
        raise InputError(f"{dataset.root}: no object of split '{split}' has a genus of {least} or more")
    return frozenset(found)
