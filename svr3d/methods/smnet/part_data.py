"""What the networks learn of an object's parts: their points, voxels, boxes and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from ...datasets.facts import DataFacts
from ...errors import InputError
from ...geometry import PartMesh
from .boxes import Fit, ordered_parts, own_points, to_network
from .part_network import PartNetwork
from .sequence import BOX, Parts


class PartLabels:
    """The labels of a data set's parts, by number.

    Args:
        facts: of the data.
    """

    def __init__(self, facts: DataFacts) -> None:
        self.names = facts.labels

    def number(self, label: str, what: str) -> int:
        """From 0.

        Raises:
            InputError: it is none of the data set's that the method was made for.
        """
        if label not in self.names:
            raise InputError(
                f"{what}: has a part of the label '{label}', expected one of the {len(self.names)} that the method "
                "was made for"
            )
        return self.names.index(label)


class CodedObjects(NamedTuple):
    """Objects as sequences of their parts.

    Args:
        parts: codes, boxes and counts.
        labels: what each part is called, in canonical order.
    """

    parts: Parts
    labels: list[list[str]]


def coded(
    network: PartNetwork, meshes: Sequence[PartMesh], names: Sequence[str], *, most: int, points: int, fit: Fit
) -> CodedObjects:
    """Objects as sequences of their parts' codes and boxes, in canonical order and padded to the length `most`.

    Args:
        names: of the objects, for errors.
        points: that each part is encoded from.

    Raises:
        InputError: an object has no parts, or more than `most`.
    """
    objects = [ordered_parts(mesh, name) for mesh, name in zip(meshes, names, strict=True)]
    for parts, name in zip(objects, names, strict=True):
        if len(parts) > most:
            raise InputError(f"{name}: has {len(parts)} parts, and the model was made for objects of at most {most}")
    counts = torch.tensor([len(parts) for parts in objects])
    every = [part for parts in objects for part in parts]
    found = network.encode(np.stack([own_points(part.mesh, points, fit) for part in every]))
    boxes = torch.as_tensor(to_network(np.stack([part.box for part in every])), dtype=torch.float32)
    rows = torch.repeat_interleave(torch.arange(len(objects)), counts)
    columns = torch.cat([torch.arange(int(count)) for count in counts])
    padded = Parts(
        found.new_zeros(len(objects), most, found.shape[1]),
        found.new_zeros(len(objects), most, BOX),
        counts.to(found.device),
    )
    padded.codes[rows, columns] = found
    padded.boxes[rows, columns] = boxes.to(found.device)
    return CodedObjects(padded, [[part.label for part in parts] for parts in objects])
