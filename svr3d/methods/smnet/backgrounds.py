"""Backgrounds for training pictures: made up, or taken from a folder of pictures.

A made-up background is what photos have behind an object, in rough strokes: a wall and a floor whose brightness falls
off, textures whose power falls with frequency as in natural pictures (1/f), and things that stand about: boxes and
discs, upright and tilted, with textures of their own.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

from ...datasets.picture_files import read_picture
from ...errors import InputError

if TYPE_CHECKING:
    from jaxtyping import Bool, Float

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
_THINGS = 7
"""Most things in a made-up background."""
_DARKER = 0.05
"""A foreground that is nearer to white than this says nothing of how much of a pixel it covers."""


def made_up(side: int, generator: torch.Generator) -> Float[Tensor, "3 S S"]:
    """A background, in [0, 1], drawn from the generator alone."""

    def draw(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator)

    rows, columns = torch.meshgrid(*[(torch.arange(side) + 0.5) / side] * 2, indexing="ij")
    noise = _noise(side, generator)
    horizon = float(0.3 + 0.7 * draw())  # at 1 there is no floor
    picture = torch.where(rows < horizon, _texture(noise, generator), _texture(noise, generator))
    for _ in range(int(torch.randint(_THINGS + 1, (), generator=generator))):
        picture = torch.where(_thing(rows, columns, generator), _texture(noise, generator), picture)
    slope = 0.6 * (draw(2) - 0.5)
    light = 1 + slope[0] * (rows - 0.5) + slope[1] * (columns - 0.5)
    return (picture * light).clamp(0, 1)


def _thing(rows: Tensor, columns: Tensor, generator: torch.Generator) -> Bool[Tensor, "S S"]:
    """The pixels of a box or a disc, somewhere, of any proportions and tilt."""
    x, y, size, aspect, tilt, kind = torch.rand(6, generator=generator).tolist()
    angle = torch.tensor(0.6 * (tilt - 0.5))
    u, v = columns - x, rows - y
    u, v = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()
    half = 0.04 + 0.3 * size
    u, v = u / half, v / (half * 4 ** (aspect - 0.5))
    return torch.maximum(u.abs(), v.abs()) < 1 if kind < 0.7 else u.square() + v.square() < 1


def _noise(side: int, generator: torch.Generator) -> Float[Tensor, "2 S S"]:
    """Noise whose amplitude falls with a power of the frequency between a half and two, without borders: its left goes
    on at its right. Fourier transforms are slow, so one serves all of a picture's textures."""
    power = 0.5 + 1.5 * torch.rand((), generator=generator)
    up, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)
    frequency = (up.square() + across.square()).sqrt().clamp(min=1 / side)
    spectrum = torch.fft.rfft2(torch.randn(2, side, side, generator=generator)) / frequency**power
    noise = torch.fft.irfft2(spectrum, s=(side, side))
    return noise / noise.std().clamp(min=1e-6)


def _texture(noise: Float[Tensor, "2 S S"], generator: torch.Generator) -> Float[Tensor, "3 S S"]:
    """A colour with noise, shifted to another place."""
    place = torch.randint(noise.shape[-1], (2,), generator=generator).tolist()
    strength = 0.25 * torch.rand((), generator=generator)
    color, tint = torch.rand(2, 3, 1, 1, generator=generator)
    grey, colored = noise.roll(place, (1, 2))
    return color + strength * (grey + (tint - 0.5) * colored)


class Folder:
    """The pictures of a folder and its subfolders, as backgrounds.

    Raises:
        InputError: no such folder, or no picture in it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        root = Path(path)
        if not path or not root.is_dir():
            raise InputError(f"option 'backgrounds': {root}: no such folder, expected one of pictures")
        self.files = sorted(file for file in root.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
        if not self.files:
            raise InputError(f"option 'backgrounds': {root}: has no pictures ({', '.join(sorted(SUFFIXES))})")

    def draw(self, side: int, generator: torch.Generator) -> Float[Tensor, "3 S S"]:
        """A square from one of the pictures, at random, as it is or mirrored."""
        file = self.files[int(torch.randint(len(self.files), (), generator=generator))]
        picture = torch.tensor(read_picture(file)).permute(2, 0, 1)
        size = min(picture.shape[1:])
        size = int(size * (0.5 + 0.5 * float(torch.rand((), generator=generator)))) or 1
        top, left = (int(torch.randint(n - size + 1, (), generator=generator)) for n in picture.shape[1:])
        square = picture[None, :, top : top + size, left : left + size].float() / 255
        if torch.rand((), generator=generator) < 0.5:
            square = square.flip(-1)
        return F.interpolate(square, (side, side), mode="bilinear", antialias=True, align_corners=False)[0]


def composited(
    pictures: Float[Tensor, "B 3 S S"], mask: Bool[Tensor, "B S S"], backgrounds: Float[Tensor, "B 3 S S"]
) -> Float[Tensor, "B 3 S S"]:
    """Pictures on white before other backgrounds.

    Args:
        mask: the pixels whose middles show the object.
    """
    # A pixel is α · foreground + (1 − α) · white.
    uncovered = 1 - coverage(pictures, mask)[:, None]
    return (pictures + uncovered * (backgrounds - 1)).clamp(0, 1)


def coverage(pictures: Float[Tensor, "B 3 S S"], mask: Bool[Tensor, "B S S"]) -> Float[Tensor, "B S S"]:
    """Which share of each pixel the object covers, in a picture on white.

    Inside it is 1, outside 0. On the rim, the foreground's colour is taken to be that of the inside pixels around, and
    the share is where the pixel lies between it and white; with none around, or one that is near white, the mask says.
    """
    solid = mask[:, None].to(pictures.dtype)
    near = F.max_pool2d(solid, 3, 1, 1)
    inside = 1 - F.max_pool2d(1 - solid, 3, 1, 1)
    weight = F.avg_pool2d(inside, 5, 1, 2, count_include_pad=False)
    darkness = F.avg_pool2d((1 - pictures) * inside, 5, 1, 2, count_include_pad=False) / weight.clamp(min=1e-6)
    length = darkness.square().sum(1, keepdim=True)
    share = ((1 - pictures) * darkness).sum(1, keepdim=True) / length.clamp(min=1e-6)
    known = (weight > 0) & (length > _DARKER**2)
    rim = torch.where(known, share.clamp(0, 1), solid)
    return torch.where(inside > 0, 1, torch.where(near > 0, rim, 0))[:, 0]
