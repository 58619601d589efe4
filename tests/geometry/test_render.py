"""The renderer against closed forms, brute force and the camera's own projection."""

import dataclasses

import numpy as np
import pytest

from svr3d.geometry import Camera, InputError, Lighting, Mesh, Part, PartMesh, Renderer, render

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) / 2.0
BOX_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


def box(size=(1, 1, 1), center=(0, 0, 0), color=None):
    colors = None if color is None else np.tile(color, (12, 1))
    return Mesh(CORNERS * size + center, BOX_FACES, colors)


def sphere(radius=0.5, segments=400):
    """A latitude-longitude sphere fine enough to stand for the true one."""
    theta = np.linspace(0, np.pi, segments // 2 + 1)
    phi = np.arange(segments) * 2 * np.pi / segments
    t, p = np.meshgrid(theta, phi, indexing="ij")
    vertices = radius * np.stack([np.sin(t) * np.cos(p), np.cos(t), np.sin(t) * np.sin(p)], -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(segments // 2), np.arange(segments), indexing="ij")
    a, b = i * segments + j, i * segments + (j + 1) % segments
    quads = np.stack([a, b, b + segments, a + segments], -1).reshape(-1, 4)
    return Mesh(vertices, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))


def pixel_directions(camera):
    """Float64[H, W, 3], canonical, with depth 1; written out without matrices."""
    x = (np.arange(camera.width) + 0.5 - camera.intrinsics[0, 2]) / camera.intrinsics[0, 0]
    y = (np.arange(camera.height) + 0.5 - camera.intrinsics[1, 2]) / camera.intrinsics[1, 1]
    right, down, forward = camera.world_to_camera[:, :3]
    return x[None, :, None] * right + y[:, None, None] * down + forward


def near_edge(mask):
    """Pixels that have a neighbour on the other side of the mask."""
    padded = np.pad(mask, 1)
    around = [np.roll(padded, (i, j), (0, 1))[1:-1, 1:-1] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return np.logical_or.reduce(around) & ~np.logical_and.reduce(around)


CAMERAS = {
    "r2n2": Camera.from_r2n2(37, 27, 0.8, diagonal=1.3),
    "wide": Camera.look_at((-0.9, 0.8, 1.1), (0.05, 0, 0), width=160, height=96),
    "off-centre": Camera.look_at((1.2, -0.5, 0.7), width=200, height=200).cropped(20, 33, 150, 140),
}


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS)
def test_sphere(camera):
    picture = render(sphere(), camera, color=False)
    d, eye = pixel_directions(camera), camera.position
    # |eye + s d| = 1/2
    a, b, c = (d * d).sum(-1), d @ eye, eye @ eye - 0.25
    discriminant = b * b - a * c
    expected = discriminant > 0
    inner = expected & ~near_edge(expected)
    assert inner.sum() > 1000
    agree = picture.silhouette == expected
    assert agree[~near_edge(expected)].all()
    depth = (-b - np.sqrt(np.where(expected, discriminant, 0))) / a
    normal = (eye + depth[..., None] * d) / 0.5
    cosine = -(normal * d).sum(-1) / np.sqrt(a)
    steep = inner & (cosine > 0.3)  # where the facets' own depth error is bounded
    np.testing.assert_allclose(picture.depth[steep], depth[steep], atol=2e-4)
    in_camera = normal @ camera.world_to_camera[:, :3].T
    assert ((picture.normal[steep] * in_camera[steep]).sum(-1) > 0.999).all()
    assert (picture.depth[~picture.silhouette] == 0).all() and (picture.normal[~picture.silhouette] == 0).all()


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS)
def test_box_by_slabs(camera):
    size, center = np.array([0.7, 0.4, 1.0]), np.array([0.05, -0.1, 0.0])
    picture = render(box(size, center), camera, color=False)
    d, eye = pixel_directions(camera), camera.position
    a, b = (center - size / 2 - eye) / d, (center + size / 2 - eye) / d
    enter, leave = np.minimum(a, b), np.maximum(a, b)
    depth, axis = enter.max(-1), enter.argmax(-1)
    expected = depth < leave.min(-1)
    sure = np.abs(leave.min(-1) - depth) > 1e-4  # not grazing an edge
    assert expected.sum() > 500 and (picture.silhouette == expected)[sure].all()
    seen = expected & sure
    np.testing.assert_allclose(picture.depth[seen], depth[seen], rtol=1e-5)
    outward = -np.sign(np.take_along_axis(d, axis[..., None], -1)) * np.eye(3)[axis]
    clear = seen & (np.sort(enter, -1)[..., 2] - np.sort(enter, -1)[..., 1] > 1e-4)
    np.testing.assert_allclose(picture.normal[clear], (outward @ camera.world_to_camera[:, :3].T)[clear], atol=1e-6)


def brute_force(mesh, camera):
    """Nearest face and its depth by Cramer's rule on every (pixel, face) pair."""
    d, eye = pixel_directions(camera).reshape(-1, 1, 3), camera.position
    a, b, c = np.moveaxis(mesh.triangles, 1, 0)
    e, f, s = b - a, c - a, eye - a
    p = np.cross(d, f)
    det = (p * e).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (p * s).sum(-1) / det
        q = np.cross(s, e)
        v = (d * q).sum(-1) / det
        t = (f * q).sum(-1) / det
    inside = np.minimum(np.minimum(u, v), 1 - u - v)
    t = np.where((inside >= 0) & (t > 0), t, np.inf)
    sure = (np.abs(np.nan_to_num(inside, nan=1.0)) > 1e-3).all(axis=1)
    shape = (camera.height, camera.width)
    return t.argmin(1).reshape(shape), t.min(1).reshape(shape), sure.reshape(shape)


def test_triangle_soup_by_brute_force():
    rng = np.random.default_rng(0)
    centers = rng.uniform(-0.4, 0.4, (40, 1, 3))
    vertices = (centers + rng.uniform(-0.25, 0.25, (40, 3, 3))).reshape(-1, 3)
    parts = tuple(Part(f"part{i}", "thing") for i in range(7))
    mesh = PartMesh(vertices, np.arange(120).reshape(-1, 3), None, rng.integers(0, 7, 40), parts)
    camera = Camera.look_at((1.2, 0.7, -0.4), width=60, height=50)
    picture = render(mesh, camera)
    face, depth, sure = brute_force(mesh, camera)
    assert sure.mean() > 0.5
    expected = np.isfinite(depth)
    assert (picture.silhouette == expected)[sure].all()
    seen = expected & sure
    np.testing.assert_allclose(picture.depth[seen], depth[seen], rtol=1e-5)
    assert (picture.part_ids[seen] == mesh.face_part[face[seen]]).all()
    assert (picture.part_ids[~picture.silhouette] == -1).all()


def test_agrees_with_projection():
    mesh, camera = box((0.8, 0.5, 1.0)), Camera.from_r2n2(75, 26, 0.9, diagonal=1.4)
    picture = render(mesh, camera, color=False)
    rng = np.random.default_rng(1)
    weights = rng.dirichlet((1, 1, 1), 3000)
    points = (mesh.triangles[rng.integers(0, 12, 3000)] * weights[..., None]).sum(1)
    pixels, depth = camera.project(points)
    column, row = np.floor(pixels).astype(int).T
    within = (column >= 0) & (column < camera.width) & (row >= 0) & (row < camera.height)
    assert within.all()
    edge = near_edge(picture.silhouette)[row, column]
    assert picture.silhouette[row, column][~edge].all()
    # what is seen, put back into space by its depth, lies on the object's near side and projects to its own pixel
    row, column = np.nonzero(picture.silhouette)
    rotation, translation = camera.world_to_camera[:, :3], camera.world_to_camera[:, 3]
    centers = np.stack([column + 0.5, row + 0.5, np.ones(len(row))], 1)
    seen = (np.linalg.solve(camera.intrinsics, centers.T).T * picture.depth[row, column, None] - translation) @ rotation
    pixels, depth = camera.project(seen)
    np.testing.assert_allclose(pixels, centers[:, :2], atol=1e-6)
    np.testing.assert_allclose(depth, picture.depth[row, column], atol=1e-6)
    beyond = np.abs(seen) - np.array([0.4, 0.25, 0.5])
    assert np.abs(beyond.max(1)).max() < 1e-5
    outward = np.sign(seen) * np.eye(3)[beyond.argmax(1)]
    assert ((camera.position - seen) * outward).sum(1).min() > -1e-5
    np.testing.assert_array_equal(picture.silhouette, picture.depth > 0)


def test_part_ids_of_a_mesh_without_parts():
    picture = render(box(), CAMERAS["r2n2"], color=False)
    assert set(np.unique(picture.part_ids)) == {-1, 0} and picture.part_ids.dtype == np.int32
    assert picture.color is None and picture.alpha is None


def test_window_changes_nothing():
    """Rays are only cast where the mesh can be: a far speck of a face, which widens that, adds nothing else."""
    mesh = box((0.5, 0.5, 0.5))
    speck = np.array([[-40.0, 0, 0], [-40, 1e-9, 0], [-40, 0, 1e-9]])
    wide = Mesh(np.vstack([mesh.vertices, speck, -speck]), np.vstack([mesh.faces, [[8, 9, 10], [11, 12, 13]]]))
    a, b = (render(m, CAMERAS["r2n2"], color=False) for m in (mesh, wide))
    assert (a.silhouette == b.silhouette).all() and np.allclose(a.depth, b.depth, rtol=1e-4)


def test_color_and_alpha():
    camera = CAMERAS["r2n2"]
    picture = render(box((0.8, 0.8, 0.8), color=(0.8, 0.05, 0.05)), camera)
    assert picture.color.dtype == np.uint8 and picture.color.shape == (137, 137, 3)
    assert picture.alpha.dtype == np.float32 and picture.alpha.min() == 0 and picture.alpha.max() == 1
    assert (picture.color[picture.alpha == 0] == 255).all()
    inner = picture.silhouette & ~near_edge(picture.silhouette)
    assert (picture.alpha[inner] == 1).all()
    red, green, blue = picture.color[inner].astype(int).T
    assert (red > green + 20).all() and (green == blue).all() and red.max() < 255 and green.min() > 0
    # the antialiased outline has the area that the exact one has
    assert abs(picture.alpha.sum() - picture.silhouette.sum()) < 0.01 * picture.silhouette.sum()
    edge = picture.alpha[near_edge(picture.silhouette)]
    assert len(np.unique(edge)) >= 8


def test_color_falls_off_with_the_angle_to_the_light():
    """On a matt white ball under the key alone, what is seen is its cosine."""
    camera = CAMERAS["r2n2"]
    light = Lighting()
    dark = dataclasses.replace(light.fill, strength=0.0)
    key = dataclasses.replace(light.key, strength=0.55)
    lighting = Lighting(key=key, fill=dark, rim=dark, sky=0.0, ground=0.0, softness=0.0, specular=0.0)
    ball = sphere(segments=64)
    picture = render(Mesh(ball.vertices, ball.faces, np.full((len(ball.faces), 3), 0.8)), camera, lighting=lighting)
    srgb = picture.color[..., 0] / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    d, eye = pixel_directions(camera), camera.position
    a, b, c = (d * d).sum(-1), d @ eye, eye @ eye - 0.25
    inner = (b * b - a * c > 0) & ~near_edge(b * b - a * c > 0)
    depth = (-b - np.sqrt(np.maximum(b * b - a * c, 0))) / a
    normal = (eye + depth[..., None] * d) / 0.5
    cosine = normal @ (key.direction @ camera.world_to_camera[:, :3])
    assert ((cosine < -0.1) & inner).sum() > 100  # shade and terminator are in the picture
    np.testing.assert_allclose(linear[inner], 0.8 * 0.55 * np.maximum(cosine, 0)[inner], atol=0.03)


def test_shadow_darkens_the_floor_under_a_box():
    camera = Camera.look_at((0.0, 1.4, -1.6), width=120, height=120)
    floor = box((1.6, 0.02, 1.6), (0, -0.3, 0))
    both = Mesh(
        np.vstack([floor.vertices, box((0.3, 0.3, 0.3), (0, 0.1, 0)).vertices]),
        np.vstack([floor.faces, BOX_FACES + 8]),
    )
    alone, shaded = (render(m, camera) for m in (floor, both))
    lighting = Lighting()
    toward = lighting.key.direction @ camera.world_to_camera[:, :3]
    # where the middle of the box throws its shadow on the floor
    origin = np.array([0, 0.1, 0])
    cast = origin - toward * (origin[1] + 0.29) / toward[1]
    pixels, depth = camera.project(cast[None])
    column, row = np.floor(pixels[0]).astype(int)
    assert abs(shaded.depth[row, column] - depth[0]) < 0.02  # the spot is in view
    assert shaded.color[row, column, 0] < 0.75 * alone.color[row, column, 0]
    # and far from the box nothing changes
    pixels, _ = camera.project(np.array([[0.75, -0.29, 0.75], [-0.75, -0.29, -0.75]]))
    for column, row in np.floor(pixels).astype(int):
        assert abs(int(shaded.color[row, column, 0]) - int(alone.color[row, column, 0])) <= 3


def test_winding_does_not_matter():
    mesh, camera = box((0.8, 0.6, 0.7), color=(0.3, 0.5, 0.2)), CAMERAS["wide"]
    turned = Mesh(
        mesh.vertices, np.where(np.arange(12)[:, None] % 3, mesh.faces, mesh.faces[:, ::-1]), mesh.face_colors
    )
    a, b = render(mesh, camera), render(turned, camera)
    np.testing.assert_allclose(a.normal, b.normal, atol=1e-6)
    assert np.abs(a.color.astype(int) - b.color.astype(int)).max() <= 1


def test_cylinders_are_shaded_round_and_boxes_flat():
    n = 24
    angle = np.arange(n) * 2 * np.pi / n
    ring = np.stack([np.cos(angle), np.zeros(n), np.sin(angle)], 1) * 0.4
    vertices = np.vstack([ring - [0, 0.5, 0], ring + [0, 0.5, 0]])
    i, j = np.arange(n), (np.arange(n) + 1) % n
    cylinder = Mesh(vertices, np.vstack([np.stack([i, i + n, j], 1), np.stack([j, i + n, j + n], 1)]))
    camera = Camera.look_at((0, 0, -1.7), width=200, height=200)
    row = render(cylinder, camera).color[100, :, 0].astype(int)
    inside = row[row < 255][4:-4]
    assert len(np.unique(inside)) > 40 and np.abs(np.diff(inside)).max() <= 6  # facets would make about 12 steps
    flat = render(box(), Camera.look_at((0.9, 0.2, -1.9), width=200, height=200))
    patch = flat.color[90:110, 90:110, 0][flat.part_ids[90:110, 90:110] == 0]
    assert np.ptp(patch.astype(int)) <= 2


def test_deterministic_and_varied_by_seed():
    mesh, camera = box((0.8, 0.6, 0.7)), CAMERAS["r2n2"]
    first, again = (Renderer(mesh).render(camera, lighting=Lighting.varied(3)) for _ in range(2))
    for field in dataclasses.fields(first):
        np.testing.assert_array_equal(getattr(first, field.name), getattr(again, field.name))
    threaded = Renderer(mesh, threads=2).render(camera, lighting=Lighting.varied(3))
    np.testing.assert_array_equal(first.color, threaded.color)
    other = Renderer(mesh).render(camera, lighting=Lighting.varied(4))
    assert (first.color != other.color).any() and (first.depth == other.depth).all()
    assert Lighting.varied(3) == Lighting.varied(3) != Lighting.varied(4)


def test_pictures_do_not_depend_on_where_the_frame_is():
    mesh, camera = box((0.8, 0.6, 0.7)), CAMERAS["r2n2"]
    shift = np.array([3e4, -1e4, 2e4])
    motion = camera.world_to_camera.copy()
    motion[:, 3] -= motion[:, :3] @ shift
    moved = render(Mesh(mesh.vertices + shift, mesh.faces), Camera(camera.intrinsics, motion, 137, 137))
    here = render(mesh, camera)
    assert (moved.silhouette != here.silhouette).sum() <= 2
    both = moved.silhouette & here.silhouette
    np.testing.assert_allclose(moved.depth[both], here.depth[both], atol=1e-4)


@pytest.mark.parametrize(
    "eye, target",
    [((0, 0, 0.1), (0, 0, 1)), ((0.3, 0.1, 0.2), (2, 0, 0)), ((0, 0, 2), (0, 0, 5)), ((0, 0, -2), (9, 0, -2))],
    ids=["inside", "inside, off-centre", "behind the camera", "out of view"],
)
def test_objects_not_in_front_of_the_camera(eye, target):
    picture = render(box((0.9, 0.9, 0.9)), Camera.look_at(eye, target, width=40, height=40))
    for field in dataclasses.fields(picture):
        assert np.isfinite(getattr(picture, field.name)).all()
    inside = max(map(abs, eye)) < 0.45
    assert picture.silhouette.all() == inside and picture.silhouette.any() == inside
    assert inside or (picture.color == 255).all()


def test_object_wholly_outside_the_image_sideways():
    picture = render(
        box((0.1, 0.1, 0.1)), Camera.look_at((0, 0, -2), (0.9, 0, -1), width=20, height=20).cropped(-50, 0, 20, 20)
    )
    assert not picture.silhouette.any() and (picture.color == 255).all() and (picture.alpha == 0).all()


def test_degenerate_faces_and_unused_vertices():
    mesh, camera = box((0.8, 0.6, 0.7)), CAMERAS["r2n2"]
    rng = np.random.default_rng(0)
    line = rng.uniform(-0.3, 0.3, (1, 3)) + np.array([[0.0], [0.123], [0.246]]) * rng.uniform(-1, 1, (1, 3))
    vertices = np.vstack([mesh.vertices, line, [[1e6, 0, 0]]])
    faces = np.vstack([mesh.faces, [[8, 9, 10], [0, 0, 1], [2, 2, 2], [8, 8, 9]]])
    plain, dirty = render(mesh, camera), render(Mesh(vertices, faces), camera)
    np.testing.assert_array_equal(plain.silhouette, dirty.silhouette)
    assert np.abs(plain.color.astype(int) - dirty.color.astype(int)).max() <= 1
    nothing = render(Mesh(np.zeros((3, 3)), [[0, 1, 2]]), camera)
    assert not nothing.silhouette.any() and (nothing.color == 255).all()


def test_many_faces_at_one_point_take_no_time():
    """Collapsed predictions put all faces in one place; pairs of 60,000 would take minutes."""
    rng = np.random.default_rng(0)
    vertices = np.vstack([np.zeros((1, 3)), rng.normal(size=(60_000, 3)) * 1e-9, [[0.5, 0, 0], [0, 0.5, 0]]])
    faces = np.vstack([rng.integers(0, 60_000, (60_000, 3)), [[0, 60_001, 60_002]]])
    picture = render(Mesh(vertices, faces), Camera.look_at((0, 0, -2), width=32, height=32))
    assert picture.silhouette.any() and (picture.color[~picture.silhouette & (picture.alpha == 0)] == 255).all()


def test_unusual_colors():
    colors = np.array([[0, 0, 0], [1, 1, 1], [7, -3, 0.5], [np.nan, 0.5, 0.5]] * 3, np.float32)
    picture = render(Mesh(box().vertices, BOX_FACES, colors), CAMERAS["r2n2"])
    inner = picture.silhouette & ~near_edge(picture.silhouette)
    assert (picture.color[inner].max(-1) < 255).all()


@pytest.mark.parametrize(
    "mesh, message",
    [
        (Mesh(np.zeros((0, 3)), np.zeros((0, 3))), "without faces"),
        (Mesh(np.eye(3), np.zeros((0, 3))), "without faces"),
        (Mesh([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]]), "non-finite"),
        (Mesh([[0, 0, 0], [1, 0, 0], [0, np.inf, 0]], [[0, 1, 2]]), "non-finite"),
        (Mesh([[0, 0, 0], [1e30, 0, 0], [0, 1, 0]], [[0, 1, 2]]), "size"),
    ],
)
def test_bad_meshes(mesh, message):
    with pytest.raises(InputError, match=message):
        Renderer(mesh)


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(width=0), "at least one pixel"),
        (dict(height=-1), "at least one pixel"),
        (dict(intrinsics=np.zeros((3, 3))), "intrinsics"),
        (dict(intrinsics=np.diag([np.nan, 100, 1])), "intrinsics"),
        (dict(intrinsics=np.diag([0.0, 100, 1])), "intrinsics"),
        (dict(world_to_camera=np.full((3, 4), np.nan)), "rigid"),
        (dict(world_to_camera=2 * np.eye(3, 4)), "rigid"),
        (dict(world_to_camera=np.hstack([np.eye(3), [[np.inf], [0], [0]]])), "rigid"),
    ],
)
def test_bad_cameras(change, message):
    with pytest.raises(InputError, match=message):
        render(box(), dataclasses.replace(CAMERAS["r2n2"], **change))


def test_a_batch_of_cameras_is_refused_and_tensors_are_welcome():
    camera = CAMERAS["r2n2"]
    with pytest.raises(InputError, match="one camera"):
        render(box(), Camera.stack([camera, camera]))
    np.testing.assert_allclose(
        render(box(), camera.to_torch(), color=False).depth, render(box(), camera, color=False).depth, atol=2e-5
    )
