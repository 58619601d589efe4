"""What the metrics say of themselves, the package's front, and the examples in its documentation."""

import importlib
import math
import subprocess
import sys

import pytest

import svr3d.metrics
from svr3d.geometry import InputError
from svr3d.metrics import METRICS, get_metric


def test_worst_is_no_better_than_best():
    for metric in METRICS.values():
        if not math.isnan(metric.best) and not math.isnan(metric.worst):
            assert (metric.best > metric.worst) == metric.higher_is_better
        for name in metric.sums or ():
            assert not METRICS[name].ranked


def test_curve_metrics():
    metric = get_metric("f@0.0050")
    assert metric.higher_is_better and not metric.ranked and metric.worst == 0 and "0.50%" in metric.title
    for name in ("f@", "f@near", "f_1", "cd"):
        with pytest.raises(InputError, match=f"unknown metric '{name}'"):
            get_metric(name)


@pytest.mark.parametrize("name", svr3d.metrics.__all__)
def test_every_name_resolves(name):
    assert getattr(svr3d.metrics, name) is getattr(importlib.import_module("svr3d.metrics"), name)
    assert name in dir(svr3d.metrics)


def test_no_other_name():
    with pytest.raises(AttributeError, match="attribute chamfer_dist"):
        _ = svr3d.metrics.chamfer_dist


def test_declarations_and_protocols_load_without_torch():
    code = (
        "import sys, svr3d.metrics.declarations; from svr3d.metrics import load_protocol, list_protocols;"
        "list_protocols(); load_protocol('svr3d-v1');"
        "print([m for m in ('torch', 'numba', 'pykdtree', 'scipy', 'open3d', 'pandas') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
