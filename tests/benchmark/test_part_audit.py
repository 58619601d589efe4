"""`svr3d audit` and `svr3d prepare --parts part-sm`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.datasets import open_dataset, prepare
from svr3d.datasets.part_sm import part_sm
from svr3d.geometry import Mesh, Part, PartMesh, write_shape

CHAIRS = ("parametric", "--categories", "[chair]", "--objects", "{train: 4}", "--workers", "1")


def test_the_audit_of_generated_chairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", *CHAIRS, "--out", str(tmp_path / "a"), "--count", "3", "--shown", "2"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "a" / "audit.md")
    facts = json.loads((tmp_path / "a" / "audit.json").read_text())
    assert facts["objects"] == facts["known"] == len(facts["rows"]) == 3
    assert facts["under_split"] == facts["wrong"] == 0 and facts["refused"] == []
    z = 1.96  # Wilson's interval of no errors in three: 0 to z² / (3 + z²)
    assert facts["wrong_interval"] == [0, pytest.approx(z**2 / (3 + z**2))]
    assert "4.29%" in (tmp_path / "a" / "audit.md").read_text()
    with Image.open(tmp_path / "a" / "sheet.png") as image:
        assert image.format == "PNG"
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["audit.json", "audit.md", "sheet.png"]


def test_a_folder_whose_truth_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import trimesh

    pieces = []
    for i, (size, at) in enumerate(
        [((1, 0.1, 1), (0, 0, 0)), ((0.2, 1, 0.2), (-0.4, -0.5, 0)), ((0.2, 1, 0.2), (0.4, -0.5, 0))]
    ):
        box = trimesh.creation.box(size)
        pieces.append((Part(("seat", "wood")[i > 0], "x"), Mesh(box.vertices + at, box.faces)))
    mesh = PartMesh.joined(pieces)
    for name in ("a", "b"):
        (tmp_path / "meshes" / "chair" / name).mkdir(parents=True)
        write_shape(tmp_path / "meshes" / "chair" / name / "model.obj", mesh)
    (tmp_path / "meshes" / "chair" / "b" / "model.obj").write_text("v 0 0 0\n")
    assert main(["audit", str(tmp_path / "meshes"), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    facts = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert facts["known"] == 0 and "wrong" not in facts
    assert [(row["object"], row["legs"], row["known"]) for row in facts["rows"]] == [("a", 2, None)]
    assert [row["object"] for row in facts["refused"]] == ["b"]
    assert "chair/b: left out" in (tmp_path / "out" / "audit.md").read_text()


def test_bad_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ("--out", str(tmp_path / "out"))
    for command, words in (
        (("audit", *CHAIRS, "--tau", "0"), "tau is 0.0"),
        (("audit", *CHAIRS, "--count", "0"), "count is 0"),
        (("audit", str(tmp_path / "none")), str(tmp_path / "none")),
        (("prepare", *CHAIRS, "--parts", "part-sn"), "part-sm"),
        (("prepare", *CHAIRS, "--tau", "0.1"), "tau is for the parts 'part-sm'"),
        (("prepare", *CHAIRS, "--parts", "part-sm", "--tau", "2"), "tau is 2.0"),
    ):
        assert main([*command, *out]) == 2
        assert words in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (tmp_path / "out").exists()


QUICK = {"views": 1, "size": 16, "points": 50, "resolution": 16, "workers": 1, "quiet": True}


def test_prepared_parts_are_those_of_part_sm_and_part_of_the_recipe(tmp_path: Path) -> None:
    chosen = {"categories": ["chair"], "objects": {"train": 2}, "seed": 1} | QUICK  # the first stands on four legs
    plain = prepare("parametric", tmp_path / "plain", **chosen)
    divided = prepare("parametric", tmp_path / "divided", parts="part-sm", **chosen)
    assert (plain.built, divided.built) == (2, 2)
    before, after = open_dataset(tmp_path / "plain"), open_dataset(tmp_path / "divided")
    assert before.fingerprint() != after.fingerprint()
    counts = []
    for category, name in before.objects("train"):
        coarse, single = before.mesh(category, name), after.mesh(category, name)
        assert single.parts == part_sm(coarse, category).parts
        assert (single.vertices == coarse.vertices).all() and (single.faces == coarse.faces).all()
        counts.append(sum(part.label == "base" for part in single.parts))
    assert counts == [4, 1]
    assert "parts" not in json.loads((tmp_path / "plain" / "recipe.json").read_text())
    recipe = json.loads((tmp_path / "divided" / "recipe.json").read_text())
    assert (recipe["parts"], recipe["tau"]) == ("part-sm", 0.01)
    again = prepare("parametric", tmp_path / "divided", parts="part-sm", tau=0.01, **chosen)
    assert again.built == 0
    assert prepare("parametric", tmp_path / "divided", parts="part-sm", tau=0.3, **chosen).built == 2
