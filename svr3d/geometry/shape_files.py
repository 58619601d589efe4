"""One door for all files of shapes, told apart by suffix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import InputError
from .formats.archives import read_arrays, write_arrays
from .formats.npy import shape_of_array
from .representations.mesh import MeshRepresentation
from .representations.registry import (
    get_representation,
    other_representations,
    own_representations,
    representation_of,
)
from .representations.representation import Format, Representation, Shape
from .shapes.mesh import Mesh, PartMesh
from .shapes.point_cloud import PointCloud
from .surface.labelled_surface import without_inner_walls

NATIVE = ".npz"
"""The suffix of archives of a shape's own arrays, which hold every shape completely."""

_BY_ARRAY = {
    "face_part": "part_mesh",
    "vertices": "mesh",
    "values": "voxels",
    "points": "points",
    "spheres": "medial",
}
"""What an archive that does not name its representation holds: the first of these arrays tells."""

_WITH_PARTS = frozenset({".glb", ".obj"})
_WITH_COLORS = _WITH_PARTS | {".ply"}
"""The mesh formats that keep the parts of a mesh, and the colours of its faces."""

_SINGLE = frozenset({".glb", ".ply", ".stl"})
"""The formats that hold coordinates in single precision."""

_FOREIGN = "voxels"
"""What other programs often call the array of a grid."""


def list_suffixes() -> tuple[str, ...]:
    """The suffixes of all file formats that shapes are read from, those that keep most of a shape first.

    A format that a distribution adds stands behind the suite's own; one that cannot be imported is left out.
    """
    return tuple(_formats([*own_representations(), *other_representations()[0]]))


def read_shape(path: str | Path, *, labels: Mapping[str, str] | None = None) -> Shape:
    """The shape in a file: .npz, .glb, .ply, .obj, .off, .stl, .binvox, .npy, .ma, or what a distribution adds.

    Groups of an .obj, nodes of a .glb and parts of an .npz make a `PartMesh` if there are several. A
    .ply without faces and an .npz with `points` are a `PointCloud`. Coordinates are as in the file; for .binvox
    see `binvox.read`, and for the array of an .npy, voxels or points, `npy.shape_of_array`. Vertices that no face uses
    may be NaN or infinite; they are left out.

    An .npz archive holds the fields of a shape, and in `representation` the name of what it is. Where that is missing,
    `vertices faces [face_colors] [face_part part_names part_labels]` is a mesh, `values threshold [labels label_names]`
    a grid, `points [normals] [part_ids]` a point cloud and `spheres edges faces` a medial mesh; others are ignored. An
    array `voxels`, or the only one, whatever it is called, is taken as that of an .npy.

    Args:
        labels: semantic labels of parts, by part name; the others keep the file's label, or else their name.

    Raises:
        InputError: naming the file, where it is missing, of unknown format, damaged, without content or not finite.
    """
    path = Path(path)
    file_format = _format(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    try:
        if path.stat().st_size == 0:
            raise InputError("the file is empty")
        shape = file_format.read(path)
        if isinstance(shape, Mesh):
            shape = _without_stray_vertices(shape)
        representation = representation_of(shape)
        if representation.lacks and shape.is_empty:
            raise InputError(f"the {representation.noun} has no {representation.lacks}")
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

    Solids that are no meshes become their surface in mesh formats. .npz holds every shape completely; .obj keeps part
    names and face colours, .glb labels too, with colours in 8 bits, and both put a number behind names that repeat;
    .ply keeps face colours (8 bits); .off and .stl keep geometry only; .binvox and .npy keep which voxels are occupied.
    The .ply, .stl and .glb formats round coordinates to single precision.

    The surface of a labelled grid is coloured by label. In .glb and .obj it is in closed parts, as `split_by_label`
    makes them, with the walls between them; in .ply it is the outer surface, without these walls.

    Raises:
        InputError: the format is unknown, or cannot hold such a shape, or coordinates as large as its are, or is one of
            meshes and the solid too thin to have a surface; or the folder cannot be written to.
    """
    path = Path(path)
    held = writable(path, shape)
    try:
        _format(path).write(path, held)
    except (InputError, OSError) as error:
        raise InputError(f"{path}: {error}") from error


def writable(path: str | Path, shape: Shape) -> Shape:
    """What `write_shape` makes of `shape` for the format that the suffix of `path` names. Nothing is written.

    Raises:
        InputError: as `write_shape`, as far as it is not the folder's fault.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    _format(path)  # refuses an unknown one
    try:
        representation = representation_of(shape)
        if suffix != NATIVE and suffix not in representation.formats:
            if not representation.has_inside or suffix not in MeshRepresentation.formats:
                known = (*own_representations(), *other_representations()[0])
                holder = next(one.noun for one in known if suffix in one.formats)
                raise InputError(f"a {suffix} file holds a {holder}, not a {type(shape).__name__}")
            shape = _surface(shape, suffix)
        if suffix in _SINGLE:
            _check_single(shape, suffix)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    return shape


def _check_single(shape: Shape, suffix: str) -> None:
    """Refuses coordinates that single precision would make infinite; those that are infinite already stay so."""
    if not isinstance(shape, (Mesh, PointCloud)):
        return
    places = shape.points if isinstance(shape, PointCloud) else shape.vertices
    with np.errstate(over="ignore"):
        lost = np.isfinite(places) & ~np.isfinite(places.astype(np.float32))
    if lost.any():
        largest = np.finfo(np.float32).max
        raise InputError(f"a {suffix} file holds coordinates up to {largest:.2g}, found {places[lost][0]:.6g}")


def _surface(shape: Shape, suffix: str) -> Mesh:
    """What a mesh format can hold of a shape that is no mesh."""
    representation = representation_of(shape)
    parts = representation.to_parts(shape) if suffix in _WITH_COLORS else None
    if parts is None:
        mesh = representation.to_mesh(shape)
        if mesh.is_empty and not shape.is_empty:
            raise InputError(f"the {representation.noun} has no surface to write: {representation.vanishes}")
        return mesh
    parts = parts.colored_by_label(representation.label_names(shape))
    return parts if suffix in _WITH_PARTS else without_inner_walls(parts)


def _without_stray_vertices(mesh: Mesh) -> Mesh:
    """`mesh` without vertices that are not finite and that no face uses: they say nothing of the surface."""
    finite = np.isfinite(mesh.vertices).all(axis=1)
    if finite.all():
        return mesh
    used = np.zeros(len(mesh.vertices), dtype=bool)
    used[mesh.faces] = True
    kept = finite | used
    return replace(mesh, vertices=mesh.vertices[kept], faces=(np.cumsum(kept) - 1)[mesh.faces])


class _Native:
    """The native format: archives named after the shapes' fields; and those of a single array."""

    def read(self, path: Path) -> Shape:
        arrays = read_arrays(path)
        name = _held(arrays)
        if not name:
            return shape_of_array(_only(arrays))
        # one's own first: looking up others takes milliseconds
        own = next((one for one in own_representations() if one.name == name), None)
        try:
            return (own or get_representation(name)).from_arrays(arrays)
        except KeyError as error:
            raise InputError(f"the array {error} is missing") from error

    def write(self, path: Path, shape: Shape) -> None:
        representation = representation_of(shape)
        write_arrays(path, {**representation.to_arrays(shape), "representation": np.array(representation.name)})


def _held(arrays: Mapping[str, np.ndarray]) -> str:
    """The name of the representation that the arrays are the fields of, or nothing."""
    if "representation" in arrays:
        return str(arrays["representation"])
    if "occupancies" in arrays:
        raise InputError("the points are labelled as inside or outside (`occupancies`), and so no shape")
    return next((name for array, name in _BY_ARRAY.items() if array in arrays), "")


def _only(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The one array that can be the shape in an archive without any of the suite's names."""
    found = list(arrays.values())
    if _FOREIGN in arrays:
        return arrays[_FOREIGN]
    if len(found) != 1:
        expected = ", ".join(f"`{array}`" for array in ("representation", *_BY_ARRAY, _FOREIGN))
        raise InputError(f"expected arrays {expected}, or a single one, found {', '.join(arrays) or 'none'}")
    return found[0]


def _formats(representations: list[Representation]) -> dict[str, Format]:
    """The file formats by suffix; of two distributions with one suffix, the first by name has it."""
    formats: dict[str, Format] = {NATIVE: _Native()}
    for representation in representations:
        for suffix, file_format in representation.formats.items():
            formats.setdefault(suffix, file_format)
    return formats


def _format(path: Path) -> Format:
    suffix = path.suffix.lower()
    formats = _formats(own_representations())
    if suffix in formats:
        return formats[suffix]
    others, errors = other_representations()
    formats = _formats([*own_representations(), *others])
    if suffix in formats:
        return formats[suffix]
    said = "".join(f"; {error}" for error in errors)
    raise InputError(f"{path}: unknown format '{path.suffix}'; expected one of {', '.join(formats)}{said}")
