"""Binary glTF 2.0."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..mesh import Mesh, Part, PartMesh
from ._files import expect_mesh, make_mesh, replace_file

_ARRAY, _ELEMENTS = 34962, 34963
_FLOAT, _UINT = 5126, 5125


def read(path: Path) -> Mesh:
    """All meshes of the scene at their places, one part per node; materials' base colours, no textures."""
    import trimesh

    try:
        scene = trimesh.load_scene(path, file_type="glb")
    except Exception as error:  # a parser of foreign files: whatever it stumbles over, the file is at fault
        raise InputError(f"not a readable GLB file ({type(error).__name__}: {error})") from error
    vertices, faces, colors, face_part, parts = [], [], [], [], []
    n_vertices = 0
    for node in scene.graph.nodes_geometry:
        transform, key = scene.graph[node]
        geometry = scene.geometry[key]
        if not isinstance(geometry, trimesh.Trimesh) or not len(geometry.faces):
            continue
        placed = geometry.vertices @ transform[:3, :3].T + transform[:3, 3]
        # a mirroring transform turns the faces inside out
        turned = geometry.faces[:, ::-1] if np.linalg.det(transform[:3, :3]) < 0 else geometry.faces
        vertices.append(placed)
        faces.append(turned + n_vertices)
        colors.append(_face_colors(geometry))
        face_part.append(np.full(len(turned), len(parts)))
        parts.append(Part(str(node), str(node)))
        n_vertices += len(placed)
    if not faces:
        raise InputError("the mesh has no faces")
    known = [c is not None for c in colors]
    white = [np.ones((len(f), 3)) for f in faces]
    joined = np.concatenate([c if k else w for c, k, w in zip(colors, known, white, strict=True)])
    return make_mesh(
        np.concatenate(vertices),
        np.concatenate(faces),
        joined if any(known) else None,
        np.concatenate(face_part),
        parts,
    )


def _face_colors(geometry) -> np.ndarray | None:
    """Float[F, 3], linear: of the vertices if they have any, else of the material, which colours them all."""
    visual = geometry.visual
    if visual.kind == "vertex":
        return (visual.vertex_colors[:, :3] / 255.0)[geometry.faces].mean(axis=1)
    factor = getattr(getattr(visual, "material", None), "baseColorFactor", None)
    if factor is None:
        return None
    factor = np.asarray(factor)
    factor = factor / 255.0 if factor.dtype == np.uint8 else factor
    return np.tile(factor[:3], (len(geometry.faces), 1))


def write(path: Path, shape: Mesh) -> None:
    """One node per part; face colours as linear vertex colours, for which vertices between colours are split."""
    mesh = expect_mesh(shape, ".glb")
    if mesh.is_empty:
        raise InputError("a .glb file cannot hold a mesh without faces")
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
