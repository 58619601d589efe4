"""How figures look: one style, and one colour and marker for each method of a board."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..frames import DataFrame
from ..presentation import Section, sections

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

# Okabe and Ito's colours, which people with any colour blindness can tell apart, without their yellow (too faint
# for thin lines), and four darker ones; markers differ too, so that no figure rests on colour alone.
_COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"),
    *("#56B4E9", "#882255", "#332288", "#999933", "#000000"),
)
_MARKERS = "osD^vPX<>p"
_GREYS = ("#767676", "#9a9a9a", "#5a5a5a", "#b0b0b0")
_DASHES = ("--", ":", "-.", (0, (1, 1)))
STYLE: dict[RcKeyType, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "text.parse_math": False,  # names may have dollar signs
    "pdf.fonttype": 42,
    "figure.dpi": 100,
}


@dataclass(frozen=True)
class Look:
    """How a method looks, the same in all figures of a board."""

    color: str
    marker: str
    line: Any


def looks_of(board: DataFrame) -> dict[str, Look]:
    """A colour and marker per label: a method keeps its own from board to board, unless two want the same."""
    labels, gifted = {}, []
    for section in sections(board):
        for label in section.labels:
            labels.setdefault(label, label in section.gifts)
    looks, taken = {}, [0] * len(_COLORS)
    for label in sorted(labels):
        if labels[label]:
            i = len(gifted)
            gifted.append(label)
            looks[label] = Look(_GREYS[i % len(_GREYS)], _MARKERS[i % len(_MARKERS)], _DASHES[i % len(_DASHES)])
            continue
        wanted = zlib.crc32(label.encode()) % len(_COLORS)
        i = min(range(len(_COLORS)), key=lambda i: (taken[i], (i - wanted) % len(_COLORS)))
        # the second method of a colour gets another marker
        looks[label] = Look(_COLORS[i], _MARKERS[(i + 3 * taken[i]) % len(_MARKERS)], "-")
        taken[i] += 1
    return looks


def subtitle(section: Section) -> str:
    """What a figure is of."""
    return f"{section.dataset}, {section.split}, protocol {section.protocol}"


def label_width(section: Section) -> float:
    """Room for the methods' labels, in inches."""
    return 0.4 + 0.068 * max(len(section.shown(label)) for label in section.labels)
