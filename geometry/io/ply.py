"""Stanford PLY: binary and text; with face colours, and parts in our own files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..mesh import Mesh, Part, PartMesh
from ..point_cloud import PointCloud
from ._files import expect_mesh, linear_to_srgb, make_mesh, replace_file, srgb_to_linear, triangulate

_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4", "float": "f4",
    "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
    "float32": "f4", "float64": "f8",
}  # fmt: skip


@dataclass
class _Element:
    name: str
    count: int
    scalars: list[tuple[str, str]] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)  # name, type of the count, type of the items
    order: list[str] = field(default_factory=list)


def read(path: Path) -> Mesh | PointCloud:
    """A mesh, or a point cloud where the file has no `face` element; polygons become fans.

    8-bit `red green blue` of faces are their display colours; those of vertices are ignored. The part of each face
    is its `part`, with names and labels in `comment part NAME<tab>LABEL` lines, as `write` leaves them.
    """
    content = path.read_bytes()
    head, separator, body = content.partition(b"end_header")
    if not content.startswith(b"ply") or not separator:
        raise InputError("not a PLY file: expected a header from 'ply' to 'end_header'")
    body = body[body.index(b"\n") + 1 :] if b"\n" in body else b""
    encoding, elements, parts = _header(head.decode("utf-8", "replace").splitlines())
    try:
        tables = _binary(elements, body, encoding) if encoding != "ascii" else _text(elements, body)
    except (ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the file is truncated or damaged ({error})") from error

    vertex = tables.get("vertex", {})
    if not {"x", "y", "z"} <= vertex.keys():
        raise InputError("the PLY has no vertices with x, y and z")
    points = np.stack([vertex[axis] for axis in "xyz"], axis=1).astype(np.float64)
    if "face" not in tables:
        normals = [vertex.get(name) for name in ("nx", "ny", "nz")]
        return PointCloud(points, None if any(n is None for n in normals) else np.stack(normals, axis=1))
    face = tables["face"]
    corners = face.get("vertex_indices", face.get("vertex_index"))
    if corners is None:
        raise InputError("the PLY's faces have no 'vertex_indices'")
    items, counts = corners
    if counts.min(initial=3) < 3:
        raise InputError(f"a face has {counts.min()} corners; expected at least 3")
    faces, polygon = triangulate(items.astype(np.int64), counts.astype(np.int64))
    colors = face_part = None
    if {"red", "green", "blue"} <= face.keys():
        colors = srgb_to_linear(np.stack([face[name] for name in ("red", "green", "blue")], axis=1))[polygon]
    if parts and "part" in face:
        face_part = face["part"].astype(np.int64)[polygon]
        if not (face_part.min(initial=0) >= 0 and face_part.max(initial=0) < len(parts)):
            raise InputError(f"faces name parts {face_part.min()} to {face_part.max()}, but there are {len(parts)}")
        return PartMesh(points, faces, colors, face_part=face_part, parts=parts)
    return make_mesh(points, faces, colors)


def _header(lines: list[str]) -> tuple[str, list[_Element], tuple[Part, ...]]:
    encoding = ""
    elements: list[_Element] = []
    parts: list[Part] = []
    try:
        for line in lines[1:]:
            words = line.split()
            if line.startswith("comment part "):
                name, _, label = line.removeprefix("comment part ").partition("\t")
                parts.append(Part(name, label or name))
            elif not words or words[0] in ("comment", "obj_info"):
                continue
            elif words[0] == "format":
                encoding = words[1]
            elif words[0] == "element":
                elements.append(_Element(words[1], int(words[2])))
            elif words[:2] == ["property", "list"]:
                elements[-1].lists.append((words[4], _TYPES[words[2]], _TYPES[words[3]]))
                elements[-1].order.append(words[4])
            elif words[0] == "property":
                elements[-1].scalars.append((words[2], _TYPES[words[1]]))
                elements[-1].order.append(words[2])
    except (IndexError, KeyError, ValueError) as error:
        raise InputError(f"the PLY header is damaged at '{line}'") from error
    if encoding not in ("ascii", "binary_little_endian", "binary_big_endian"):
        raise InputError(f"unknown PLY format '{encoding}'")
    return encoding, elements, tuple(parts)


def _binary(elements: list[_Element], body: bytes, encoding: str) -> dict[str, dict]:
    """The columns of each element; a list column is (items one after another, counts)."""
    endian = "<" if encoding == "binary_little_endian" else ">"
    tables, offset = {}, 0
    for element in elements:
        table, offset = _fixed_rows(element, body, offset, endian) or _any_rows(element, body, offset, endian)
        tables[element.name] = table
    return tables


def _fixed_rows(element: _Element, body: bytes, offset: int, endian: str) -> tuple[dict, int] | None:
    """All rows at once, if every row's lists are as long as in the first row (triangles, nearly always)."""
    scalars = dict(element.scalars)
    lists = {name: (count_type, item_type) for name, count_type, item_type in element.lists}
    fields, cursor = [], offset
    for name in element.order:
        if name in scalars:
            fields.append((name, endian + scalars[name]))
            cursor += np.dtype(scalars[name]).itemsize
        else:
            count_type, item_type = (endian + t for t in lists[name])
            length = int(np.frombuffer(body, count_type, 1, cursor)[0]) if element.count else 0
            fields += [(f"#{name}", count_type), (name, item_type, (length,))]
            cursor += np.dtype(count_type).itemsize + max(0, length) * np.dtype(item_type).itemsize
    row = np.dtype(fields)
    end = offset + element.count * row.itemsize
    if end > len(body):
        if not lists:
            raise InputError(f"the file is truncated: expected {element.count} rows of '{element.name}'")
        return None
    rows = np.frombuffer(body, row, element.count, offset)
    if any((rows[f"#{name}"] != rows[name].shape[1]).any() for name in lists):
        return None
    table = {name: rows[name] for name in scalars}
    table |= {name: (rows[name].ravel(), rows[f"#{name}"]) for name in lists}
    return table, end


def _any_rows(element: _Element, body: bytes, offset: int, endian: str) -> tuple[dict, int]:
    scalars = {name: np.dtype(endian + kind) for name, kind in element.scalars}
    lists = {name: (np.dtype(endian + c), np.dtype(endian + i)) for name, c, i in element.lists}
    columns = {name: [] for name in element.order}
    for _ in range(element.count):
        for name in element.order:
            if name in scalars:
                columns[name].append(np.frombuffer(body, scalars[name], 1, offset)[0])
                offset += scalars[name].itemsize
            else:
                count_type, item_type = lists[name]
                length = int(np.frombuffer(body, count_type, 1, offset)[0])
                offset += count_type.itemsize
                columns[name].append(np.frombuffer(body, item_type, length, offset))
                offset += length * item_type.itemsize
    return {name: np.array(c) if name in scalars else _joined(c) for name, c in columns.items()}, offset


def _text(elements: list[_Element], body: bytes) -> dict[str, dict]:
    lines = [line for line in body.decode("ascii", "replace").split("\n") if line.strip()]
    tables, start = {}, 0
    for element in elements:
        rows = [line.split() for line in lines[start : start + element.count]]
        if len(rows) < element.count:
            raise InputError(f"the file is truncated: expected {element.count} rows of '{element.name}'")
        start += element.count
        scalars = dict(element.scalars)
        columns = {name: [] for name in element.order}
        for row in rows:
            at = 0
            for name in element.order:
                if name in scalars:
                    columns[name].append(row[at])
                    at += 1
                else:
                    length = int(row[at])
                    if length < 0 or at + 1 + length > len(row):
                        raise InputError(f"a row of '{element.name}' is shorter than it says")
                    columns[name].append(np.array(row[at + 1 : at + 1 + length], dtype=np.float64))
                    at += 1 + length
        tables[element.name] = {
            name: np.array(column, dtype=np.float64) if name in scalars else _joined(column)
            for name, column in columns.items()
        }
    return tables


def _joined(rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    items = np.concatenate(rows) if rows else np.zeros(0)
    return items, np.array([len(row) for row in rows], dtype=np.int64)


def write(path: Path, shape: Mesh | PointCloud) -> None:
    """Binary little-endian, double precision."""
    if isinstance(shape, PointCloud):
        columns = [("x", "y", "z"), ("nx", "ny", "nz")][: 1 if shape.normals is None else 2]
        names = [name for group in columns for name in group]
        header = [f"element vertex {len(shape)}", *(f"property double {name}" for name in names)]
        data = shape.points if shape.normals is None else np.hstack([shape.points, shape.normals])
        replace_file(path, [_head(header), data.astype("<f8").tobytes()])
        return
    mesh = expect_mesh(shape, ".ply")
    header = [f"element vertex {len(mesh.vertices)}", *(f"property double {axis}" for axis in "xyz")]
    header += [f"element face {len(mesh.faces)}", "property list uchar int vertex_indices"]
    fields = [("count", "u1"), ("corners", "<i4", 3)]
    if mesh.face_colors is not None:
        header += [f"property uchar {name}" for name in ("red", "green", "blue")]
        fields.append(("color", "u1", 3))
    if isinstance(mesh, PartMesh):
        header = [f"comment part {part.name}\t{part.label}" for part in mesh.parts] + header + ["property int part"]
        fields.append(("part", "<i4"))
    rows = np.empty(len(mesh.faces), np.dtype(fields))
    rows["count"], rows["corners"] = 3, mesh.faces
    if mesh.face_colors is not None:
        rows["color"] = linear_to_srgb(mesh.face_colors)
    if isinstance(mesh, PartMesh):
        rows["part"] = mesh.face_part
    replace_file(path, [_head(header), mesh.vertices.astype("<f8").tobytes(), rows.tobytes()])


def _head(lines: list[str]) -> bytes:
    return "\n".join(["ply", "format binary_little_endian 1.0", *lines, "end_header", ""]).encode()
