"""All categories, in ShapeNet's order, then bag and knife."""

from __future__ import annotations

from .bag import BAG
from .bench import BENCH
from .boat import BOAT
from .cabinet import CABINET
from .car import CAR
from .category import Category
from .chair import CHAIR
from .couch import COUCH
from .display import DISPLAY
from .knife import KNIFE
from .lamp import LAMP
from .phone import PHONE
from .plane import PLANE
from .rifle import RIFLE
from .speaker import SPEAKER
from .table import TABLE

CATALOGUE: dict[str, Category] = {
    "plane": PLANE,
    "bench": BENCH,
    "cabinet": CABINET,
    "car": CAR,
    "chair": CHAIR,
    "display": DISPLAY,
    "lamp": LAMP,
    "speaker": SPEAKER,
    "rifle": RIFLE,
    "couch": COUCH,
    "table": TABLE,
    "phone": PHONE,
    "boat": BOAT,
    "bag": BAG,
    "knife": KNIFE,
}
