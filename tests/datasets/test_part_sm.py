"""Part-SM: legs divided into single legs, in closed form and on generated objects."""

from __future__ import annotations

import numpy as np
import pytest
from block_source import boxes

from svr3d.datasets.parametric import Parametric
from svr3d.datasets.part_check import divide
from svr3d.datasets.part_sm import part_sm
from svr3d.geometry import InputError, Part, PartMesh

SEAT = ("seat", (0, 0, 0), (1.0, 0.1, 1.0))
CORNERS = [(x, z) for x in (-0.4, 0.4) for z in (-0.4, 0.4)]
LEGS = [("base", (x, -0.55, z), (0.1, 1.0, 0.1)) for x, z in CORNERS]
"""Four boxes, 0.7 from each other."""


def joined(mesh: PartMesh, *groups: tuple[str, str]) -> PartMesh:
    """Parts in the place of `mesh`'s: a (name, label) for each; the same pair means the same part."""
    parts = tuple(dict.fromkeys(groups))
    index = np.array([parts.index(group) for group in groups])
    return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, index[mesh.face_part], tuple(Part(*p) for p in parts))


def coarse(*spans: tuple) -> PartMesh:
    """Boxes, those of one label in one part."""
    return joined(boxes(*spans), *((label, label) for label, _, _ in spans))


def names(mesh: PartMesh) -> list[str]:
    return [part.name for part in mesh.parts]


def test_four_boxes_are_four_legs():
    mesh = coarse(SEAT, *LEGS)
    found = part_sm(mesh, "chair")
    assert found.parts == (Part("seat", "seat"), *(Part(f"base_{k}", "base") for k in range(4)))
    assert found.face_part.tolist() == np.repeat(np.arange(5), 12).tolist()
    assert (found.vertices is mesh.vertices) and (found.faces is mesh.faces) and (found.face_colors is mesh.face_colors)


def test_legs_that_touch_are_one():
    pair = [("base", (-0.05, -0.55, 0), (0.1, 1.0, 0.1)), ("base", (0.05, -0.55, 0), (0.1, 1.0, 0.1))]
    assert names(part_sm(coarse(SEAT, *pair), "chair")) == ["seat", "base"]


@pytest.mark.parametrize(("gap", "count"), [(0.9, 1), (1.1, 2)])
def test_tau_is_in_radii_of_the_object(gap, count):
    """Two legs that are 0.9 or 1.1 thresholds apart; the radius is half of the diagonal of the whole."""
    radius = np.linalg.norm((1.0, 1.1, 1.0)) / 2
    away = 0.05 + gap * 0.02 * radius / 2
    pair = [("base", (x, -0.55, 0), (0.1, 1.0, 0.1)) for x in (-away, away)]
    for scale in (1.0, 1000.0):
        mesh = coarse(SEAT, *pair)
        large = PartMesh(scale * mesh.vertices, mesh.faces, face_part=mesh.face_part, parts=mesh.parts)
        assert len(part_sm(large, "chair", 0.02).parts) == 1 + count


def test_legs_that_a_stretcher_joins_are_one():
    """Where its ends are at vertices of the legs, as in a united surface: each bar ends at the feet's inner corners."""
    bars = [("base", (x, -1.0, 0), (0.1, 0.1, 0.7)) for x in (-0.4, 0.4)]
    assert names(part_sm(coarse(SEAT, *LEGS, *bars), "chair")) == ["seat", "base_0", "base_1"]
    cross = ("base", (0, -1.0, 0.4), (0.7, 0.1, 0.1))
    assert names(part_sm(coarse(SEAT, *LEGS, *bars, cross), "chair")) == ["seat", "base"]


def test_a_stretcher_between_faces_is_a_piece_of_its_own():
    """The paper's rule is about vertices: halfway up the legs there are none."""
    bar = ("base", (-0.4, -0.55, 0), (0.05, 0.05, 0.7))
    assert len(part_sm(coarse(SEAT, *LEGS, bar), "chair").parts) == 1 + 5


def test_the_star_of_an_office_chair_is_one_part():
    """Five spokes that begin at a hub's corners, with castors at their ends."""
    hub = ("base", (0, -0.9, 0), (0.1, 0.2, 0.1))
    mesh = coarse(SEAT, hub)
    spokes, faces = [mesh.vertices], [mesh.faces]
    for k in range(5):
        out = np.array([np.cos(2 * np.pi * k / 5), 0, np.sin(2 * np.pi * k / 5)])
        side = np.cross(out, (0, 1, 0))
        corner = np.array([np.sign(out[0]) * 0.05, -1.0, (np.sign(out[2]) or 1) * 0.05])
        ends = [corner + (0, y, 0) + s * side for y in (0, 0.05) for s in (0, 0.03)]
        faces.append(boxes(SEAT).faces + sum(map(len, spokes)))
        spokes.append(np.array([*ends, *(end + 0.4 * out for end in ends)]))
    star = PartMesh(
        np.concatenate(spokes),
        np.concatenate(faces),
        face_part=np.repeat([0, 1, 1, 1, 1, 1, 1], 12),
        parts=mesh.parts,
    )
    assert names(part_sm(star, "chair")) == ["seat", "base"]


def test_scraps_go_to_the_nearest_leg():
    """A screw of a thousandth of the area, 0.1 above one leg's foot and away from the others."""
    screw = ("base", (0.5, -0.9, 0.4), (0.01, 0.01, 0.01))
    found = part_sm(coarse(SEAT, *LEGS, screw), "chair")
    assert names(found) == ["seat", "base_0", "base_1", "base_2", "base_3"]
    assert len(set(found.face_part[-24:])) == 1, "the screw belongs to another leg than the one next to it"


FINE = [("base/leg", (x, -0.25, z), (0.1, 0.4, 0.1)) for x, z in CORNERS]
FEET = [("base/leg", (x, -0.85, z), (0.1, 0.4, 0.1)) for x, z in CORNERS]
"""Legs in two pieces that are 0.2 apart."""


def paths(*spans: tuple, leaf: list[str]) -> PartMesh:
    """Boxes as leaves of a hierarchy."""
    return joined(boxes(*spans), *((name, label) for name, (label, _, _) in zip(leaf, spans, strict=True)))


def test_the_four_leg_rule():
    """Eight pieces, of which the finest level makes four legs: these it is."""
    leaves = ["seat", *(f"base_0/leg_{k}" for k in range(4)), *(f"base_0/leg_{k}" for k in range(4))]
    found = part_sm(paths(SEAT, *FINE, *FEET, leaf=leaves), "chair")
    assert found.parts[0] == Part("seat", "seat") and {part.label for part in found.parts[1:]} == {"base"}
    assert found.face_part.tolist() == np.repeat([0, 1, 2, 3, 4, 1, 2, 3, 4], 12).tolist()


def test_the_rule_is_for_four_legs_only():
    leaves = ["seat", *(f"base_0/leg_{k}" for k in range(3)), "base_0/leg_2", *(f"base_0/leg_{k}" for k in range(4))]
    three = [leaf.replace("leg_3", "leg_2") for leaf in leaves]
    assert len(part_sm(paths(SEAT, *FINE, *FEET, leaf=three), "chair").parts) == 1 + 8


def test_the_rule_leaves_good_legs_alone():
    """Four clusters, each of two leaves of which only one is a leg: they are kept whole."""
    feet = [("base/foot", (x, -0.65, z), (0.1, 0.4, 0.1)) for x, z in CORNERS]
    leaves = ["seat", *(f"base_0/leg_{k}" for k in range(4)), *(f"base_0/foot_{k}" for k in range(4))]
    found = part_sm(paths(SEAT, *FINE, *feet, leaf=leaves), "chair")
    assert found.face_part.tolist() == np.repeat([0, 1, 2, 3, 4, 1, 2, 3, 4], 12).tolist()


def test_the_rule_keeps_what_is_no_leg_apart():
    bar = ("base/bar", (0, -0.55, 0), (0.3, 0.1, 0.1))
    leaves = ["seat", *(f"base_0/leg_{k}" for k in range(4)), *(f"base_0/leg_{k}" for k in range(4)), "base_0/bar"]
    found = part_sm(paths(SEAT, *FINE, *FEET, bar, leaf=leaves), "chair")
    assert len(found.parts) == 1 + 5
    assert (found.face_part[-12:] == found.face_part.max()).all() and (found.face_part == 5).sum() == 12


def test_parts_of_the_coarsest_level_are_joined_and_kept():
    arms = [("arm/bar", (0.6, 0.3, 0), (0.1, 0.1, 0.1)), ("arm/pad", (0.6, 0.8, 0), (0.1, 0.1, 0.1))]
    other = ("arm/bar", (-0.6, 0.3, 0), (0.1, 0.1, 0.1))
    mesh = paths(SEAT, *arms, other, leaf=["seat", "arm_0/bar", "arm_0/pad", "arm_1/bar"])
    assert part_sm(mesh, "chair").parts == (Part("seat", "seat"), Part("arm_0", "arm"), Part("arm_1", "arm"))


def test_named_single_legs_stay_single():
    """A set whose parts are legs already, two of which touch."""
    pair = [("leg", (-0.05, -0.55, 0), (0.1, 1.0, 0.1)), ("leg", (0.05, -0.55, 0), (0.1, 1.0, 0.1))]
    assert names(part_sm(boxes(SEAT, *pair), "chair")) == ["seat_0", "leg_1", "leg_2"]


def test_without_names_it_is_what_stands_on_the_floor():
    spans = [("wood", *rest) for _, *rest in LEGS] + [("metal", (x, 0.5, 0), (0.1, 0.9, 0.1)) for x in (-0.4, 0.4)]
    mesh = coarse(SEAT, *spans)
    assert names(part_sm(mesh, "chair")) == ["seat", "wood_0", "wood_1", "wood_2", "wood_3", "metal"]
    assert names(part_sm(mesh, "03001627")) == names(part_sm(mesh, "chair")), "ShapeNet's number of chairs"
    assert names(part_sm(mesh, "car")) == ["seat", "wood", "metal"]


def test_lamps_keep_their_coarsest_parts():
    assert names(part_sm(coarse(SEAT, *LEGS), "lamp")) == ["seat", "base"]
    assert names(part_sm(coarse(SEAT, *LEGS), "03636649")) == ["seat", "base"]


def test_names_are_not_given_twice():
    mesh = joined(boxes(("seat", *SEAT[1:]), *LEGS), ("base_1", "seat"), *[("stand", "base")] * 4)
    assert names(part_sm(mesh, "chair")) == ["base_1", "base_0", "base_2", "base_3", "base_4"]


def test_the_order_of_faces_does_not_matter():
    """Which faces are together, that is; the numbers follow the faces."""
    mesh = coarse(SEAT, *LEGS)
    order = np.random.default_rng(0).permutation(len(mesh.faces))
    mixed = PartMesh(mesh.vertices, mesh.faces[order], face_part=mesh.face_part[order], parts=mesh.parts)
    a, b = part_sm(mesh, "chair").face_part[order], part_sm(mixed, "chair").face_part
    assert ((a[:, None] == a) == (b[:, None] == b)).all()


def test_bad_input():
    mesh = coarse(SEAT, *LEGS)
    for tau in (0, -0.1, 1, np.nan, np.inf):
        with pytest.raises(InputError, match="tau is"):
            part_sm(mesh, "chair", tau)
    empty = PartMesh([], [], face_part=[])
    assert part_sm(empty, "chair").is_empty
    broken = PartMesh(np.where(mesh.vertices < -1, np.nan, mesh.vertices), mesh.faces, None, mesh.face_part, mesh.parts)
    with pytest.raises(InputError, match="non-finite"):
        part_sm(broken, "chair")


class Known:
    """Two legs in one part, and what is known of them: whether each is one, or both together are."""

    dirty = False

    def __init__(self, gap: float, one: bool) -> None:
        pair = [("base/body", (x, -0.55, 0), (0.1, 1.0, 0.1)) for x in (-0.05 - gap / 2, 0.05 + gap / 2)]
        self.mesh = paths(SEAT, *pair, leaf=["seat", "base_0/0", "base_0/0" if one else "base_0/1"])

    def instances(self, category: str, name: str) -> PartMesh:
        return self.mesh


@pytest.mark.parametrize(
    ("gap", "one", "expected"),
    [
        (0.3, False, (2, 2, False, False)),
        (0.3, True, (2, 1, False, True)),
        (0.001, False, (1, 2, True, False)),
        (0.001, True, (1, 1, False, False)),
    ],
)
def test_errors_are_found_where_the_truth_is_known(gap, one, expected):
    assert divide(Known(gap, one), "chair", "x")[1:] == expected


def test_generated_objects_know_what_belongs_together():
    """Face by face the same surface; and of a few chairs and tables, what `part_sm` finds agrees with the solids."""
    source = Parametric(("chair", "table"), {"train": 6}, seed=5)
    several = 0
    for category, name, _ in source.items():
        known, mesh = source.instances(category, name), source.build(category, name)
        assert np.array_equal(known.vertices, mesh.vertices) and np.array_equal(known.faces, mesh.faces)
        assert [known.parts[i].name.split("/")[0] for i in known.face_part] == [
            mesh.parts[i].name for i in mesh.face_part
        ]
        found = divide(source, category, name)
        assert (found.under, found.wrong, found.legs) == (False, False, found.known)
        several += found.legs > 1
    assert several


def test_what_touches_is_known_of_solids():
    """Of a part of four boxes: two overlap, one touches these with a face, and the last is 0.01 away."""
    from svr3d.datasets.parametric.assembly import Assembly
    from svr3d.datasets.parametric.solids import box

    assembly = Assembly()
    assembly.add("seat", (0.5, 0.5, 0.5), box((9, 1, 1), (4, 1, 0)))
    for x in (0, 0.5, 1.5, 2.51):
        assembly.add("base", (0.5, 0.5, 0.5), box((1, 1, 1), (x, 0, 0)))
    found = assembly.bodies()
    assert [part.name for part in found.parts] == ["seat_0/0", "base_0/0", "base_0/1"]
    assert {part.label for part in found.parts} == {"seat/body", "base/body"}
    assert [part.name for part in assembly.parts] == ["seat_0", "base_0"]
    bodies = found.unite()
    wide = [np.ptp(bodies.part(i).bounds[:, 0]) for i in (1, 2)]
    assert wide[0] / wide[1] == pytest.approx(2.5)


def test_a_castor_that_is_far_from_all_legs_is_a_piece_by_itself():
    castor = ("base", (0, -1.0, 0), (0.01, 0.01, 0.01))
    assert len(part_sm(coarse(SEAT, *LEGS, castor), "chair").parts) == 1 + 5
