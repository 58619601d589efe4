"""Files of voxels, points and medial meshes: .npy, .npz, .binvox and .ma, of many kinds."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile

import numpy as np
from entries import Entry

from svr3d.geometry import MedialMesh, PointCloud, VoxelGrid

VOXELS = np.zeros((4, 4, 4), dtype=bool)
VOXELS[0, 1, 3] = VOXELS[2, 2, :2] = VOXELS[3, 0, 0] = True
"""A grid that no two axes can be exchanged in."""

POINTS = np.array([[0, 0, 0.5], [1, 0, 0], [0.25, 2, 0]])

CENTRES = np.array([(x, y, z) for x in range(4) for y in range(4) for z in range(4) if VOXELS[x, y, z]])


def npy(array: np.ndarray, **kwargs) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **kwargs)
    return buffer.getvalue()


def npz(compressed: bool = False, **arrays) -> bytes:
    buffer = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(buffer, **arrays)
    return buffer.getvalue()


def header(descr: str, shape: str, order: str = "False") -> bytes:
    """The head of an .npy file by hand."""
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def zipped(method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def binvox(head: str, runs: bytes) -> bytes:
    return head.encode() + runs


def _runs(longest: int = 255, nothing: bytes = b"") -> bytes:
    """`VOXELS` by definition: x slowest, then z, then y; a value and how often it comes."""
    flat = [int(VOXELS[x, y, z]) for x in range(4) for z in range(4) for y in range(4)]
    found, start = b"", 0
    for i in range(1, 65):
        if i == 64 or flat[i] != flat[start] or i - start == longest:
            found += bytes([flat[start], i - start]) + nothing
            start = i
    return found


RUNS = _runs()
HEAD = "#binvox 1\ndim 4 4 4\ntranslate -1 2 0.5\nscale 3\ndata\n"

_VALUES = np.where(VOXELS, 0.75, 0.25)
_BE = VOXELS.astype(">f4")

GRIDS = {
    "bool.npy": npy(VOXELS),
    "float32.npy": npy(_VALUES.astype(np.float32)),
    "float16.npy": npy(np.where(VOXELS, 1.0005, 0).astype(np.float16)),
    "uint8.npy": npy(VOXELS.astype(np.uint8)),
    "uint8 up to 255.npy": npy(VOXELS.astype(np.uint8) * 255),
    "float up to 255.npy": npy(VOXELS * 255.0),
    "int64.npy": npy(VOXELS.astype(np.int64)),
    "big-endian.npy": npy(_BE),
    "Fortran order.npy": npy(np.asfortranarray(_VALUES)),
    "a batch of one.npy": npy(_VALUES[None]),
    "a batch of one with a channel.npy": npy(_VALUES[None, :, :, :, None]),
    "format 2.npy": b"\x93NUMPY\x02\x00" + struct.pack("<I", 118) + npy(VOXELS)[10:],
    "bytes behind.npy": npy(VOXELS) + b"more",
    "voxels.npz": npz(voxels=_VALUES.astype(np.float32)),
    "voxels and more.npz": npz(voxels=_VALUES, category=np.array("chair"), seconds=np.float64(0.5)),
    "arr_0.npz": npz(arr_0=VOXELS),
    "pred, compressed.npz": npz(compressed=True, pred=VOXELS.astype(np.uint8)[None]),
    "values without threshold.npz": npz(values=_VALUES),
    "values and threshold.npz": npz(values=np.where(VOXELS, 3.0, -2.0), threshold=np.float64(0)),
    "with a note beside it.npz": zipped(a=npy(VOXELS), **{"README": b"by hand"}).replace(b"README.npy", b"README.txt"),
    "plain.binvox": binvox(HEAD, RUNS),
    "short runs.binvox": binvox(HEAD, _runs(longest=3)),
    "runs of nothing.binvox": binvox(HEAD, _runs(nothing=b"\1\0")[:-2]),
    "CRLF.binvox": binvox(HEAD.replace("\n", "\r\n"), RUNS),
    "comments.binvox": binvox("#binvox 1 by hand\n# data of voxels\n\ndim\t4  4 4 \ndata  \n", RUNS),
    "a line break behind.binvox": binvox(HEAD, RUNS + b"\n"),
    "zeros behind.binvox": binvox(HEAD, RUNS + bytes(9)),
}
"""Files with `VOXELS`."""

CLOUDS = {
    "float64.npy": npy(POINTS),
    "float32.npy": npy(POINTS.astype("<f4")),
    "big-endian.npy": npy(POINTS.astype(">f8")),
    "Fortran order.npy": npy(np.asfortranarray(POINTS)),
    "a batch of one.npy": npy(POINTS[None]),
    "points.npz": npz(points=POINTS, loc=np.zeros(3), scale=np.float64(2)),
    "arr_0.npz": npz(arr_0=POINTS),
    "verts.npz": npz(compressed=True, verts=POINTS.astype(np.float32)),
}
"""Files with `POINTS`."""

_MA = "2 1 0\nv 0 0 0 0.5\nv 1 0 0 0.25\ne 0 1\n"
MEDIAL = {
    "plain.ma": _MA.encode(),
    "CRLF.ma": _MA.replace("\n", "\r\n").encode(),
    "comments.ma": b"# by hand\n\n2 1 0 # counts\n\tv\t0 0\t0 0.5 # a sphere\n\nv 1 0 0 .25\n  e 0 1",
    "flags of MATFP.ma": b"3 2 0\nv 0 0 0 0.5 2 0\nv 9 9 9 9 1 1\nv 1 0 0 .25 1 0\ne 0 2 0 0\ne 0 1 0 1\n",
    "another order.ma": b"2 1 0\ne 0 1\nv 0 0 0 5e-1\nv 1.0 0 0 +0.25\n",
}
"""Files with a cone from the origin, radius 0.5, to (1, 0, 0), radius 0.25."""


class Trap:
    """Something whose unpickling is noticed."""

    sprung = False

    def __reduce__(self):
        return setattr, (Trap, "sprung", True)


BOX = np.zeros((4, 4, 4))


REFUSED = [
    ("npy", npy(BOX - 3), "expected occupancy probabilities from 0 to 1.*found -3 to -3; logits"),
    ("npy", npy(np.arange(64).reshape(4, 4, 4)), "found 0 to 63"),
    ("npy", npy(np.full((4, 4, 4), 1.01)), "found 1.01 to 1.01"),
    ("npy", npy(np.full((4, 4, 4), np.nan)), "NaN"),
    ("npy", npy(np.full((4, 4, 4), np.inf)), "found inf to inf|NaN or infinity"),
    ("npy", npy(np.zeros((0, 0, 0))), r"R ≥ 1, found \[0, 0, 0\]"),
    ("npy", npy(np.zeros((4, 4, 5))), r"an array of shape \[4, 4, 5\]"),
    ("npy", npy(np.zeros((2, 4, 4, 4))), r"an array of shape \[2, 4, 4, 4\]"),
    ("npy", npy(np.zeros((4, 4))), r"an array of shape \[4, 4\]"),
    ("npy", npy(np.zeros((3, 7))), r"an array of shape \[3, 7\]"),
    ("npy", npy(np.float64(1)), r"an array of shape \[\]"),
    ("npy", npy(np.zeros((5, 3), dtype=int)), r"points as fractional numbers, found \[5, 3\] of int64"),
    ("npy", npy(np.zeros((0, 3))), "no points"),
    ("npy", npy(np.full((5, 3), np.inf)), "NaN or infinity"),
    ("npy", npy(BOX.astype(complex)), "an array of numbers, found one of complex128"),
    ("npy", npy(BOX.astype("U1")), "an array of numbers, found one of <U1"),
    ("npy", npy(np.zeros(3, dtype=[("x", "f4")])), "an array of numbers, found one of"),
    ("npy", npy(np.array([Trap()], dtype=object), allow_pickle=True), "pickled Python objects"),
    ("npy", pickle.dumps(Trap()), "not a readable .npy array"),
    ("npy", npy(BOX)[:-1], "truncated"),
    ("npy", npy(BOX)[:40], "not a readable .npy array"),
    ("npy", header("'<f4'", "(10000, 10000, 10000)"), r"no room for an array \[10000, 10000, 10000\]"),
    ("npy", header("'<f4'", "(10**9,)"), "not a readable"),
    ("npy", header("'<f4'", "(-4, -4, -4)") + bytes(400), "not a readable .npy array"),
    ("npy", b"\x93NUMPY\x09\x00" + npy(BOX)[8:], "format 1.0 or 2.0, found 9.0"),
    ("npz", npz(voxels=BOX - 3), "logits"),
    ("npz", npz(values=BOX + 3), "logits"),
    ("npz", npz(voxels=np.zeros((4, 4, 5))), r"an array of shape \[4, 4, 5\]"),
    ("npz", npz(a=VOXELS, b=VOXELS), "or a single one, found a, b"),
    ("npz", npz(), "found none"),
    ("npz", npz(points=POINTS, occupancies=np.zeros(1, np.uint8)), "labelled as inside or outside"),
    ("npz", npz(a=np.array([Trap()], dtype=object)), "pickled Python objects"),
    ("npz", npy(VOXELS), "found a single array"),
    ("npz", zipped(a=header("'<f4'", "(4000, 4000, 4000)")), "no room for an array"),
    ("npz", zipped(a=b""), "not a readable .npz archive"),
    ("npz", zipped(zipfile.ZIP_STORED, a=npy(BOX)).replace(b"NUMPY", b"NUMPX"), "not a readable .npz archive"),
    ("binvox", binvox(HEAD, RUNS[:-2]), "expected 64 voxels, found"),
    ("binvox", binvox(HEAD, RUNS[:-1]), "expected 64 voxels, found"),
    ("binvox", binvox(HEAD, b""), "expected 64 voxels, found 0"),
    ("binvox", binvox(HEAD, RUNS + b"\0\1"), "1 bytes behind them"),
    ("binvox", binvox(HEAD.replace("4 4 4", "2 2 2"), RUNS), "expected 8 voxels"),
    ("binvox", binvox(HEAD.replace("4 4 4", "5 5 5"), RUNS), "expected 125 voxels, found 64"),
    ("binvox", binvox(HEAD.replace("4 4 4", "4 4 8"), RUNS), r"cubic binvox grid, found dimensions \[4, 4, 8\]"),
    ("binvox", binvox(HEAD.replace("4 4 4", "4 4"), RUNS), "cubic"),
    ("binvox", binvox(HEAD.replace("4 4 4", "4 4 four"), RUNS), "no valid 'dim' line"),
    ("binvox", binvox(HEAD.replace("4 4 4", "99999 99999 99999"), RUNS), "cubic"),
    ("binvox", binvox(HEAD.replace("data", "date"), RUNS), "a header from '#binvox 1' to 'data'"),
    ("binvox", binvox(HEAD, b"\2" + RUNS[1:]), "expected voxel values 0 and 1, found 2"),
    ("ma", b"3 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 1\n", "expected 3 spheres.*found 2 lines of v"),
    ("ma", b"1 0 0\nv 0 0 0 1\nv 1 0 0 1\n", "expected 1 spheres.*found 2"),
    ("ma", b"2 0 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 1\n", "expected 0 edges"),
    ("ma", b"1000000000 0 0\nv 0 0 0 1\n", "expected 1000000000 spheres"),
    ("ma", b"1" * 5000 + b" 0 0\nv 0 0 0 1\n", "numbers of spheres"),
    ("ma", b"2 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 2\n", "name spheres 0 to 2"),
    ("ma", b"2 1 0\nv 0 0 0 1\nv 1 0 0 1\ne 0 99999999999999999999\n", "not a valid .ma file"),
    ("ma", b"1 0 0\nv 0 0 1_0 1\n", "line 2: expected v and x y z radius"),
    ("ma", b"1 0 0\nv 0 0 0 -1\n", "negative radius"),
    ("ma", b"1 0 0\nv 0 0 nan 1\n", "finite"),
    ("ma", b"1 0 0\nv 0 0 0\n", "line 2: expected v and x y z radius"),
    ("ma", b"0 0 0\n", "no spheres"),
]  # fmt: skip


def _is_the_grid(shape: object) -> bool:
    return isinstance(shape, VoxelGrid) and bool((shape.occupancy == VOXELS).all())


def _are_the_points(shape: object) -> bool:
    return isinstance(shape, PointCloud) and np.allclose(shape.points, POINTS)


def _is_the_cone(shape: object) -> bool:
    spheres, edges = [[0, 0, 0, 0.5], [1, 0, 0, 0.25]], [[0, 1]]
    return isinstance(shape, MedialMesh) and (shape.spheres.tolist(), shape.edges.tolist()) == (spheres, edges)


ENTRIES = [
    *(Entry(f"voxels, {name}", each, check=_is_the_grid) for name, each in GRIDS.items()),
    *(Entry(f"points, {name}", each, check=_are_the_points) for name, each in CLOUDS.items()),
    *(Entry(name, each, check=_is_the_cone) for name, each in MEDIAL.items()),
    *(Entry(f"refused {i}.{suffix}", each, error=error) for i, (suffix, each, error) in enumerate(REFUSED)),
]
