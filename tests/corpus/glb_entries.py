"""Binary glTF files of many kinds, put together by hand from the specification."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from entries import BOX, CORNERS, TRIANGLES, Entry

_CODES = {"b": 5120, "B": 5121, "h": 5122, "H": 5123, "I": 5125, "f": 5126}
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Glb:
    """A document and its binary chunk, to which accessors are added."""

    def __init__(self) -> None:
        self.data = b""
        self.document: dict[str, Any] = {"asset": {"version": "2.0"}, "bufferViews": [], "accessors": []}

    def view(self, raw: bytes, **more) -> int:
        self.data += bytes(-len(self.data) % 4)
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw), **more}
        self.data += raw
        self.document["bufferViews"].append(view)
        return len(self.document["bufferViews"]) - 1

    def accessor(self, rows: Sequence, code: str, *, stride: int = 0, **more) -> int:
        """Rows of one type; with a stride, other bytes stand between them."""
        rows = [tuple(np.atleast_1d(row).tolist()) for row in rows]
        packed = [struct.pack(f"<{len(row)}{code}", *row) for row in rows]
        strided = {"byteStride": stride} if stride else {}
        view = self.view(b"".join(row.ljust(stride, b"\xcc") for row in packed), **strided)
        place = {"bufferView": view, "componentType": _CODES[code], "count": len(rows), "type": _KINDS[len(rows[0])]}
        self.document["accessors"].append({**place, **more})
        return len(self.document["accessors"]) - 1

    def box(self, code: str = "H", **more) -> dict[str, Any]:
        """A primitive with the box 1 × 2 × 3."""
        attributes = {"POSITION": self.accessor(CORNERS, "f")}
        return {"attributes": attributes, "indices": self.accessor(np.ravel(TRIANGLES), code), **more}

    def content(self, *primitives: dict, nodes: Sequence[dict] = ({"mesh": 0},), **document) -> bytes:
        """The file, with one mesh unless `document` has others."""
        scene = {"scene": 0, "scenes": [{"nodes": [0]}], "nodes": list(nodes)}
        whole = {"meshes": [{"primitives": list(primitives)}], **scene, **self.document}
        return glb({"buffers": [{"byteLength": len(self.data)}], **whole, **document}, self.data)


def glb(document: dict, *chunks: bytes) -> bytes:
    text = json.dumps(document).encode()
    parts = [(b"JSON", text + b" " * (-len(text) % 4)), *((b"BIN\0", each + bytes(-len(each) % 4)) for each in chunks)]
    body = b"".join(struct.pack("<I4s", len(part), kind) + part for kind, part in parts)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def plain(**document) -> bytes:
    file = Glb()
    return file.content(file.box(), **document)


def without(*keys: str, binary: bool = True) -> bytes:
    """The box without some of its document, or without the binary chunk."""
    file = Glb()
    primitive = file.box()
    whole = {"scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}], "meshes": [{"primitives": [primitive]}]}
    whole |= {"buffers": [{"byteLength": len(file.data)}], **file.document}
    return glb({key: value for key, value in whole.items() if key not in keys}, *[file.data] * binary)


def with_chunk_between() -> bytes:
    """The box, with a chunk of some kind between those of the document and of the buffer."""
    content, chunk = plain(), struct.pack("<I4s", 4, b"MORE") + b"\0\1\2\3"
    place = 20 + int.from_bytes(content[12:16], "little")
    size = struct.pack("<I", len(content) + len(chunk))
    return content[:8] + size + content[12:place] + chunk + content[place:]


def two(**document) -> bytes:
    """Two meshes, of which the second is the box and another one is a triangle far away."""
    file = Glb()
    far = {"attributes": {"POSITION": file.accessor([(9, 9, 9), (8, 9, 9), (9, 8, 9)], "f")}}
    return file.content(meshes=[{"primitives": [far]}, {"primitives": [file.box()]}], **document)


def quantized(code: str, *, low: int = 0) -> bytes:
    """Corners at `low` and the largest number, as fractions; the node's matrix makes them the box."""
    file, top = Glb(), {"b": 127, "B": 255, "h": 32767, "H": 65535}[code]
    rows = [[low if c == 0 else top for c in corner] for corner in CORNERS]
    # rows of 3 or 6 bytes are padded to whole words
    position = file.accessor(rows, code, stride=4 if code in "bB" else 8, normalized=True)
    primitive = {"attributes": {"POSITION": position}, "indices": file.accessor(np.ravel(TRIANGLES), "B")}
    least = max(low / top, -1)
    scale = np.array([1, 2, 3]) / (1 - least)
    node = {"mesh": 0, "scale": scale.tolist(), "translation": (-least * scale).tolist()}
    extension = ["KHR_mesh_quantization"]
    return file.content(primitive, nodes=[node], extensionsUsed=extension, extensionsRequired=extension)


def strips(mode: int, corners: Sequence[int], code: str = "H") -> bytes:
    file = Glb()
    position = file.accessor(CORNERS, "f")
    return file.content({"attributes": {"POSITION": position}, "indices": file.accessor(corners, code), "mode": mode})


def colored(rows: Sequence, code: str, base: Sequence[float] | None = None) -> bytes:
    file = Glb()
    primitive = file.box()
    primitive["attributes"]["COLOR_0"] = file.accessor(rows, code, normalized=code != "f")
    if base is None:
        return file.content(primitive)
    return file.content({**primitive, "material": 0}, materials=[{"pbrMetallicRoughness": {"baseColorFactor": base}}])


def _interleaved() -> bytes:
    file = Glb()
    raw = b"".join(struct.pack("<3f3f2B2x", *corner, 0, 0, 1, 7, 8) for corner in CORNERS)
    view = file.view(raw, byteStride=28)
    for offset in (0, 12):
        place = {"bufferView": view, "byteOffset": offset, "componentType": 5126, "count": 8, "type": "VEC3"}
        file.document["accessors"].append(place)
    attributes = {"POSITION": 0, "NORMAL": 1}
    return file.content({"attributes": attributes, "indices": file.accessor(np.ravel(TRIANGLES), "I")})


def sparse(rows: Sequence[int], corners: Sequence) -> bytes:
    """The box 1 × 2 × 1, of which the given corners stand elsewhere."""
    file = Glb()
    primitive = {
        "attributes": {"POSITION": file.accessor([(x, y, min(z, 1)) for x, y, z in CORNERS], "f")},
        "indices": file.accessor(np.ravel(TRIANGLES), "H"),
    }
    file.document["accessors"][0]["sparse"] = {
        "count": len(rows),
        "indices": {"bufferView": file.view(struct.pack(f"<{len(rows)}B", *rows)), "componentType": 5121},
        "values": {"bufferView": file.view(struct.pack(f"<{3 * len(rows)}f", *np.ravel(corners)))},
    }
    return file.content(primitive)


def _inline() -> bytes:
    file = Glb()
    primitive = file.box()
    uri = "data:application/octet-stream;base64," + base64.b64encode(struct.pack("<36H", *np.ravel(TRIANGLES))).decode()
    file.document["bufferViews"][1] = {"buffer": 1, "byteLength": 72}
    return file.content(primitive, buffers=[{"byteLength": len(file.data)}, {"uri": uri, "byteLength": 72}])


def _several_primitives() -> bytes:
    """The box in halves, and what has no triangles: points, lines, no corners, no positions."""
    file = Glb()
    position = file.accessor([*CORNERS, (9, 9, 9)], "f")
    halves = [file.accessor(np.ravel(half), "B") for half in (TRIANGLES[:4], TRIANGLES[4:])]
    primitives = [{"attributes": {"POSITION": position}, "indices": half} for half in halves]
    empty = {"bufferView": 0, "componentType": 5121, "count": 0, "type": "SCALAR"}
    file.document["accessors"].append(empty)
    others = [{"attributes": {"POSITION": position}, "mode": mode} for mode in range(4)]
    others += [{"attributes": {"POSITION": position}, "indices": 3}, {"attributes": {"NORMAL": position}}]
    return file.content(others[0], primitives[0], *others[1:], primitives[1])


def instanced() -> bytes:
    """Two boxes by EXT_mesh_gpu_instancing, the second moved by 10 along x, turned about z and twice as large."""
    file = Glb()
    primitive = file.box()
    half = np.sqrt(0.5)
    attributes = {
        "TRANSLATION": file.accessor([(0, 0, 0), (10, 0, 0)], "f"),
        "ROTATION": file.accessor([(0, 0, 0, 1), (0, 0, half, half)], "f"),
        "SCALE": file.accessor([(1, 1, 1), (2, 2, 2)], "f"),
        "_ID": file.accessor([1, 2], "B"),
    }
    node = {"mesh": 0, "extensions": {"EXT_mesh_gpu_instancing": {"attributes": attributes}}}
    extension = ["EXT_mesh_gpu_instancing"]
    return file.content(primitive, nodes=[node], extensionsUsed=extension, extensionsRequired=extension)


def _named(name: str, **more) -> dict[str, Any]:
    return {"mesh": 0, "name": name, **more}


# (x, y, z) → (2y - 5, 3z, -x): turned, scaled and moved
_MATRIX = [0, 0, -1, 0, 2, 0, 0, 0, 0, 3, 0, 0, -5, 0, 0, 1]
_AROUND = [1, 0, 5, 4, 7, 6, 3, 2, 1, 0]
_FANS = [corner for a, b, c, d in ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
         for corner in (a, b, c, d, 255)]  # fmt: skip
_ROOT = np.sqrt(0.5)


def _mesh(name: str, content: bytes, **expected) -> Entry:
    """A file with the box, unless other things are expected."""
    return Entry(f"{name}.glb", content, **{**BOX, "colors": {}, "parts": {}, **expected})


MESHES = [
    *(_mesh(f"indices of type {code}", (f := Glb()).content(f.box(code))) for code in "BHI"),
    _mesh(
        "no indices",
        (f := Glb()).content(
            {"attributes": {"POSITION": f.accessor([CORNERS[i] for t in TRIANGLES for i in t], "f")}}
        ),
    ),
    *(_mesh(f"normalised positions of type {code}", quantized(code)) for code in "bBhH"),
    _mesh("normalised positions from -1", quantized("h", low=-32767)),
    _mesh("the most negative number is -1 too", quantized("b", low=-128)),
    _mesh("plain positions of type H", (f := Glb()).content(
        {"attributes": {"POSITION": f.accessor(CORNERS, "H", stride=8)}, "indices": f.box()["indices"]})),
    _mesh("interleaved", _interleaved()),
    _mesh("sparse", sparse([1, 3, 5, 7], [corner for corner in CORNERS if corner[2]])),
    _mesh("a buffer in the document", _inline()),
    _mesh("strips with restarts", strips(5, [*_AROUND, 65535, 0, 2, 4, 6, 65535, 65535, 1, 5, 3, 7])),
    _mesh("strips joined without area", strips(5, [*_AROUND, 0, 0, 0, 2, 4, 6, 6, 1, 1, 5, 3, 7], "B")),
    _mesh("fans with restarts", strips(6, _FANS, "B")),
    _mesh(
        "a matrix",
        plain(nodes=[{"mesh": 0, "matrix": _MATRIX}]),
        area=98, volume=36, bounds=((-5, 0, -1), (-1, 9, 0)),
    ),
    _mesh("a mirroring scale", plain(nodes=[{"mesh": 0, "scale": [-1, 1, 1]}]), bounds=((-1, 0, 0), (0, 2, 3))),
    _mesh(
        "nested nodes",
        plain(nodes=[
            {"children": [1], "translation": [0, 0, 7]},
            {"children": [2], "rotation": [0, 0, _ROOT, _ROOT], "camera": 0},  # a quarter turn about z
            {"mesh": 0, "scale": [1, 2, 1], "name": "box"},
        ], cameras=[{"type": "perspective", "perspective": {"yfov": 1, "znear": 1}}]),
        area=2 * (4 + 3 + 12), volume=12, bounds=((-4, 0, 7), (0, 1, 10)), parts={},
    ),
    _mesh("the default scene", two(nodes=[{"mesh": 0}, {"mesh": 1}], scenes=[{"nodes": [0]}, {"nodes": [1]}], scene=1)),
    _mesh("the first scene", two(nodes=[{"mesh": 0}, {"mesh": 1}], scenes=[{"nodes": [1]}, {"nodes": [0]}], scene=0)),
    _mesh("no scenes", without("scene", "scenes")),
    _mesh("another chunk first", with_chunk_between()),
    _mesh(
        "a mesh twice",
        plain(nodes=[{"children": [1, 2]}, _named("a"), _named("b", translation=[5, 0, 0])]),
        area=44, volume=12, bounds=((0, 0, 0), (6, 2, 3)), parts={"a": 6, "b": 6},
    ),
    _mesh(
        "two nodes of one name, and none",
        plain(nodes=[_named("a", children=[1, 2]), _named("a", scale=[2, 2, 2]), {"mesh": 0}]),
        area=22 + 88 + 22, volume=60, bounds=((0, 0, 0), (2, 4, 6)), parts={"a_0": 6, "a_1": 48, "2": 6},
    ),
    _mesh("several primitives", _several_primitives()),
    _mesh("instances", instanced(), area=22 + 88, volume=6 + 48, bounds=((0, 0, 0), (10, 2, 6))),
    _mesh("colours of 8 bits", colored([(255, 0, 51, 9)] * 8, "B"), colors={(1, 0, 0.2): 22}),
    _mesh("colours of 16 bits", colored([(65535, 0, 13107)] * 8, "H"), colors={(1, 0, 0.2): 22}),
    _mesh("colours as fractions", colored([(1, 0, 0.2)] * 8, "f"), colors={(1, 0, 0.2): 22}),
    _mesh("colours times a base", colored([(1, 0.5, 1)] * 8, "f", [0.5, 0.5, 0.25, 1]), colors={(0.5, 0.25, 0.25): 22}),
    _mesh("colours that are not finite", colored([(1, 0, float("nan"))] * 8, "f")),
    _mesh(
        "an older material",
        (f := Glb()).content(
            f.box(material=0),
            materials=[{"extensions": {"KHR_materials_pbrSpecularGlossiness": {"diffuseFactor": [0.25, 1, 0, 1]}}}],
            extensionsRequired=["KHR_materials_pbrSpecularGlossiness"],
        ),
        colors={(0.25, 1, 0): 22},
    ),
    _mesh("bytes behind the file", plain() + b"\n\0 more"),
]  # fmt: skip


def changed(*path, to) -> bytes:
    """The box, something of whose document is replaced."""
    file = Glb()
    primitive = file.box()
    whole = {"primitive": primitive, **file.document}
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return file.content(primitive)


def with_sizes(total: int, first: int) -> bytes:
    content = plain()
    return (
        content[:8]
        + struct.pack("<II", len(content) + total, int.from_bytes(content[12:16], "little") + first)
        + content[16:]
    )


COMPRESSED = "export them without compression"
MESHOPT = {"EXT_meshopt_compression": {"buffer": 0, "byteLength": 9}}


REFUSED = [
    (plain(extensionsRequired=["KHR_draco_mesh_compression"]), rf"KHR_draco_mesh_compression.*{COMPRESSED}"),
    (plain(extensionsRequired=["EXT_meshopt_compression"]), rf"EXT_meshopt_compression.*{COMPRESSED}"),
    (changed("primitive", "extensions", to={"KHR_draco_mesh_compression": {"bufferView": 0}}), COMPRESSED),
    (changed("bufferViews", 0, "extensions", to=MESHOPT), COMPRESSED),
    (plain(extensionsRequired=["EXT_of_tomorrow"]), "unsupported glTF extension EXT_of_tomorrow"),
    (plain(nodes=[{"mesh": 0, "children": [1]}, {"children": [0]}]), "node 0 is in the scene twice"),
    (plain(nodes=[{"children": [0]}]), "node 0 is in the scene twice"),
    (plain(nodes=[{"children": [1, 2]}, {"children": [2]}, {"mesh": 0}]), "node 2 is in the scene twice"),
    (plain(nodes=[{"children": [5], "mesh": 0}]), "number 5 of its nodes, of which it has 1"),
    (plain(nodes=[{"mesh": -1}]), "number -1 of its meshes"),
    (plain(scene=3), "number 3 of its scenes"),
    (plain(nodes=[{"mesh": 0, "rotation": [0, 0, 0, 0]}]), "zero norm"),
    (plain(nodes=[{"mesh": 0, "translation": [0, 0, float("nan")]}]), "NaN"),
    (plain(nodes=[{"name": "empty"}]), "no faces"),
    (plain(buffers=[{"byteLength": 10**9}]), "of its 1000000000 bytes"),
    (plain(buffers=[{"byteLength": 168, "uri": "box.bin"}]), "keeps data in 'box.bin'"),
    (plain(buffers=[{"byteLength": 168, "uri": "data:;base64,AAAA"}]), "3 of its 168 bytes"),
    (plain(buffers=[{"byteLength": 168, "uri": "data:;base64,A?"}]), "not a valid GLB"),
    (glb({"buffers": [{"byteLength": 4}], "accessors": []}), "no faces"),
    (glb({"nodes": [{"mesh": 0}]}, b""), "number 0 of its meshes, of which it has 0"),
    (plain()[: 20 + int.from_bytes(plain()[12:16], "little")], "truncated"),
    (without("accessors"), "number 0 of its accessors"),
    (without("nodes"), "number 0 of its nodes"),
    (changed("accessors", 0, "count", to=9), "9 items of an accessor do not fit"),
    (changed("accessors", 0, "count", to=10**9), "do not fit"),
    (changed("accessors", 0, "count", to=-1), "do not fit"),
    (changed("accessors", 0, "byteOffset", to=4), "do not fit"),
    (changed("accessors", 0, "byteOffset", to=-4), "do not fit"),
    (changed("bufferViews", 0, "byteLength", to=10**9), "outside of its buffer"),
    (changed("bufferViews", 0, "byteOffset", to=-1), "outside of its buffer"),
    (changed("bufferViews", 0, "byteStride", to=4), "do not fit"),
    (changed("accessors", 0, "componentType", to=5124), "has a type"),
    (changed("accessors", 0, "type", to="VEC4"), "do not fit"),
    (changed("accessors", 0, "type", to="VEC2"), "positions of 3 numbers, found 2"),
    (changed("accessors", 1, "componentType", to=5122), "indices that are whole numbers"),
    (changed("accessors", 1, "count", to=35), "35 corners make no whole triangles"),
    (changed("accessors", 0, "count", to=7), "names vertex 7, which does not exist"),
    (changed("primitive", "mode", to=7), "mode 7"),
    (changed("primitive", "material", to=0), "number 0 of its materials"),
    (changed("primitive", "attributes", to={"POSITION": "a"}), "number a of its accessors"),
    (sparse([1, 8], [(0, 0, 0)] * 2), "replaces row 8 of 8"),
    (strips(5, [0, 1, 8]), "names vertex 8"),
    (colored([(1, 0, 0)] * 7, "f"), "expected 8 vertex colours, found 7"),
    (with_sizes(4, 0), "truncated"),
    (with_sizes(-40, 0), "truncated"),
    (with_sizes(0, 10**6), "truncated"),
    (with_sizes(0, -40), "truncated"),
    (without(binary=False), "buffer 0 has 0 of its 168 bytes"),
    (plain()[:4] + b"\1" + plain()[5:], "expected binary glTF 2.0"),
    (glb([]), "expected an object"),
]  # fmt: skip

ENTRIES = [*MESHES, *(Entry(f"refused {i}.glb", each, error=error) for i, (each, error) in enumerate(REFUSED))]
