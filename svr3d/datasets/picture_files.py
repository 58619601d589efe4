"""Picture files of any kind as the pixels that a viewer shows: upright, RGB, 8 bits, on white."""

from __future__ import annotations

import os
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import UInt8

from ..errors import InputError, machine_failure

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "WEBP", "BMP", "DIB", "GIF", "PPM", "JPEG2000", "AVIF", "TGA", "QOI")
"""What is read, by Pillow's names; others that it opens are no pictures, or run other programs."""

_EXPECTED = "expected PNG, JPEG, TIFF, WebP or BMP"

_OTHERS = {
    b"<svg": "an SVG drawing, which has no pixels of its own",
    b"ftypheic": "a HEIC picture",
    b"ftypheix": "a HEIC picture",
    b"ftypmif1": "a HEIF picture",
    b"\x76\x2f\x31\x01": "an OpenEXR picture",
    b"#?RADIANCE": "a Radiance picture",
    b"%PDF": "a PDF document",
    b"%!PS": "a PostScript document",
}
"""What people have that is not read, by what its beginning holds."""


def read_picture(path: str | os.PathLike[str]) -> UInt8[np.ndarray, "H W 3"]:
    """A picture in RGB as a viewer shows it; grey is repeated and transparency composited on white.

    The orientation that cameras note (Exif) is applied, colour profiles are not. 16 bits become 8: grey by rounding
    v / 257, colours by their upper byte. Grey floating point is read where its values lie in 0 to 1.

    Raises:
        InputError: no such file, not a whole picture, of a kind that is not read, with more than one frame, too large
            (Pillow's limit, 179 million pixels), or in numbers whose white cannot be told.
    """
    from PIL import Image

    path = Path(path)
    try:
        # Opened here, since of a file that it opened itself Pillow maps a TIFF into memory, lying on its side or not.
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures, and of notes in damaged ones
            with Image.open(file) as image:
                _check_kind(path, image)
                return np.asarray(_on_white(_upright_in_8_bits(path, image)))
    except InputError:
        raise
    except Exception as error:  # of damaged files Pillow raises whatever its parsers ran into
        if machine_failure(error):
            raise
        raise InputError(_sentence(path, error)) from error


def is_turned(path: Path) -> bool:
    """Whether a picture's stored pixels are turned or mirrored before it is shown (Exif orientation).

    Raises:
        InputError: it cannot be opened.
    """
    from PIL import ExifTags, Image

    try:
        with path.open("rb") as file, Image.open(file) as image:
            return image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9)
    except Exception as error:
        raise InputError(_sentence(path, error)) from error


def _check_kind(path: Path, image: Image.Image) -> None:
    if image.format not in FORMATS:
        raise InputError(f"{path}: a picture of kind {image.format}, {_EXPECTED}")
    if image.format == "MPO":
        return  # what further frames a JPEG of a telephone has are previews and depths of the first
    frames = getattr(image, "n_frames", 1)
    if image.format == "TIFF":
        frames -= sum(_is_preview(image, page) for page in range(1, frames))
    image.seek(0)
    if frames > 1:
        raise InputError(f"{path}: has {frames} frames or pages, expected a single picture")


def _is_preview(image: Any, page: int) -> bool:
    """Whether a page of a TIFF is a smaller version of another, or its mask."""
    image.seek(page)
    return bool(image.tag_v2.get(254, 0) & 0b101)


def _upright_in_8_bits(path: Path, file: Any) -> Image.Image:
    """The picture upright, in a mode of 8 bits or less, with what tells its transparency."""
    from PIL import Image, ImageOps

    stored = file.tile[0].args if file.tile else None  # how its pixels are packed; forgotten once they are loaded
    file.load()
    image = ImageOps.exif_transpose(file)
    clear = image.info.get("transparency")
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image)
        grey = Image.fromarray(_grey(path, file, values))
        if clear is not None:
            grey.putalpha(Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8)))
        return grey
    # Pillow brings the pixels to 8 bits, but not the value among them that is to be transparent.
    if isinstance(clear, int) and stored in ("L;2", "L;4"):
        image.info["transparency"] = clear * (85 if stored == "L;2" else 17)
    elif isinstance(clear, tuple) and stored == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in clear)
    return image


def _grey(path: Path, file: Any, values: np.ndarray) -> np.ndarray:
    """UInt8[H, W] from grey with more than 8 bits."""
    tags = getattr(file, "tag_v2", {})  # of a TIFF, which can hold any kind of number; others hold 16 bits
    bits, kind = (np.atleast_1d(tags.get(tag, usual))[0] for tag, usual in ((258, 16), (339, 1)))
    if file.mode == "F":
        low, high = values.min(), values.max()
        if not (low >= 0 and high <= 1):  # not a number is neither
            raise InputError(f"{path}: floating point from {low:g} to {high:g}, expected 0 (black) to 1 (white)")
        shares = values.astype(np.float64)
    elif kind != 1 or bits not in (12, 16):
        sign = "with" if kind == 2 else "without"
        raise InputError(
            f"{path}: whole numbers of {bits} bits {sign} a sign, whose white cannot be told; expected 8 or 16 without"
        )
    else:
        shares = values / (2.0**bits - 1)
    if tags.get(262, 1) == 0:  # the TIFF says that 0 is white, which Pillow minds for 8 bits and less only
        shares = 1 - shares
    return np.rint(255 * shares).astype(np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        if image.mode == "La":  # premultiplied grey, which Pillow converts to nothing but LA
            image = image.convert("LA")
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _sentence(path: Path, error: Exception) -> str:
    """What to say of a file that Pillow does not read."""
    from PIL import Image

    if isinstance(error, FileNotFoundError):
        return f"{path}: no such file"
    if path.is_dir():
        return f"{path}: a folder, expected a picture"
    if isinstance(error, Image.DecompressionBombError):
        pixels, most = (int(number) / 1e6 for number in re.findall(r"\d+", str(error))[:2])
        return f"{path}: a picture of {pixels:.0f} million pixels, expected at most {most:.0f} million; make it smaller"
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as unreadable:
        return f"{path}: cannot be read ({unreadable.strerror or unreadable})"
    if not start:
        return f"{path}: an empty file, expected a picture"
    if kind := next((kind for sign, kind in _OTHERS.items() if sign in start), None):
        return f"{path}: {kind}; {_EXPECTED}"
    return f"{path}: not a whole picture, {_EXPECTED} ({' '.join(str(error).split()) or type(error).__name__})"
