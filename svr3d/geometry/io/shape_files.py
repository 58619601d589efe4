"""One door for all file formats, told apart by suffix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ...errors import InputError
from ..convert import Shape, to_mesh
from ..shapes.mesh import Mesh, PartMesh
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid
from . import binvox, glb, npz, obj, off, ply, stl

_FORMATS = {".obj": obj, ".ply": ply, ".off": off, ".stl": stl, ".glb": glb, ".binvox": binvox, ".npz": npz}

SUFFIXES = tuple(_FORMATS)


def read_shape(path: str | Path, *, labels: Mapping[str, str] | None = None) -> Shape:
    """The shape in a file: .obj, .ply, .off, .stl, .glb, .binvox or .npz.

    Groups of an .obj, nodes of a .glb and parts of an .npz make a `PartMesh` if there are several. A
    .ply without faces and an .npz with `points` are a `PointCloud`. Coordinates are as in the file; for .binvox
    see `binvox.read`.

    Args:
        labels: semantic labels of parts, by part name; the others keep the file's label, or else their name.

    Raises:
        InputError: naming the file, where it is missing, of unknown format, damaged, without faces or not finite.
    """
    path = Path(path)
    handler = _handler(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        if path.stat().st_size == 0:
            raise InputError("the file is empty")
        shape = handler.read(path)
        if isinstance(shape, Mesh) and shape.is_empty:
            raise InputError("the mesh has no faces")
        if isinstance(shape, PointCloud) and shape.is_empty:
            raise InputError("the point cloud has no points")
        if not shape.is_finite:
            raise InputError("expected finite numbers, found NaN or infinity")
    except (InputError, OSError) as error:
        raise InputError(f"{path}: {error}") from error
    if labels and isinstance(shape, PartMesh):
        parts = tuple(replace(part, label=labels.get(part.name, part.label)) for part in shape.parts)
        shape = replace(shape, parts=parts)
    return shape


def write_shape(path: str | Path, shape: Shape) -> None:
    """Writes `shape` in the format that the suffix of `path` names; an existing file is replaced in one step.

    Grids become their iso-surface in mesh formats. .npz holds every shape completely; .obj keeps part names and
    face colours, .glb too (colours in 8 bits); .ply keeps face colours (8 bits); .off and .stl keep geometry only;
    .binvox keeps which voxels are occupied. The .ply, .stl and .glb formats round coordinates to single precision.

    Raises:
        InputError: the format is unknown, or cannot hold such a shape; or the folder cannot be written to.
    """
    path = Path(path)
    handler = _handler(path)
    try:
        if handler not in (binvox, npz) and isinstance(shape, VoxelGrid):
            shape = to_mesh(shape)
        handler.write(path, shape)
    except (InputError, OSError) as error:
        raise InputError(f"{path}: {error}") from error


def _handler(path: Path):
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise InputError(f"{path}: unknown format '{path.suffix}'; expected one of {', '.join(_FORMATS)}") from None
