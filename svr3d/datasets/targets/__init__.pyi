from .making import Making, Seen
from .registry import get_target, list_targets, register_target
from .target import Draw, Stored, Target

__all__ = [
    "Draw",
    "Making",
    "Seen",
    "Stored",
    "Target",
    "get_target",
    "list_targets",
    "register_target",
]
