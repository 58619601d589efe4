"""What became of a source's objects."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..duplicates import NearDuplicate
from ..index import SPLITS


class Refusal(NamedTuple):
    """An object that could not be prepared, and why."""

    category: str
    object: str
    reason: str


@dataclass
class PreparationReport:
    """What became of a source's objects.

    Args:
        root: the prepared data set.
        name: of the data set.
        prepared: number of objects by category and split.
        repaired: by repair: how many objects needed it, and how many vertices or faces it touched in all.
        refused: left out, with reasons.
        duplicates: near-duplicates across splits; they stay in.
        notes: on how the source was read.
        built: objects made by this call; the others were there already.
        seconds: of work by stage, over the objects of this call.
        wall_seconds: from start to end.
        processes: that worked.
    """

    root: Path
    name: str
    prepared: dict[str, dict[str, int]] = field(default_factory=dict)
    repaired: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    duplicates: list[NearDuplicate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    built: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    processes: int = 1

    @property
    def total(self) -> int:
        return sum(sum(splits.values()) for splits in self.prepared.values())

    def to_json(self) -> str:
        """Everything that depends on the data alone, not on the machine or the clock."""
        content = {
            "name": self.name,
            "prepared": self.prepared,
            "repaired": {name: {"objects": n, "elements": k} for name, (n, k) in self.repaired.items()},
            "refused": [refusal._asdict() for refusal in self.refused],
            "near_duplicates": [pair._asdict() for pair in self.duplicates],
        }
        if self.notes:
            content["notes"] = self.notes
        return json.dumps(content, indent=1) + "\n"

    def to_markdown(self) -> str:
        lines = [f"# {self.name}", "", f"{self.total} objects prepared, {len(self.refused)} refused.", ""]
        lines += [line for note in self.notes for line in (f"Note: {note}.", "")]
        lines += ["| category | train | val | test |", "|---|---|---|---|"]
        for category, splits in self.prepared.items():
            lines.append(f"| {category} | " + " | ".join(str(splits.get(split, 0)) for split in SPLITS) + " |")
        lines += ["", "## Repaired", ""]
        lines += [f"- {name}: {k} in {n} objects" for name, (n, k) in self.repaired.items()] or ["Nothing."]
        lines += ["", "## Refused", ""]
        lines += [f"- {r.category}/{r.object}: {r.reason}" for r in self.refused] or ["None."]
        lines += ["", "## Near-duplicates across splits", ""]
        lines += [
            f"- {d.category}: {d.first} ({d.first_split}) and {d.second} ({d.second_split}), "
            f"{100 * d.distance:.2f} % of the side apart"
            for d in self.duplicates
        ] or ["None."]
        return "\n".join(lines) + "\n"


def known_duplicates(root: Path) -> list[NearDuplicate]:
    """Those of the report of an earlier call."""
    content = json.loads((root / "report.json").read_text(encoding="utf-8"))
    return [NearDuplicate(**pair) for pair in content["near_duplicates"]]
