"""Records of runs to statistics, tables and figures."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .board import comparisons, leaderboard, write_leaderboard
    from .grid import picture_grid
    from .records import load_records, write_records

__all__ = ["comparisons", "leaderboard", "load_records", "picture_grid", "write_leaderboard", "write_records"]

_HOME = {
    "comparisons": "board",
    "leaderboard": "board",
    "load_records": "records",
    "picture_grid": "grid",
    "write_leaderboard": "board",
    "write_records": "records",
}


def __getattr__(name: str):
    if name not in _HOME:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
