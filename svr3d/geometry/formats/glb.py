"""Binary glTF 2.0: geometry, scene graph, plain colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, Part, PartMesh, distinct_names
from ._common import make_mesh, reading, replace_file
from .gltf import Document, as_fractions, refuse_compression
from .strips import fan_triangles, split_at, strip_triangles
from .text import readable_name

_TRIANGLES, _STRIP, _FAN = 4, 5, 6


class _Node(NamedTuple):
    """A node with a mesh, by number, and Float[4, 4] to the scene for each place where that stands."""

    mesh: int
    part: Part
    transforms: list[np.ndarray]


def read(path: Path) -> Mesh:
    """All triangles of the scene that is shown, at their places, one part per node with a mesh.

    A part is called like its node, with a number where several nodes have that name; its label is the mesh's extra
    property `label`, as `write` leaves it, or the node's name. A face has the material's base colour times its corners'
    mean vertex colour; textures, skins, morph targets, points and lines are ignored.
    """
    with reading("GLB"):
        document = Document(path.read_bytes())
        nodes = sorted(_distinct(_nodes(document)), key=lambda node: (node.mesh, node.part.name))
        primitives = [document.item("meshes", node.mesh)["primitives"] for node in nodes]
        order = [(node.mesh, k, i) for i, node in enumerate(nodes) for k in range(len(primitives[i]))]
        decoded = cache(lambda mesh, k: _triangles(document, document.item("meshes", mesh)["primitives"][k]))
        pieces, face_part = [], []
        for mesh, k, i in sorted(order):
            piece = decoded(mesh, k)
            if not piece.is_empty:
                pieces += [_placed(piece, transform) for transform in nodes[i].transforms]
                face_part += [np.full(len(piece.faces), i)] * len(nodes[i].transforms)
        if not pieces:
            raise InputError("the mesh has no faces")
        return make_mesh(*_joined(pieces), np.concatenate(face_part), [node.part for node in nodes])


def _distinct(nodes: Iterable[_Node]) -> list[_Node]:
    """The nodes, as parts under names that are all different; their labels stay."""
    nodes = list(nodes)
    names = distinct_names([node.part.name for node in nodes])
    return [node._replace(part=replace(node.part, name=name)) for node, name in zip(nodes, names, strict=True)]


def _label(mesh: dict[str, Any]) -> str:
    """The label that a mesh says of itself, if it does."""
    extras = mesh.get("extras")
    label = extras.get("label") if isinstance(extras, dict) else None
    return readable_name(label) if isinstance(label, str) else ""


def _joined(pieces: Sequence[Mesh]) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Vertices, faces and colours of all; pieces without colours are white where others have some."""
    counts = [len(piece.vertices) for piece in pieces]
    faces = [piece.faces + before for piece, before in zip(pieces, np.cumsum(counts) - counts, strict=True)]
    colors = [piece.face_colors for piece in pieces]
    white = [np.ones((len(f), 3)) if c is None else c for f, c in zip(faces, colors, strict=True)]
    colored = any(color is not None for color in colors)
    vertices = np.concatenate([piece.vertices for piece in pieces])
    return vertices, np.concatenate(faces), np.clip(np.concatenate(white), 0, 1) if colored else None


def _placed(piece: Mesh, transform: np.ndarray) -> Mesh:
    # a mirroring transform turns the faces inside out
    faces = piece.faces[:, ::-1] if np.linalg.det(transform[:3, :3]) < 0 else piece.faces
    return Mesh(piece.vertices @ transform[:3, :3].T + transform[:3, 3], faces, piece.face_colors)


def _nodes(document: Document) -> Iterator[_Node]:
    """The scene's nodes with a mesh."""
    ahead = [(root, np.eye(4)) for root in reversed(document.scene.get("nodes", []))]
    seen = set()
    while ahead:
        index, parent = ahead.pop()
        node = document.item("nodes", index)
        if index in seen:
            raise InputError(f"the node {index} is in the scene twice; expected a tree of nodes")
        seen.add(index)
        transform = parent @ _local(node)
        if not np.isfinite(transform).all():
            raise InputError(f"expected finite numbers in the node {index}, found NaN or infinity")
        ahead += [(child, transform) for child in reversed(node.get("children", []))]
        if "mesh" in node:
            name = readable_name(str(index if node.get("name") is None else node["name"]))
            part = Part(name, _label(document.item("meshes", node["mesh"])) or name)
            yield _Node(node["mesh"], part, [transform @ each for each in _instances(document, node)])


def _local(node: dict[str, Any]) -> np.ndarray:
    """Float[4, 4]: a node's transform to its parent."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    return _matrix(*(node.get(key, rest) for key, rest in _RESTS.items()))


_RESTS = {"translation": (0.0, 0.0, 0.0), "rotation": (0.0, 0.0, 0.0, 1.0), "scale": (1.0, 1.0, 1.0)}


def _matrix(translation: Sequence[float], rotation: Sequence[float], scale: Sequence[float]) -> np.ndarray:
    """Float[4, 4] that scales, then turns by the quaternion x, y, z, w, then moves."""
    from scipy.spatial.transform import Rotation

    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_quat(rotation).as_matrix() * np.reshape(scale, 3)
    matrix[:3, 3] = np.reshape(translation, 3)
    return matrix


def _instances(document: Document, node: dict[str, Any]) -> list[np.ndarray]:
    """Float[4, 4] of each place of a node's mesh, relative to the node (extension EXT_mesh_gpu_instancing)."""
    several = node.get("extensions", {}).get("EXT_mesh_gpu_instancing")
    if several is None:
        return [np.eye(4)]
    given = {key: document.values(index) for key, index in several["attributes"].items() if key.lower() in _RESTS}
    count = max(map(len, given.values()), default=0)
    columns = (given.get(key.upper(), [rest] * count) for key, rest in _RESTS.items())
    return [_matrix(*row) for row in zip(*columns, strict=True)]


def _triangles(document: Document, primitive: dict[str, Any]) -> Mesh:
    """The triangles of a primitive, which may have none."""
    refuse_compression(primitive.get("extensions", {}))
    mode = primitive.get("mode", _TRIANGLES)
    attributes = primitive["attributes"]
    if mode < _TRIANGLES or "POSITION" not in attributes:  # points and lines; nothing to draw
        return Mesh(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64))
    vertices = document.values(attributes["POSITION"])
    if vertices.shape[1] != 3:
        raise InputError(f"expected positions of 3 numbers, found {vertices.shape[1]}")
    faces = _faces(document, primitive, mode, len(vertices))
    if len(faces) and faces.max() >= len(vertices):
        raise InputError(f"a face names vertex {faces.max()}, which does not exist")
    return Mesh(vertices, faces, _colors(document, primitive, faces, len(vertices)))


def _faces(document: Document, primitive: dict[str, Any], mode: int, count: int) -> np.ndarray:
    """Int[F, 3]; primitives without indices take their `count` vertices in order."""
    if "indices" in primitive:
        indices = document.numbers(primitive["indices"])
        if indices.dtype.kind != "u" or indices.shape[1] != 1:
            raise InputError("expected indices that are whole numbers without a sign")
        corners, restart = indices.ravel().astype(np.int64), np.iinfo(indices.dtype).max
    else:
        corners, restart = np.arange(count), count
    if mode == _TRIANGLES:
        if len(corners) % 3:
            raise InputError(f"{len(corners)} corners make no whole triangles")
        return corners.reshape(-1, 3)
    if mode not in (_STRIP, _FAN):
        raise InputError(f"a primitive has the mode {mode}, which glTF does not have")
    triangles = strip_triangles if mode == _STRIP else fan_triangles
    return triangles(*split_at(restart, corners, np.array([len(corners)])))


def _colors(document: Document, primitive: dict[str, Any], faces: np.ndarray, count: int) -> np.ndarray | None:
    """Float[F, 3], linear, or None where neither material nor vertices have a colour, or one that is not finite."""
    color = None
    if "material" in primitive:
        base = _base_color(document.item("materials", primitive["material"]))
        color = None if base is None else np.tile(np.array(base[:3], dtype=np.float64), (len(faces), 1))
    if "COLOR_0" in primitive["attributes"]:
        corner = as_fractions(document.numbers(primitive["attributes"]["COLOR_0"]))
        if len(corner) != count or corner.shape[1] < 3:
            raise InputError(f"expected {count} vertex colours, found {len(corner)} of {corner.shape[1]} numbers")
        mean = corner[faces][..., :3].mean(axis=1)
        color = mean if color is None else mean * color
    return color if color is not None and np.isfinite(color).all() else None


def _base_color(material: dict[str, Any]) -> list[float] | None:
    """Linear RGBA, also of materials by the older extension."""
    older = material.get("extensions", {}).get("KHR_materials_pbrSpecularGlossiness", {})
    return material.get("pbrMetallicRoughness", {}).get("baseColorFactor", older.get("diffuseFactor"))


def write(path: Path, mesh: Mesh) -> None:
    """One node per part, under names that are all different; face colours as linear 8-bit vertex colours.

    A label that is not the name stands in `extras.label` of the node's mesh. Vertices between colours are split.
    """
    import trimesh
    from trimesh.exchange.gltf import export_glb
    from trimesh.visual import TextureVisuals
    from trimesh.visual.material import PBRMaterial

    if mesh.is_empty:
        raise InputError("a .glb file cannot hold a mesh without faces")
    if not mesh.is_finite:
        raise InputError("a .glb file cannot hold non-finite vertices")
    # predicted surfaces may be open or turned: both sides are drawn
    material = PBRMaterial(metallicFactor=0.0, roughnessFactor=0.8, doubleSided=True)
    scene = trimesh.Scene()
    pieces = [(part, mesh.part(i)) for i, part in enumerate(mesh.parts)] if isinstance(mesh, PartMesh) else []
    pieces = pieces or [(Part(path.stem, path.stem), mesh)]
    # nodes of one name would replace each other
    for name, (part, piece) in zip(distinct_names([part.name for part, _ in pieces]), pieces, strict=True):
        vertices, faces, colors = _split_by_color(piece)
        visual = TextureVisuals(material=material)
        if colors is not None:
            rgba = np.concatenate([np.clip(colors, 0, 1), np.ones((len(colors), 1))], axis=1)
            visual.vertex_attributes["color"] = np.rint(255 * rgba).astype(np.uint8)
        extras = {} if part.label == name else {"label": part.label}
        geometry = trimesh.Trimesh(vertices, faces, visual=visual, process=False, metadata=extras)
        scene.add_geometry(geometry, node_name=name, geom_name=name)
    replace_file(path, [export_glb(scene, include_normals=False)])


def _split_by_color(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Vertices, faces and vertex colours such that no vertex has two colours."""
    if mesh.face_colors is None:
        used, faces = np.unique(mesh.faces, return_inverse=True)
        return mesh.vertices[used], faces.reshape(-1, 3), None
    palette, color = np.unique(mesh.face_colors, axis=0, return_inverse=True)
    pairs, faces = np.unique(mesh.faces * len(palette) + color.reshape(-1, 1), return_inverse=True)
    return mesh.vertices[pairs // len(palette)], faces.reshape(-1, 3), palette[pairs % len(palette)]
