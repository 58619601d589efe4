"""Palettes of plausible materials, as linear RGB."""

from __future__ import annotations

import numpy as np

from .draw import Draw

Color = tuple[float, float, float]

# sRGB, as a colour picker shows them.
PALETTES: dict[str, tuple[str, ...]] = {
    "wood": ("8b5a2b", "a0703c", "c79a63", "5c3a21", "d8b98a", "3e2a1c", "b5793f", "e3cda8", "70452a"),
    "metal": ("9aa0a6", "b8bcc0", "6f757b", "c9c4b8", "4a4e52", "d5d7d9"),
    "brass": ("b08d45", "c8a45c", "8c6a35", "a7653f", "d4b878"),
    "black": ("1c1c1e", "2a2b2e", "38393c", "242222"),
    "white": ("efefec", "e4e2dc", "f7f6f2", "d9d8d4"),
    "plastic": ("d63b30", "2f6fb5", "f2b632", "3f9e6a", "e9e7e2", "2b2d31", "e77a3c", "8a4fa0", "55b3c4", "9c9ea1"),
    "fabric": ("7d8597", "b7a58b", "4b5a67", "8f4a42", "d6cdbd", "3d4b3f", "a37c52", "c4899a", "5d4a66", "2f3e55"),
    "leather": ("5a3422", "8a5a34", "2a211d", "b98a5b", "7a2f2a", "3a4640", "c9b08c"),
    "paint": ("b3261e", "1f4e8c", "e8e8e6", "2b2d2f", "8d9399", "d9a520", "2f6b45", "7a1f35", "c46a27", "4b7fa8"),
    "glass": ("1d2730", "2b3a46", "3c4f5c"),
    "paper": ("f4ead2", "efe6d8", "e8d7b4", "f6f3ea", "d7a86e", "c65f4b", "8fb0a9", "33475b"),
    "stone": ("8f8d88", "b5b1a8", "6b6a68", "cfc9bd"),
    "rubber": ("1a1a1a", "232323", "2c2b2a"),
    "light": ("ffe9b8", "fff3d6", "fbe2a0"),
    "army": ("4b5320", "5c5a3c", "6e6244", "3a3f2e", "857a57"),
    "red": ("a8241c", "c43a2a", "8a1c22"),
}


def color(draw: Draw, name: str, *palettes: str) -> Color:
    """Draw one material colour, recorded under `name`, from the union of the palettes; linear RGB in [0, 1]."""
    code = draw.choice(name, [c for p in palettes for c in PALETTES[p]])
    srgb = np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)]) / 255.0
    srgb = np.clip(srgb * draw.uniform(f"{name}_tone", 0.85, 1.1), 0.0, 1.0)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    red, green, blue = map(float, linear)
    return red, green, blue


def shade(base: Color, factor: float) -> Color:
    """The same colour, darker (factor < 1) or brighter."""
    red, green, blue = (min(1.0, c * factor) for c in base)
    return red, green, blue


RUBBER: Color = (0.012, 0.012, 0.013)
GLASS: Color = (0.02, 0.03, 0.045)
BLACK: Color = (0.02, 0.02, 0.02)
