"""Which sources there are, what options they take, and one from a package of its own."""

from __future__ import annotations

import pytest
from block_source import QUICK, Blocks

from svr3d.datasets import Meshes, list_sources, open_dataset, prepare
from svr3d.datasets.parametric import Parametric
from svr3d.datasets.sources import open_source
from svr3d.geometry import InputError

OUTSIDE = """
NUMBER = 1
from block_source import Blocks
from svr3d.datasets import Source


class Towers(Blocks):
    '''Blocks of some height.

    And more.
    '''

    options = ("seed", "height")

    def __init__(self, seed=0, height=1):
        super().__init__((1, 0, height))
        self.seed = seed


class Folder(Blocks):
    '''Blocks from a folder.'''

    options = ("root", "seed", "categories", "flavour")

    def __init__(self, root, seed, categories=None, flavour="plain"):
        super().__init__()
        self.given = (str(root), seed, categories, flavour)
"""


@pytest.fixture
def installed(outside):
    names = {"towers": "Towers", "folder": "Folder", "number": "NUMBER", "absent": "Absent"}
    points = {name: f"outside_sources:{value}" for name, value in names.items()}
    outside({"svr3d.datasets": points}, "outside-sources", outside_sources=OUTSIDE)


def test_a_source_of_another_package(installed, tmp_path):
    prepare("towers", tmp_path / "out", options={"height": 2}, seed=3, **QUICK)
    dataset = open_dataset(tmp_path / "out")
    assert len(dataset.objects("train")) == 2 and len(dataset.objects("test")) == 4
    source = open_source(tmp_path, "folder", seed=5, categories=["a"], options={"flavour": "sweet"})
    assert source.given == (str(tmp_path), 5, ("a",), "sweet")
    rows = {row["name"]: row for row in list_sources()}
    assert rows["towers"] == {"name": "towers", "package": "outside-sources", "what": "Blocks of some height."}
    assert rows["meshes"]["package"] == rows["parametric"]["package"] == "svr3d"
    assert "cannot be imported" in rows["absent"]["error"] and "expected a subclass" in rows["number"]["error"]


def test_a_source_takes_its_own_options_only(installed, tmp_path):
    (tmp_path / "chair").mkdir()
    with pytest.raises(InputError, match=r"format 'meshes' has no option 'objects' \(it has: split_file, mesh\)"):
        prepare(tmp_path, tmp_path / "out", objects={"train": 1})
    with pytest.raises(InputError, match=r"format 'parametric' has no option 'split_file' \(it has: objects\)"):
        prepare("parametric", tmp_path / "out", split_file=tmp_path / "splits.csv")
    with pytest.raises(InputError, match=r"format 'towers' has no option 'colour' \(it has: height\)"):
        open_source("towers", options={"colour": 1})
    with pytest.raises(InputError, match=r"neither a folder CATEGORY.* nor the word `parametric` or `towers`"):
        open_source(tmp_path / "nowhere")


def test_an_option_is_not_lost_whichever_way_it_comes(tmp_path):
    missing = tmp_path / "splits.csv"
    (tmp_path / "in" / "chair").mkdir(parents=True)
    (tmp_path / "in" / "chair" / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    with pytest.raises(InputError, match=r"splits\.csv"):
        prepare(tmp_path / "in", tmp_path / "out", options={"split_file": missing}, **QUICK)
    with pytest.raises(InputError, match="'split_file' of the source is given twice"):
        prepare(tmp_path / "in", tmp_path / "out", options={"split_file": missing}, split_file=missing, **QUICK)
    with pytest.raises(InputError, match="'split_file' is for a source that is named"):
        prepare(Blocks((1, 0, 0)), tmp_path / "out", split_file=missing, **QUICK)


def test_the_suites_own(tmp_path):
    parametric = open_source("parametric", seed=4, categories=["chair"], options={"objects": {"train": 2}})
    assert isinstance(parametric, Parametric) and parametric.seed == 4
    assert parametric.categories == ("chair",) and parametric.objects == {"train": 2}
    (tmp_path / "chair").mkdir()
    (tmp_path / "chair" / "a.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    assert isinstance(open_source(tmp_path), Meshes)
    blocks = Blocks()
    assert open_source(blocks) is blocks
