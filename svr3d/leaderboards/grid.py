"""The comparison figure: a row per sample, a column per method, a picture in each cell."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..files import replacing

INK, QUIET, LINE, PAPER = (26, 26, 26), (95, 102, 112), (222, 226, 230), (255, 255, 255)
FAILED_FILL, FAILED_HATCH, FAILED_INK = (247, 245, 245), (228, 220, 220), (160, 50, 60)


def picture_grid(
    rows: Sequence[str],
    columns: Sequence[str],
    tiles: Sequence[Sequence[np.ndarray | None]],
    path: str | os.PathLike[str],
    *,
    subtitles: Sequence[str | None] | None = None,
    captions: Sequence[Sequence[str | None]] | None = None,
    legend: Sequence[tuple[str, tuple[int, int, int]]] = (),
    tile_size: int = 224,
) -> Path:
    """Draws the figure and writes it to `path` as PNG.

    Args:
        rows: a label for each sample; lines after the first are set quietly.
        columns: a heading for each column, such as "input", the methods' names, "truth".
        tiles: tiles[row][column], UInt8[H, W, 3] of any size, or None where the method failed.
        path: its folder is made if it is not there; the file is replaced in one step.
        subtitles: a quiet line under each heading.
        captions: captions[row][column], a quiet line under each tile, such as its score.
        legend: names and the 8-bit colours that they have in the tiles, side by side below these.
        tile_size: side of each drawn tile in pixels; a tile of another size is fitted into it.

    Returns:
        The path.

    Raises:
        ValueError: the lengths do not agree, there is no row or no column, or a tile is not UInt8[H, W, 3].
    """
    _check(rows, columns, tiles, subtitles, captions, tile_size)
    from PIL import Image, ImageDraw

    bold, plain = _font(0.09 * tile_size, bold=True), _font(0.075 * tile_size)
    line = round(0.115 * tile_size)
    gap, margin = max(2, tile_size // 24), max(4, tile_size // 14)

    headings = [_wrap(name, bold, tile_size) for name in columns]
    labels = [
        [(_shorten(text, plain if k else bold, tile_size), k > 0) for k, text in enumerate(label.split("\n"))]
        for label in rows
    ]
    label_width = max(round((plain if quiet else bold).getlength(t)) for label in labels for t, quiet in label)
    left = margin + (label_width + 2 * gap if label_width else 0)
    title_lines = max(len(heading) for heading in headings)
    top = margin + line * (title_lines + bool(subtitles)) + gap
    step_x, step_y = tile_size + gap, tile_size + gap + (line if captions else 0)
    width, below = left + len(columns) * step_x - gap + margin, top + len(rows) * step_y
    entries = _laid_out(legend, plain, line, width - 2 * margin)
    height = below - gap + margin + (gap + line * (entries[-1].row + 1) if entries else 0)

    figure = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(figure)

    def centred(x: float, y: float, text: str, font: Any, ink: tuple[int, int, int]) -> None:
        draw.text((x, y), text, fill=ink, font=font, anchor="mm")

    for c, heading in enumerate(headings):
        middle = left + c * step_x + tile_size / 2
        for k, text in enumerate(heading):  # headings of fewer lines stand on the lowest ones
            centred(middle, margin + line * (title_lines - len(heading) + k + 0.5), text, bold, INK)
        if subtitles and subtitles[c]:
            text = _shorten(subtitles[c] or "", plain, tile_size)
            centred(middle, margin + line * (title_lines + 0.5), text, plain, QUIET)
    for r, label in enumerate(labels):
        y = top + r * step_y
        if r:
            rule = y - gap // 2 - 1
            draw.line((margin, rule, width - margin, rule), fill=LINE)
        for k, (text, quiet) in enumerate(label):
            at = (margin, y + tile_size / 2 + line * (k - (len(label) - 1) / 2))
            draw.text(at, text, fill=QUIET if quiet else INK, font=plain if quiet else bold, anchor="lm")
        for c, tile in enumerate(tiles[r]):
            x = left + c * step_x
            if tile is None:
                figure.paste(_failed_tile(tile_size, bold), (x, y))
            else:
                picture = _fit(Image.fromarray(np.ascontiguousarray(tile)), tile_size)
                figure.paste(picture, (x + (tile_size - picture.width) // 2, y + (tile_size - picture.height) // 2))
            if captions and captions[r][c]:
                text = _shorten(captions[r][c] or "", plain, tile_size)
                centred(x + tile_size / 2, y + tile_size + 0.45 * line, text, plain, QUIET)

    for entry in entries:
        x, y = margin + entry.left, below + line * (entry.row + 0.5)
        draw.rectangle((x, y - 0.3 * line, x + 0.6 * line, y + 0.3 * line), fill=entry.color)
        draw.text((x + 0.9 * line, y), entry.text, fill=INK, font=plain, anchor="lm")

    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        figure.save(temporary, format="PNG", optimize=True)
    return path


def _check(
    rows: Sequence[str],
    columns: Sequence[str],
    tiles: Sequence[Sequence[np.ndarray | None]],
    subtitles: Sequence[str | None] | None,
    captions: Sequence[Sequence[str | None]] | None,
    tile_size: int,
) -> None:
    if not rows or not columns:
        raise ValueError("picture grid: expected at least one row and one column")
    if tile_size < 16:
        raise ValueError(f"picture grid: expected tiles of at least 16 pixels, found {tile_size}")
    for what, table in (("tiles", tiles), ("captions", captions)):
        if table is not None and [len(row) for row in table] != [len(columns)] * len(rows):
            raise ValueError(
                f"picture grid: expected {len(rows)} rows of {len(columns)} {what}, found {[len(row) for row in table]}"
            )
    if subtitles is not None and len(subtitles) != len(columns):
        raise ValueError(f"picture grid: expected {len(columns)} subtitles, found {len(subtitles)}")
    for r, row in enumerate(tiles):
        for c, tile in enumerate(row):
            if tile is None:
                continue
            if getattr(tile, "dtype", None) != np.uint8 or tile.ndim != 3 or tile.shape[2] != 3 or 0 in tile.shape:
                found = f"{tile.dtype}{list(tile.shape)}" if hasattr(tile, "dtype") else type(tile).__name__
                raise ValueError(f"picture grid: tile of row {r}, column {c}: expected uint8[H, W, 3], found {found}")


class _Entry(NamedTuple):
    """An entry of the legend, and where it stands: its text in a row, from 0, and so far from the left."""

    text: str
    color: tuple[int, int, int]
    row: int
    left: int


def _laid_out(legend: Sequence[tuple[str, tuple[int, int, int]]], font: Any, line: int, width: int) -> list[_Entry]:
    """The entries in rows of at most `width` pixels; a name that is wider than a row is shortened."""
    found, row, left = [], 0, 0
    for name, color in legend:
        text = _shorten(name, font, width - 2 * line)
        needed = round(0.9 * line + font.getlength(text))
        if left and left + needed > width:
            row, left = row + 1, 0
        found.append(_Entry(text, color, row, left))
        left += needed + line
    return found


def _font(size: float, *, bold: bool = False) -> Any:
    import matplotlib
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"  # comes with matplotlib, so figures agree everywhere
    return ImageFont.truetype(os.path.join(matplotlib.get_data_path(), "fonts", "ttf", name), max(6, round(size)))


def _shorten(text: str, font: Any, width: float) -> str:
    """`text` with its middle left out if it is wider than `width`: names differ at both ends."""
    if font.getlength(text) <= width:
        return text
    for kept in range(len(text) - 1, 0, -1):
        short = text[: (kept + 1) // 2] + "…" + text[len(text) - kept // 2 :]
        if font.getlength(short) <= width:
            return short
    return "…"


def _wrap(text: str, font: Any, width: float) -> list[str]:
    """At most two lines, broken after a space, hyphen or underscore where one would be too wide."""
    if font.getlength(text) <= width:
        return [text]
    breaks = [i + 1 for i, letter in enumerate(text[:-1]) if letter in " -_"]
    if not breaks:
        return [_shorten(text, font, width)]
    cut = min(breaks, key=lambda i: max(font.getlength(text[:i]), font.getlength(text[i:])))
    return [_shorten(part.strip(), font, width) for part in (text[:cut], text[cut:])]


def _fit(picture: Any, size: int) -> Any:
    from PIL import Image

    if max(picture.size) == size:
        return picture
    scale = size / max(picture.size)
    target = tuple(max(1, round(scale * side)) for side in picture.size)
    return picture.resize(target, Image.Resampling.LANCZOS)


def _failed_tile(size: int, font: Any) -> Any:
    from PIL import Image, ImageDraw

    scale = 3  # drawn larger and shrunk, for smooth hatching
    tile = Image.new("RGB", (scale * size, scale * size), FAILED_FILL)
    draw = ImageDraw.Draw(tile)
    step = max(6, size // 16) * scale
    for start in range(-scale * size, scale * size, step):
        draw.line((start, scale * size, start + scale * size, 0), fill=FAILED_HATCH, width=2 * scale)
    tile = tile.resize((size, size), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(tile)
    draw.rectangle((0, 0, size - 1, size - 1), outline=FAILED_HATCH)
    left, top, right, bottom = draw.textbbox((size / 2, size / 2), "failed", font=font, anchor="mm")
    pad = size // 32
    draw.rectangle((left - pad, top - pad, right + pad, bottom + pad), fill=FAILED_FILL)
    draw.text((size / 2, size / 2), "failed", fill=FAILED_INK, font=font, anchor="mm")
    return tile
