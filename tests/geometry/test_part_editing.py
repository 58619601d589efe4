"""Shapes made from parts of others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from svr3d.geometry import InputError, Mesh, Part, PartMesh, is_watertight, read_shape, write_shape
from svr3d.geometry.shapes.part_colors import PLAIN, part_colors


@pytest.fixture
def chair(shapes):
    """A seat of 1 × 0.1 × 1 on two legs of 0.1 × 0.5 × 0.1 at its left and right."""
    return shapes.parts(
        seat=shapes.box((0, 0.5, 0), (1, 0.6, 1)),
        leg_0=shapes.box((0, 0, 0), (0.1, 0.5, 0.1)),
        leg_1=shapes.box((0.9, 0, 0), (1, 0.5, 0.1)),
    )


def names(mesh):
    return [part.name for part in mesh.parts]


def test_without_and_only_divide_a_shape(chair):
    assert names(chair.without("leg_0")) == ["seat", "leg_1"]
    assert names(chair.only("leg_1", "seat")) == ["seat", "leg_1"]
    assert chair.without("leg_0").volume == pytest.approx(0.1 + 0.005)
    assert len(chair.without("leg_0").vertices) == 16
    assert chair.without("leg_0").volume + chair.only("leg_0").volume == pytest.approx(chair.volume)
    assert names(chair) == ["seat", "leg_0", "leg_1"], "it was changed in place"


def test_a_label_means_all_its_parts_and_a_name_goes_first(chair):
    assert chair.indices("leg") == (1, 2)
    assert chair.indices("leg", "leg_0") == (1, 2)
    renamed = replace(chair, parts=(Part("seat", "seat"), Part("leg", "leg"), Part("leg_1", "leg")))
    assert renamed.indices("leg") == (1,)


def test_names_that_repeat_mean_all_parts_of_that_name(chair):
    twice = replace(chair, parts=(Part("seat", "seat"), Part("wood", "a"), Part("wood", "b")))
    assert names(twice.without("wood")) == ["seat"]
    assert twice.indices("a") == (1,)


def test_accents_may_be_written_either_way(chair):
    named = replace(chair, parts=(Part("sie\u0301ge", "sie\u0301ge"), Part("Bein 左", "leg"), Part("leg_1", "leg")))
    assert named.indices("si\u00e9ge", "Bein 左") == (0, 1)


def test_a_part_that_is_not_there_is_said(chair):
    for edit in (chair.without, chair.only, lambda name: chair.moved(name, offset=(0, 0, 0))):
        with pytest.raises(InputError, match="there is no part 'arm'; the parts are: seat, leg_0, leg_1"):
            edit("arm")


def test_nothing_may_be_left(chair):
    empty = chair.without("seat", "leg")
    assert empty.is_empty and empty.parts == () and len(empty.vertices) == 0
    assert chair.only().is_empty
    assert names(chair.without()) == names(chair)
    with pytest.raises(InputError, match="there is no part 'seat'; the parts are: none"):
        empty.only("seat")


def test_moving_tears_what_parts_share(shapes):
    """Two halves of a box that share four vertices: one goes up, the other stays."""
    box = shapes.box()
    left = (box.triangles.mean(axis=1)[:, 0] < 0).astype(int)
    halves = PartMesh(box.vertices, box.faces, face_part=left, parts=(Part("a", "a"), Part("b", "b")))
    moved = halves.moved("b", offset=(0, 2, 0))
    assert moved.part(0).bounds.tolist() == halves.part(0).bounds.tolist()
    assert np.allclose(moved.part(1).bounds, halves.part(1).bounds + (0, 2, 0))
    for bad, message in (((0, np.nan, 0), "three finite numbers"), ((0, 1), "expected shape")):
        with pytest.raises(InputError, match=message):
            halves.moved("b", offset=bad)


def test_replaced_parts_get_the_box_of_those_that_go(chair, shapes):
    other = shapes.parts(base=shapes.sphere(3.0, 2, (7, 7, 7)))
    result = chair.replaced("leg", other)
    assert names(result) == ["seat", "base"]
    assert np.allclose(result.part(1).bounds, [[0, 0, 0], [1, 0.5, 0.1]])
    assert is_watertight(result.part(1))
    kept = chair.replaced(["leg_0"], other, fit=False)
    assert names(kept) == ["seat", "base", "leg_1"]
    assert np.allclose(kept.part(1).bounds, other.bounds)


def test_exchange_there_and_back_is_the_same_shape(chair, shapes):
    other = shapes.parts(leg_0=shapes.sphere(), top=shapes.box((2, 2, 2), (3, 3, 3)))
    there = chair.replaced("leg", other.only("leg"))
    back = there.replaced("leg", chair.only("leg"))
    assert names(back) == names(chair)
    assert np.allclose(back.triangles, chair.triangles)


def test_flat_parts_are_not_scaled_along_their_normal(chair):
    sheet = Mesh([[0, 0, 0], [4, 0, 0], [4, 0, 4], [0, 0, 4]], [[0, 1, 2], [0, 2, 3]])
    flat = chair.replaced("seat", sheet)
    assert np.allclose(flat.part(0).bounds, [[0, 0.55, 0], [1, 0.55, 1]])
    again = flat.replaced("seat", chair.only("seat"))
    assert np.allclose(again.part(0).bounds, chair.part(0).bounds)


def test_names_stay_different(chair):
    result = chair.replaced("leg_0", chair.only("leg_1", "seat"))
    assert names(result) == ["seat", "seat_1", "leg_1_1", "leg_1"]
    assert [part.label for part in result.parts] == ["seat", "seat", "leg", "leg"]


def test_a_mesh_without_parts_takes_over_name_and_label(chair, shapes):
    assert chair.replaced("leg", shapes.box()).parts == (Part("seat", "seat"), Part("leg_0", "leg"))


def test_of_parts_of_one_name_each_can_be_meant_alone_or_all_together(chair, tmp_path):
    """As in .npz, where their name means all of them; in .glb it is their label, and each has a number."""
    twice = replace(chair, parts=(Part("seat", "seat"), Part("leg", "leg"), Part("leg", "leg")))
    for suffix in (".npz", ".glb"):
        write_shape(tmp_path / f"x{suffix}", twice)
        assert names(read_shape(tmp_path / f"x{suffix}").without("leg")) == ["seat"]
    found = read_shape(tmp_path / "x.glb")
    assert names(found.without("leg_0")) == ["seat", "leg_1"]
    write_shape(tmp_path / "again.glb", found)
    assert read_shape(tmp_path / "again.glb").parts == found.parts


def test_replacing_needs_faces_on_both_sides(chair):
    for by in (Mesh([], []), chair.only()):
        with pytest.raises(InputError, match="no faces to replace parts by"):
            chair.replaced("leg", by)
    with pytest.raises(InputError, match="no part is named"):
        chair.replaced([], chair)
    hollow = replace(chair, parts=(*chair.parts, Part("arm", "arm")))
    with pytest.raises(InputError, match="parts without faces, which have no box: arm"):
        hollow.replaced("arm", chair.only("seat"))
    assert names(hollow.replaced("arm", chair.only("seat"), fit=False)) == ["seat", "leg_0", "leg_1", "seat_1"]
    assert names(hollow.replaced(["arm", "leg"], chair.only("seat"))) == ["seat", "seat_1"]


def test_colours_stay_and_what_has_none_is_plain(chair, shapes):
    colored = replace(chair, face_colors=part_colors(np.arange(3))[chair.face_part])
    mixed = colored.replaced("leg_0", shapes.box())
    assert np.allclose(
        mixed.face_colors, np.repeat([part_colors(np.array([0]))[0], PLAIN, colored.face_colors[-1]], 12, 0)
    )
    assert np.allclose(colored.without("seat").face_colors, colored.face_colors[12:])
    assert chair.replaced("leg_0", shapes.box()).face_colors is None


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".npz"])
def test_names_and_colours_survive_files(chair, tmp_path, suffix):
    parts = (Part("Sitz ñ 座", "seat"), Part("leg/0", "leg"), Part("leg [1]", "leg"))
    colored = replace(chair, parts=parts, face_colors=part_colors(np.arange(3))[chair.face_part])
    write_shape(tmp_path / f"x{suffix}", colored)
    found = read_shape(tmp_path / f"x{suffix}")
    assert names(found) == names(colored)
    for i in range(3):
        # a .glb and a .obj file hold colours in 8 bits
        assert np.abs(found.part(i).face_colors - colored.part(i).face_colors).max() < 5e-3
        assert np.allclose(found.part(i).bounds, colored.part(i).bounds)
    if suffix != ".obj":
        assert [part.label for part in found.parts] == ["seat", "leg", "leg"]


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("leg", "leg", "leg"), ["leg_0", "leg_1", "leg_2"]),
        (("leg", "leg", "leg_1"), ["leg_0", "leg_2", "leg_1"]),
        (("world", "a  b", "a\nb"), {".glb": ["world", "a  b", "a\nb"], ".obj": ["world", "a b_0", "a b_1"]}),
        (("a # 1x", "a # 2x", ""), {".glb": ["a # 1x", "a # 2x", ""], ".obj": ["a _ 1x", "a _ 2x", "unnamed"]}),
        (
            ("C:\\", "#x", "Material #25"),
            {".glb": ["C:\\", "#x", "Material #25"], ".obj": ["C:_", "_x", "Material #25"]},
        ),
        (("a\\\\", "a #7\\", "b\\c"), {".glb": ["a\\\\", "a #7\\", "b\\c"], ".obj": ["a__", "a _7_", "b\\c"]}),
    ],
)
def test_no_part_is_lost_where_names_repeat_or_no_file_can_hold_them(chair, tmp_path, suffix, given, expected):
    parts = tuple(Part(name, name) for name in given)
    colored = replace(chair, parts=parts, face_colors=part_colors(np.arange(3))[chair.face_part])
    write_shape(tmp_path / f"x{suffix}", colored)
    found = read_shape(tmp_path / f"x{suffix}")
    assert names(found) == (expected if isinstance(expected, list) else expected[suffix])
    labels = {".glb": [name or expected[suffix][i] for i, name in enumerate(given)], ".obj": names(found)}
    assert [part.label for part in found.parts] == labels[suffix]
    for i in range(3):
        assert np.allclose(found.part(i).bounds, chair.part(i).bounds)


@pytest.mark.parametrize("extras", [None, 7, "leg", {"label": 3}, {"label": ""}, {}])
def test_extras_of_other_programs_are_no_labels(chair, tmp_path, extras):
    """Of a .glb file whose meshes have any JSON for extras: parts are labelled by their names."""
    import trimesh

    scene = trimesh.Scene()
    for i, part in enumerate(chair.parts):
        piece = chair.part(i)
        geometry = trimesh.Trimesh(piece.vertices, piece.faces, process=False)
        scene.add_geometry(geometry, node_name=part.name, geom_name=part.name)

    def set_extras(tree):
        for mesh in tree["meshes"]:
            mesh["extras"] = extras

    (tmp_path / "x.glb").write_bytes(scene.export(file_type="glb", tree_postprocessor=set_extras))
    found = read_shape(tmp_path / "x.glb")
    assert [part.label for part in found.parts] == names(found) == names(chair)
