"""Mesh health of meshes with one known fault each."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from svr3d.geometry import InputError, Mesh, MeshHealth, mesh_health, read_shape

SOUND = MeshHealth(
    faces=12,
    watertight=True,
    oriented=True,
    components=1,
    boundary_edges=0,
    non_manifold_edges=0,
    degenerate_faces=0,
    duplicate_faces=0,
    self_intersections=0,
)


def test_one_fault_at_a_time(shapes):
    box = shapes.box()
    assert mesh_health(box) == SOUND
    soup = Mesh(box.triangles.reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert mesh_health(soup) == SOUND
    holed = Mesh(box.vertices, box.faces[1:])
    assert mesh_health(holed) == replace(SOUND, faces=11, watertight=False, boundary_edges=3)
    flip = np.arange(12) == 4
    assert mesh_health(shapes.flipped(box, flip)) == replace(SOUND, watertight=False, oriented=False)
    twice = Mesh(box.vertices, np.vstack([box.faces, box.faces[:1]]))
    assert mesh_health(twice) == replace(SOUND, faces=13, watertight=False, non_manifold_edges=3, duplicate_faces=1)
    apart = shapes.join(box, shapes.box((1, 1, 1), (2, 2, 2)))
    assert mesh_health(apart) == replace(SOUND, faces=24, components=2)
    along_an_edge = shapes.join(box, shapes.box((0.5, 0.5, -0.5), (1, 1, 0.5)))
    assert mesh_health(along_an_edge) == replace(SOUND, faces=24, watertight=False, non_manifold_edges=1)
    flat = Mesh(box.vertices, np.vstack([box.faces, [[0, 1, 1]]]))
    assert mesh_health(flat).degenerate_faces == 1
    crossed = mesh_health(shapes.join(box, shapes.box((0, 0, 0), (1, 1, 1))))
    assert crossed == replace(SOUND, faces=24, components=2, self_intersections=crossed.self_intersections)
    assert crossed.self_intersections > 0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(0, 0.5))
def test_edges_as_trimesh_counts_them(shapes, seed, fraction):
    mesh = shapes.without(shapes.torus(sections=12), fraction, seed)
    if mesh.is_empty:
        return
    found = mesh_health(mesh)
    theirs = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    count = np.bincount(theirs.edges_unique_inverse)
    assert (found.boundary_edges, found.non_manifold_edges) == ((count == 1).sum(), (count > 2).sum())
    assert found.watertight == theirs.is_watertight and found.oriented == theirs.is_winding_consistent
    order = np.random.default_rng(seed).permutation(len(mesh.faces))
    assert mesh_health(Mesh(3 * mesh.vertices + 1, mesh.faces[order])) == found


def test_empty_and_bad_input(shapes):
    assert mesh_health(Mesh([], [])) == replace(SOUND, faces=0, watertight=False, components=0)
    with pytest.raises(InputError, match="non-finite"):
        mesh_health(Mesh(shapes.box().vertices * np.inf, shapes.box().faces))


def test_real_meshes(real_meshes):
    for file in sorted(real_meshes.glob("*/*/model.obj"))[::12]:
        mesh = read_shape(file)
        found = mesh_health(mesh)
        assert found.faces == len(mesh.faces) and 1 <= found.components <= found.faces
        if found.watertight:
            assert found.oriented and not found.boundary_edges and not found.non_manifold_edges
