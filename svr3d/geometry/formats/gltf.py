"""The numbers in a binary glTF 2.0 file: its chunks, and what its accessors give (Khronos, glTF 2.0 specification)."""

from __future__ import annotations

import json
from base64 import b64decode
from functools import cached_property
from typing import Any

import numpy as np

from ...errors import InputError

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_LENGTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_COMPRESSIONS = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")
_UNDERSTOOD = ("KHR_mesh_quantization", "EXT_mesh_gpu_instancing")
_APPEARANCE = ("KHR_materials_", "KHR_texture_", "EXT_texture_", "KHR_lights_", "KHR_xmp")
"""What extensions are called that change how a surface looks, but not where it is."""


class Document:
    """A glTF document with its binary chunk.

    Args:
        content: the file.

    Raises:
        InputError: it is no binary glTF 2.0, is truncated, or needs an extension that is not understood.
    """

    def __init__(self, content: bytes) -> None:
        chunks = _chunks(content)
        document = json.loads(chunks.get(b"JSON", b""))
        if not isinstance(document, dict):
            raise InputError("not a GLB file: expected an object in its JSON chunk")
        self._document: dict[str, Any] = document
        self._binary = chunks.get(b"BIN\0")
        self._decoded: dict[str, bytes] = {}
        for name in self.items("extensionsRequired"):
            refuse_compression({name: None})
            if name not in _UNDERSTOOD and not str(name).startswith(_APPEARANCE):
                raise InputError(f"the file needs the unsupported glTF extension {name}")

    def items(self, name: str) -> list[Any]:
        """The list called `name` at the document's top."""
        return self._document.get(name, [])

    def item(self, name: str, index: Any) -> dict[str, Any]:
        """One of such a list."""
        items = self.items(name)
        if type(index) is not int or not 0 <= index < len(items):
            raise InputError(f"the file names number {index} of its {name}, of which it has {len(items)}")
        return items[index]

    @cached_property
    def scene(self) -> dict[str, Any]:
        """The scene that is shown: the default one, or else the first; of a document without scenes, all its nodes."""
        if "scenes" in self._document:
            return self.item("scenes", self._document.get("scene", 0))
        children = {child for node in self.items("nodes") for child in node.get("children", [])}
        return {"nodes": [i for i in range(len(self.items("nodes"))) if i not in children]}

    def numbers(self, index: Any) -> np.ndarray:
        """An accessor's numbers, [N, 1 to 4], as they are stored.

        Raises:
            InputError: it lacks data, or lies outside of them.
        """
        accessor = self.item("accessors", index)
        if "bufferView" not in accessor:
            raise InputError(f"the accessor {index} has no data")
        kind, length = _COMPONENTS.get(accessor["componentType"]), _LENGTHS.get(accessor["type"])
        if kind is None or length is None:
            raise InputError(f"the accessor {index} has a type that glTF has no such numbers of")
        numbers = self._stored(accessor, accessor["count"], np.dtype(kind), length)
        return self._replaced(numbers, accessor["sparse"]) if "sparse" in accessor else numbers

    def values(self, index: Any) -> np.ndarray:
        """Float[N, 1 to 4]: an accessor's numbers, those that are declared so as fractions of the largest."""
        return (
            as_fractions(self.numbers(index)) if self.is_normalized(index) else self.numbers(index).astype(np.float64)
        )

    def is_normalized(self, index: Any) -> bool:
        return bool(self.item("accessors", index).get("normalized"))

    def _stored(self, place: dict[str, Any], count: int, kind: np.dtype, length: int) -> np.ndarray:
        """Any[count, length], from the `bufferView` and `byteOffset` of `place`."""
        view = self.item("bufferViews", place["bufferView"])
        refuse_compression(view.get("extensions", {}))
        data = self._buffer(view["buffer"])
        begin, size = view.get("byteOffset", 0), view["byteLength"]
        if not (begin >= 0 and size >= 0 and begin + size <= len(data)):
            raise InputError(f"a bufferView lies outside of its buffer of {len(data)} bytes: the file is damaged")
        item = kind.itemsize * length
        offset, stride = place.get("byteOffset", 0), view.get("byteStride", item)
        if not (count >= 0 and offset >= 0 and stride >= item and offset + (count - 1) * stride + item <= size):
            raise InputError(f"{count} items of an accessor do not fit into their bufferView: the file is damaged")
        return np.ndarray((count, length), kind, data, begin + offset, (stride, kind.itemsize))

    def _replaced(self, numbers: np.ndarray, sparse: dict[str, Any]) -> np.ndarray:
        """A copy of `numbers` with the rows that a sparse accessor gives others."""
        count, indices = sparse["count"], sparse["indices"]
        rows = self._stored(indices, count, np.dtype(_COMPONENTS[indices["componentType"]]), 1).ravel()
        if count and rows.max() >= len(numbers):
            raise InputError(f"a sparse accessor replaces row {rows.max()} of {len(numbers)}: the file is damaged")
        numbers = numbers.copy()
        numbers[rows] = self._stored(sparse["values"], count, numbers.dtype, numbers.shape[1])
        return numbers

    def _buffer(self, index: Any) -> bytes:
        buffer = self.item("buffers", index)
        uri = buffer.get("uri")
        if uri is not None and not uri.startswith("data:"):
            raise InputError(f"not a valid GLB file by itself: it keeps data in '{uri[:80]}'; expected all in one file")
        data = self._inline(uri) if uri is not None else self._binary if index == 0 else None
        if data is None or len(data) < buffer["byteLength"]:
            found = 0 if data is None else len(data)
            raise InputError(f"the buffer {index} has {found} of its {buffer['byteLength']} bytes")
        return data

    def _inline(self, uri: str) -> bytes:
        if uri not in self._decoded:
            self._decoded[uri] = b64decode(uri.partition("base64,")[2], validate=True)
        return self._decoded[uri]


def as_fractions(numbers: np.ndarray) -> np.ndarray:
    """Float[...]: integers as fractions of the largest of their type, not below -1; other numbers as they are."""
    if numbers.dtype.kind == "f":
        return numbers.astype(np.float64)
    return np.maximum(numbers / np.iinfo(numbers.dtype).max, -1.0)


def refuse_compression(extensions: dict[str, Any]) -> None:
    """Says plainly that what has one of these `extensions` is compressed."""
    for name in _COMPRESSIONS:
        if name in extensions:
            raise InputError(f"the meshes are compressed ({name}), which is not read; export them without compression")


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """The first chunk of each kind. Bytes behind the length in the file's head are ignored."""
    if content[:4] != b"glTF" or int.from_bytes(content[4:8], "little") != 2:
        raise InputError("not a GLB file: expected binary glTF 2.0")
    length = int.from_bytes(content[8:12], "little")
    chunks: dict[bytes, bytes] = {}
    offset = 12
    while offset + 8 <= length:
        size, kind = int.from_bytes(content[offset : offset + 4], "little"), content[offset + 4 : offset + 8]
        offset += 8 + size
        if offset > min(length, len(content)):
            raise InputError(f"the file is truncated: a chunk of {size} bytes reaches beyond its end")
        chunks.setdefault(kind, content[offset - size : offset])
    if length > len(content):
        raise InputError(f"the file is truncated: it has {len(content)} of {length} bytes")
    return chunks
