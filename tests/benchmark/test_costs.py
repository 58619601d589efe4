"""Where the time went: from run folders to minutes, against sums by hand."""

import json
import math

import pytest

from svr3d.benchmark.costs import costs_section, minutes, run_costs, write_costs
from svr3d.benchmark.runs import RunConfig, RunFolder
from svr3d.files import write_json


def make_run(root, method, *, preset="tiny", seed=0, training=None, scoring=None, samples=(), parent=None):
    folder = RunFolder.of(root / "runs", "boxes", method, preset, seed)
    output = None if parent is None else "block1"
    data = str(root / "boxes")
    config = RunConfig(method, "boxes", preset, seed, data, "f", {}, parent=parent, output=output)
    folder.path.mkdir(parents=True)
    folder.begin(config)
    manifest = {"hardware": {"processor": "Abacus", "cores": 2, "gpus": []}}
    if training is not None:
        manifest["training"] = {"seconds": {"all": training}, "total_seconds": training}
    if scoring is not None:
        manifest["evaluation"] = {"seconds": scoring}
    write_json(folder.manifest, manifest)
    if samples:
        folder.predictions.mkdir()
        lines = [json.dumps({"sample": f"a/{i}/000", "seconds": s, "error": ""}) for i, s in enumerate(samples)]
        (folder.predictions / "log.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def runs(tmp_path):
    write_json(tmp_path / "boxes" / "timing.json", {"wall_seconds": 30.0})
    return [
        make_run(tmp_path, "net", training=120.0, scoring=12.0, samples=[0.5, 1.0, 1.5]),
        make_run(tmp_path, "net", preset="tiny@block1", training=120.0, scoring=6.0, samples=[0.25], parent="x"),
        make_run(tmp_path, "ceiling", training=0.0, scoring=9.0, samples=[60.0, 63.0]),
        make_run(tmp_path, "theirs", preset="external", scoring=3.0),
    ]


def test_sums_of_each_run(runs):
    frame = run_costs(runs)
    rows = {row["row"]: row for row in frame.to_dict("records")}
    assert list(rows) == ["data set boxes", "net (tiny, seed 0)", "net (tiny@block1, seed 0)", "ceiling", "theirs"]
    assert rows["data set boxes"]["preparation"] == rows["data set boxes"]["total"] == 30
    net = rows["net (tiny, seed 0)"]
    assert (net["training"], net["reconstruction"], net["scoring"], net["samples"]) == (120, 3, 12, 3)
    assert net["total"] == 135 and math.isnan(net["preparation"])
    derived = rows["net (tiny@block1, seed 0)"]  # its training is the other run's
    assert math.isnan(derived["training"]) and derived["total"] == 6.25
    assert rows["ceiling"]["total"] == 132
    theirs = rows["theirs"]  # made elsewhere: only its scoring was measured
    assert math.isnan(theirs["training"]) and math.isnan(theirs["reconstruction"]) and theirs["total"] == 3


def test_table_of_minutes(runs):
    lines = costs_section(run_costs(runs), ["Abacus, 2 cores"]).splitlines()
    assert lines[0] == "## Where the time went"
    assert "Measured on Abacus, 2 cores." in " ".join(lines)
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert table[0] == ["", "preparation", "training", "reconstruction", "scoring", "total"]
    assert table[2] == ["net (tiny, seed 0)", "–", "2.00", "0.05", "0.20", "2.25"]  # the longest first
    assert table[3][0] == "ceiling"
    assert table[-1] == ["**all**", "**0.50**", "**2.00**", "**2.10**", "**0.50**", "**5.10**"]


def test_on_the_board_once(runs, tmp_path):
    out = tmp_path / "board"
    out.mkdir()
    (out / "leaderboard.md").write_text("# Board\n\nnumbers\n")
    write_costs(runs, out)
    first = (out / "leaderboard.md").read_bytes()
    write_costs(runs, out)
    assert (out / "leaderboard.md").read_bytes() == first
    assert first.startswith(b"# Board\n\nnumbers\n\n## Where the time went\n")
    table = (out / "costs.csv").read_text().splitlines()
    assert table[0] == "row,dataset,method,preset,seed,samples,preparation,training,reconstruction,scoring,total"
    assert len(table) == 6


def test_nothing_measured_and_a_log_cut_short(tmp_path):
    folder = make_run(tmp_path, "net", samples=[1.0, 2.0])
    with (folder.predictions / "log.jsonl").open("a") as file:
        file.write('{"sample": "a/9/000", "sec')
    empty = make_run(tmp_path, "other")
    frame = run_costs([folder, empty])
    assert list(frame["row"]) == ["net", "other"]  # no data set to tell of
    assert frame["reconstruction"].tolist()[0] == 3 and frame["samples"].tolist()[0] == 2
    assert frame["total"].tolist() == [3, 0]


def test_minutes():
    assert [minutes(s) for s in (0.0, 6.0, 90.0, math.nan)] == ["0.00", "0.10", "1.50", "–"]
