from .batch import SampleBatch, SampleKey, collate
from .dataset import Dataset, open_dataset
from .derived import Derived, DerivedWriter
from .facts import DataFacts
from .meshes import Meshes
from .preparation.prepare import prepare
from .preparation.report import PreparationReport
from .sources import Source, list_sources
from .targets import Target, get_target, list_targets

__all__ = [
    "DataFacts",
    "Dataset",
    "Derived",
    "DerivedWriter",
    "Meshes",
    "PreparationReport",
    "SampleBatch",
    "SampleKey",
    "Source",
    "Target",
    "collate",
    "get_target",
    "list_sources",
    "list_targets",
    "open_dataset",
    "prepare",
]
