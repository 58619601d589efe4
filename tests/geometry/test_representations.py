"""What the suite asks of any shape, and a shape that another distribution brings."""

import importlib

import numpy as np
import pytest

from svr3d.geometry import (
    Camera,
    InputError,
    MedialMesh,
    Mesh,
    PartMesh,
    PointCloud,
    Representation,
    VoxelGrid,
    align,
    betti_numbers,
    bounds,
    bounds_a_solid,
    containment,
    get_representation,
    has_inside,
    is_shape,
    list_representations,
    list_suffixes,
    moved,
    occupied,
    part_labels,
    read_shape,
    relabelled,
    render_shape,
    representation_of,
    sample_surface,
    to_canonical,
    to_mesh,
    to_surface,
    to_voxels,
    voxelize,
    voxelize_parts,
    write_shape,
)

OWN = {"mesh": Mesh, "part_mesh": PartMesh, "points": PointCloud, "voxels": VoxelGrid, "medial": MedialMesh}


@pytest.fixture
def table(shapes):
    """A top on two legs, in parts."""
    return shapes.parts(
        top=shapes.box((-0.5, 0.2, -0.3), (0.5, 0.3, 0.3)),
        leg_1=shapes.box((-0.4, -0.3, -0.1), (-0.2, 0.2, 0.1)),
        leg_2=shapes.box((0.2, -0.3, -0.1), (0.4, 0.2, 0.1)),
    )


@pytest.fixture
def one_of_each(table):
    ball = MedialMesh([[0, 0, 0, 0.4]])
    return [to_mesh(ball), table, sample_surface(table, 500), voxelize_parts(table, 16), ball]


# What is asked of each


def test_each_class_has_its_representation(one_of_each):
    assert set(list_representations()) >= set(OWN)
    for name, cls in OWN.items():
        assert get_representation(name).shape is cls and get_representation(name).name == name
    for shape, cls in zip(one_of_each, OWN.values(), strict=True):
        assert is_shape(shape) and representation_of(shape).shape is cls
    for other in (None, "mesh", np.zeros((3, 3)), Mesh):
        assert not is_shape(other)
        with pytest.raises(InputError, match="expected a Mesh, PartMesh, PointCloud, VoxelGrid or MedialMesh, found"):
            to_mesh(other)
    with pytest.raises(InputError, match="unknown shape 'meshes'; did you mean 'mesh'"):
        get_representation("meshes")


def test_subclasses_are_handled_as_what_they_derive_from(shapes):
    class Colored(Mesh):
        pass

    box = shapes.box()
    colored = Colored(box.vertices, box.faces)
    assert to_mesh(colored) is colored and is_shape(colored)
    assert type(moved(colored, scale=2)) is Colored


def test_inside_of_each(one_of_each):
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (300, 3))
    for shape in one_of_each:
        solid = not isinstance(shape, PointCloud)
        assert has_inside(shape) == bounds_a_solid(shape) == solid
        if solid:
            found = containment(shape, points)
            assert found.inside.any() and found.watertight and found.ambiguous == 0
            assert (found.inside == occupied(shape, points)).all()
    with pytest.raises(InputError, match="a point cloud bounds no solid"):
        containment(one_of_each[2], points)


def test_an_open_mesh_has_an_inside_but_bounds_no_solid(shapes):
    half = shapes.without(shapes.sphere(0.4, 3), 0.1)
    assert has_inside(half) and not bounds_a_solid(half)
    found = containment(half, np.random.default_rng(0).uniform(-0.5, 0.5, (300, 3)))
    assert not found.watertight and found.ambiguous > 0


def test_bounds_of_each(one_of_each, table):
    ball, parts, cloud, grid, medial = map(bounds, one_of_each)
    assert (parts == table.bounds).all()
    assert medial.tolist() == [[-0.4] * 3, [0.4] * 3] and ball == pytest.approx(medial, abs=0.002)
    assert (cloud == [one_of_each[2].points.min(axis=0), one_of_each[2].points.max(axis=0)]).all()
    assert grid == pytest.approx(parts, abs=0.5 / 16)
    for empty in (Mesh([], []), PointCloud([]), VoxelGrid(np.zeros((2, 2, 2)))):
        with pytest.raises(InputError, match=r"an empty .* has no bounds"):
            bounds(empty)


def test_motion_of_each(one_of_each):
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    for shape in one_of_each:
        if isinstance(shape, VoxelGrid):
            with pytest.raises(InputError, match="a voxel grid spans the canonical box"):
                moved(shape, scale=2)
            continue
        other = moved(shape, scale=0.5, rotation=turn, offset=(0.1, 0, 0))
        assert type(other) is type(shape)
        low, high = bounds(shape)
        expected = np.sort(0.5 * np.array([low, high]) @ turn.T, axis=0) + (0.1, 0, 0)
        assert bounds(other) == pytest.approx(expected, abs=0.003)
        same = moved(shape)
        assert (bounds(same) == bounds(shape)).all()


def test_normals_turn_and_stay_unit_vectors(table):
    cloud = sample_surface(table, 100)
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    other = moved(cloud, scale=3, rotation=2 * turn)
    assert other.normals == pytest.approx(cloud.normals @ turn.T)
    assert (other.part_ids == cloud.part_ids).all()


# Labels and their names


def test_part_voxels_say_what_their_labels_mean(table):
    grid = voxelize_parts(table, 16)
    assert grid.label_names == ("top", "leg") == table.labels
    top = grid.labels == 1
    assert np.argwhere(top)[:, 1].min() >= 11, "the top is above"
    assert to_voxels(grid, 32).label_names == ("top", "leg")
    assert part_labels(table, 16).label_names == ("top", "leg")
    assert part_labels(grid, 16) is grid
    assert part_labels(grid, 8).resolution == 8 and part_labels(grid, 8).label_names == ("top", "leg")
    assert (part_labels(table, 16).labels == grid.labels).all()
    for shape in (to_mesh(MedialMesh([[0, 0, 0, 0.4]])), sample_surface(table, 10), voxelize(table, 8)):
        assert part_labels(shape, 8) is None


def test_labels_by_other_names(table):
    grid = voxelize_parts(table, 16)
    other = relabelled(grid, ["back", "leg"])
    assert other.label_names == ("back", "leg", "top"), "names that are not asked for come after those that are"
    assert (other.labels == np.array([0, 3, 2])[grid.labels]).all() and (other.values == grid.values).all()
    back = relabelled(other, grid.label_names)
    assert (back.labels == grid.labels).all() and back.label_names == ("top", "leg", "back")
    assert relabelled(grid, ()).label_names == grid.label_names
    assert relabelled(grid, iter(["leg"])).label_names == ("leg", "top")


def test_a_mesh_and_its_own_voxels_agree_by_name(table):
    """Whatever the order in which the one, the other and the data set list the parts."""
    names = ("drawer", "leg", "shelf", "top")
    assert (
        relabelled(voxelize_parts(table, 16), names).labels == relabelled(part_labels(table, 16), names).labels
    ).all()


def test_labels_without_names_are_left_as_they_are(table):
    grid = voxelize_parts(table, 8)
    plain = VoxelGrid(grid.values, labels=grid.labels)
    assert relabelled(plain, ["leg", "top"]) is plain
    with pytest.raises(InputError, match="without labels"):
        relabelled(voxelize(table, 8), ["leg"])
    with pytest.raises(InputError, match="expected distinct names"):
        relabelled(grid, ["leg", "leg"])


@pytest.mark.parametrize(
    ("labels", "names", "message"),
    [
        (None, ("a",), "found the names a, but no labels"),
        ([0, 1, 2, 0, 0, 0, 0, 0], ("a",), "expected 0 to 1, as there are names, found 0 to 2"),
        ([0, 1, -1, 0, 0, 0, 0, 0], ("a",), "found -1 to 1"),
        ([0, 1, 2, 0, 0, 0, 0, 0], ("a", "a"), "expected distinct names, found a, a"),
    ],
)
def test_names_that_do_not_fit_the_labels(labels, names, message):
    labels = None if labels is None else np.reshape(labels, (2, 2, 2))
    with pytest.raises(InputError, match=message):
        VoxelGrid(np.ones((2, 2, 2)), labels=labels, label_names=names)


def test_files_keep_the_names_of_labels(tmp_path, table):
    grid = voxelize_parts(table, 8)
    write_shape(tmp_path / "a.npz", grid)
    back = read_shape(tmp_path / "a.npz")
    assert back.label_names == grid.label_names and (back.labels == grid.labels).all()
    with np.load(tmp_path / "a.npz") as archive:
        arrays = dict(archive)
    np.savez(tmp_path / "b.npz", **{**arrays, "label_names": np.array(["top"])})
    with pytest.raises(InputError, match=r"b\.npz: voxel labels: expected 0 to 1"):
        read_shape(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", values=arrays["values"], labels=arrays["labels"])
    assert read_shape(tmp_path / "c.npz").label_names == ()


# Archives


def test_archives_say_what_they_hold_but_need_not(tmp_path, one_of_each):
    for name, shape in zip(OWN, one_of_each, strict=True):
        write_shape(tmp_path / "a.npz", shape)
        with np.load(tmp_path / "a.npz") as archive:
            arrays = dict(archive)
        assert str(arrays.pop("representation")) == name
        np.savez(tmp_path / "b.npz", **arrays)
        assert type(read_shape(tmp_path / "a.npz")) is type(read_shape(tmp_path / "b.npz")) is type(shape)
    np.savez(tmp_path / "c.npz", representation=np.array("splats"), points=np.zeros((2, 3)))
    with pytest.raises(InputError, match=r"c\.npz: unknown shape 'splats'"):
        read_shape(tmp_path / "c.npz")


def test_suffixes():
    found = list_suffixes()
    assert found[:9] == (".npz", ".glb", ".ply", ".obj", ".off", ".stl", ".npy", ".binvox", ".ma")


# A shape from another distribution


BALLOONS = '''
"""Balls of one radius, as a distribution of its own would bring them."""
from dataclasses import dataclass, replace
from pathlib import Path
import numpy as np
from svr3d.geometry import Containment, InputError, MedialMesh, Representation, to_mesh

@dataclass(frozen=True, eq=False)
class Balloons:
    points: np.ndarray
    radius: float

    @property
    def is_empty(self):
        return len(self.points) == 0

    @property
    def is_finite(self):
        return bool(np.isfinite(self.points).all())

class Text:
    def read(self, path: Path) -> Balloons:
        rows = np.loadtxt(path, ndmin=2)
        if rows.shape[1:] != (4,):
            raise InputError("expected four numbers in each line")
        return Balloons(rows[:, :3], float(rows[0, 3]))

    def write(self, path: Path, shape: Balloons) -> None:
        np.savetxt(path, np.column_stack([shape.points, np.full(len(shape.points), shape.radius)]), fmt="%.17g")

class BalloonRepresentation(Representation):
    name = "balloons"
    noun = "bunch of balloons"
    shape = Balloons
    formats = {".balloons": Text()}
    lacks = "balloons"

    def to_mesh(self, shape):
        return to_mesh(MedialMesh(np.column_stack([shape.points, np.full(len(shape.points), shape.radius)])))

    def containment(self, shape, points):
        away = np.linalg.norm(np.asarray(points)[:, None] - shape.points, axis=2)
        return Containment((away <= shape.radius).any(axis=1), True, 0.0)

    def moved(self, shape, matrix, scale, offset):
        radius = shape.radius * scale * np.cbrt(np.linalg.det(matrix))
        return replace(shape, points=(scale * shape.points) @ matrix.T + offset, radius=radius)

    def from_arrays(self, arrays):
        return Balloons(arrays["points"], float(arrays["radius"]))

class Unfinished(Representation):
    name, noun, shape = "unfinished", "sketch", dict

class Greedy(BalloonRepresentation):
    name, formats = "greedy", {".obj": Text()}

class Nameless(Representation):
    to_mesh = containment = moved = None
'''


@pytest.fixture
def shapes_outside(outside):
    """Installs a distribution that adds shapes by the given entry points; gives its module."""

    def install(distribution="extra", module="balloons", **points):
        outside({"svr3d.shapes": points}, distribution, **{module: BALLOONS})
        return importlib.import_module(module)

    return install


def test_a_shape_from_outside_goes_through_every_door(shapes_outside, tmp_path):
    extra = shapes_outside(balloons="balloons:BalloonRepresentation")
    bunch = extra.Balloons(np.array([[-0.2, 0, 0], [0.25, 0, 0]]), 0.2)
    assert is_shape(bunch) and "balloons" in list_representations()
    assert get_representation("balloons").shape is extra.Balloons and isinstance(
        representation_of(bunch), Representation
    )
    assert has_inside(bunch) and bounds_a_solid(bunch) and part_labels(bunch, 8) is None

    volume = 2 * 4 / 3 * np.pi * 0.2**3
    mesh = to_mesh(bunch)
    assert mesh.volume == pytest.approx(volume, rel=0.01)
    assert bounds(bunch) == pytest.approx(np.array([[-0.4, -0.2, -0.2], [0.45, 0.2, 0.2]]), abs=0.005)
    surface = to_surface(bunch, 300, seed=3)
    assert len(surface) == 300 and surface.normals is not None
    assert (surface.points == sample_surface(mesh, 300, seed=3).points).all()
    assert to_voxels(bunch, 32).occupancy.mean() == pytest.approx(volume, rel=0.05)
    assert occupied(bunch, [[0.25, 0.1, 0], [0, 0.1, 0]]).tolist() == [True, False]
    assert betti_numbers(bunch, resolution=32).components == 2
    assert (render_shape(bunch, Camera.from_r2n2(40, 27, 0.8, diagonal=1.2), 48) < 250).any()

    small = moved(bunch, scale=0.5, offset=(0, 0.1, 0))
    assert type(small) is extra.Balloons and small.radius == 0.1
    assert align(small, surface, "scale").radius == pytest.approx(0.2, rel=0.02)
    assert to_canonical(small, "shapenet", loc=np.array([0, 0.1, 0]), scale=0.5).points == pytest.approx(bunch.points)

    for suffix in ("balloons", "npz"):
        write_shape(tmp_path / f"a.{suffix}", bunch)
        back = read_shape(tmp_path / f"a.{suffix}")
        assert type(back) is extra.Balloons and (back.points == bunch.points).all() and back.radius == 0.2
    write_shape(tmp_path / "a.ply", bunch)
    assert read_shape(tmp_path / "a.ply").volume == pytest.approx(volume, rel=0.01)
    assert list_suffixes()[-1] == ".balloons"
    with pytest.raises(InputError, match=r"a\.balloons: a \.balloons file holds a bunch of balloons, not a Mesh"):
        write_shape(tmp_path / "a.balloons", mesh)
    with pytest.raises(InputError, match=r"b\.balloons: expected four numbers"):
        (tmp_path / "b.balloons").write_text("1 2 3\n")
        read_shape(tmp_path / "b.balloons")


def test_a_broken_distribution_is_a_sentence_and_hides_no_other(shapes_outside, tmp_path, shapes):
    shapes_outside(balloons="balloons:BalloonRepresentation", broken="no_such_module_anywhere:Broken")
    assert {"broken", "balloons", *OWN} <= set(list_representations())
    assert ".balloons" in list_suffixes()
    write_shape(tmp_path / "a.obj", shapes.box())
    assert read_shape(tmp_path / "a.obj").volume == pytest.approx(1)
    with pytest.raises(InputError, match=r"unknown format '\.broken'; .*shape 'broken' of distribution 'extra' cannot"):
        read_shape(tmp_path / "a.broken")
    with pytest.raises(InputError, match=r"shape 'broken' of distribution 'extra' cannot be imported"):
        get_representation("broken")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("balls", "BalloonRepresentation", "expected a class whose `name` is 'balls', found 'balloons'"),
        ("balloons", "Balloons", "expected a subclass of svr3d.geometry.Representation"),
        ("unfinished", "Unfinished", "Unfinished lacks containment, moved, to_mesh"),
        ("greedy", "Greedy", "the suffix '.obj' is taken"),
        ("nameless", "Nameless", "Nameless does not say its `name`"),
        ("mesh", "BalloonRepresentation", "the shape name 'mesh' is declared by 'extra' and 'svr3d'"),
    ],
)
def test_what_is_wrong_with_a_distribution(shapes_outside, name, value, message):
    shapes_outside(**{name: f"balloons:{value}"})
    with pytest.raises(InputError, match=message):
        get_representation(name)


def test_shapes_of_a_distribution_that_is_not_installed_are_no_shapes(shapes_outside):
    extra = shapes_outside()
    with pytest.raises(InputError, match=r"expected a Mesh, .* found Balloons"):
        to_mesh(extra.Balloons(np.zeros((1, 3)), 0.1))
