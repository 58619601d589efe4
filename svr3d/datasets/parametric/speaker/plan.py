"""The colours of a loudspeaker."""

from __future__ import annotations

from typing import NamedTuple

from ..materials import Color


class Plan(NamedTuple):
    family: str
    case: Color
    cone: Color
    rim: Color
