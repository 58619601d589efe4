"""What all stages of one training share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..methods.checkpoint import pack
from ..methods.interface import Method
from ..progress import say
from .stage_data import StageData
from .training_log import TrainingLog

if TYPE_CHECKING:
    from lightning_fabric import Fabric


@dataclass(frozen=True)
class TrainingContext:
    """A training in progress.

    Args:
        method: is trained in place.
        data: what its stages get.
        fabric: the devices.
        log: gets a row per epoch.
        identity: what makes it this training and no other; each checkpoint holds it.
        title: begins the lines that it tells; empty where it is to be silent.
    """

    method: Method
    data: StageData
    fabric: Fabric
    log: TrainingLog
    identity: dict[str, Any]
    title: str

    def say(self, text: str) -> None:
        """Tells a line, unless it is to be silent."""
        if self.title:
            say(f"{self.title}, {text}")

    def packed(self) -> dict[str, Any]:
        """What every checkpoint holds."""
        return pack(self.method) | {"training": self.identity}

    def check(self, content: dict[str, Any], path: Path) -> None:
        """A checkpoint of another training in this folder is an error, not a start.

        Raises:
            InputError: naming the difference.
        """
        found = content.get("training", {})
        for name, value in self.identity.items():
            if found.get(name) != value:
                raise InputError(
                    f"checkpoint {path} is from a training with another {name} "
                    f"({_difference(found.get(name), value)}); choose another folder or remove this one"
                )


def _difference(found: Any, expected: Any) -> str:
    if isinstance(found, dict) and isinstance(expected, dict):
        names = [name for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)]
        return ", ".join(f"{name}: {found.get(name)} there, {expected.get(name)} here" for name in names)
    return f"{found} there, {expected} here"
