"""`svr3d parts --split topology` and `svr3d audit --split topology`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from svr3d.benchmark.cli import main
from svr3d.geometry import MedialMesh, Mesh, Part, PartMesh, read_shape, segmented, to_mesh, write_shape


def table() -> MedialMesh:
    """A top of two slabs on two legs."""
    places = [(-0.5, 0, -0.5), (0.5, 0, -0.5), (0.5, 0, 0.5), (-0.5, 0, 0.5), (-0.5, -0.6, -0.5), (0.5, -0.6, 0.5)]
    spheres = np.column_stack([places, np.full(6, 0.04)])
    return MedialMesh(spheres, [[0, 4], [2, 5]], [[0, 1, 2], [0, 2, 3]])


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([*map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_a_medial_mesh_is_divided_as_it_is(tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "table.npz", table())
    rows = json.loads(run(capsys, "parts", tmp_path / "table.npz", "--split", "topology", "--json"))
    assert [(row["name"], row["label"]) for row in rows] == [
        ("sheet_0", "sheet"), ("curve_0", "curve"), ("curve_1", "curve"),
    ]  # fmt: skip
    assert sum(row["faces"] for row in rows) == len(to_mesh(table()).faces)


def test_what_was_found_is_edited_drawn_and_compared(tmp_path: Path, capsys) -> None:
    write_shape(tmp_path / "table.npz", table())
    write_shape(tmp_path / "truth.npz", segmented(table()))
    out, picture = tmp_path / "out.npz", tmp_path / "out.png"
    given = ("parts", tmp_path / "table.npz", "--split", "topology")
    said = run(capsys, *given, "--truth", tmp_path / "truth.npz", "--out", out, "--picture", picture).splitlines()
    assert said[:2] == [str(out), str(picture)]
    assert said[2] == "3 parts beside 3: Rand index 1.000, adjusted 1.000, matched IoU 1.000"
    found = read_shape(out)
    assert isinstance(found, PartMesh) and found.face_colors is not None
    assert len(np.unique(found.face_colors, axis=0)) == 3, "each part has a colour of its own"
    with Image.open(picture) as image:
        assert image.format == "PNG"
    run(capsys, *given, "--only", "curve", "--out", out)
    assert [part.name for part in read_shape(out).parts] == ["curve_0", "curve_1"]
    assert read_shape(out).bounds[1, 1] < 0.03, "the legs end below the top"


def test_a_mesh_is_divided_through_its_medial_axis(tmp_path: Path, capsys) -> None:
    plate = trimesh.creation.box(bounds=[(-0.5, 0, -0.4), (0.5, 0.04, 0.4)])
    write_shape(tmp_path / "plate.ply", Mesh(plate.vertices, plate.faces))
    rows = json.loads(
        run(capsys, "parts", tmp_path / "plate.ply", "--split", "topology", "--spheres", 24, "--turn", 60, "--json")
    )
    assert {row["label"] for row in rows} == {"sheet"} and sum(row["faces"] for row in rows) == 12


def test_bad_input_is_one_sentence(tmp_path: Path, capsys) -> None:
    whole = trimesh.creation.box((1, 1, 1))
    write_shape(tmp_path / "open.ply", Mesh(whole.vertices, whole.faces[1:]))
    write_shape(tmp_path / "table.npz", table())
    for arguments, words in (
        (("open.ply", "--split", "topology"), "open.ply: medial axis: the mesh is not watertight"),
        (("table.npz", "--split", "topology", "--turn", "95"), "table.npz: segmentation: turn is 95"),
        (("table.npz", "--split", "topology", "--spheres", "10"), "table.npz: --spheres is for meshes"),
        (("table.npz", "--turn", "40"), "--split topology"),
        (("table.npz", "--split", "colour"), "topology"),
        (("table.npz", "--split", "topology", "--truth", str(tmp_path / "none.glb")), "no such file"),
    ):
        assert main(["parts", str(tmp_path / arguments[0]), *arguments[1:]]) == 2
        said = capsys.readouterr().err.strip()
        assert words in said and "\n" not in said


def test_the_audit_compares_with_known_parts(tmp_path: Path, capsys) -> None:
    top, leg = trimesh.creation.box((1, 0.05, 1)), trimesh.creation.box((0.06, 1, 0.06))
    pieces = [
        (Part("top", "top"), Mesh(top.vertices, top.faces)),
        (Part("leg", "leg"), Mesh(leg.vertices - (0, 0.52, 0), leg.faces)),
    ]
    for name, kept in (("a", pieces), ("b", pieces[:1])):
        (tmp_path / "meshes" / "table" / name).mkdir(parents=True)
        write_shape(tmp_path / "meshes" / "table" / name / "model.obj", PartMesh.joined(kept))
    arguments = ("audit", tmp_path / "meshes", "--split", "topology", "--workers", 1, "--out", tmp_path / "out")
    assert run(capsys, *arguments).strip() == str(tmp_path / "out" / "audit.md")
    facts = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert facts["objects"] == 1 and [row["object"] for row in facts["refused"]] == ["b"]
    (row,) = facts["rows"]
    shares = np.array([top.area, leg.area]) / (top.area + leg.area)
    assert row["whole_rand"] == pytest.approx((shares**2).sum(), abs=0.02)
    assert row["rand"] > 0.9 and row["true_parts"] == 2
    page = (tmp_path / "out" / "audit.md").read_text()
    assert "all in one part" in page and "table/b: left out, it has a single part" in page
    with Image.open(tmp_path / "out" / "sheet.png") as image:
        assert image.format == "PNG"
    assert main(["audit", str(tmp_path), "--split", "topology", "--tau", "0.1"]) == 2
    assert "--tau is for" in capsys.readouterr().err
