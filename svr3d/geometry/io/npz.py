"""The native format: NumPy archives named after the shapes' fields, without pickled objects.

`vertices faces [face_colors] [face_part part_names part_labels]` is a mesh, `values threshold [labels]` a grid and
`points [normals] [part_ids]` a point cloud; other entries are ignored.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, Part, PartMesh
from ..shapes.point_cloud import PointCloud
from ..shapes.voxel_grid import VoxelGrid
from ._common import replace_file


def read(path: Path) -> Mesh | VoxelGrid | PointCloud:
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise InputError("expected an archive of arrays, found a single array")
        with archive:
            data = {name: archive[name] for name in archive.files}
    except InputError:
        raise
    except Exception as error:  # zip and array headers fail in a dozen ways, and the file is at fault in each
        raise InputError(f"not a readable .npz archive ({error})") from error
    try:
        if "vertices" in data:
            return _mesh(data)
        if "values" in data:
            return VoxelGrid(data["values"], float(data.get("threshold", 0.5)), data.get("labels"))
        if "points" in data:
            return PointCloud(data["points"], data.get("normals"), data.get("part_ids"))
    except KeyError as error:
        raise InputError(f"the array {error} is missing") from error
    raise InputError(f"expected arrays `vertices`, `values` or `points`, found {', '.join(data) or 'none'}")


def _mesh(data: dict[str, np.ndarray]) -> Mesh:
    colors = data.get("face_colors")
    if "face_part" not in data:
        return Mesh(data["vertices"], data["faces"], colors)
    names, labels = data["part_names"], data["part_labels"]
    if names.shape != labels.shape or names.ndim != 1:
        raise InputError(f"expected as many part names as labels, found {list(names.shape)} and {list(labels.shape)}")
    parts = tuple(Part(str(name), str(label)) for name, label in zip(names, labels, strict=True))
    return PartMesh(data["vertices"], data["faces"], colors, face_part=data["face_part"], parts=parts)


def write(path: Path, shape: Mesh | VoxelGrid | PointCloud) -> None:
    if isinstance(shape, Mesh):
        data = {"vertices": shape.vertices, "faces": shape.faces, "face_colors": shape.face_colors}
        if isinstance(shape, PartMesh):
            data["face_part"] = shape.face_part
            data["part_names"] = np.array([part.name for part in shape.parts], dtype=np.str_)
            data["part_labels"] = np.array([part.label for part in shape.parts], dtype=np.str_)
    elif isinstance(shape, VoxelGrid):
        binary = bool(np.isin(shape.values, (0, 1)).all())
        values = shape.values.astype(bool) if binary else shape.values
        data = {"values": values, "threshold": np.float64(shape.threshold), "labels": shape.labels}
    elif isinstance(shape, PointCloud):
        data = {"points": shape.points, "normals": shape.normals, "part_ids": shape.part_ids}
    else:
        raise InputError(f"expected a Mesh, VoxelGrid or PointCloud, found {type(shape).__name__}")
    buffer = io.BytesIO()
    np.savez(buffer, **{name: array for name, array in data.items() if array is not None})
    replace_file(path, [buffer.getbuffer()])
