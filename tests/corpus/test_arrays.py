"""Arrays beyond the table: the order of axes, what is told by shape, what is written, what is not unpickled."""

import pickle
import zipfile

import numpy as np
import pytest
from array_entries import CENTRES, POINTS, REFUSED, VOXELS, Trap, header, npy, zipped

from svr3d.geometry import (
    InputError,
    MedialMesh,
    PointCloud,
    VoxelGrid,
    contains,
    list_suffixes,
    read_shape,
    to_mesh,
    write_shape,
)


def test_axes_are_x_y_z(tmp_path):
    """The voxel [i, j, k] lies around ((i, j, k) + 0.5) / R - 0.5, seen by the surface made of the grid."""
    (tmp_path / "a.npy").write_bytes(npy(VOXELS.astype("f4")))
    inside = contains(to_mesh(read_shape(tmp_path / "a.npy")), (CENTRES + 0.5) / 4 - 0.5)
    assert inside.all() and len(inside) == 4


def test_three_by_three_by_three_is_a_grid_and_not_points(tmp_path):
    (tmp_path / "a.npy").write_bytes(npy(np.eye(3)[None].repeat(3, axis=0)))
    assert isinstance(read_shape(tmp_path / "a.npy"), VoxelGrid)
    (tmp_path / "a.npy").write_bytes(npy(np.eye(3)))
    assert isinstance(read_shape(tmp_path / "a.npy"), PointCloud)
    (tmp_path / "a.npy").write_bytes(npy(np.ones((1, 1, 1))))
    assert read_shape(tmp_path / "a.npy").resolution == 1


def test_npy_round_trips_and_numpy_reads_what_we_write(tmp_path):
    assert ".npy" in list_suffixes()
    write_shape(tmp_path / "a.npy", VoxelGrid(np.where(VOXELS, 0.4, 0.2), threshold=0.3))
    assert np.load(tmp_path / "a.npy").dtype == bool and (read_shape(tmp_path / "a.npy").occupancy == VOXELS).all()
    write_shape(tmp_path / "b.npy", PointCloud(POINTS))
    assert (np.load(tmp_path / "b.npy") == POINTS).all() and (read_shape(tmp_path / "b.npy").points == POINTS).all()
    with pytest.raises(InputError, match="not a MedialMesh"):
        write_shape(tmp_path / "c.npy", MedialMesh(np.ones((1, 4))))


def test_nothing_is_unpickled(tmp_path):
    for suffix, content, _ in REFUSED:
        (tmp_path / f"a.{suffix}").write_bytes(content)
        with pytest.raises(InputError):
            read_shape(tmp_path / f"a.{suffix}")
    assert not Trap.sprung
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.sprung, "the trap works"
    Trap.sprung = False


def test_an_archive_that_claims_more_than_deflate_can_hold(tmp_path):
    """A member of a few bytes whose head, and whose entry in the list of files, say 256 GB."""
    content = zipped(zipfile.ZIP_STORED, a=header("'<f4'", "(4000, 4000, 4000)") + bytes(400))
    place = content.rindex(b"PK\x01\x02")  # the list of files; sizes without and with compression, 4 bytes each
    lie = (2**32 - 2).to_bytes(4, "little")
    (tmp_path / "a.npz").write_bytes(content[: place + 24] + lie + content[place + 28 :])
    with pytest.raises(InputError, match="claims more bytes than the archive can hold"):
        read_shape(tmp_path / "a.npz")
