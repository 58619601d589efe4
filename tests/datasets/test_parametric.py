"""The parametric generator: closed surfaces, labelled parts, a fixed frame, and objects that differ."""

import json
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from svr3d.datasets.parametric import CATEGORIES, PART_LABELS, Parametric, generate
from svr3d.geometry import InputError, PartMesh

SEEDS = range(8)


@pytest.fixture(scope="module")
def objects() -> dict[str, list[PartMesh]]:
    return {category: [generate(category, seed) for seed in SEEDS] for category in CATEGORIES}


def directed_edges(mesh: PartMesh) -> Counter:
    return Counter((int(a), int(b)) for f in mesh.faces for a, b in pairwise((*f, f[0])))


def components(mesh: PartMesh) -> int:
    """Connected pieces of the surface, by union-find over faces' corners."""
    parent = list(range(len(mesh.vertices)))

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b, c in mesh.faces.tolist():
        parent[root(a)] = root(b)
        parent[root(b)] = root(c)
    return len({root(i) for i in np.unique(mesh.faces).tolist()})


def genus(mesh: PartMesh) -> int:
    edges = len(directed_edges(mesh)) // 2
    euler = len(np.unique(mesh.faces)) - edges + len(mesh.faces)
    return (2 * components(mesh) - euler) // 2


def test_the_fifteen_categories():
    shapenet = {"plane", "bench", "cabinet", "car", "chair", "display", "lamp", "speaker", "rifle", "couch", "table"}
    assert set(CATEGORIES) == shapenet | {"phone", "boat", "bag", "knife"}
    assert len(CATEGORIES) == 15


@pytest.mark.parametrize("category", CATEGORIES)
def test_surfaces_are_closed_and_oriented(objects, category):
    for mesh in objects[category]:
        edges = directed_edges(mesh)
        assert set(edges.values()) == {1}
        assert all((b, a) in edges for a, b in edges)
        assert mesh.volume > 0


@pytest.mark.parametrize("category", CATEGORIES)
def test_trimesh_agrees_that_they_are_solid(objects, category):
    trimesh = pytest.importorskip("trimesh")
    for mesh in objects[category][:3]:
        other = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
        assert other.is_watertight and other.is_winding_consistent
        assert other.volume == pytest.approx(mesh.volume)


@pytest.mark.parametrize("category", CATEGORIES)
def test_objects_are_in_one_piece(objects, category):
    assert [components(mesh) for mesh in objects[category]] == [1] * len(SEEDS)


@pytest.mark.parametrize("category", CATEGORIES)
def test_frame_is_canonical(objects, category):
    for mesh in objects[category]:
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        assert np.isfinite(mesh.vertices).all()
        np.testing.assert_allclose(low + high, 0, atol=1e-9)
        assert (high - low).max() == pytest.approx(1)
        assert len(np.unique(mesh.faces)) == len(mesh.vertices)


@pytest.mark.parametrize("category", CATEGORIES)
def test_parts_are_documented_and_have_area(objects, category):
    for mesh in objects[category]:
        names = [part.name for part in mesh.parts]
        assert len(set(names)) == len(names) >= 1
        for index, part in enumerate(mesh.parts):
            assert part.label in PART_LABELS[category]
            assert part.name.rpartition("_")[0] == part.label
            assert mesh.face_areas[mesh.face_part == index].sum() > 1e-5


@pytest.mark.parametrize("category", CATEGORIES)
def test_colors_are_linear_rgb(objects, category):
    for mesh in objects[category]:
        assert mesh.face_colors.shape == (len(mesh.faces), 3)
        assert mesh.face_colors.min() >= 0 and mesh.face_colors.max() <= 1


@pytest.mark.parametrize("category", CATEGORIES)
def test_same_seed_same_object(objects, category):
    again = generate(category, 3)
    first = objects[category][3]
    np.testing.assert_array_equal(again.vertices, first.vertices)
    np.testing.assert_array_equal(again.faces, first.faces)
    np.testing.assert_array_equal(again.face_part, first.face_part)
    assert again.parts == first.parts


@pytest.mark.parametrize("category", CATEGORIES)
def test_objects_differ(objects, category):
    """No two seeds give nearly the same solid: occupancies at 32³ overlap by less than 0.97."""
    open3d = pytest.importorskip("open3d")
    axis = (np.arange(32) + 0.5) / 32 - 0.5
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32)
    solids = []
    for mesh in objects[category]:
        scene = open3d.t.geometry.RaycastingScene(nthreads=1)
        scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
        solids.append(scene.compute_occupancy(open3d.core.Tensor(grid), nthreads=1).numpy() > 0.5)
    assert all(solid.sum() >= 20 for solid in solids), "too thin for 32³"
    overlaps = [(a & b).sum() / (a | b).sum() for i, a in enumerate(solids) for b in solids[:i]]
    assert max(overlaps) < 0.97
    assert np.mean(overlaps) < (0.8 if category == "car" else 0.5)


@pytest.mark.parametrize("category", ["chair", "table", "bench", "cabinet", "couch", "lamp", "rifle", "bag", "boat"])
def test_topology_varies(objects, category):
    assert len({genus(mesh) for mesh in objects[category]}) >= 2


def test_genus_of_known_solids_is_right():
    """The test's own yardstick: a box with a hole has genus one."""
    from svr3d.datasets.parametric.assembly import Assembly
    from svr3d.datasets.parametric.solids import box
    from svr3d.datasets.parametric.sweeps import rod

    plain, holed = Assembly(), Assembly()
    plain.add("a", (1, 1, 1), box((1, 1, 1)))
    holed.add("a", (1, 1, 1), box((1, 1, 1)) - rod((0, 0, -1), (0, 0, 1), 0.2))
    assert (genus(plain.unite()), genus(holed.unite())) == (0, 1)


def test_union_gives_each_face_to_the_solid_it_lies_on():
    from svr3d.datasets.parametric.assembly import Assembly
    from svr3d.datasets.parametric.solids import box

    a = Assembly()
    a.add("cube", (1, 0, 0), box((1, 1, 1)))
    a.add("post", (0, 1, 0), box((0.2, 3, 0.2)))
    mesh = a.unite()
    centers = mesh.triangles.mean(axis=1) * 3  # the longest side was 3
    on_post = np.abs(centers[:, 1]) > 0.5 + 1e-9
    assert set(np.flatnonzero(on_post)) == set(np.flatnonzero(mesh.face_part == 1))
    # No walls inside: the area is that of the union, by hand.
    assert mesh.area * 9 == pytest.approx(6 + 4 * 0.2 * 2)
    assert mesh.volume * 27 == pytest.approx(1 + 2 * 0.2 * 0.2)


def test_closed_hollows_are_filled():
    from svr3d.datasets.parametric.assembly import Assembly
    from svr3d.datasets.parametric.solids import box

    a = Assembly()
    a.add("cube", (1, 1, 1), box((2, 2, 2)) - box((1, 1, 1)))
    assert a.unite().volume == pytest.approx(1)


@pytest.mark.parametrize("axis, expected", [("x", (2, 1, 3)), ("y", (3, 2, 1)), ("z", (3, 1, 2))])
def test_prism_axes(axis, expected):
    """A 3 by 1 outline of thickness 2: (z, y) for x, (x, z) for y, (x, y) for z."""
    from svr3d.datasets.parametric.outlines import rectangle
    from svr3d.datasets.parametric.solids import prism

    low, high = np.reshape(prism(rectangle(3, 1), 2, axis).bounding_box(), (2, 3))
    np.testing.assert_allclose(high - low, expected)


def test_volumes_of_solids_in_closed_form():
    from svr3d.datasets.parametric import outlines, solids, sweeps

    n = 64
    ring = n / 2 * np.sin(2 * np.pi / n)  # area of the unit circle's n-gon
    assert sweeps.rod((0, 0, 0), (0, 3, 4), 0.5, sides=n).volume() == pytest.approx(5 * ring / 4)
    assert sweeps.lathe([(1, 0), (0, 3)], sides=n).volume() == pytest.approx(ring, rel=1e-3)
    assert solids.box((1, 2, 3), bevel=1e-6).volume() == pytest.approx(6, rel=1e-4)
    circle = outlines.circle(2, 256)
    assert sweeps.tube(circle, 0.1, 64, closed=True).volume() == pytest.approx(2 * np.pi**2 * 2 * 0.01, rel=0.01)
    wall = sweeps.shell([(1, 0), (1, 2)], 0.1, sides=256)
    assert wall.volume() == pytest.approx(np.pi * (1.05**2 - 0.95**2) * 2, rel=1e-3)
    band = sweeps.bent([(1, 0), (2, 0), (2, 3), (1, 3)], 2, np.linspace(-np.pi / 4, np.pi / 4, 257))
    assert band.volume() == pytest.approx(np.pi / 4 * (2**2 - 1**2) * 3, rel=1e-3)
    triangle = solids.plate(0.5, [(0, 0), (1, 0), (0, 1)])
    assert triangle.volume() == pytest.approx(0.25)
    cube = solids.hull(solids.grid((0, 1), (0,), (0, 2)), solids.grid((0, 1), (3,), (0, 2)))
    assert cube.volume() == pytest.approx(6)


def test_spun_solids_look_forwards():
    """A cone about the z axis whose tip is in front: radius and depth as in its profile."""
    from svr3d.datasets.parametric.sweeps import spun

    low, high = np.reshape(spun([(1, -1), (0, 2)], (3, 0, 0), sides=256).bounding_box(), (2, 3))
    np.testing.assert_allclose(low, (2, -1, -1), atol=1e-3)
    np.testing.assert_allclose(high, (4, 1, 2), atol=1e-3)


def test_an_arch_passes_through_its_feet_and_its_crown():
    from svr3d.datasets.parametric.outlines import arch

    path = arch(2, 1, 3, z=0.5, roundness=4, steps=15)
    np.testing.assert_allclose(path[[0, 7, -1]], [(2, 1, 0.5), (0, 4, 0.5), (-2, 1, 0.5)], atol=1e-3)


# Draws ----------------------------------------------------------------------------------------


def test_a_variant_is_drawn_as_its_weights_say():
    from svr3d.datasets.parametric.draw import Draw, Variant

    table = {"often": Variant(3, "a"), "never": Variant(0, "b"), "seldom": Variant(1, "c")}
    drawn = Counter(Draw(seed).variant("kind", table) for seed in range(400))
    assert set(drawn) == {("often", table["often"]), ("seldom", table["seldom"])}
    assert drawn["often", table["often"]] / 400 == pytest.approx(0.75, abs=0.08)


def test_what_is_drawn_once_is_recorded_and_kept():
    from svr3d.datasets.parametric.draw import Draw

    first, second = Draw(0), Draw(0)
    height = first.once(first.uniform, "height", 1, 2)
    assert first.once(first.uniform, "height", 1, 2) == height == second.uniform("height", 1, 2)
    assert first.uniform("next", 0, 1) == second.uniform("next", 0, 1)  # nothing was drawn the second time
    assert first.parameters == second.parameters


@pytest.mark.parametrize("category", CATEGORIES)
def test_families_and_labels_stand_in_the_readme(category):
    from pathlib import Path

    from svr3d.datasets import parametric
    from svr3d.datasets.parametric.catalogue import CATALOGUE

    families, labels = CATALOGUE[category].families, PART_LABELS[category]
    readme = (Path(parametric.__file__).parent / "README.md").read_text()
    assert f"| {category} | {', '.join(families)} | {', '.join(labels)} |" in readme
    drawn = {CATALOGUE[category].design(seed)[1].parameters["family"] for seed in SEEDS}
    assert drawn <= set(families) and len(drawn) > 2


# The data source ------------------------------------------------------------------------------


def test_items_are_counted_per_category_and_split():
    source = Parametric(("chair", "lamp"), {"train": 3, "val": 1, "test": 2})
    items = source.items()
    assert Counter((category, split) for category, _, split in items) == {
        (category, split): count for category in ("chair", "lamp") for split, count in source.objects.items()
    }
    assert items[0] == ("chair", "chair_000000", "train")
    assert len({name for _, name, _ in items}) == len(items)
    assert len(Parametric().items()) == 15 * 52


def test_more_objects_leave_the_earlier_ones_as_they_were():
    few, many = Parametric(("knife",), {"train": 2, "test": 1}), Parametric(("chair", "knife"), {"train": 4, "test": 3})
    assert set(few.items()) < set(many.items())
    for category, name, _ in few.items():
        np.testing.assert_array_equal(few.build(category, name).vertices, many.build(category, name).vertices)


def test_data_set_seed_changes_every_object():
    a, b = Parametric(("knife",), seed=0), Parametric(("knife",), seed=1)
    assert a.describe("knife", "knife_000000")["seed"] != b.describe("knife", "knife_000000")["seed"]


def test_seeds_are_pinned():
    """Objects must not change with the Python version or the platform."""
    assert Parametric(("chair",)).describe("chair", "chair_000123")["seed"] == 3268638075287573972


@pytest.mark.parametrize("category", CATEGORIES)
def test_description_is_json_and_matches(category):
    source = Parametric((category,))
    name = f"{category}_000001"
    description = source.describe(category, name)
    assert json.loads(json.dumps(description)) == description
    assert description["family"] and len(description["parameters"]) >= 5
    np.testing.assert_array_equal(
        generate(category, description["seed"]).vertices, source.build(category, name).vertices
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"categories": ("dragon",)},
        {"categories": ()},
        {"objects": {"train": 0}},
        {"objects": {"train": -1}},
        {"objects": {"train": 2.5}},
        {"objects": {"holdout": 3}},
        {"objects": {"test": 100_001}},
        {"seed": "x"},
    ],
)
def test_bad_arguments(arguments):
    with pytest.raises(InputError):
        Parametric(**arguments)


@pytest.mark.parametrize(
    "category, name", [("dragon", "dragon_000000"), ("chair", "lamp_000000"), ("chair", "chair_1")]
)
def test_bad_names(category, name):
    with pytest.raises(InputError):
        Parametric().build(category, name)


def test_generate_rejects_an_unknown_category():
    with pytest.raises(InputError, match="unknown parametric category 'dragon'"):
        generate("dragon", 0)
