"""Binary glTF beyond the table: where nodes and instances stand, deep trees, truncation."""

import numpy as np
import pytest
import trimesh
from entries import CORNERS
from glb_entries import instanced, plain

from svr3d.geometry import InputError, read_shape


def test_instances_stand_where_they_should(tmp_path):
    """The second box is turned a quarter about z: x, y become -y, x; then it is twice as large, 10 further along x."""
    (tmp_path / "a.glb").write_bytes(instanced())
    second = read_shape(tmp_path / "a.glb").vertices[8:]
    expected = [(10 - 2 * y, 2 * x, 2 * z) for x, y, z in CORNERS]
    assert second == pytest.approx(np.array(expected), abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_node_trees_as_trimesh_places_them(tmp_path, seed):
    """Random trees of nodes, with matrices or else translation, rotation and scale."""
    rng = np.random.default_rng(seed)
    nodes: list[dict] = [{"children": []}]
    for i in range(1, 9):
        move = {"translation": rng.normal(size=3).tolist(), "scale": rng.uniform(-2, 2, 3).tolist()}
        turn = rng.normal(size=4)
        move["rotation"] = (turn / np.linalg.norm(turn)).tolist()
        matrix = np.eye(4)
        matrix[:3] = rng.normal(size=(3, 4))
        nodes.append(
            {"mesh": 0, "children": [], **(move if rng.random() < 0.5 else {"matrix": matrix.T.ravel().tolist()})}
        )
        nodes[rng.integers(i)]["children"].append(i)
    (tmp_path / "a.glb").write_bytes(plain(nodes=[{k: v for k, v in node.items() if v != []} for node in nodes]))
    mesh, theirs = read_shape(tmp_path / "a.glb"), trimesh.load(tmp_path / "a.glb").to_geometry()
    assert len(mesh.faces) == len(theirs.faces) == 8 * 12
    assert mesh.area == pytest.approx(theirs.area) and mesh.bounds == pytest.approx(theirs.bounds)
    assert all(mesh.part(i).volume > 0 for i in range(len(mesh.parts))), "mirrored ones face outward too"


def test_truncated_anywhere(tmp_path):
    content = plain()
    for length in range(1, len(content), 3):
        (tmp_path / "a.glb").write_bytes(content[:length])
        with pytest.raises(InputError, match=r"a\.glb: "):
            read_shape(tmp_path / "a.glb")


def test_deep_trees(tmp_path):
    nodes = [{"children": [i + 1]} for i in range(3000)] + [{"mesh": 0}]
    (tmp_path / "a.glb").write_bytes(plain(nodes=nodes))
    assert read_shape(tmp_path / "a.glb").volume == pytest.approx(6)
