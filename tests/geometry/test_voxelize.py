import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, Mesh, containment, contains, voxelization, voxelize, voxelize_parts


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


@pytest.mark.parametrize("resolution", [16, 32, 64])
def test_sphere(shapes, centres, resolution):
    occupancy = voxelize(shapes.sphere(subdivisions=5), resolution).occupancy
    expected = np.linalg.norm(centres(resolution), axis=-1) < 0.5
    assert iou(occupancy, expected) > 0.998


def test_thin_rule_does_not_bias_a_sphere(shapes, centres, solid_angle_winding):
    counts = []
    for seed in range(8):
        mesh = shapes.turned(shapes.sphere(0.47, 3), seed, shift=np.random.default_rng(seed).uniform(-0.02, 0.02, 3))
        counts.append(voxelize(mesh).occupancy.sum() / (mesh.volume * 32**3))
    assert np.mean(counts) == pytest.approx(1, abs=5e-4)


def test_x_y_z_order():
    occupancy = voxelize(Mesh(*_box_arrays((-0.5, -0.5, -0.5), (-0.25, 0, 0.5))), 4).occupancy
    assert occupancy.shape == (4, 4, 4)
    assert occupancy[:1, :2, :].all() and occupancy.sum() == 8


def _box_arrays(low, high):
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))]
    return np.asarray(low) + corners * (np.asarray(high) - np.asarray(low)), np.array(faces)


def test_agrees_with_solid_angles(shapes, centres, solid_angle_winding):
    mesh = shapes.join(
        shapes.turned(shapes.box((-0.3, -0.2, -0.15), (0.3, 0.2, 0.15)), seed=1),
        shapes.sphere(0.25, 1, centre=(0.2, 0.1, 0)),
    )
    winding = solid_angle_winding(mesh, centres(16).reshape(-1, 3)).reshape(16, 16, 16)
    occupancy = voxelize(mesh, 16).occupancy
    assert occupancy[winding >= 0.5].all()
    assert (occupancy & (winding < 0.5)).sum() <= 0.03 * occupancy.sum()  # edges thinner than a voxel


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_random_tetrahedra_agree_with_half_spaces(seed):
    """A tetrahedron is where four planes agree: no winding numbers in the reference."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-0.5, 0.5, (4, 3))
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
    if np.linalg.det(corners[1:] - corners[0]) < 0:
        faces = faces[:, ::-1]
    axis = (np.arange(16) + 0.5) / 16 - 0.5
    centres = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    weights = np.linalg.solve(
        np.vstack([corners.T, np.ones(4)]), np.vstack([centres.T, np.ones(len(centres))])
    )  # barycentric coordinates
    least = weights.min(axis=0)
    occupancy = voxelize(Mesh(corners, faces), 16).occupancy.ravel()
    assert occupancy[least > 1e-6].all()
    # what the rule for thin solids adds touches the tetrahedron: its voxel is cut by it
    extra = centres[occupancy & (least < -1e-6)]
    inside = rng.dirichlet(np.ones(4), 20_000) @ corners
    touched = {tuple(v) for v in np.floor((inside + 0.5) * 16).astype(int)}
    missing = [v for v in np.floor((extra + 0.5) * 16).astype(int) if tuple(v) not in touched]
    assert len(missing) <= 0.05 * len(touched) + 1


def test_faces_on_voxel_boundaries_and_through_centres(shapes):
    """Every line through a centre meets the diagonals of the box's sides, or runs within its faces."""
    assert voxelize(shapes.box(), 8).occupancy.all()
    assert voxelize(shapes.box((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25)), 8).occupancy.sum() == 64
    through = voxelize(shapes.box((-0.4375, -0.4375, -0.4375), (0.4375, 0.4375, 0.4375)), 8).occupancy
    assert through[1:-1, 1:-1, 1:-1].all()


def test_overlapping_parts_unite_and_inner_walls_vanish(shapes):
    left = shapes.box((-0.5, -0.25, -0.25), (0.1, 0.25, 0.25))
    right = shapes.box((-0.1, -0.25, -0.25), (0.5, 0.25, 0.25))
    whole = voxelize(shapes.box((-0.5, -0.25, -0.25), (0.5, 0.25, 0.25))).occupancy
    assert (voxelize(shapes.join(left, right)).occupancy == whole).all()
    touching = shapes.join(
        shapes.box((-0.5, -0.25, -0.25), (0.0, 0.25, 0.25)), shapes.box((0.0, -0.25, -0.25), (0.5, 0.25, 0.25))
    )
    assert (voxelize(touching).occupancy == whole).all()
    wall = Mesh([[0.01, -0.25, -0.25], [0.01, 0.25, -0.25], [0.01, 0, 0.25]], [[0, 1, 2]])
    assert iou(voxelize(shapes.join(left, right, wall)).occupancy, whole) > 0.99


@pytest.mark.parametrize("seed", range(4))
def test_missing_faces_do_little_harm(shapes, seed):
    closed = shapes.turned(shapes.torus(0.33, 0.15, 48), seed)
    torn = shapes.without(closed, 0.05, seed)
    assert iou(voxelize(torn).occupancy, voxelize(closed).occupancy) >= 0.99


def test_a_box_without_its_bottom_is_still_full(shapes):
    box = shapes.box((-0.4, -0.4, -0.4), (0.4, 0.4, 0.4))
    bottom = box.face_normals[:, 1] < -0.5
    assert (voxelize(Mesh(box.vertices, box.faces[~bottom])).occupancy == voxelize(box).occupancy).all()


@pytest.mark.parametrize("thickness", [0.5, 0.1, 1e-3, 0.0])
@pytest.mark.parametrize("height", [-0.313, 0.0, 0.127])
def test_boards_thinner_than_a_voxel_stay_whole(shapes, thickness, height):
    half = thickness / 32 / 2
    board = voxelize(shapes.box((-0.5, height - half, -0.5), (0.5, height + half, 0.5))).occupancy
    assert board.any(axis=1).all(), "every column has a voxel"
    assert board.sum() == 32 * 32, "and just one"


@pytest.mark.parametrize("seed", range(5))
def test_turned_boards_stay_whole(shapes, seed):
    board = shapes.turned(shapes.box((-0.28, -0.003, -0.28), (0.28, 0.003, 0.28)), seed)
    occupancy = voxelize(board).occupancy
    # voxels that the middle of the board passes through, well inside its rim
    s, t = (v.ravel() for v in np.meshgrid(np.linspace(-0.25, 0.25, 200), np.linspace(-0.25, 0.25, 200)))
    turn = shapes.turned(Mesh(np.stack([s, 0 * s, t], axis=1), [[0, 1, 2]]), seed)
    index = np.unique(np.floor((turn.vertices + 0.5) * 32).astype(int), axis=0)
    from scipy.ndimage import binary_dilation, label

    near = binary_dilation(occupancy, np.ones((3, 3, 3)))
    assert near[tuple(index.T)].all()
    assert label(occupancy, np.ones((3, 3, 3)))[1] == 1, "in one piece"
    assert occupancy.sum() < 1.5 * len(index)


@pytest.mark.parametrize("seed", range(8))
def test_rods_thinner_than_a_voxel_stay_whole(shapes, seed):
    """A chair's leg of 0.4 voxels passes between the centres."""
    rng = np.random.default_rng(seed)
    half = 0.2 / 32
    rod = shapes.box((-half, -0.4, -half), (half, 0.4, half))
    moved = Mesh(rod.vertices + rng.uniform(-0.05, 0.05, 3) * [1, 0, 1], rod.faces)
    occupancy = voxelize(moved).occupancy
    assert occupancy.any(axis=(0, 2))[4:28].all() and occupancy.sum() <= 2 * 26
    from scipy.ndimage import label

    turned = voxelize(shapes.turned(moved, seed)).occupancy
    assert label(turned, np.ones((3, 3, 3)))[1] == 1
    assert turned.any()


def test_what_lies_outside_the_box_still_counts(shapes):
    """The box reaches far beyond the canonical one: all its voxels are inside."""
    for size in (2.0, 1e3, 1e12):
        assert voxelize(shapes.box((-size, -size, -size), (size, size, size)), 8).occupancy.all()
    assert voxelize(shapes.box((1, 1, 1), (2, 2, 2)), 8).is_empty


def test_empty_and_flat(shapes):
    assert voxelize(Mesh([], []), 8).is_empty
    assert voxelize(Mesh([[0, 0, 0], [0.3, 0, 0], [0.1, 0, 0]], [[0, 1, 2]]), 8).is_empty


def test_degenerate_and_duplicate_vertices_change_nothing(shapes):
    sphere = shapes.turned(shapes.sphere(0.45, 2), 1)
    soup = Mesh(sphere.triangles.reshape(-1, 3), np.arange(3 * len(sphere.faces)).reshape(-1, 3))
    degenerate = Mesh(soup.vertices, np.vstack([soup.faces, [[0, 0, 5], [1, 2, 2], [7, 7, 7]]]))
    assert (voxelize(degenerate).occupancy == voxelize(sphere).occupancy).all()


_TRIANGLE = ([[0, 0, 0], [0.3, 0, 0], [0.1, 0.2, 0]], [[0, 1, 2]])


@pytest.mark.parametrize(
    ("vertices", "faces", "watertight"),
    [
        ([], [], False),
        (_TRIANGLE[0], [], False),
        (*_TRIANGLE, False),
        (_TRIANGLE[0], [[0, 1, 2], [0, 2, 1]], True),  # both sides of a sheet
        ([[0, 0, 0], [0.3, 0, 0], [0.1, 0, 0]], [[0, 1, 2]], False),  # zero area
        (_TRIANGLE[0], [[0, 0, 1], [2, 2, 2]], True),  # edges there and back, and a point
        ([[0.2, 0.2, 0.2]] * 3, [[0, 1, 2]], True),
        ([[1e-310, 0, 0], [2e-310, 0, 0], [0, 1e-310, 0]], [[0, 1, 2]], False),
        ([[7, 0, 0], [8, 0, 0], [7, 1, 0]], [[0, 1, 2]], False),
        ([[1e300, 0, 0], [-1e300, 1e300, 0], [0, -1e300, 1e300]], [[0, 1, 2]], False),
    ],
)
def test_what_bounds_nothing_is_empty(vertices, faces, watertight):
    """But a sheet with two sides is a board without thickness, which is drawn."""
    mesh, points = Mesh(vertices, faces), np.array([[0.11, 0.05, 0.01], [0, 0, 0], [-0.3, 0.2, 0.1]])
    for resolution in (1, 8):
        found = voxelization(mesh, resolution)
        assert found.watertight == watertight and found.ambiguous in (0, 1)
        sheet = len(faces) == 2 and faces[1] == [0, 2, 1]
        assert found.grid.is_empty != sheet or resolution == 1
    inside = containment(mesh, points)
    assert not inside.inside.any() and inside.watertight == watertight


@pytest.mark.parametrize("where", [(2.0, 0.0, 0.0), (0.0, -1.5, 0.0), (1e6, 1e6, 1e6)])
@pytest.mark.parametrize("torn", [0.0, 0.3])
def test_wholly_outside_the_box(shapes, where, torn):
    mesh = shapes.without(shapes.sphere(0.4, 2, where), torn)
    assert voxelize(mesh, 8).is_empty
    assert not contains(mesh, np.random.default_rng(0).uniform(-0.5, 0.5, (100, 3))).any()


@pytest.mark.parametrize("torn", [0.0, 0.05])
def test_faces_there_twice_or_of_no_area_change_nothing(shapes, torn):
    mesh = shapes.without(shapes.turned(shapes.sphere(0.45, 3), 1), torn)
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (500, 3))
    more = Mesh(mesh.vertices, np.vstack([mesh.faces, [[4, 4, 9], [9, 4, 4], [5, 5, 5]]]))
    assert (voxelize(more, 16).occupancy == voxelize(mesh, 16).occupancy).all()
    assert (contains(more, points) == contains(mesh, points)).all()
    twice = Mesh(mesh.vertices, np.vstack([mesh.faces, mesh.faces]))
    # the winding number is twice as high: half of it is reached further out of the holes
    assert iou(voxelize(twice, 16).occupancy, voxelize(mesh, 16).occupancy) >= (0.98 if torn else 1)
    assert iou(contains(twice, points), contains(mesh, points)) >= (0.98 if torn else 1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("function", [voxelize, voxelization, lambda mesh: containment(mesh, np.zeros((1, 3)))])
def test_what_is_not_finite_is_refused(function, bad):
    with pytest.raises(InputError, match="non-finite"):
        function(Mesh([[0, 0, bad], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))


@pytest.mark.parametrize("resolution", [0, -3, 1025, 5000, 32.0, 7.5, np.nan, "32", None])
@pytest.mark.parametrize("function", [voxelize, voxelization])
def test_resolutions_that_are_refused(shapes, function, resolution):
    for mesh in (shapes.box(), Mesh([], [])):
        with pytest.raises(InputError, match="voxel resolution: expected a whole number from 1 to 1024"):
            function(mesh, resolution)


def test_smallest_and_unusual_resolutions(shapes):
    assert voxelize(shapes.box(), 1).occupancy.tolist() == [[[True]]]
    assert voxelize(shapes.box(), np.int32(5)).occupancy.all()


def test_part_labels_follow_the_parts(shapes, centres):
    mesh = shapes.parts(
        seat=shapes.box((-0.5, 0.0, -0.5), (0.5, 0.25, 0.5)),
        leg_1=shapes.box((-0.5, -0.5, -0.5), (-0.25, 0.0, -0.25)),
        leg_2=shapes.box((0.25, -0.5, 0.25), (0.5, 0.0, 0.5)),
    )
    grid = voxelize_parts(mesh, 16)
    assert (grid.occupancy == voxelize(mesh, 16).occupancy).all()
    assert ((grid.labels > 0) == grid.occupancy).all()
    y = centres(16)[..., 1]
    wrong = grid.occupancy & (grid.labels != np.where(y > 0, 1, 2))
    assert wrong.sum() <= 0.02 * grid.occupancy.sum()
    assert (voxelize_parts(mesh, 16).labels == grid.labels).all()


def test_part_labels_where_parts_overlap(shapes):
    """A ball within a box is never seen at the box's surface, but owns what is nearer to it."""
    mesh = shapes.parts(body=shapes.box(), core=shapes.sphere(0.2, 3))
    grid = voxelize_parts(mesh, 16)
    assert (grid.labels[0] == 1).all() and (grid.labels[:, -1] == 1).all()
    assert grid.labels[7:9, 7:9, 7:9].min() == 2


def test_part_voxels_of_empty_and_partless_meshes(shapes):
    from svr3d.geometry import Part, PartMesh

    empty = PartMesh([], [], face_part=[], parts=(Part("a", "a"),))
    assert not voxelize_parts(empty, 8).labels.any()
    with pytest.raises(InputError, match="parts"):
        voxelize_parts(shapes.box())


def test_closed_and_open_ways_agree(shapes):
    """A single triangle outside the box makes a mesh open, and changes nothing else."""
    stray = Mesh([[0.7, 0.7, 0.7], [0.8, 0.7, 0.7], [0.7, 0.8, 0.7]], [[0, 1, 2]])
    for mesh in (
        shapes.turned(shapes.torus(0.33, 0.15, 40), 1),
        shapes.join(shapes.turned(shapes.sphere(0.3, 2), 2), shapes.turned(shapes.box(high=(0.2, 0.3, 0.1)), 4)),
    ):
        closed, torn = voxelization(mesh, 24), voxelization(shapes.join(mesh, stray), 24)
        assert closed.watertight and not torn.watertight
        assert closed.ambiguous == torn.ambiguous == 0
        assert (closed.grid.occupancy == torn.grid.occupancy).all()


@pytest.fixture(scope="module")
def solids(shapes):
    """About 5,000 faces each."""

    def subdivided(mesh, longest):
        return Mesh(*trimesh.remesh.subdivide_to_size(mesh.vertices, mesh.faces, longest))

    cylinder = trimesh.creation.cylinder(0.25, 0.7, sections=64)
    return {
        "torus": shapes.torus(0.33, 0.15, 50),
        "sphere": shapes.sphere(0.45, 4),
        "cylinder": subdivided(cylinder, 0.08),
        "box": subdivided(shapes.box((-0.3, -0.2, -0.15), (0.3, 0.2, 0.15)), 0.03),
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("resolution", [32, 64])
@pytest.mark.parametrize("name", ["torus", "sphere", "cylinder", "box"])
def test_missing_faces_are_decided_by_the_winding_number(shapes, solids, name, resolution, seed):
    closed = shapes.turned(solids[name], seed) if seed else solids[name]
    truth, torn = voxelization(closed, resolution), voxelization(shapes.without(closed, 0.05, seed), resolution)
    assert iou(torn.grid.occupancy, truth.grid.occupancy) >= 0.999
    assert truth.watertight and truth.ambiguous == 0
    assert not torn.watertight and 0.05 < torn.ambiguous < 0.9


@pytest.mark.parametrize("seed", range(4))
def test_edges_of_thick_solids_are_no_thin_solids(shapes, centres, seed):
    """The rules for thin solids propose voxels along the edges, and along those of the rod beside them."""
    half = np.array([0.3, 0.2, 0.15])
    turn = shapes.turned(Mesh(np.eye(3), [[0, 1, 2]]), seed).vertices.T
    expected = (np.abs(centres(32) @ turn) < half).all(axis=-1)
    box = shapes.turned(shapes.box(-half, half), seed)
    assert (voxelize(box).occupancy == expected).all()
    rod = voxelize(shapes.join(box, shapes.box((-0.4, 0.45, 0.401), (0.4, 0.455, 0.406)))).occupancy
    assert (rod[:, :28, :27] == expected[:, :28, :27]).all() and rod[3:-3, 30, 28].all()


def test_pieces_of_a_neighbourhood():
    from scipy.ndimage import label

    from svr3d.geometry.solids._thin import _pieces

    rng = np.random.default_rng(0)
    corner = np.abs(np.indices((3, 3, 3)) - 1).sum(axis=0) == 3
    for _ in range(500):
        around = (rng.random((3, 3, 3)) < rng.uniform(0.1, 0.9)).astype(np.uint8)
        filled, empty = around != 0, around == 0
        filled[1, 1, 1] = empty[1, 1, 1] = False
        assert _pieces(around, True) == label(filled, np.ones((3, 3, 3)))[1]
        pieces = label(empty & ~corner)[0]
        beside = {pieces[0, 1, 1], pieces[2, 1, 1], pieces[1, 0, 1], pieces[1, 2, 1], pieces[1, 1, 0], pieces[1, 1, 2]}
        assert _pieces(around, False) == len(beside - {0})


def test_proposals_for_thin_solids():
    """Bridges, patches over holes and what stands alone are needed, also in two voxels; bumps are not."""
    from svr3d.geometry.solids._thin import add_needed

    def taken(occupied, proposed):
        values, thin = np.zeros((9, 9, 9), np.float32), np.zeros((9, 9, 9), bool)
        for box in occupied:
            values[box] = 1
        thin[proposed] = True
        add_needed(values, thin & (values == 0))
        return bool(values[proposed].all())

    left, right, slab = np.s_[0:3, 3:6, 4], np.s_[5:8, 3:6, 4], np.s_[:, :, 2:5]
    assert taken([], np.s_[4, 4, 4]) and taken([left], np.s_[7, 7, 7])
    assert taken([left, right], np.s_[3:5, 4, 4]) and taken([left, np.s_[4:8, 3:6, 4]], np.s_[3, 4, 4])
    assert not taken([slab], np.s_[2:6, 4, 5]) and not taken([slab], np.s_[3, 3, 1])
    frame = [np.s_[2:7, 2:4, 4], np.s_[2:7, 5:7, 4], np.s_[2:4, 4, 4], np.s_[5:7, 4, 4]]
    assert taken(frame, np.s_[4, 4, 4]) and not taken([*frame, np.s_[4, 4, 4]], np.s_[4, 4, 5])
    assert not taken([np.s_[0:3, 3:6, 3:6]], np.s_[3, 4, 4]), "the blunt end of a block"
    assert taken([left], np.s_[3, 4, 4]), "the end of a board"
    assert taken([left], np.s_[3:5, 4, 4]), "what begins there and goes on"


def test_what_is_ambiguous_in_a_box_without_its_bottom(shapes):
    """Inside, one direction in six finds the bottom open; below, one in six finds only the top."""
    box = shapes.box((-0.25, -0.25, -0.25), (0.25, 0.25, 0.25))
    bottom = box.face_normals[:, 1] < -0.5
    found = voxelization(Mesh(box.vertices, box.faces[~bottom]), 8)
    assert (found.grid.occupancy == voxelize(box, 8).occupancy).all()
    assert found.ambiguous == 1 and not found.watertight


def test_watertight_is_said_of_places_not_of_indices(shapes):
    sphere = shapes.sphere(0.4, 2)
    soup = Mesh(sphere.triangles.reshape(-1, 3), np.arange(3 * len(sphere.faces)).reshape(-1, 3))
    assert voxelization(soup, 8).watertight
    twice = Mesh(sphere.vertices, np.vstack([sphere.faces, sphere.faces]))
    assert voxelization(twice, 8).watertight
    assert (voxelize(twice, 8).occupancy == voxelize(sphere, 8).occupancy).all()
    assert not voxelization(Mesh(sphere.vertices, sphere.faces[1:]), 8).watertight
    one_flipped = shapes.flipped(sphere, np.arange(len(sphere.faces)) == 5)
    assert not voxelization(one_flipped, 8).watertight
    unused = Mesh(np.vstack([sphere.vertices, [[np.nan, np.inf, 0]]]), sphere.faces)
    assert voxelization(unused, 8).watertight
    empty = voxelization(Mesh([], []), 8)
    assert empty.grid.is_empty and not empty.watertight and empty.ambiguous == 0


def test_the_rules_for_thin_solids_are_asked_where_needed(real_meshes, monkeypatch):
    """Asked of every mesh, they add no more than when asked of those with thin features (a pillow's seam apart)."""
    from svr3d.geometry import normalize, read_shape
    from svr3d.geometry.solids import _fill

    meshes = [normalize(read_shape(file))[0] for file in sorted(real_meshes.glob("*/*/model.obj"))[::3]]
    chosen = [voxelize(mesh).occupancy for mesh in meshes]
    monkeypatch.setattr(_fill, "has_thin_features", lambda *arguments: True)
    added = [int((voxelize(mesh).occupancy ^ some).sum()) for mesh, some in zip(meshes, chosen, strict=True)]
    assert max(added) <= 2 and np.count_nonzero(added) <= 1
