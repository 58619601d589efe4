"""The colours of parts: one palette for files and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float, Int

PLAIN = (0.27, 0.36, 0.49)
"""Linear RGB of what has no part, and of shapes drawn without colours: a grey blue."""

PALETTE = np.array(
    [
        (0.12, 0.27, 0.52),
        (0.85, 0.35, 0.06),
        (0.09, 0.40, 0.17),
        (0.65, 0.08, 0.10),
        (0.36, 0.20, 0.55),
        (0.80, 0.60, 0.10),
        (0.08, 0.52, 0.56),
        (0.72, 0.25, 0.48),
        (0.26, 0.14, 0.09),
        (0.36, 0.50, 0.10),
    ]
)
"""Linear RGB of labels, in their order. The next ten are lighter, the ten after them darker; then it begins again."""

_TINTS = ((0.0, 0.0), (1.0, 0.55), (0.0, 0.6))
"""For each round of the palette, towards which grey, and how far."""

COLORS = len(PALETTE) * len(_TINTS)
"""How many labels have a colour that no other one has."""


def part_colors(order: Int[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    """Float[N, 3]: linear RGB of labels by their place in an order, from 0; below that, of what has no label.

    >>> part_colors(np.array([1, -1])).tolist()
    [[0.85, 0.35, 0.06], [0.27, 0.36, 0.49]]
    """
    order = np.asarray(order, dtype=np.int64)
    rounds, place = np.divmod(order, len(PALETTE))
    grey, share = np.array(_TINTS)[rounds % len(_TINTS)].T[..., None]
    return np.where(order[:, None] < 0, PLAIN, (1 - share) * PALETTE[place] + share * grey)
