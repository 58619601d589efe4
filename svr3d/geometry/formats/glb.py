"""Binary glTF 2.0 through trimesh: geometry, scene graph, plain colours."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from ..shapes.mesh import Mesh, Part, PartMesh
from ._common import make_mesh, reading, replace_file

_TRIANGLE_FAN = 6


def read(path: Path) -> Mesh:
    """All triangles of the scene at their places, one part per node with a mesh.

    A face has the material's base colour times its corners' mean vertex colour; textures, skins and morph targets
    are ignored.
    """
    from trimesh.exchange.gltf import load_glb
    from trimesh.scene.transforms import SceneGraph

    content = path.read_bytes()
    with reading("GLB"):
        _check(content)
        loaded = load_glb(io.BytesIO(content))
        graph = SceneGraph(base_frame=loaded["base_frame"])
        for edge in loaded["graph"]:
            graph.update(**edge)
        order = {name: i for i, name in enumerate(loaded["geometry"])}
        nodes = sorted((order[graph[node][1]], node) for node in graph.nodes_geometry)
        vertices, faces, colors, face_part, n_vertices = [], [], [], [], 0
        names: dict[str, int] = {}
        for _, node in nodes:
            transform, geometry = graph[node]
            geometry = loaded["geometry"][geometry]
            if not len(geometry.get("faces", ())):  # points and lines
                continue
            triangles = geometry["faces"].astype(np.int64)
            if triangles.max() >= len(geometry["vertices"]):
                raise InputError(f"a face names vertex {triangles.max()}, which does not exist")
            # a mirroring transform turns the faces inside out
            turned = triangles[:, ::-1] if np.linalg.det(transform[:3, :3]) < 0 else triangles
            vertices.append(geometry["vertices"].astype(np.float64) @ transform[:3, :3].T + transform[:3, 3])
            faces.append(turned + n_vertices)
            colors.append(_colors(geometry, triangles))
            n_vertices += len(vertices[-1])
            # of a mesh with several primitives, trimesh makes nodes below the mesh's own
            parent = str(graph.transforms.parents.get(node))
            one_of_several = geometry["metadata"]["from_gltf_primitive"]
            name = parent if one_of_several and re.fullmatch(re.escape(parent) + r"_\w{6}", node) else node
            face_part.append(np.full(len(triangles), names.setdefault(name, len(names))))
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


def _check(content: bytes) -> None:
    """Rejects what trimesh would read as something else, or silently leave out."""
    if content[:4] != b"glTF" or int.from_bytes(content[4:8], "little") != 2:
        raise InputError("not a GLB file: expected binary glTF 2.0")
    if int.from_bytes(content[8:12], "little") > len(content):
        raise InputError("the file is truncated")
    document = json.loads(content[20 : 20 + int.from_bytes(content[12:16], "little")])
    unknown = set(document.get("extensionsRequired", ())) - {"KHR_mesh_quantization", "KHR_texture_transform"}
    if unknown:
        raise InputError(f"the file needs unsupported glTF extensions: {', '.join(sorted(unknown))}")
    accessors = document.get("accessors", [])
    if any("sparse" in accessor for accessor in accessors):
        raise InputError("sparse glTF accessors are not supported")
    for primitive in (p for mesh in document.get("meshes", []) for p in mesh["primitives"]):
        if primitive.get("mode") == _TRIANGLE_FAN:
            raise InputError("glTF triangle fans are not supported")
        if accessors[primitive["attributes"]["POSITION"]].get("normalized"):
            raise InputError("normalized glTF positions are not supported")


def _colors(geometry: dict[str, Any], triangles: np.ndarray) -> np.ndarray | None:
    """Float[F, 3], linear, or None where neither material nor vertices have a colour."""
    visual = geometry.get("visual")
    base = getattr(getattr(visual, "material", None), "baseColorFactor", None)
    corner = geometry.get("vertex_colors") if visual is None else visual.vertex_attributes.get("color")
    color = None if base is None else np.tile(base[:3] / 255, (len(triangles), 1))
    if corner is not None:
        mean = corner[triangles][..., :3].mean(axis=1, dtype=np.float64)
        mean = mean if corner.dtype.kind == "f" else mean / np.iinfo(corner.dtype).max
        color = mean if color is None else mean * color
    return color


def write(path: Path, mesh: Mesh) -> None:
    """One node per part; face colours as linear 8-bit vertex colours, for which vertices between colours are split."""
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
    pieces = [(part.name, mesh.part(i)) for i, part in enumerate(mesh.parts)] if isinstance(mesh, PartMesh) else []
    for name, piece in pieces or [(path.stem, mesh)]:
        vertices, faces, colors = _split_by_color(piece)
        visual = TextureVisuals(material=material)
        if colors is not None:
            rgba = np.concatenate([np.clip(colors, 0, 1), np.ones((len(colors), 1))], axis=1)
            visual.vertex_attributes["color"] = np.rint(255 * rgba).astype(np.uint8)
        geometry = trimesh.Trimesh(vertices, faces, visual=visual, process=False)
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
