"""Cars: a side profile cut by a plan, wheels in arches, a cabin with windows; the front is at +z."""

from __future__ import annotations

from typing import NamedTuple

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw
from .body import add_body
from .cabin import add_cabin
from .cockpit import add_cockpit
from .fittings import add_fittings
from .lights import add_lights_and_mirrors
from .load import add_load
from .plan import Shape, draw_plan


class Family(NamedTuple):
    weight: float
    shape: Shape


FAMILIES = {
    "sedan": Family(4, Shape((4.4, 5.0), (1.75, 1.9), (1.35, 1.5), 0.60, 0.64, 0.30, 0.42, 0.70, 0.84)),
    "hatch": Family(3, Shape((3.5, 4.2), (1.65, 1.8), (1.4, 1.6), 0.62, 0.66, 0.26, 0.40, 0.86, 0.97)),
    "wagon": Family(2, Shape((4.4, 4.9), (1.75, 1.9), (1.4, 1.55), 0.60, 0.64, 0.28, 0.41, 0.92, 0.98)),
    "coupe": Family(3, Shape((4.1, 4.7), (1.8, 1.95), (1.15, 1.32), 0.56, 0.66, 0.36, 0.50, 0.66, 0.92)),
    "suv": Family(3, Shape((4.3, 5.0), (1.85, 2.05), (1.7, 2.0), 0.62, 0.66, 0.27, 0.36, 0.88, 0.96)),
    "jeep": Family(2, Shape((3.4, 4.2), (1.7, 1.9), (1.7, 2.0), 0.56, 0.58, 0.34, 0.36, 0.96, 0.98)),
    "pickup": Family(3, Shape((4.9, 5.7), (1.85, 2.05), (1.65, 1.95), 0.62, 0.56, 0.26, 0.36, 0.54, 0.58)),
    "van": Family(2.5, Shape((4.3, 5.4), (1.8, 2.0), (1.85, 2.5), 0.52, 0.6, 0.10, 0.26, 0.97, 0.99)),
    "bus": Family(2, Shape((5.5, 8.0), (2.1, 2.4), (2.4, 3.0), 0.44, 0.44, 0.01, 0.04, 0.98, 0.995)),
    "truck": Family(2, Shape((5.2, 7.0), (2.0, 2.3), (2.1, 2.6), 0.55, 0.35, 0.02, 0.08, 0.22, 0.26)),
    "convertible": Family(2, Shape((3.9, 4.6), (1.7, 1.9), (1.1, 1.25), 0.66, 0.72, 0.36, 0.44, 0.0, 0.0)),
}


def _car(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    p = draw_plan(d, name, family.shape)
    add_body(a, d, p)
    if name == "convertible":
        add_cockpit(a, d, p)
    else:
        add_cabin(a, d, p)
    if name == "truck":
        add_load(a, d, p)
    add_lights_and_mirrors(a, d, p)
    add_fittings(a, d, p)


CAR = Category(("body", "window", "wheel", "light", "fitting"), FAMILIES, _car)
