"""What options take: lists with commas or in brackets, and a sentence on what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from svr3d.benchmark.cli import build_parser
from svr3d.errors import InputError

PREPARE = ("prepare", "parametric", "--out", "x")


def parsed(option: str, *arguments: str) -> Any:
    config = build_parser().parse_args(list(arguments))
    return config[config.command].as_dict()[option]


def refused(*arguments: str) -> str:
    with pytest.raises(InputError) as error:
        build_parser().parse_args(list(arguments))
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("medial", ["medial"]),
        ("medial,voxels", ["medial", "voxels"]),
        (" medial, voxels ,", ["medial", "voxels"]),
        ("[medial, voxels]", ["medial", "voxels"]),
        ("[medial]", ["medial"]),
        ('["a, b", c]', ["a, b", "c"]),
        # ShapeNet's names of categories, one of which is an octal number in YAML 1.1
        ("03001627", ["03001627"]),
        ("[03001627, 02691156]", ["03001627", "02691156"]),
        ("yes,null,1e3", ["yes", "null", "1e3"]),
    ],
)
def test_names_in_a_list(text: str, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed("targets", *PREPARE, "--targets", text) == names
    monkeypatch.setenv("SVR3D_PREPARE__TARGETS", text)
    assert parsed("targets", *PREPARE) == names


@pytest.mark.parametrize(("text", "seeds"), [("3", [3]), ("0,1", [0, 1]), ("[0, 1]", [0, 1]), ("-1", [-1])])
def test_whole_numbers_in_a_list(text: str, seeds: list[int]) -> None:
    assert parsed("seeds", "run", "suite", f"--seeds={text}") == seeds


@pytest.mark.parametrize("text", ["0,0.05,-1e-3", "[0, 0.05, -1e-3]", "[0.0,.05,-0.001]"])
def test_numbers_in_a_list(text: str) -> None:
    assert parsed("offset", "parts", "x", "--offset", text) == [0.0, 0.05, -0.001]


def test_lists_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prepare.yaml"
    file.write_text("categories: [chair, table]\ntargets: medial\n")
    for option, names in (("categories", ["chair", "table"]), ("targets", ["medial"])):
        assert parsed(option, *PREPARE, "--config", str(file)) == names
    # a number in a file is none of the text that was written
    file.write_text("categories: [03001627]\n")
    assert "--categories" in refused(*PREPARE, "--config", str(file))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*PREPARE, "--targets", "[medial"), "--targets: expected names with commas between them, such as a,b, found"),
        ((*PREPARE, "--targets", ""), "--targets: expected names with commas"),
        ((*PREPARE, "--views", "x"), "--views: expected a whole number, found x"),
        ((*PREPARE, "--seed="), "--seed: expected a whole number, found nothing"),
        ((*PREPARE, "--tau", "x"), "--tau: expected a number, found x"),
        ((*PREPARE, "--parts", "x"), "--parts: expected one of source, part-sm, found x"),
        ((*PREPARE, "--objects", "3"), "whole numbers by name, such as '{train: 40, test: 8}', found 3"),
        ((*PREPARE, "--objects.train", "x"), "--objects: expected whole numbers by name"),
        ((*PREPARE, "--options", "3"), "--options: expected values by name, such as '{epochs: 3}', found 3"),
        (("run", "suite", "--seeds", "0,x"), "--seeds: expected whole numbers with commas between them"),
        (("run", "suite", "--seeds", "1.5"), "such as 0,1,2, found 1.5"),
        (("run", "suite", "--seeds", "[0, true]"), "--seeds: expected whole numbers"),
        (("parts", "x", "--offset", "0,nan,0"), "--offset: expected numbers with commas"),
        (("parts", "x", "--offset", "[0, true, 0]"), "--offset: expected numbers with commas"),
        (("list", "foo"), "WHAT: expected one of all, methods"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    text = refused(*arguments)
    assert said in text and "\n" not in text
    for jargon in ("Union", "NoneType", "typing", "<class", "subtypes", "Parser key"):
        assert jargon not in text
