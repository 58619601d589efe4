"""Synthetic records."""

import pandas as pd
import pytest

from svr3d.leaderboards.records import RECORD_COLUMNS


@pytest.fixture
def record():
    """One record as a dict; keywords replace fields."""

    def make(**fields) -> dict:
        row = {
            "method": "a",
            "dataset": "shapes",
            "split": "test",
            "category": "chair",
            "object": "o0",
            "view": 0,
            "part": "",
            "seed": 0,
            "preset": "tiny",
            "protocol": "p-v1",
            "metric": "iou_32",
            "value": 0.5,
            "status": "ok",
            "seconds": 0.1,
        }
        return row | fields

    return make


@pytest.fixture
def table(record):
    """Records of `values[method][category] = [value of each object]`, for one metric."""

    def make(values: dict[str, dict[str, list[float]]], **fields) -> pd.DataFrame:
        rows = [
            record(method=method, category=category, object=f"o{i}", value=float(value), **fields)
            for method, categories in values.items()
            for category, objects in categories.items()
            for i, value in enumerate(objects)
        ]
        return pd.DataFrame(rows, columns=list(RECORD_COLUMNS))

    return make


@pytest.fixture
def manifests():
    """The runs' table for methods with what they are given."""

    def make(given: dict[str, str], **fields) -> pd.DataFrame:
        row = {"dataset": "shapes", "preset": "tiny", "seed": 0, "representation": "voxels", "limits": ""}
        costs = {"parameters": 1_500_000, "train_seconds": 90.0, "inference_ms": 12.0}
        return pd.DataFrame(
            [{"method": name, "given": names, **row, **costs, **fields} for name, names in given.items()]
        )

    return make
