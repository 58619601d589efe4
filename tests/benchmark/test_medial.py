"""`svr3d medial`: files in, medial meshes and a table of how near they are out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.benchmark.medial import _names
from svr3d.benchmark.medial_picture import TILE, _counts, skeleton
from svr3d.geometry import InputError, MedialMesh, Mesh, read_shape, write_shape


def box(size: tuple[float, float, float]) -> Mesh:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return Mesh(corners * size, faces)


@pytest.mark.parametrize("suffix", [".ma", ".npz"])
def test_a_medial_mesh_is_written_and_measured(suffix: str, tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "brick.ply", box((1, 0.5, 0.25)))
    out = tmp_path / "out"
    arguments = ["medial", str(tmp_path / "brick.ply"), "--spheres", "16", "--out", str(out), "--suffix", suffix]
    assert main(arguments) == 0
    medial = read_shape(out / f"brick{suffix}")
    assert isinstance(medial, MedialMesh) and 0 < len(medial.spheres) <= 16 and len(medial.faces)
    row = next(line for line in capsys.readouterr().out.splitlines() if "brick" in line)
    cells = row.split()
    assert cells[:2] == ["brick", str(len(medial.spheres))] and float(cells[4]) > 0.9
    assert main([*arguments, "--json"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["mesh"] == "brick" and facts["faces"] == len(medial.faces) and facts["true_euler"] == 1
    assert [f"{facts[name]:.4f}" for name in ("iou", "missing", "extra", "chamfer")] == cells[4:8]


def test_a_picture_shows_balls_lines_and_sheets(tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "brick.ply", box((1, 0.5, 0.25)))
    arguments = ["medial", str(tmp_path / "brick.ply"), "--spheres", "16", "--picture"]
    assert main([*arguments, str(tmp_path / "made.png")]) == 0
    picture = np.asarray(Image.open(tmp_path / "made.png").convert("RGB"))
    assert picture.shape[0] > 2 * TILE and picture.shape[1] > TILE
    assert main([*arguments, str(tmp_path / "made.pdf")]) == 2
    assert "expected the name of a .png file" in capsys.readouterr().err


def test_what_a_picture_shows_of_a_medial_mesh() -> None:
    """Octahedra in spheres, prisms along edges in no face, and the faces."""
    medial = MedialMesh(
        [[0, 0, 0, 0.3], [1, 0, 0, 0.001], [0, 1, 0, 0.2], [0, 0, 2, 0.1]], [[0, 1], [0, 3]], [[0, 1, 2]]
    )
    shown = skeleton(medial, box((1, 1, 2)))
    assert [part.label for part in shown.parts] == ["balls", "lines", "sheets"]
    assert np.bincount(shown.face_part).tolist() == [4 * 8, 6, 1]
    dots = shown.vertices[:24].reshape(4, 6, 3)
    reach = np.linalg.norm(dots - medial.centers[:, None], axis=2)
    assert np.allclose(reach, np.array([0.018, 0.001, 0.018, 0.018])[:, None])
    prism = shown.vertices[24:30]
    assert np.allclose(np.linalg.norm(prism[:, :2], axis=1), 0.01) and set(prism[:, 2]) == {0, 2}
    assert _counts(medial) == "4 V, 2 E, 1 F"
    assert [part.label for part in skeleton(MedialMesh([[0, 0, 0, 1]]), box((1, 1, 1))).parts] == ["balls"]


def test_what_is_refused_is_named_and_ends_nothing(tmp_path: Path, capsys) -> None:
    whole = box((1, 0.5, 0.25))
    write_shape(tmp_path / "open.ply", Mesh(whole.vertices, whole.faces[:-1]))
    (tmp_path / "broken.obj").write_text("v 1 2\n")
    arguments = ["medial", *(str(tmp_path / name) for name in ("open.ply", "missing.ply", "broken.obj"))]
    assert main(arguments) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3 and "open.ply: medial axis: the mesh is not watertight" in said[0]
    assert "missing.ply" in said[1] and "broken.obj" in said[2]


def test_bad_numbers_of_spheres_are_refused(tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "brick.ply", box((1, 0.5, 0.25)))
    assert main(["medial", str(tmp_path / "brick.ply"), "--spheres", "0"]) == 2
    assert "expected a positive whole number of spheres, found 0" in capsys.readouterr().err


def test_a_plate_without_a_surface_is_made_and_said(tmp_path: Path, capsys) -> None:
    """0.002 thick, and so between the cells of 1/128 in which its surface is looked for."""
    write_shape(tmp_path / "plate.ply", box((1, 1, 0.002)))
    assert main(["medial", str(tmp_path / "plate.ply"), "--spheres", "16", "--out", str(tmp_path)]) == 0
    out, said = capsys.readouterr()
    assert "plate.ply: the medial mesh has no surface to measure: it is thinner everywhere than two cells" in said
    cells = next(line for line in out.splitlines() if line.startswith("plate")).split()
    assert cells[4:9] == ["–"] * 5 and isinstance(read_shape(tmp_path / "plate.ma"), MedialMesh)
    assert main(["medial", str(tmp_path / "plate.ply"), "--spheres", "16", "--json"]) == 0
    (facts,) = json.loads(capsys.readouterr().out)
    assert facts["iou"] is facts["chamfer"] is facts["euler"] is None and facts["true_euler"] == 1


def test_a_file_that_is_named_twice_is_made_once(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    write_shape(tmp_path / "brick.ply", box((1, 0.5, 0.25)))
    assert main(["medial", "brick.ply", str(tmp_path / "brick.ply"), "--spheres", "8"]) == 0
    assert capsys.readouterr().out.count("brick") == 1


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    paths = [Path(path) for path in ("/m/chair/a/model.obj", "/m/lamp/a/model.obj", "/m/lamp/b/model.obj", "/m/x.obj")]
    assert _names(paths) == ["chair-a-model", "lamp-a-model", "b-model", "x"]
    with pytest.raises(InputError, match="another of the meshes has the same name"):
        _names([Path("/m/x.obj"), Path("/m/x.obj")])
