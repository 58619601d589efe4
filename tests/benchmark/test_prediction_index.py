"""Predictions are found however their files are called, and what is not clear is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from svr3d.benchmark.prediction_index import Predictions, find_predictions, nothing_found
from svr3d.datasets import SampleKey
from svr3d.errors import InputError

FIRST, SECOND, OTHER = SampleKey("chair", "c1", 0), SampleKey("chair", "c1", 1), SampleKey("chair", "c2", 0)


class Listed:
    """As much of a data set as the search needs: ShapeNet's folders by their numbers, and the objects."""

    def __init__(self, *objects: str) -> None:
        self._objects = [("chair", name) for name in objects]

    def folder(self, category: str, name: str) -> Path:
        return Path("data") / "03001627" / name

    def objects(self, split: str) -> list[tuple[str, str]]:
        return self._objects if split == "test" else []


DATA = Listed("c1", "c2")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(*files: str) -> Path:
        for file in files:
            path = tmp_path / "theirs" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("v 0 0 0")
        return tmp_path / "theirs"

    return write


def places(found: Predictions) -> dict[SampleKey, str]:
    return {key: str(file.relative_to(found.folder)) for key, file in found.files.items()}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("chair/c1/000.obj", "chair/c1/001.obj"),
        ("chair/c1/00.obj", "chair/c1/01.obj"),
        ("chair/c1/0.ply", "chair/c1/1.glb"),
        ("chair/c1/0000.OBJ", "chair/c1/0001.Obj"),
        ("Chair/C1/000.obj", "Chair/C1/001.obj"),
        ("03001627/c1/00.obj", "03001627/c1/01.obj"),
        ("chair/c1/view_00.obj", "chair/c1/view_01.obj"),
        ("chair/c1/c1_000.obj", "chair/c1/c1_001.obj"),
        ("chair/c1/pred-0.off", "chair/c1/pred-1.off"),
        ("chair/c1_00.obj", "chair/c1_01.obj"),
    ],
)
def test_by_view(first: str, second: str, written) -> None:
    found = find_predictions(written(first, second), DATA, [FIRST, SECOND, OTHER])
    assert places(found) == {FIRST: first, SECOND: second} and list(found.missing) == [OTHER]
    assert not found.by_object and not found.several
    assert list(found.notes()) == [
        "1 of 3 samples have no prediction and count as failed, for example chair/c2/000: no prediction"
    ]


@pytest.mark.parametrize("file", ["chair/c1.obj", "chair/c1/c1.ply", "chair/c1/model.obj", "CHAIR/C1.OBJ"])
def test_one_for_all_views(file: str, written) -> None:
    found = find_predictions(written(file, f"{file.split('/')[0]}/c2.png"), DATA, [FIRST, SECOND, OTHER])
    assert places(found) == {FIRST: file, SECOND: file} and found.by_object == [FIRST, SECOND]
    assert f"taken for all views of their object, for example chair/c1/000: {file}" in list(found.notes())[1]
    assert "/c2.png: a file of format '.png', expected one of .npz" in found.reason(OTHER)


def test_leftovers_are_no_predictions_where_files_are_numbered(written) -> None:
    """An input that lies beside where a method failed, a view that was not asked for."""
    folder = written("chair/c1/000.obj", "chair/c1/model.obj", "chair/c2/input.ply", "chair/c2/001.obj")
    found = find_predictions(folder, DATA, [FIRST, SECOND, OTHER])
    assert places(found) == {FIRST: "chair/c1/000.obj"} and list(found.missing) == [SECOND, OTHER]


@pytest.mark.parametrize(
    ("taken", "other"),
    [
        ("000.obj", "00.obj"),
        ("000.npz", "000.obj"),
        ("0.obj", "view_0.obj"),
        ("000.obj", "pred_000.npz"),
        ("000.off", "000.png"),
    ],
)
def test_the_first_of_several_is_taken_and_told(taken: str, other: str, written) -> None:
    found = find_predictions(written(f"chair/c1/{taken}", f"chair/c1/{other}"), DATA, [FIRST])
    assert places(found) == {FIRST: f"chair/c1/{taken}"}
    told = [f"1 of 1 samples have several files; taken is, for example, chair/c1/{taken} and not chair/c1/{other}"]
    assert list(found.notes()) == ([] if other.endswith("png") else told)


def test_exact_names_come_first(written) -> None:
    folder = written("chair/c1/000.obj", "Chair/c1/000.obj", "chair/C1/000.obj")
    assert places(find_predictions(folder, DATA, [FIRST])) == {FIRST: "chair/c1/000.obj"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["chair/c1/0.obj", "chair/c1/00.obj"], "is 0.obj or 00.obj the prediction of chair/c1/000"),
        (["chair/c1/000.obj", "chair/c1/000.OBJ"], "is 000.OBJ or 000.obj the prediction"),
        (["chair/c1/pred_0.obj", "chair/c1/gt_0.obj"], "is gt_0.obj or pred_0.obj the prediction"),
        (
            ["chair/c1/mesh.ply", "chair/c1/points.npz"],
            "is points.npz or mesh.ply the prediction",
        ),
        (["chair/C1/000.obj", "Chair/c1/000.obj", "CHAIR/c1/000.obj"], "CHAIR or Chair the folder|C1"),
    ],
)
def test_what_is_not_clear_is_refused(files: list[str], said: str, written) -> None:
    folder = written(*files)
    if files[0] == "chair/C1/000.obj":
        (folder / files[0]).unlink()
        (folder / "chair/C1").rmdir()
        (folder / "chair").rmdir()
    with pytest.raises(InputError, match=said):
        find_predictions(folder, DATA, [FIRST])


def test_an_object_is_not_another_ones_view(written) -> None:
    data = Listed("c", "c_1", "12")
    keys = [SampleKey("chair", name, view) for name in ("c", "c_1", "12") for view in (0, 1)]
    found = find_predictions(written("chair/c.obj", "chair/c_1.obj", "chair/12/12.obj"), data, keys)
    files = ["chair/c.obj"] * 2 + ["chair/c_1.obj"] * 2 + ["chair/12/12.obj"] * 2
    assert places(found) == dict(zip(keys, files, strict=True))
    assert SampleKey("chair", "12", 12) not in found.files


@pytest.mark.parametrize("name", ["an object", "v1.2", "größe", "..a", "x.obj", "000", "[1]", "a*b", "-r"])
def test_odd_names(name: str, written) -> None:
    for form in ("NFC", "NFD"):  # the latter is how some systems write accents
        folder = written(f"chair/{unicodedata.normalize(form, name)}/000.obj")
        found = find_predictions(folder, Listed(name), [SampleKey("chair", name, 0)])
        assert len(found.files) == 1
        next(iter(found.files.values())).unlink()
        next(folder.glob("chair/*")).rmdir()


def test_hidden_files_are_not_seen(written) -> None:
    found = find_predictions(written("chair/c1/._000.obj", "chair/c1/.000.obj.partial"), DATA, [FIRST])
    assert list(found.missing) == [FIRST]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["chair/c1/000.npq"], r"found chair/c1/000.npq, a file of format '.npq', expected one of .npz"),
        (["stool/c1/000.obj", "stool/c9/000.obj"], "found 2 files, the nearest in name is stool/c1/000.obj"),
        (["test/chair/c1/000.obj"], "files so called are in .*theirs/test, which may be the folder to name"),
        (["out/test/chair/c1/000.obj"], "files so called are in .*theirs/out/test, which may be the folder to name"),
        (["meshes/chair/c1.obj", "out/chair/c1/000.obj"], "are in .*theirs/meshes and in .*theirs/out, which may be"),
        ([".keep"], "there is no file in it"),
    ],
)
def test_nothing_found_says_what_is_there(files: list[str], said: str, written) -> None:
    found = find_predictions(written(*files), DATA, [FIRST])
    error = str(nothing_found(found, DATA, [FIRST], "test"))
    assert "no prediction for any of the 1 samples of split 'test'; looked for CATEGORY/OBJECT/VIEW{.npz," in error
    assert "for example chair/c1/000.obj" in error and "\n" not in error
    with pytest.raises(InputError, match=said):
        raise InputError(error)


def test_a_category_in_place_of_the_folder(written) -> None:
    folder = written("chair/c1/000.obj") / "chair"
    found = find_predictions(folder, DATA, [FIRST])
    assert f"files so called are in {folder.parent}, which" in str(nothing_found(found, DATA, [FIRST], "test"))


def test_no_folder(written) -> None:
    folder = written("a.obj")
    with pytest.raises(InputError, match=r"a.obj: is a file, expected a folder of predictions"):
        find_predictions(folder / "a.obj", DATA, [FIRST])
    with pytest.raises(InputError, match="none: no such folder of predictions"):
        find_predictions(folder / "none", DATA, [FIRST])
