"""The real, dirty meshes: what a folder of models from anywhere looks like."""

import json

import numpy as np
import pytest

from svr3d.geometry import (
    PartMesh,
    contains,
    is_watertight,
    normalize,
    orient_faces,
    read_shape,
    sample_surface,
    voxelize,
)


@pytest.fixture(scope="module")
def models(real_meshes):
    """Every fourth model with its description."""
    files = sorted(real_meshes.glob("*/*/model.obj"))[::4]
    return [(file, read_shape(file), json.loads((file.parent / "meta.json").read_text())) for file in files]


def test_files_are_read_as_described(models):
    for file, mesh, meta in models:
        assert len(mesh.faces) == meta["n_faces"], file
        parts = len(mesh.parts) if isinstance(mesh, PartMesh) else 1
        assert parts == meta["n_parts"], file
        assert mesh.face_colors is not None, file
        if parts == 1:
            assert is_watertight(mesh) <= meta["watertight"], file


def test_almost_all_surface_is_seen_in_voxels(models):
    from scipy.ndimage import binary_dilation

    seen = []
    for _, mesh, _ in models:
        mesh, _, _ = normalize(mesh)
        if len(mesh.faces) > 20_000:
            continue
        oriented, _ = orient_faces(mesh)
        near = binary_dilation(voxelize(oriented).occupancy, np.ones((3, 3, 3)))
        points = sample_surface(oriented, 5000).points
        seen.append(near[tuple(np.clip(np.floor((points + 0.5) * 32), 0, 31).astype(int).T)].mean())
    assert np.mean(np.array(seen) > 0.999) > 0.9
    assert min(seen) > 0.75, "open sheets enclose nothing, so some is never seen"


def test_voxels_agree_with_points_inside(models, centres):
    grid = centres(16).reshape(-1, 3)
    for file, mesh, meta in models:
        mesh, _, _ = normalize(mesh)
        if not meta["watertight"] or len(mesh.faces) > 20_000:
            continue
        inside = contains(mesh, grid)
        occupancy = voxelize(mesh, 16).occupancy.ravel()
        assert (occupancy | ~inside).mean() > 0.999, file
