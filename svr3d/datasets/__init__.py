"""Prepared data sets: reading them, batching them, and making them from meshes.

Names are imported when first used, so that importing the batch types loads no more than they need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch import TARGETS, SampleBatch, SampleKey, collate
    from .dataset import Dataset, open_dataset
    from .meshes import Meshes
    from .module import DataModule
    from .preparation import PreparationReport, prepare
    from .sources import Source, list_sources

_HOME = {
    "TARGETS": "batch",
    "SampleBatch": "batch",
    "SampleKey": "batch",
    "collate": "batch",
    "Dataset": "dataset",
    "open_dataset": "dataset",
    "DataModule": "module",
    "Meshes": "meshes",
    "PreparationReport": "preparation",
    "Source": "sources",
    "list_sources": "sources",
    "prepare": "preparation",
}

__all__ = [
    "TARGETS",
    "DataModule",
    "Dataset",
    "Meshes",
    "PreparationReport",
    "SampleBatch",
    "SampleKey",
    "Source",
    "collate",
    "list_sources",
    "open_dataset",
    "prepare",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
