"""Parts in their own boxes, put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...geometry import Mesh, Part, PartMesh
from .boxes import Fit, place

if TYPE_CHECKING:
    from jaxtyping import Float


def assembled(meshes: Sequence[Mesh], boxes: Float[np.ndarray, "n 6"], labels: Sequence[str], fit: Fit) -> PartMesh:
    """An object of parts, in their order; those without faces are left out.

    Args:
        meshes: in their unit boxes.
        boxes: in the canonical frame.
        labels: of the parts; a part's name is its label and its number among those of the label.
    """
    vertices, faces, owners, parts, count = [], [], [], [], 0
    numbers: Counter[str] = Counter()
    for mesh, box, label in zip(meshes, boxes, labels, strict=True):
        if mesh.is_empty:
            continue
        vertices.append(place(mesh.vertices, box, fit))
        faces.append(mesh.faces + count)
        owners.append(np.full(len(mesh.faces), len(parts)))
        parts.append(Part(f"{label}_{numbers[label]}", label))
        numbers[label] += 1
        count += len(mesh.vertices)
    if not parts:
        return PartMesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64), face_part=np.zeros(0, np.int64))
    return PartMesh(
        np.concatenate(vertices), np.concatenate(faces), face_part=np.concatenate(owners), parts=tuple(parts)
    )
