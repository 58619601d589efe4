"""Displays: monitors, televisions, laptops, tubes and what they stand on; screens face +z."""

from __future__ import annotations

from collections.abc import Callable

from ..assembly import Assembly
from ..category import Category
from ..draw import Draw, Variant
from ..materials import color
from .laptop import laptop
from .panels import add_panel
from .plan import Plan
from .stands import stand
from .supports import easel, feet, kiosk, wall
from .tube_set import tube_set

Build = Callable[[Assembly, Draw, Plan], None]


def _on(support: Build) -> Build:
    """A panel on something."""

    def build(a: Assembly, d: Draw, p: Plan) -> None:
        support(a, d, add_panel(a, d, p))

    return build


FAMILIES: dict[str, Variant[Build]] = {
    "monitor": Variant(6, _on(stand)),
    "television": Variant(3, _on(feet)),
    "laptop": Variant(4, laptop),
    "tube": Variant(2, tube_set),
    "wall": Variant(1.5, _on(wall)),
    "curved": Variant(2, _on(stand)),
    "easel": Variant(1.5, _on(easel)),
    "kiosk": Variant(1, _on(kiosk)),
}


def _display(a: Assembly, d: Draw) -> None:
    name, family = d.variant("family", FAMILIES)
    case = color(d, "case", "black", "metal", "white")
    glass = color(d, "glass", "glass")
    w, h = d.uniform("aspect", 1.2, 2.2), 1.0
    if name in ("monitor", "kiosk", "easel") and d.chance("portrait", 0.12):
        w = 0.62
    thick = max(w, h) * d.uniform("thickness", 0.03, 0.09)
    rim = max(w, h) * d.uniform("rim", 0.02, 0.07)
    tilt = 0.0 if name in ("tube", "curved", "laptop") else d.uniform("tilt", 0, 12)
    family.build(a, d, Plan(name, case, glass, w, h, thick, rim, tilt))


DISPLAY = Category(("screen", "body", "base"), FAMILIES, _display)
