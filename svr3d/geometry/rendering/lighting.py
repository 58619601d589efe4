"""The lights of a rendered picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


@dataclass(frozen=True)
class Light:
    """A distant light, placed relative to the camera so that no view looks at an unlit side.

    Args:
        azimuth: degrees to the right of the viewer, 180 is behind the object.
        elevation: degrees above the viewer.
        strength: radiance of a white surface that faces the light.
    """

    azimuth: float
    elevation: float
    strength: float

    @property
    def direction(self) -> Float[np.ndarray, " 3"]:
        """Float[3]: unit vector towards the light, in the camera's axes (x right, y down, z forward)."""
        a, e = np.radians([self.azimuth, self.elevation])
        return np.array([np.sin(a) * np.cos(e), -np.sin(e), -np.cos(a) * np.cos(e)])


@dataclass(frozen=True)
class Lighting:
    """Three-point lighting under a soft sky.

    Args:
        key: the main light, the only one that casts shadows.
        fill: opposite the key, lightens what the key leaves dark.
        rim: from behind, sets edges off the background.
        sky, ground: ambient radiance of a white surface that faces straight up, straight down.
        bounce: share of the ambient light that remains where nothing but the object itself is around.
        softness: radius of the key light as seen from the object, radians.
        specular: strength of highlights, relative to the light that makes them.
    """

    key: Light = field(default=Light(-42.0, 24.0, 0.74))
    fill: Light = field(default=Light(55.0, 5.0, 0.10))
    rim: Light = field(default=Light(150.0, 35.0, 0.22))
    sky: float = 0.30
    ground: float = 0.12
    bounce: float = 0.15
    softness: float = 0.10
    specular: float = 0.12

    @classmethod
    def varied(cls, seed: int) -> Lighting:
        """The default lighting with the key moved and its strength changed a little, the fill kept opposite."""
        rng = np.random.default_rng(seed)
        side = rng.choice([-1.0, 1.0])
        key = Light(side * rng.uniform(30.0, 65.0), rng.uniform(15.0, 35.0), rng.uniform(0.66, 0.82))
        fill = Light(-side * rng.uniform(40.0, 70.0), rng.uniform(0.0, 15.0), rng.uniform(0.06, 0.14))
        rim = Light(side * rng.uniform(130.0, 170.0), rng.uniform(25.0, 45.0), 0.22)
        return cls(key, fill, rim)
