"""PNG and TIFF files written by hand, from their specifications, with what Pillow does not write."""

from __future__ import annotations

import struct
import zlib

import numpy as np


def png(depth: int, kind: int, rows: list[bytes], width: int, *, before: dict[bytes, bytes] | None = None) -> bytes:
    """A PNG (ISO/IEC 15948): `kind` 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.

    Args:
        depth: bits of each sample.
        rows: the packed samples of each row.
        before: further chunks, before the pixels.
    """
    header = struct.pack(">IIBBBBB", width, len(rows), depth, kind, 0, 0, 0)
    chunks = {b"IHDR": header, **(before or {}), b"IDAT": zlib.compress(b"".join(b"\0" + row for row in rows))}
    parts = [_chunk(name, content) for name, content in [*chunks.items(), (b"IEND", b"")]]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def tiff(
    values: np.ndarray,
    *,
    order: str = "<",
    bits: int = 16,
    sample_format: int = 1,
    white: int = 65535,
    orientation: int = 1,
    packed: bytes | None = None,
    preview: bool = False,
    pages: int = 1,
) -> bytes:
    """A grey TIFF (revision 6.0), one strip to a page.

    Args:
        values: [H, W] in a type of NumPy that is stored as it is.
        order: `<` or `>`.
        bits, sample_format: per sample; formats are 1 unsigned, 2 signed, 3 floating point.
        white: 0 where the picture says that 0 is white.
        packed: the strip where samples are no whole bytes.
        preview: whether pages after the first are called smaller versions of it.
    """
    height, width = values.shape
    strip = packed if packed is not None else values.astype(values.dtype.newbyteorder(order)).tobytes()
    out = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    for page in range(pages):
        entries = [
            (254, int(preview and page > 0)), (256, width), (257, height), (258, bits), (259, 1),
            (262, 0 if white == 0 else 1), (273, 0), (274, orientation), (277, 1), (278, height), (279, len(strip)),
            (339, sample_format),
        ]  # fmt: skip
        start = len(out) + 2 + 12 * len(entries) + 4
        following = start + len(strip) if page < pages - 1 else 0
        out += struct.pack(f"{order}H", len(entries))
        for tag, value in entries:
            out += struct.pack(f"{order}HHII", tag, 4, 1, start if tag == 273 else value)
        out += struct.pack(f"{order}I", following) + strip
    return out
