"""Binary glTF 2.0: geometry, scene graph, plain colours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InputError
from ..mesh import Mesh, Part, PartMesh
from ._files import expect_mesh, make_mesh, replace_file

_ARRAY, _ELEMENTS = 34962, 34963
_FLOAT, _UINT = 5126, 5125
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


def read(path: Path) -> Mesh:
    """All triangles of the scene at their places, one part per node with a mesh.

    A face has the material's base colour times its corners' mean vertex colour; textures, skins and morph targets
    are ignored.
    """
    content = path.read_bytes()
    try:
        return _Scene(content).mesh()
    except InputError:
        raise
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"not a valid GLB file ({type(error).__name__}: {error})") from error


class _Scene:
    def __init__(self, content: bytes) -> None:
        if content[:4] != b"glTF" or int.from_bytes(content[4:8], "little") != 2:
            raise InputError("not a GLB file: expected binary glTF 2.0")
        if int.from_bytes(content[8:12], "little") > len(content):
            raise InputError("the file is truncated")
        chunks, at = {}, 12
        while at + 8 <= len(content):
            length, kind = int.from_bytes(content[at : at + 4], "little"), content[at + 4 : at + 8]
            chunks.setdefault(kind, content[at + 8 : at + 8 + length])
            at += 8 + length
        self.document: dict[str, Any] = json.loads(chunks[b"JSON"])
        self.binary = chunks.get(b"BIN\0", b"")
        unknown = set(self.document.get("extensionsRequired", ())) - {"KHR_mesh_quantization", "KHR_texture_transform"}
        if unknown:
            raise InputError(f"the file needs unsupported glTF extensions: {', '.join(sorted(unknown))}")

    def mesh(self) -> Mesh:
        vertices, faces, colors, face_part = [], [], [], []
        names: dict[str, int] = {}
        n_vertices = 0
        for node, transform in self._nodes():
            mesh = self.document["meshes"][node["mesh"]]
            part = len(names)
            for primitive in mesh["primitives"]:
                points, triangles = self._triangles(primitive)
                if not len(triangles):
                    continue
                # a mirroring transform turns the faces inside out
                turned = triangles[:, ::-1] if np.linalg.det(transform[:3, :3]) < 0 else triangles
                vertices.append(points @ transform[:3, :3].T + transform[:3, 3])
                faces.append(turned + n_vertices)
                colors.append(self._colors(primitive, triangles))
                face_part.append(np.full(len(triangles), part))
                n_vertices += len(points)
            name = str(node.get("name") or mesh.get("name") or "part")
            names[name if name not in names else f"{name}.{part}"] = part
        if not faces:
            raise InputError("the mesh has no faces")
        colored = any(c is not None for c in colors)
        white = [np.ones((len(f), 3)) if c is None else c for f, c in zip(faces, colors, strict=True)]
        return make_mesh(
            np.concatenate(vertices),
            np.concatenate(faces),
            np.clip(np.concatenate(white), 0, 1) if colored else None,
            np.concatenate(face_part),
            [Part(name, name) for name in names],
        )

    def _nodes(self):
        """The nodes with a mesh, depth first, each with its matrix to the scene."""
        nodes = self.document.get("nodes", [])
        scenes = self.document.get("scenes", [])
        children = {child for node in nodes for child in node.get("children", ())}
        roots = scenes[self.document.get("scene", 0)].get("nodes", []) if scenes else set(range(len(nodes))) - children

        def visit(index: int, parent: np.ndarray):
            node = nodes[index]
            transform = parent @ _local(node)
            if "mesh" in node:
                yield node, transform
            for child in node.get("children", ()):
                yield from visit(child, transform)

        for root in roots:
            yield from visit(root, np.eye(4))

    def _triangles(self, primitive: dict) -> tuple[np.ndarray, np.ndarray]:
        points = self._accessor(primitive["attributes"]["POSITION"]).astype(np.float64)
        if "indices" in primitive:
            index = self._accessor(primitive["indices"]).ravel().astype(np.int64)
        else:
            index = np.arange(len(points))
        mode = primitive.get("mode", 4)
        if mode == 4:
            triangles = index[: len(index) // 3 * 3].reshape(-1, 3)
        elif mode == 5:  # strip: every other triangle runs backwards
            triangles = np.stack([index[:-2], index[1:-1], index[2:]], axis=1)
            triangles[1::2] = triangles[1::2, ::-1]
        elif mode == 6:  # fan
            triangles = np.stack([np.full(len(index) - 2, index[0]), index[1:-1], index[2:]], axis=1)
        else:  # points and lines
            triangles = np.zeros((0, 3), dtype=np.int64)
        if len(triangles) and triangles.max() >= len(points):
            raise InputError(f"a face names vertex {triangles.max()}, but there are {len(points)} vertices")
        return points, triangles

    def _colors(self, primitive: dict, triangles: np.ndarray) -> np.ndarray | None:
        """Float[F, 3], linear, or None where neither material nor vertices have a colour."""
        color = None
        if "material" in primitive:
            factor = self.document["materials"][primitive["material"]].get("pbrMetallicRoughness", {})
            if "baseColorFactor" in factor:
                color = np.tile(np.array(factor["baseColorFactor"][:3], dtype=np.float64), (len(triangles), 1))
        if "COLOR_0" in primitive["attributes"]:
            corner = self._accessor(primitive["attributes"]["COLOR_0"], normalized=True)[:, :3]
            mean = corner[triangles].mean(axis=1)
            color = mean if color is None else mean * color
        return color

    def _accessor(self, index: int, *, normalized: bool = False) -> np.ndarray:
        accessor = self.document["accessors"][index]
        if "sparse" in accessor:
            raise InputError("sparse glTF accessors are not supported")
        kind = np.dtype(_TYPES[accessor["componentType"]])
        width, count = _WIDTHS[accessor["type"]], accessor["count"]
        if "bufferView" not in accessor:
            return np.zeros((count, width), kind)
        view = self.document["bufferViews"][accessor["bufferView"]]
        if view.get("buffer", 0) != 0 or "uri" in self.document["buffers"][0]:
            raise InputError("the file refers to data outside of it; expected a self-contained .glb")
        stride = view.get("byteStride") or width * kind.itemsize
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        if count and start + stride * (count - 1) + width * kind.itemsize > len(self.binary):
            raise InputError("the file is truncated")
        array = np.ndarray((count, width), kind, self.binary, start, (stride, kind.itemsize))
        if kind.kind != "f" and (accessor.get("normalized") or normalized):
            return np.maximum(array / np.iinfo(kind).max, -1.0)
        return array


def _local(node: dict) -> np.ndarray:
    """Float[4, 4] of a node's matrix, or of its translation, rotation and scale."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    local = np.eye(4)
    local[:3, :3] = rotation * np.asarray(node.get("scale", (1, 1, 1)), dtype=np.float64)
    local[:3, 3] = node.get("translation", (0, 0, 0))
    return local


def write(path: Path, shape: Mesh) -> None:
    """One node per part; face colours as linear vertex colours, for which vertices between colours are split."""
    mesh = expect_mesh(shape, ".glb")
    if mesh.is_empty:
        raise InputError("a .glb file cannot hold a mesh without faces")
    if not mesh.is_finite:
        raise InputError("a .glb file cannot hold non-finite vertices")
    binary, views, accessors, meshes, nodes = bytearray(), [], [], [], []

    def add(array: np.ndarray, target: int, component: int, kind: str, **extra) -> int:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes, "target": target})
        binary.extend(array.tobytes())
        accessors.append(
            {"bufferView": len(views) - 1, "componentType": component, "count": len(array), "type": kind, **extra}
        )
        return len(accessors) - 1

    pieces = [(part.name, mesh.part(i)) for i, part in enumerate(mesh.parts)] if isinstance(mesh, PartMesh) else []
    for name, piece in pieces or [(path.stem, mesh)]:
        if piece.is_empty:
            continue
        vertices, faces, colors = _split_by_color(piece)
        positions = vertices.astype("<f4")
        low, high = positions.min(axis=0).tolist(), positions.max(axis=0).tolist()
        attributes = {"POSITION": add(positions, _ARRAY, _FLOAT, "VEC3", min=low, max=high)}
        if colors is not None:
            attributes["COLOR_0"] = add(colors.astype("<f4"), _ARRAY, _FLOAT, "VEC3")
        indices = add(faces.astype("<u4").reshape(-1), _ELEMENTS, _UINT, "SCALAR")
        meshes.append({"name": name, "primitives": [{"attributes": attributes, "indices": indices, "material": 0}]})
        nodes.append({"name": name, "mesh": len(meshes) - 1})
    document = {
        "asset": {"version": "2.0", "generator": "svr3d"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(nodes)))}],
        "nodes": nodes,
        "meshes": meshes,
        # predicted surfaces may be open or turned: both sides are drawn
        "materials": [{"doubleSided": True, "pbrMetallicRoughness": {"metallicFactor": 0, "roughnessFactor": 0.8}}],
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": views,
        "accessors": accessors,
    }
    text = json.dumps(document, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    replace_file(
        path,
        [
            b"glTF" + np.array([2, total], "<u4").tobytes(),
            np.array([len(text)], "<u4").tobytes() + b"JSON" + text,
            np.array([len(binary)], "<u4").tobytes() + b"BIN\0" + bytes(binary),
        ],
    )


def _split_by_color(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Vertices, faces and vertex colours such that no vertex has two colours."""
    if mesh.face_colors is None:
        used, faces = np.unique(mesh.faces, return_inverse=True)
        return mesh.vertices[used], faces.reshape(-1, 3), None
    palette, color = np.unique(mesh.face_colors, axis=0, return_inverse=True)
    pairs, faces = np.unique(mesh.faces * len(palette) + color.reshape(-1, 1), return_inverse=True)
    return mesh.vertices[pairs // len(palette)], faces.reshape(-1, 3), palette[pairs % len(palette)]
