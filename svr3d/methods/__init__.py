"""The interface that methods share, their registry, and the built-in methods.

Importing this package, listing names included, imports neither torch nor any method.
"""

from .registry import get_method, list_methods, register

__all__ = ["PRESETS", "Method", "Reconstruction", "Stage", "get_method", "list_methods", "register"]


def __getattr__(name: str):
    if name in ("Method", "PRESETS", "Reconstruction", "Stage"):
        from . import interface

        return getattr(interface, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
