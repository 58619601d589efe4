"""`svr3d parts`: lists, removes, replaces, moves and exports parts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.geometry import Mesh, Part, PartMesh, PointCloud, VoxelGrid, read_shape, write_shape
from svr3d.geometry.shapes.part_colors import part_colors


def box(low: tuple[float, ...], high: tuple[float, ...]) -> Mesh:
    made = trimesh.creation.box(bounds=[low, high])
    return Mesh(made.vertices, made.faces)


def chair() -> PartMesh:
    """A seat of 1 × 0.1 × 1 and two legs of 0.1 × 0.5 × 0.1, coloured by part; without a lid, one leg is open."""
    leg = box((0.9, 0, 0), (1, 0.5, 0.1))
    pieces = [
        (Part("seat", "seat"), box((0, 0.5, 0), (1, 0.6, 1))),
        (Part("leg_0", "leg"), box((0, 0, 0), (0.1, 0.5, 0.1))),
        (Part("leg_1", "leg"), Mesh(leg.vertices, leg.faces[2:])),
    ]
    mesh = PartMesh.joined(pieces)
    return replace(mesh, face_colors=part_colors(mesh.face_part))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_shape(tmp_path / "chair.glb", chair())
    return tmp_path / "chair.glb"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["parts", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["parts", *map(str, arguments)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("svr3d: ") and "\n" not in said
    return said


def names(path: Path) -> list[str]:
    shape = read_shape(path)
    assert isinstance(shape, PartMesh)
    return [part.name for part in shape.parts]


def test_the_list_tells_what_each_part_is(file: Path, capsys) -> None:
    rows = json.loads(run(capsys, file, "--json"))
    assert [(row["name"], row["label"], row["faces"]) for row in rows] == [
        ("seat", "seat", 12), ("leg_0", "leg", 12), ("leg_1", "leg", 10),
    ]  # fmt: skip
    seat, leg, open_leg = rows
    assert np.allclose(seat["center"], (0.5, 0.55, 0.5)) and np.allclose(seat["size"], (1, 0.1, 1))
    assert seat["area"] == pytest.approx(2.4) and seat["volume"] == pytest.approx(0.1)
    assert leg["volume"] == pytest.approx(0.005) and open_leg["volume"] is None
    table = run(capsys, file)
    assert "leg_1" in table and "open" in table and "0.005" in table


def test_parts_without_faces_have_no_measures(tmp_path: Path, capsys) -> None:
    file = tmp_path / "x.npz"
    write_shape(file, replace(chair(), parts=(*chair().parts, Part("arm", "arm"))))
    assert json.loads(run(capsys, file, "--only", "arm,seat", "--json"))[1] == {
        "name": "arm",
        "label": "arm",
        "faces": 0,
    }
    shown = run(capsys, file, "--only", "arm,seat")
    assert "open" not in shown and shown.count("–") == 4
    said = refused(capsys, file, "--replace", "arm", "--using", file, "--taking", "seat")
    assert said == f"svr3d: {file}: nothing can be fitted to parts without faces, which have no box: arm"


def test_a_missing_truth_is_named_once(file: Path, tmp_path: Path, capsys) -> None:
    said = refused(capsys, file, "--truth", tmp_path / "none.glb")
    assert said == f"svr3d: {tmp_path / 'none.glb'}: no such file"


def test_names_are_shown_as_they_are(tmp_path: Path, capsys) -> None:
    named = replace(chair(), parts=(Part("[bold]座", "座"), Part("sie\u0301ge", "x"), Part("a, b", "x")))
    write_shape(tmp_path / "x.glb", named)
    assert [row["name"] for row in json.loads(run(capsys, tmp_path / "x.glb", "--json"))] == [
        "[bold]座", "sie\u0301ge", "a, b",
    ]  # fmt: skip
    assert "[bold]座" in run(capsys, tmp_path / "x.glb")
    run(capsys, tmp_path / "x.glb", "--remove", '"a, b",si\u00e9ge', "--out", tmp_path / "y.npz")
    assert names(tmp_path / "y.npz") == ["[bold]座"]


def test_names_may_hold_anything(tmp_path: Path, capsys) -> None:
    """Ends of lines, which a list and a sentence show as escapes; blanks at the ends, commas and quotes, in quotes."""
    file, found = tmp_path / "x.npz", ("a\nb", " leg ", 'say "x", y')
    write_shape(file, replace(chair(), parts=tuple(Part(name, f"label {i}") for i, name in enumerate(found))))
    for i, option in enumerate(("a\nb", '" leg "', '"say ""x"", y"')):
        rows = json.loads(run(capsys, file, "--only", option, "--json"))
        assert [row["name"] for row in rows] == [found[i]]
    assert "a\\nb" in run(capsys, file)
    assert "there is no part 'leg'; the parts are: a\\nb,  leg , say" in refused(capsys, file, "--remove", "leg")
    assert "there is no part 'x\\ny'" in refused(capsys, file, "--remove", "x\ny")
    assert "no part 'say \"x\"'" in refused(capsys, file, "--remove", 'say "x"')
    assert "no part '\"say'" in refused(capsys, file, "--remove", '"say, y')


def test_edits_are_written_with_names_and_colours(file: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "new" / "out.glb"
    assert run(capsys, file, "--remove", "leg_0", "--out", out).split() == [str(out)]
    assert names(out) == ["seat", "leg_1"]
    found, before = read_shape(out), read_shape(file)
    assert np.array_equal(found.part(1).face_colors, before.part(2).face_colors)
    assert [part.label for part in found.parts] == ["seat", "leg"]
    run(capsys, file, "--only", "leg", "--move", "leg_1", "--offset", "[0, 0.25, 0]", "--out", out)
    assert names(out) == ["leg_0", "leg_1"]
    assert read_shape(out).part(1).bounds[:, 1].tolist() == [0.25, 0.75]
    assert not list(out.parent.glob(".*")), "a temporary file was left"
    run(capsys, out, "--remove", "leg_0", "--out", out)
    assert len(read_shape(out).faces) == 10, "a file cannot be changed in place"


def test_parts_of_another_shape_come_into_the_box_of_those_that_go(file: Path, tmp_path: Path, capsys) -> None:
    ball = trimesh.creation.icosphere(2, 4.0)
    other = PartMesh.joined(
        [(Part("star", "base"), Mesh(ball.vertices, ball.faces)), (Part("x", "x"), box((0,) * 3, (9,) * 3))]
    )
    write_shape(tmp_path / "other.npz", other)
    arguments = (file, "--replace", "leg", "--using", tmp_path / "other.npz", "--taking", "base")
    out, picture = tmp_path / "out.npz", tmp_path / "out.png"
    assert run(capsys, *arguments, "--out", out, "--picture", picture).split() == [str(out), str(picture)]
    assert names(out) == ["seat", "star"]
    assert np.allclose(read_shape(out).part(1).bounds, [[0, 0, 0], [1, 0.5, 0.1]])
    with Image.open(picture) as image:
        assert image.format == "PNG" and image.width > 3 * 300
    run(capsys, *arguments, "--no_fit", "--out", out)
    assert np.allclose(read_shape(out).part(1).bounds, [[-4] * 3, [4] * 3])


def _labels_and_colors(path: Path) -> dict[str, list[tuple[float, ...]]]:
    shape = read_shape(path)
    assert isinstance(shape, PartMesh) and shape.face_colors is not None
    found: dict[str, list[tuple[float, ...]]] = {}
    for i, part in enumerate(shape.parts):
        found.setdefault(part.label, []).extend(map(tuple, np.unique(shape.part(i).face_colors.round(2), axis=0)))
    return found


@pytest.mark.parametrize("suffix", [".npz", ".glb"])
def test_labels_of_two_shapes_have_a_colour_each(tmp_path: Path, capsys, suffix: str) -> None:
    """Without colours in the files, or with those that svr3d gave each by labels of its own; others stay."""
    first, second, out = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}", tmp_path / "out.npz"
    one = replace(chair(), face_colors=None)
    names = (Part("shade", "shade"), Part("foot", "foot"), Part("pole", "leg"))
    other = replace(one, parts=names)
    for file, mesh in ((first, one), (second, other)):
        write_shape(file, mesh if suffix == ".npz" else mesh.colored_by_label(["absent"] if mesh is one else []))
    arguments = (first, "--replace", "leg", "--using", second, "--taking", "foot,shade,leg", "--out", out)
    run(capsys, *arguments)
    order = ("seat", "leg", "shade", "foot")
    palette = part_colors(np.arange(4)).astype(np.float32).round(2)
    expected = {label: [tuple(color)] for label, color in zip(order, palette, strict=True)}
    assert {label: sorted(set(colors)) for label, colors in _labels_and_colors(out).items()} == expected
    write_shape(second, replace(other, face_colors=np.full((len(other.faces), 3), 0.5)))
    run(capsys, *arguments)
    found = _labels_and_colors(out)
    assert found.pop("seat") == expected["seat"] and all(color == [(0.5,) * 3] for color in found.values())


def test_each_part_is_exported_under_a_name_that_files_can_have(tmp_path: Path, capsys) -> None:
    parts = (Part("../seat", "seat"), Part("Bein 左", "leg"), Part("bein 左", "leg"))
    write_shape(tmp_path / "x.npz", replace(chair(), parts=parts))
    files = [Path(line) for line in run(capsys, tmp_path / "x.npz", "--export", tmp_path / "out").splitlines()]
    assert [file.name for file in files] == ["_seat.glb", "Bein 左_0.glb", "bein 左_1.glb"]
    assert [len(read_shape(file).faces) for file in files] == [12, 12, 10]
    assert {file.parent for file in files} == {tmp_path / "out"}


def test_names_that_repeat_are_exported_one_by_one(tmp_path: Path, capsys) -> None:
    parts = (Part("seat", "seat"), Part("leg", "leg"), Part("leg", "leg"))
    write_shape(tmp_path / "x.npz", replace(chair(), parts=parts))
    run(capsys, tmp_path / "x.npz", "--remove", "seat", "--export", tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["leg_0.glb", "leg_1.glb"]
    assert "no part would be left" in refused(capsys, tmp_path / "x.npz", "--remove", "leg,seat")


def test_names_that_are_too_long_for_files_are_cut_between_letters(tmp_path: Path, capsys) -> None:
    """座 has 3 bytes in UTF-8, 🪑 has 4; a file's name may have 255."""
    names = ("座" * 120, "🪑" * 120, "座" * 121)
    write_shape(tmp_path / "x.npz", replace(chair(), parts=tuple(Part(name, "x") for name in names)))
    files = [Path(line) for line in run(capsys, tmp_path / "x.npz", "--export", tmp_path / "out").splitlines()]
    assert [file.name for file in files] == [f"{'座' * 66}_0.glb", f"{'🪑' * 50}.glb", f"{'座' * 66}_1.glb"]
    assert [len(read_shape(file).faces) for file in files] == [12, 12, 10]


def test_a_shape_without_parts_is_one_part(tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "plain.obj", box((0, 0, 0), (1, 2, 3)))
    (row,) = json.loads(run(capsys, tmp_path / "plain.obj", "--json"))
    assert row["name"] == "plain" and row["volume"] == pytest.approx(6)
    assert "no part 'leg'; the parts are: plain" in refused(capsys, tmp_path / "plain.obj", "--remove", "leg")
    write_shape(tmp_path / "points.npz", PointCloud(np.zeros((4, 3))))
    assert "points.npz" in refused(capsys, tmp_path / "points.npz")


def test_a_labelled_grid_has_the_parts_of_its_labels_in_their_colours(tmp_path: Path, capsys) -> None:
    labels = np.ones((8, 8, 8), dtype=int)
    labels[4:] = 2
    inside = np.zeros((8, 8, 8), dtype=bool)
    inside[1:7, 1:7, 1:7] = True
    write_shape(tmp_path / "x.npz", VoxelGrid(inside, labels=labels, label_names=("left", "right")))
    run(capsys, tmp_path / "x.npz", "--move", "right", "--offset", "[1, 0, 0]", "--out", tmp_path / "y.glb")
    found = read_shape(tmp_path / "y.glb")
    assert [part.name for part in found.parts] == ["left", "right"]
    for i in range(2):
        assert np.abs(found.part(i).face_colors - part_colors(np.array([i]))).max() < 5e-3


def test_an_object_of_a_prepared_data_set_is_a_shape_too(small_dataset: Path, capsys) -> None:
    folder = next(path for path in sorted(small_dataset.glob("chair/*")) if path.is_dir())
    found = [row["name"] for row in json.loads(run(capsys, folder, "--json"))]
    assert found == json.loads((folder / "object.json").read_text())["parts"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--out", "y.glb", "--picture", "y.jpg"), "expected the name of a .png file"),
        (("--out", "new/deep/x.xyz"), "unknown format"),
        (("--out", "new/x.binvox"), "holds a voxel grid"),
        (("--out", "w.stl", "--export", "chair.glb/parts"), "no files can be written there"),
        (("--out", "new/w.stl", "--export", "other/deep", "--picture", "chair.glb/x.png"), "no files can be written"),
        (("--out", "w.stl", "--export", "n" * 300), "no files can be written there"),
        (("--out", "w.stl", "--picture", "folder.png"), "expected the name of a file, found a folder"),
        (("--picture", "y.png", "--out", "seat.glb", "--export", "folder.png/.."), "another name or folder"),
        (("--out", "x.glb", "--export", "x.glb"), "found a folder"),
        (("--move", "leg", "--offset", "[1e39, 0, 0]", "--out", "x.npz", "--export", "new"), "coordinates up to"),
        (("--move", "leg", "--offset", "[1e39, 0, 0]", "--out", "chair.glb"), "coordinates up to"),
    ],
)
def test_all_or_nothing_is_written(file: Path, capsys, monkeypatch, arguments, words) -> None:
    (file.parent / "folder.png").mkdir()
    monkeypatch.chdir(file.parent)
    before = file.read_bytes()
    assert words in refused(capsys, "chair.glb", *arguments)
    assert sorted(path.name for path in file.parent.rglob("*")) == ["chair.glb", "folder.png"]
    assert file.read_bytes() == before


def test_bad_input_is_one_sentence(file: Path, tmp_path: Path, capsys) -> None:
    said = refused(capsys, file, "--remove", "arm")
    assert said == f"svr3d: {file}: there is no part 'arm'; the parts are: seat, leg_0, leg_1"
    plain = tmp_path / "plain.obj"
    write_shape(plain, box((0, 0, 0), (1, 1, 1)))
    assert refused(capsys, file, "--replace", "leg", "--using", plain).startswith(
        f"svr3d: {plain}: there is no part 'leg'"
    )
    for arguments, words in (
        (("--replace", "leg"), "--using"),
        (("--using", plain), "--replace"),
        (("--taking", "plain"), "--replace"),
        (("--no_fit",), "--replace"),
        (("--no_fit", "--remove", "leg"), "--replace"),
        (("--move", "leg"), "--offset"),
        (("--offset", "[0, 0, 1]"), "--move"),
        (("--move", "leg", "--offset", "[0, 1]"), "offset"),
        (("--remove", " , "), "names of parts"),
        (("--only", "seat", "--remove", "seat"), "no part would be left"),
        (("--picture", tmp_path / "x.jpg"), ".png"),
        (("--out", tmp_path / "x.xyz"), "unknown format"),
        (("--using", tmp_path / "none.glb", "--replace", "leg"), "no such file"),
    ):
        assert words in refused(capsys, file, *arguments)
    assert "no such file" in refused(capsys, tmp_path / "nowhere.glb")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chair.glb", "plain.obj"]
