"""Parts in what the command line writes: coloured files of predictions, and the labels of the picture grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from svr3d.benchmark import predict as predict_module
from svr3d.benchmark.showcase import _labels_shown
from svr3d.geometry import Mesh, Part, PartMesh, Shape, VoxelGrid, marching_cubes, read_shape, split_by_label
from svr3d.geometry.shapes.part_colors import part_colors
from svr3d.methods import harness

LABELS = ("arm", "leg", "part", "seat")


def chair(names: tuple[str, ...] = LABELS) -> VoxelGrid:
    labels = np.zeros((8, 8, 8), dtype=int)
    labels[1:7, 3:5, 1:7] = 4
    labels[1:3, :3, 1:3] = labels[5:7, :3, 5:7] = 2
    return VoxelGrid(np.where(labels > 0, 0.9, 0.2), labels=labels, label_names=names)


@pytest.fixture
def predicted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Shape], Path]:
    """The .glb file that `svr3d predict` writes of what a method makes of a picture."""
    from PIL import Image

    Image.new("RGB", (20, 20)).save(tmp_path / "photo.png")
    output = SimpleNamespace(given=frozenset({"picture"}), gifts=frozenset())
    method = SimpleNamespace(name="x", facts=SimpleNamespace(categories=("chair",)), output=lambda name: output)
    folder = SimpleNamespace(load=lambda category: (method, "final"))
    monkeypatch.setattr(predict_module.RunFolder, "open", lambda run: folder)

    def predict(shape: Shape) -> Path:
        monkeypatch.setattr(harness, "reconstruct", lambda method, batch, output: [shape])
        (written,) = predict_module.predict("run", [str(tmp_path / "photo.png")], tmp_path / "out")
        return written

    return predict


def test_predict_writes_the_parts_of_a_labelled_grid(predicted) -> None:
    grid = chair()
    written = predicted(grid)
    found, expected = read_shape(written), split_by_label(grid)
    assert isinstance(found, PartMesh) and found.parts == expected.parts == (Part("leg", "leg"), Part("seat", "seat"))
    assert found.volume == pytest.approx(marching_cubes(grid).volume, rel=1e-6)
    assert found.face_colors is not None and len(np.unique(found.face_colors, axis=0)) == 2
    native = read_shape(written.with_suffix(".npz"))
    assert isinstance(native, VoxelGrid) and (native.labels == grid.labels).all()


def test_predict_colours_a_mesh_in_parts_by_label(predicted) -> None:
    """Where the method gave it no colours; its own representation is written as it is."""
    corners, faces = np.eye(3), [[0, 1, 2]]
    parts = [Part("leg_0", "leg"), Part("seat", "seat"), Part("leg_1", "leg")]
    plain = PartMesh.joined([(part, Mesh(corners + i, faces)) for i, part in enumerate(parts)])
    written = predicted(plain)
    found, native = read_shape(written), read_shape(written.with_suffix(".npz"))
    assert isinstance(found, PartMesh) and isinstance(native, PartMesh)
    assert [part.label for part in found.parts] == ["leg", "seat", "leg"]
    assert np.abs(found.face_colors - part_colors(np.array([0, 1, 0]))).max() < 5e-3, "of 8 bits in the file"
    assert native.face_colors is None and native.parts == tuple(parts)
    own = replace(plain, face_colors=np.full((3, 3), 0.5))
    assert np.abs(read_shape(predicted(own)).face_colors - 0.5).max() < 5e-3


def test_labels_of_the_picture_grid() -> None:
    grid = chair()
    truth = split_by_label(grid)
    arm = PartMesh(truth.vertices, truth.faces, face_part=0 * truth.face_part, parts=(Part("arm_1", "arm"),))
    plain = Mesh(truth.vertices, truth.faces)
    assert _labels_shown(LABELS, [grid, None], [arm]) == ["arm", "leg", "seat"], "in the order of the data set"
    assert _labels_shown(LABELS, [grid], [plain]) == ["leg", "seat"], "only those that are there"
    assert _labels_shown(LABELS, [plain, None], [truth]) == [], "no prediction has parts"
    nameless = PartMesh(truth.vertices, truth.faces, face_part=0 * truth.face_part, parts=(Part("part", "part"),))
    assert _labels_shown(LABELS, [nameless], [truth]) == [], "parts that nobody knows more of"
    assert _labels_shown(LABELS, [chair(("a", "b", "c", "d"))], [truth]) == [], "others than the data set's"
    empty = VoxelGrid(np.zeros((2, 2, 2)), labels=np.ones((2, 2, 2)), label_names=LABELS)
    assert _labels_shown(LABELS, [empty], [truth]) == []
