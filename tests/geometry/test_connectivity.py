import numpy as np
import pytest

from svr3d.geometry import (
    Mesh,
    PartMesh,
    components,
    contains,
    drop_degenerate_faces,
    drop_duplicate_faces,
    is_watertight,
    merge_vertices,
    orient_faces,
)


def soup(mesh):
    """The same faces without shared vertices."""
    return Mesh(mesh.triangles.reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3))


def test_merge_vertices_undoes_a_soup(shapes):
    box = shapes.box()
    merged, removed = merge_vertices(soup(box))
    assert removed == 36 - 8 and len(merged.vertices) == 8
    assert merged.triangles == pytest.approx(box.triangles)
    again, removed = merge_vertices(merged)
    assert removed == 0 and again.volume == pytest.approx(1)


def test_merge_vertices_takes_signed_zeros_as_one():
    merged, removed = merge_vertices(Mesh([[0.0, 0, 0], [-0.0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 2, 3], [1, 2, 3]]))
    assert removed == 1 and len(merged.vertices) == 3


def test_drop_degenerate_faces_keeps_parts_and_colours_in_step(shapes):
    box = shapes.box()
    faces = np.insert(box.faces, 3, [0, 0, 1], axis=0)
    colors = np.arange(39).reshape(13, 3) / 39
    mesh = PartMesh(box.vertices, faces, colors, face_part=np.arange(13) % 2, parts=_parts())
    kept, dropped = drop_degenerate_faces(mesh)
    assert dropped == 1 and (kept.faces == box.faces).all()
    keep = np.arange(13) != 3
    assert (kept.face_part == mesh.face_part[keep]).all() and (kept.face_colors == mesh.face_colors[keep]).all()
    assert drop_degenerate_faces(box) == (box, 0)


def _parts():
    from svr3d.geometry import Part

    return (Part("a", "a"), Part("b", "b"))


def test_is_watertight(shapes):
    box = shapes.box()
    assert is_watertight(box) and is_watertight(soup(box)) and is_watertight(shapes.torus())
    assert is_watertight(shapes.join(box, shapes.sphere(0.2, 1)))
    assert not is_watertight(Mesh(box.vertices, box.faces[:-1]))
    assert not is_watertight(Mesh(box.vertices, np.vstack([box.faces, box.faces[:1]])))
    turned = np.zeros(12, dtype=bool)
    turned[4] = True
    assert not is_watertight(shapes.flipped(box, turned))
    assert not is_watertight(Mesh([], []))
    # a face and its reverse share all edges, in opposite directions
    assert is_watertight(Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2], [2, 1, 0]]))


def test_watertight_as_trimesh(shapes):
    import trimesh

    for seed in range(10):
        mesh = shapes.without(shapes.sphere(0.5, 1), 0.02, seed)
        assert is_watertight(mesh) == trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).is_watertight


def test_components(shapes):
    joined = soup(shapes.join(shapes.box(), shapes.sphere(0.2, 1), shapes.box((2, 2, 2), (3, 3, 3))))
    labels = components(joined)
    assert np.unique(labels).tolist() == [0, 1, 2]
    assert [len(np.unique(labels[piece])) for piece in (slice(0, 12), slice(12, 92), slice(92, None))] == [1, 1, 1]
    # touching in one corner only is not being connected
    assert components(shapes.join(shapes.box((0, 0, 0), (1, 1, 1)), shapes.box((1, 1, 1), (2, 2, 2)))).max() == 1
    assert components(Mesh([], [])).size == 0


@pytest.mark.parametrize("seed", range(4))
def test_orient_repairs_random_flips_of_closed_solids(shapes, seed):
    mesh = shapes.join(
        shapes.turned(shapes.torus(0.3, 0.1, 24), seed),
        shapes.box((0.6, 0, 0), (0.8, 1, 1)),
        shapes.box((0.7, 0.2, 0.2), (0.9, 0.4, 0.4)),
    )
    flip = np.random.default_rng(seed).random(len(mesh.faces)) < 0.4
    repaired, flipped = orient_faces(shapes.flipped(soup(mesh), flip))
    assert flipped == flip.sum()
    assert repaired.face_normals == pytest.approx(mesh.face_normals)
    assert repaired.volume == pytest.approx(mesh.volume) and is_watertight(repaired)


@pytest.mark.parametrize("seed", range(4))
def test_orient_repairs_random_flips_with_holes(shapes, seed):
    """Patches with holes face the way rays escape from; a torus's inner side is seen less than its outer one."""
    mesh = shapes.without(shapes.turned(shapes.torus(0.3, 0.12, 32), seed), 0.05, seed)
    flip = np.random.default_rng(seed).random(len(mesh.faces)) < 0.4
    repaired, flipped = orient_faces(shapes.flipped(mesh, flip))
    big = components(mesh) == np.bincount(components(mesh)).argmax()
    assert (repaired.faces == mesh.faces)[big].all()
    assert flipped == pytest.approx(flip.sum(), abs=5)


def test_orient_turns_an_open_box_outward(shapes):
    """Without its bottom, its inside is seen through the hole, its outside from everywhere."""
    box = shapes.box()
    bottom = box.face_normals[:, 1] < -0.5
    tray = Mesh(box.vertices, box.faces[~bottom])
    inside_out = shapes.flipped(tray, np.ones(10, dtype=bool))
    repaired, flipped = orient_faces(inside_out)
    assert flipped == 10 and repaired.face_normals == pytest.approx(tray.face_normals)
    assert orient_faces(tray)[1] == 0


def test_orient_sees_the_other_parts(shapes):
    """A panel before a box: its outer side is the one that looks away from the box."""
    panel = Mesh([[0.51, -0.5, -0.5], [0.51, 0.5, -0.5], [0.51, 0.5, 0.5], [0.51, -0.5, 0.5]], [[0, 1, 2], [0, 2, 3]])
    facing_away = shapes.join(shapes.box(), panel)
    facing_box = shapes.join(shapes.box(), shapes.flipped(panel, np.ones(2, dtype=bool)))
    assert orient_faces(facing_away)[1] == 0
    repaired, flipped = orient_faces(facing_box)
    assert flipped == 2 and repaired.face_normals[-1] == pytest.approx([1, 0, 0])


def test_orient_leaves_solids_that_touch_along_an_edge(shapes):
    """Four faces share that edge; the solids are right as they are."""
    mesh = shapes.join(shapes.box((0, 0, 0), (1, 1, 1)), shapes.box((1, 1, 0), (2, 2, 1)))
    assert not is_watertight(mesh)
    assert orient_faces(mesh)[1] == 0
    assert contains(mesh, [[0.5, 0.5, 0.5], [1.5, 1.5, 0.5], [0.5, 1.5, 0.5]]).tolist() == [True, True, False]


def test_orient_a_moebius_strip_and_nothing(shapes):
    n = 24
    t = np.linspace(0, np.pi, n, endpoint=False)
    rim = [
        np.stack([(1 + s * np.cos(t)) * np.cos(2 * t), (1 + s * np.cos(t)) * np.sin(2 * t), s * np.sin(t)], axis=1)
        for s in (0.3, -0.3)
    ]
    faces = []
    for i in range(n):
        a, b, c, d = i, i + n, (i + 1) % n, (i + 1) % n + n
        if i == n - 1:
            c, d = d, c
        faces += [(a, b, c), (b, d, c)]
    strip = Mesh(np.vstack(rim), faces)
    repaired, _ = orient_faces(strip)
    assert sorted(map(sorted, repaired.faces.tolist())) == sorted(map(sorted, strip.faces.tolist()))
    empty = Mesh([], [])
    assert orient_faces(empty) == (empty, 0)


def test_orient_keeps_parts(shapes):
    mesh = shapes.parts(a=shapes.box(), b=shapes.sphere(0.2, 1, centre=(2, 0, 0)))
    from dataclasses import replace

    turned = replace(mesh, faces=mesh.faces[:, ::-1])
    repaired, flipped = orient_faces(turned)
    assert flipped == len(mesh.faces) and repaired.parts == mesh.parts
    assert (repaired.face_part == mesh.face_part).all() and repaired.volume == pytest.approx(mesh.volume)


def test_duplicate_faces_go_and_two_sided_ones_stay(shapes):
    box = shapes.box()
    twice = Mesh(box.vertices, np.vstack([box.faces, box.faces[:5, [1, 2, 0]]]))
    kept, dropped = drop_duplicate_faces(twice)
    assert dropped == 5 and (kept.faces == box.faces).all()
    kept, dropped = drop_duplicate_faces(soup(twice))
    assert dropped == 5 and kept.triangles == pytest.approx(box.triangles)
    two_sided = Mesh(box.vertices, np.vstack([box.faces, box.faces[:, ::-1]]))
    assert drop_duplicate_faces(two_sided)[1] == 0
    assert drop_duplicate_faces(Mesh([], []))[1] == 0


def test_orient_leaves_two_sided_sheets(shapes):
    """A curtain drawn from both sides, with a flag attached to it that is wound against its neighbour."""
    sheet = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3], [2, 1, 0], [3, 2, 0]])
    assert orient_faces(sheet)[1] == 0
    open_box = shapes.flipped(Mesh(shapes.box().vertices, shapes.box().faces[2:]), np.arange(10) == 3)
    both = shapes.join(sheet, Mesh(open_box.vertices + 2, open_box.faces))
    repaired, flipped = orient_faces(both)
    assert flipped == 1 and (repaired.faces[:4] == sheet.faces).all()


def test_orient_makes_a_slab_of_sides_drawn_from_both_sides(shapes):
    """As some modellers export: top and bottom once, the sides twice. By winding numbers that is an empty box."""
    slab = shapes.box((-0.5, -0.1, -0.5), (0.5, 0.1, 0.5))
    sides = np.abs(slab.face_normals[:, 1]) < 0.5
    drawn = Mesh(slab.vertices, np.vstack([slab.faces, slab.faces[sides][:, ::-1]]))
    repaired, flipped = orient_faces(drawn)
    assert flipped == 8
    kept, dropped = drop_duplicate_faces(repaired)
    assert dropped == 8 and is_watertight(kept) and kept.volume == pytest.approx(slab.volume)
