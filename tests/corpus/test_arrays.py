"""Files of voxels, points and medial meshes: many kinds of each, and damaged ones."""

import pickle
import zipfile

import numpy as np
import pytest
from array_files import (
    CENTRES,
    CLOUDS,
    GRIDS,
    HEAD,
    MEDIAL,
    POINTS,
    RUNS,
    VOXELS,
    binvox,
    header,
    npy,
    npz,
    zipped,
)

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


@pytest.mark.parametrize("name", GRIDS)
def test_grids(tmp_path, name):
    (tmp_path / name).write_bytes(GRIDS[name])
    grid = read_shape(tmp_path / name)
    assert isinstance(grid, VoxelGrid)
    assert (grid.occupancy == VOXELS).all()


def test_axes_are_x_y_z(tmp_path):
    """The voxel [i, j, k] lies around ((i, j, k) + 0.5) / R - 0.5, seen by the surface made of the grid."""
    (tmp_path / "a.npy").write_bytes(GRIDS["float32.npy"])
    inside = contains(to_mesh(read_shape(tmp_path / "a.npy")), (CENTRES + 0.5) / 4 - 0.5)
    assert inside.all() and len(inside) == 4


@pytest.mark.parametrize("name", CLOUDS)
def test_points(tmp_path, name):
    (tmp_path / name).write_bytes(CLOUDS[name])
    cloud = read_shape(tmp_path / name)
    assert isinstance(cloud, PointCloud) and cloud.points == pytest.approx(POINTS)


@pytest.mark.parametrize("name", MEDIAL)
def test_medial_meshes(tmp_path, name):
    (tmp_path / name).write_bytes(MEDIAL[name])
    shape = read_shape(tmp_path / name)
    assert isinstance(shape, MedialMesh) and shape.edges.tolist() == [[0, 1]] and not len(shape.faces)
    assert shape.spheres.tolist() == [[0, 0, 0, 0.5], [1, 0, 0, 0.25]]


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


class Trap:
    """Something whose unpickling is noticed."""

    sprung = False

    def __reduce__(self):
        return setattr, (Trap, "sprung", True)


BOX = np.zeros((4, 4, 4))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.npy", npy(BOX - 3), "expected occupancy probabilities from 0 to 1.*found -3 to -3; logits"),
        ("a.npy", npy(np.arange(64).reshape(4, 4, 4)), "found 0 to 63"),
        ("a.npy", npy(np.full((4, 4, 4), 1.01)), "found 1.01 to 1.01"),
        ("a.npy", npy(np.full((4, 4, 4), np.nan)), "NaN"),
        ("a.npy", npy(np.full((4, 4, 4), np.inf)), "found inf to inf|NaN or infinity"),
        ("a.npy", npy(np.zeros((0, 0, 0))), r"R ≥ 1, found \[0, 0, 0\]"),
        ("a.npy", npy(np.zeros((4, 4, 5))), r"an array of shape \[4, 4, 5\]"),
        ("a.npy", npy(np.zeros((2, 4, 4, 4))), r"an array of shape \[2, 4, 4, 4\]"),
        ("a.npy", npy(np.zeros((4, 4))), r"an array of shape \[4, 4\]"),
        ("a.npy", npy(np.zeros((3, 7))), r"an array of shape \[3, 7\]"),
        ("a.npy", npy(np.float64(1)), r"an array of shape \[\]"),
        ("a.npy", npy(np.zeros((5, 3), dtype=int)), r"points as fractional numbers, found \[5, 3\] of int64"),
        ("a.npy", npy(np.zeros((0, 3))), "no points"),
        ("a.npy", npy(np.full((5, 3), np.inf)), "NaN or infinity"),
        ("a.npy", npy(BOX.astype(complex)), "an array of numbers, found one of complex128"),
        ("a.npy", npy(BOX.astype("U1")), "an array of numbers, found one of <U1"),
        ("a.npy", npy(np.zeros(3, dtype=[("x", "f4")])), "an array of numbers, found one of"),
        ("a.npy", npy(np.array([Trap()], dtype=object), allow_pickle=True), "pickled Python objects"),
        ("a.npy", pickle.dumps(Trap()), "not a readable .npy array"),
        ("a.npy", npy(BOX)[:-1], "truncated"),
        ("a.npy", npy(BOX)[:40], "not a readable .npy array"),
        ("a.npy", header("'<f4'", "(10000, 10000, 10000)"), r"no room for an array \[10000, 10000, 10000\]"),
        ("a.npy", header("'<f4'", "(10**9,)"), "not a readable"),
        ("a.npy", header("'<f4'", "(-4, -4, -4)") + bytes(400), "not a readable .npy array"),
        ("a.npy", b"\x93NUMPY\x09\x00" + npy(BOX)[8:], "format 1.0 or 2.0, found 9.0"),
        ("a.npz", npz(voxels=BOX - 3), "logits"),
        ("a.npz", npz(values=BOX + 3), "logits"),
        ("a.npz", npz(voxels=np.zeros((4, 4, 5))), r"an array of shape \[4, 4, 5\]"),
        ("a.npz", npz(a=VOXELS, b=VOXELS), "or a single one, found a, b"),
        ("a.npz", npz(), "found none"),
        ("a.npz", npz(points=POINTS, occupancies=np.zeros(1, np.uint8)), "labelled as inside or outside"),
        ("a.npz", npz(a=np.array([Trap()], dtype=object)), "pickled Python objects"),
        ("a.npz", npy(VOXELS), "found a single array"),
        ("a.npz", zipped(a=header("'<f4'", "(4000, 4000, 4000)")), "no room for an array"),
        ("a.npz", zipped(a=b""), "not a readable .npz archive"),
        ("a.npz", zipped(zipfile.ZIP_STORED, a=npy(BOX)).replace(b"NUMPY", b"NUMPX"), "not a readable .npz archive"),
        ("a.binvox", binvox(HEAD, RUNS[:-2]), "expected 64 voxels, found"),
        ("a.binvox", binvox(HEAD, RUNS[:-1]), "expected 64 voxels, found"),
        ("a.binvox", binvox(HEAD, b""), "expected 64 voxels, found 0"),
        ("a.binvox", binvox(HEAD, RUNS + b"\0\1"), "1 bytes behind them"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "2 2 2"), RUNS), "expected 8 voxels"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "5 5 5"), RUNS), "expected 125 voxels, found 64"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "4 4 8"), RUNS), r"cubic binvox grid, found dimensions \[4, 4, 8\]"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "4 4"), RUNS), "cubic"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "4 4 four"), RUNS), "no valid 'dim' line"),
        ("a.binvox", binvox(HEAD.replace("4 4 4", "99999 99999 99999"), RUNS), "cubic"),
        ("a.binvox", binvox(HEAD.replace("data", "date"), RUNS), "a header from '#binvox 1' to 'data'"),
        ("a.binvox", binvox(HEAD, b"\2" + RUNS[1:]), "expected voxel values 0 and 1, found 2"),
        ("a.ma", b"3 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 1\n", "expected 3 spheres.*found 2 lines of v"),
        ("a.ma", b"1 0 0\nv 0 0 0 1\nv 1 0 0 1\n", "expected 1 spheres.*found 2"),
        ("a.ma", b"2 0 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 1\n", "expected 0 edges"),
        ("a.ma", b"1000000000 0 0\nv 0 0 0 1\n", "expected 1000000000 spheres"),
        ("a.ma", b"1" * 5000 + b" 0 0\nv 0 0 0 1\n", "numbers of spheres"),
        ("a.ma", b"2 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 2\n", "name spheres 0 to 2"),
        ("a.ma", b"2 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 99999999999999999999\n", "not a valid .ma file"),
        ("a.ma", b"1 0 0\nv 0 0 1_0 1\n", "line 2: expected v and x y z radius"),
        ("a.ma", b"1 0 0\nv 0 0 0 -1\n", "negative radius"),
        ("a.ma", b"1 0 0\nv 0 0 nan 1\n", "finite"),
        ("a.ma", b"1 0 0\nv 0 0 0\n", "line 2: expected v and x y z radius"),
        ("a.ma", b"0 0 0\n", "no spheres"),
    ],
)  # fmt: skip
def test_damaged_or_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=rf"{name}: .*{message}"):
        read_shape(tmp_path / name)
    assert not Trap.sprung, "nothing is unpickled"


def test_an_archive_that_claims_more_than_deflate_can_hold(tmp_path):
    """A member of a few bytes whose head, and whose entry in the list of files, say 256 GB."""
    content = zipped(zipfile.ZIP_STORED, a=header("'<f4'", "(4000, 4000, 4000)") + bytes(400))
    place = content.rindex(b"PK\x01\x02")  # the list of files; sizes without and with compression, 4 bytes each
    lie = (2**32 - 2).to_bytes(4, "little")
    (tmp_path / "a.npz").write_bytes(content[: place + 24] + lie + content[place + 28 :])
    with pytest.raises(InputError, match="claims more bytes than the archive can hold"):
        read_shape(tmp_path / "a.npz")
