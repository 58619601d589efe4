"""The suites that come with svr3d."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from svr3d.benchmark import suite
from svr3d.benchmark.run_suite import _Doing
from svr3d.benchmark.suite import Suite
from svr3d.datasets import DataFacts, open_dataset
from svr3d.methods import get_method
from svr3d.metrics import load_protocol

NAMES = sorted(path.stem for path in (Path(suite.__file__).parent / "suites").glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_what_it_names_exists(name: str) -> None:
    read = Suite.read(name)
    assert read.name == name
    for protocol in read.protocols:
        load_protocol(protocol)
    for run in read.runs:
        method = get_method(run.method).create(run.preset, DataFacts(categories=("chair",)), **run.options)
        assert bool(run.options) == bool(run.label), f"{run.method}: options need a label"
        assert set(run.outputs) <= {output.name for output in method.outputs[1:]}
    labels = [(run.method, run.preset, run.label, seed) for run in read.runs for seed in run.seeds]
    assert len(set(labels)) == len(labels)


def test_only_what_learns_is_run_with_several_seeds(small_dataset: Path, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    runs = ["mean_shape", {"method": "retrieval"}, "shapeprior", {"method": "classvoxels", "seeds": [5]}]
    file.write_text(yaml.safe_dump({"name": "seeds", "data": str(small_dataset), "runs": runs}))
    read = Suite.read(file, seeds=[3, 1, 2])
    lines = _Doing(read, open_dataset(small_dataset)).planned()
    found = [(line.plan.method.name, line.plan.seed) for line in lines]
    assert found == [
        ("mean_shape", 3),
        ("retrieval", 3),
        *(("shapeprior", seed) for seed in (3, 1, 2)),
        ("classvoxels", 5),
    ]
