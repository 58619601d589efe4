"""Predictions whose faces look inward, from a folder to the records."""

from __future__ import annotations

from pathlib import Path

import pytest

from svr3d.benchmark.evaluation import evaluate_predictions
from svr3d.benchmark.prediction_files import PredictionFrame
from svr3d.datasets import open_dataset
from svr3d.geometry import Mesh, write_shape
from svr3d.leaderboards import load_records


def test_they_score_as_if_turned_and_are_told_once(small_dataset: Path, tmp_path: Path, capsys) -> None:
    dataset = open_dataset(small_dataset)
    keys = dataset.samples("test", 1)
    for n, key in enumerate(keys):
        mesh = dataset.load(key.category, key.object, "mesh")
        path = tmp_path / "made" / key.category / key.object / f"{key.view:03d}.obj"
        path.parent.mkdir(parents=True)
        write_shape(path, Mesh(mesh.vertices, mesh.faces if n == 0 else mesh.faces[:, ::-1]))
    options = {"name": "made", "frame": PredictionFrame(), "workers": 1}
    evaluate_predictions(tmp_path / "made", dataset, tmp_path / "runs", protocols=["svr3d-v1"], **options)
    said = [line for line in capsys.readouterr().err.splitlines() if "inside_out" in line]
    assert len(said) == 1 and f"made: {len(keys) - 1} of {len(keys)} predictions have faces that look into" in said[0]
    records = load_records([tmp_path / "runs"])
    values = records[records["part"] == ""].pivot_table(index="object", columns="metric", values="value")
    assert (values["iou_32"] == 1).all() and (values["iou"] > 0.995).all() and (values["watertight"] == 1).all()
    assert sorted(values["inside_out"]) == pytest.approx([0, *[1] * (len(keys) - 1)])
    for protocol, told in (("svr3d-v1", False), ("smnet", False), ("classvoxels", True)):
        evaluate_predictions(tmp_path / "made", dataset, tmp_path / "runs", protocols=[protocol], **options)
        assert ("inside_out" in capsys.readouterr().err) == told, "what is scored anew, and asks for an inside"
