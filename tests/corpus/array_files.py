"""Files of voxels, points and medial meshes: .npy, .npz, .binvox and .ma, of many kinds."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np

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
    "another order.ma": b"2 1 0\ne 0 1\nv 0 0 0 5e-1\nv 1.0 0 0 +0.25\n",
}
"""Files with a cone from the origin, radius 0.5, to (1, 0, 0), radius 0.25."""
