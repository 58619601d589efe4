"""Boats: one to three hulls lofted along z, and on them cabins, rigs, engines or cargo in keeping with the kind."""

from __future__ import annotations

import numpy as np
from manifold3d import Manifold

from .assembly import Assembly
from .draw import Draw
from .materials import color, shade
from .solids import bar, box, ellipsoid, hull, loft, mirror_x, prism, rod, sheet, span, tube
from .streamlined import body

LABELS = ("hull", "cabin", "window", "mast", "sail", "engine", "railing", "seat", "oar", "funnel", "cargo", "deck", "keel", "gun", "crane", "tail")

KINDS = ("rowing", "canoe", "speedboat", "yacht", "sailing", "catamaran", "cargo", "tug", "trawler", "warship", "pontoon", "airboat", "liner", "junk")


class Hull:
    """A hull along z, bow at +z, over the water line y = 0: its half width and heights are functions of s = z / length."""

    def __init__(self, d: Draw, length: float, beam: float, depth: float, style: str) -> None:
        self.length, self.beam, self.depth = length, beam, depth
        self.fine = d.uniform("bow_fineness", 1.4, 3.2) if style != "barge" else 5.0
        self.stern = {"transom": d.uniform("stern_width", 0.7, 0.95), "double": 0.03, "round": d.uniform("stern_width", 0.4, 0.7), "barge": 0.95}[style]
        self.sheer = d.uniform("sheer", 0.05, 0.5) * depth if style != "barge" else 0.1 * depth
        self.rise = self.sheer * d.uniform("stern_sheer", 0.0, 1.0) if style != "double" else self.sheer
        self.flare = d.uniform("flare", 0.55, 0.9)
        self.chine = d.choice("bottom", (1.2, 1.8, 3.0)) if style != "barge" else 6.0
        self.rake = d.uniform("rake", 0.02, 0.12) * length

    def half(self, s) -> np.ndarray:
        """Half width of the deck at s in [-0.5, 0.5]."""
        s = np.asarray(s, float)
        bow = 1 - np.clip((s + 0.05) / 0.55, 0, 1) ** self.fine
        aft = self.stern + (1 - self.stern) * (1 - np.clip((-0.05 - s) / 0.45, 0, 1) ** 2)
        return 0.5 * self.beam * np.maximum(np.minimum(bow, aft), 0.03)

    def top(self, s) -> np.ndarray:
        s = np.asarray(s, float)
        return self.depth + self.sheer * np.clip(2 * s, 0, 1) ** 2 + self.rise * np.clip(-2 * s, 0, 1) ** 2

    def solid(self, inset: float = 0.0, floor: float = 0.0, lift: float = 0.0) -> Manifold:
        """The hull, or the space within its walls: `inset` narrower, above `floor`, up to `lift` over the deck."""
        q = np.linspace(0, np.pi, 13)  # from one deck edge round the bottom to the other
        c, v = np.cos(q), np.sin(q)
        x = np.sign(c) * np.abs(c) ** (2 / max(self.chine, 2))
        y = v ** (2 / max(self.chine, 2)) if self.chine >= 2 else 0.5 * (v + 1 - np.abs(2 * q / np.pi - 1))
        rings = []
        ends = (-0.5, 0.5) if not inset else (-0.5 + inset / self.length, 0.5 - 1.6 * inset / self.length)
        for s in np.linspace(*ends, 17):
            wide, top = self.half(s), self.top(s)
            bottom = np.clip(2 * s - 0.3, 0, 1) ** 2 * 0.45 * top
            height = top - y * (top - bottom)
            across = wide * x * (1 - (1 - self.flare) * y)
            along = s * self.length + self.rake * (height / self.depth - 1) * max(2 * s, 0) ** 3
            if inset:
                across = np.sign(across) * np.maximum(np.abs(across) - inset, 1e-3)
                height = np.maximum(height, min(bottom + floor, top))
                height[[0, -1]] += lift
            rings.append(np.stack([across, height, along], axis=1))
        return loft(rings)


def boat(d: Draw) -> Assembly:
    a = Assembly()
    kind = d.choice("kind", KINDS, (3, 2, 3, 3, 5, 3, 3, 2.5, 2.5, 2.5, 1.5, 1.5, 1.5, 1.5))
    paint, deck = color(d, "hull_colour", "white", "paint", "black", "wood"), color(d, "deck_colour", "wood", "white", "metal")
    trim, glass = color(d, "trim", "white", "metal", "black", "wood"), color(d, "glass", "glass")
    if kind in ("rowing", "canoe"):
        paint = color(d, "wood_colour", "wood", "paint", "white")
    if kind == "warship":
        paint = deck = color(d, "grey", "metal", "army")
        trim = shade(paint, 0.7)
    beam, depth, style = {
        "rowing": ((0.34, 0.46), (0.12, 0.18), ("transom", "transom", "double")),
        "canoe": ((0.16, 0.24), (0.09, 0.14), ("double",)),
        "speedboat": ((0.32, 0.42), (0.11, 0.17), ("transom",)),
        "yacht": ((0.26, 0.36), (0.12, 0.17), ("transom", "round")),
        "sailing": ((0.26, 0.36), (0.09, 0.15), ("transom", "round", "double")),
        "catamaran": ((0.09, 0.13), (0.08, 0.13), ("transom", "double")),
        "cargo": ((0.17, 0.24), (0.09, 0.13), ("round", "transom")),
        "tug": ((0.34, 0.46), (0.14, 0.2), ("round", "round", "transom")),
        "trawler": ((0.28, 0.36), (0.15, 0.2), ("round", "transom")),
        "warship": ((0.14, 0.2), (0.07, 0.1), ("transom", "round")),
        "pontoon": ((0.1, 0.14), (0.08, 0.1), ("barge",)),
        "airboat": ((0.4, 0.5), (0.09, 0.12), ("barge",)),
        "liner": ((0.15, 0.22), (0.1, 0.14), ("round",)),
        "junk": ((0.26, 0.34), (0.13, 0.18), ("transom",)),
    }[kind]
    h = Hull(d, 1.0, d.uniform("beam", *beam), d.uniform("depth", *depth), d.choice("stern", style))
    {
        "rowing": _open, "canoe": _open, "speedboat": _speedboat, "yacht": _yacht, "sailing": _sailing, "catamaran": _catamaran,
        "cargo": _cargo, "tug": _working, "trawler": _working, "warship": _warship, "pontoon": _pontoon, "airboat": _airboat,
        "liner": _liner, "junk": _junk,
    }[kind](a, d, h, kind, paint, deck, trim, glass)
    return a


def _hollow(a, d, h, paint, deck, floor=0.05, wall=0.035):
    a.add("hull", paint, h.solid() - h.solid(wall, floor, 0.1))
    a.add("deck", deck, (h.solid(0.8 * wall, 0.6 * floor) ^ span((-1, 0.4 * floor, -1), (1, floor + 0.005, 1))))


def _railing(a, h, colour, z0, z1, height=0.06, inset=0.02, posts=5):
    """A rail on both sides along the deck's edge."""
    s = np.linspace(z0, z1, posts)
    edge = np.stack([h.half(s) - inset, h.top(s) + height, s], axis=1)
    rails = tube(edge, 0.015, 6)
    for x, y, z in edge:
        rails += rod((x, y, z), (x, y - height - 0.02, z), 0.015, sides=6)
    a.add("railing", colour, rails, mirror_x(rails))


def _cabin(a, d, name, colour, glass, w, y0, y1, z0, z1, rake=0.03, panes=3, taper=0.88):
    """A deckhouse with a band of windows round its upper half."""
    def shape(grow, lean=rake):
        return hull([(s * (w + grow), y0 - 0.02, z) for s in (-1, 1) for z in (z0 - grow, z1 + grow)],
                    [(s * (w * taper + grow), y1, z) for s in (-1, 1) for z in (z0 + 0.3 * lean - grow, z1 - lean + grow)])
    house = shape(0.0)
    a.add("cabin", colour, house)
    low, high = y0 + 0.45 * (y1 - y0), y1 - 0.014
    if high - low < 0.02:
        return
    band = span((-1, low, -1), (1, high, 1))
    if panes > 1:
        pitch = (z1 - z0) / panes
        for k in range(panes + 1):
            band -= box((2, 1, 0.22 * pitch), (0, 0.5 * (low + high), z0 + k * pitch))
        band += box((1.3 * w * taper, high - low, 0.2), (0, 0.5 * (low + high), z1 - 0.02))
    a.add("window", glass, shape(0.006) ^ band)


def _sail(a, colour, corners, belly, label_instance, thickness=0.03):
    """A sail over three or four corners (foot front, foot back, head back, head front), bellied sideways."""
    p = np.asarray(corners, float)

    def surface(u, v):
        u, v = u[..., None], v[..., None]
        foot, head = p[0] + u * (p[1] - p[0]), p[3] + u * (p[2] - p[3])
        return foot + v * (head - foot) + belly * np.sin(np.pi * u) * np.sin(np.pi * (0.15 + 0.8 * v)) * np.array([1.0, 0, 0])

    a.add("sail", colour, sheet(surface, thickness, (0, 1), (0, 1), (5, 6)), instance=label_instance)


def _open(a, d, h, kind, paint, deck, trim, glass):
    _hollow(a, d, h, paint, deck, 0.04, 0.032 if kind == "canoe" else 0.036)
    n = d.integer("thwarts", 1, 4)
    rows = np.linspace(-0.3, 0.24, n) if n > 1 else np.array([0.0])
    wood = color(d, "thwart", "wood")
    for i, s in enumerate(rows):
        a.add("seat", wood, box((2 * h.half(s) - 0.03, 0.032, 0.075 if kind == "rowing" else 0.05), (0, 0.72 * h.top(s), s)), instance=i)
    if d.chance("oars", 0.6):
        wood = color(d, "oar", "wood", "white")
        s = d.uniform("oar_at", -0.1, 0.15)
        out, dip = d.uniform("oar_out", 0.1, 0.3), d.uniform("oar_dip", -0.05, 0.08)
        for i, side in enumerate((-1, 1)):
            x, y = side * h.half(s), h.top(s) + 0.012
            tip = (x + side * out, y - 0.1 + dip, s - d.uniform(f"oar_back_{i}", -0.1, 0.25))
            a.add("oar", wood, rod((0.25 * x, y + 0.02, s), tip, 0.016, sides=8), ellipsoid((0.11, 0.04, 0.11), tip, 10), instance=i)
    if kind == "rowing" and d.chance("outboard", 0.35):
        _outboard(a, d, h, 0)
    if kind == "canoe" and d.chance("outrigger", 0.35):
        x = d.uniform("outrigger_at", 0.24, 0.36)
        a.add("hull", paint, tube([(x, 0.05, -0.3), (x, 0.03, 0.0), (x, 0.05, 0.3)], [0.018, 0.028, 0.018], 8), instance=1)
        for z in (-0.15, 0.17):
            a.add("mast", wood, tube([(-h.half(z), h.top(z), z), (0.5 * x, h.top(z) + 0.03, z), (x, 0.05, z)], 0.016, 6), instance=z > 0)
    if d.chance("small_sail", 0.25):
        z, top = 0.2, d.uniform("mast_height", 0.5, 0.8)
        a.add("mast", wood, rod((0, 0.03, z), (0, top, z), 0.018, sides=8), instance=2)
        _sail(a, color(d, "sail", "white", "paint"), [(0, 0.2, z), (0, 0.22, z - 0.4), (0, top - 0.1, z - 0.3), (0, top - 0.03, z)], 0.06, 0)
    elif d.chance("canopy", 0.2):
        y = h.depth + 0.24
        a.add("cabin", trim, sheet(lambda u, v: np.stack([u * 0.8 * h.half(0.0), y - 0.07 * u * u, -0.2 + 0.4 * v], -1), 0.03, (-1, 1), (0, 1), (6, 1)))
        a.add("mast", trim, *[rod((s * 0.75 * h.half(0), 0.6 * h.depth, z), (s * 0.75 * h.half(0), y - 0.04, z), 0.015, sides=6) for s in (-1, 1) for z in (-0.18, 0.18)], instance=3)


def _outboard(a, d, h, k, x=0.0):
    dark = color(d, f"outboard_{k}", "black", "white", "metal")
    y = h.top(-0.5)
    a.add("engine", dark, box((0.09, 0.11, 0.11), (x, y + 0.04, -0.545), 0.02), box((0.035, y + 0.08, 0.05), (x, 0.5 * y - 0.04, -0.54)),
          box((0.07, 0.03, 0.07), (x, -0.06, -0.54)), instance=k)


def _speedboat(a, d, h, kind, paint, deck, trim, glass):
    cockpit = d.uniform("cockpit_front", 0.0, 0.14)
    a.add("hull", paint, h.solid() - (h.solid(0.04, 0.06, 0.2) ^ span((-1, 0, -0.44), (1, 1, cockpit))))
    a.add("deck", deck, h.solid(0.03, 0.03) ^ span((-1, 0.02, -0.46), (1, 0.065, cockpit + 0.01)))
    w, y = 0.88 * h.half(cockpit), h.top(cockpit)
    tall = d.uniform("windshield", 0.06, 0.12)
    shield = np.array([(-w, y - 0.01, cockpit - 0.14), (-0.8 * w, y - 0.01, cockpit), (0.8 * w, y - 0.01, cockpit), (w, y - 0.01, cockpit - 0.14)])
    lean = np.array([0.9, 1, 1]), np.array([0, tall, -0.06])
    a.add("window", glass, *[hull(p, p - (0, 0, 0.03), p * lean[0] + lean[1], p * lean[0] + lean[1] - (0, 0, 0.03)) for p in (shield[:2], shield[1:3], shield[2:])])
    seats = color(d, "seat_colour", "leather", "white", "fabric")
    for row in range(d.integer("rows", 1, 2)):
        for i, s in enumerate((-1, 1)):
            at = np.array([s * 0.45 * w, 0.1, cockpit - 0.16 - 0.17 * row])
            a.add("seat", seats, box((0.09, 0.07, 0.09), at), box((0.09, 0.12, 0.035), at + (0, 0.06, -0.045), 0.01), instance=2 * row + i)
    if d.chance("outboard", 0.65):
        n = d.integer("outboards", 1, 2)
        for k in range(n):
            _outboard(a, d, h, k, (k - 0.5 * (n - 1)) * 0.13)
    else:
        a.add("engine", trim, span((-0.55 * h.half(-0.4), 0.05, -0.47), (0.55 * h.half(-0.4), h.depth + 0.01, -0.34), 0.015))
    top = d.choice("top", ("none", "arch", "bimini", "rail", "tower"), (3, 2, 2, 2, 1))
    if top in ("arch", "tower"):
        z, y = -0.22, h.depth + (0.2 if top == "arch" else 0.3)
        for q in (0.0,) if top == "arch" else (0.0, 0.12):
            a.add("railing", trim, tube([(-h.half(z), h.top(z) - 0.03, z + q), (-0.75 * w, y, z + 0.04), (0.75 * w, y, z + 0.04), (h.half(z), h.top(z) - 0.03, z + q)], 0.018, 8))
    elif top == "bimini":
        y = h.depth + 0.25
        a.add("cabin", paint, span((-0.85 * w, y, -0.36), (0.85 * w, y + 0.03, cockpit - 0.06)))
        a.add("railing", trim, *[rod((s * h.half(z) * 0.92, h.depth - 0.03, z), (s * 0.8 * w, y + 0.01, z + 0.03), 0.015, sides=6) for s in (-1, 1) for z in (-0.36, cockpit - 0.14)])
    elif top == "rail":
        _railing(a, h, trim, cockpit + 0.04, 0.44, posts=5)


def _yacht(a, d, h, kind, paint, deck, trim, glass):
    a.add("hull", paint, h.solid())
    white = color(d, "house", "white", "metal", "wood")
    decks = d.integer("decks", 1, 3)
    y, z0, z1 = h.depth, -0.34, d.uniform("house_front", 0.1, 0.25)
    w = 0.75 * float(min(h.half(z1), h.half(z0)))
    rake = d.uniform("rake", 0.05, 0.16)
    for k in range(decks):
        tall = d.uniform(f"deck_height_{k}", 0.075, 0.11)
        _cabin(a, d, k, white, glass, w, y, y + tall, z0, z1, rake, d.choice(f"panes_{k}", (1, 4, 6)))
        a.add("cabin", white, span((-1.0 * w, y + tall - 0.01, z0 - 0.08 * (k % 2 == 0)), (1.0 * w, y + tall + 0.02, z1 - rake)))
        y, w = y + tall + 0.01, 0.86 * w
        z0, z1 = z0 + 0.03, z1 - rake - 0.08
        if z1 - z0 < 0.12:
            break
    if d.chance("mast", 0.7):
        a.add("mast", trim, bar((0, y - 0.02, z0 + 0.08), (0, y + 0.14, z0 + 0.03), 0.03, 0.04, (0, 0, 1)), box((0.2, 0.03, 0.035), (0, y + 0.08, z0 + 0.05)))
    if d.chance("rail", 0.6):
        _railing(a, h, trim, 0.1, 0.44)
    if d.chance("hull_windows", 0.4):
        s = np.linspace(-0.25, 0.2, d.integer("ports", 3, 5))
        for q in s:
            for side in (-1, 1):
                a.add("window", glass, ellipsoid((0.03, 0.04, 0.05), (side * (h.half(q) - 0.006), 0.82 * h.depth, q), 8))


def _rig(a, d, h, z, top, boom, cloth, spar, kind, k=0, sails=True):
    a.add("mast", spar, rod((0, 0.03, z), (0, top, z), 0.019, 0.015, 8), instance=k)
    y = h.depth + 0.09
    swing = d.uniform(f"swing_{k}", -0.12, 0.12)
    a.add("mast", spar, rod((0, y, z), (swing, y, z - boom), 0.016, sides=8), instance=k)
    if not sails:
        a.add("sail", cloth, ellipsoid((0.055, 0.06, 0.9 * boom), (0.5 * swing, y + 0.025, z - 0.5 * boom), 8), instance=3 * k)
        return
    if kind == "bermuda":
        corners = [(0, y, z), (swing, y, z - boom), (0.1 * swing, top - 0.02, z - 0.03), (0, top - 0.01, z)]
    elif kind == "gaff":
        corners = [(0, y, z), (swing, y, z - boom), (0.6 * swing, top - 0.02, z - 0.62 * boom), (0, 0.7 * top, z)]
        a.add("mast", spar, rod(corners[3], corners[2], 0.016, sides=8), instance=k)
    else:
        corners = [(0, y + 0.03, z + 0.2 * boom), (swing, y, z - boom), (0.5 * swing, top, z - 0.8 * boom), (0, top - 0.12, z + 0.15 * boom)]
    _sail(a, cloth, corners, d.uniform(f"belly_{k}", -0.06, 0.06), 3 * k)


def _sailing(a, d, h, kind, paint, deck, trim, glass):
    decked = d.chance("decked", 0.7)
    if decked:
        a.add("hull", paint, h.solid() - (h.solid(0.05, 0.06, 0.1) ^ span((-1, 0, -0.4), (1, 1, d.uniform("cockpit", -0.2, -0.1)))))
    else:
        _hollow(a, d, h, paint, deck)
    spar, cloth = color(d, "spar", "wood", "metal", "white"), color(d, "cloth", "white", "paper", "paint")
    rig = d.choice("rig", ("sloop", "cat", "ketch", "schooner", "square", "bare"), (5, 2, 2, 2, 2, 1.5))
    sail = d.choice("mainsail", ("bermuda", "gaff", "lug"), (4, 2, 1))
    top = d.uniform("mast_height", 0.85, 1.3)
    if rig in ("sloop", "bare", "cat"):
        z = 0.08 if rig != "cat" else 0.26
        _rig(a, d, h, z, top, d.uniform("boom", 0.32, 0.46) + (0.1 if rig == "cat" else 0), cloth, spar, sail, sails=rig != "bare")
    elif rig in ("ketch", "schooner"):
        tops = (top, 0.75 * top) if rig == "ketch" else (0.85 * top, top)
        for k, (z, t) in enumerate(zip((0.15, -0.25), tops, strict=True)):
            _rig(a, d, h, z, t, 0.3 if k == 0 else 0.26, cloth, spar, sail, k)
    else:
        n = d.integer("masts", 1, 3)
        for k, z in enumerate(np.linspace(0.25, -0.28, n) if n > 1 else (0.03,)):
            t = (0.85 if n > 1 else 0.75) * top * (0.85 if k == n - 1 and n > 2 else 1.0) * 0.8
            a.add("mast", spar, rod((0, 0.03, z), (0, t, z), 0.02, sides=8), instance=k)
            yards = np.linspace(h.depth + 0.12, t - 0.03, d.integer(f"yards_{k}", 2, 4))
            for j, (y0, y1) in enumerate(zip(yards, yards[1:], strict=False)):
                x0, x1 = 0.26 * (1 - 0.18 * j), 0.26 * (1 - 0.18 * (j + 1))
                a.add("mast", spar, rod((-x1, y1, z + 0.01), (x1, y1, z + 0.01), 0.016, sides=6), instance=k)
                surface = lambda u, v, z=z, x0=x0, x1=x1, y0=y0, y1=y1: np.stack(
                    [u * (x0 + v * (x1 - x0)), y0 + 0.02 + v * (y1 - y0 - 0.02), z + 0.02 + 0.05 * np.sin(np.pi * v) * (1 - 0.4 * u * u)], -1)
                a.add("sail", cloth, sheet(surface, 0.03, (-1, 1), (0, 1), (4, 4)), instance=10 * k + j)
    if rig in ("sloop", "ketch", "schooner", "bare", "square") and (rig != "bare" and d.chance("jib", 0.8)):
        z = {"sloop": 0.08}.get(rig, 0.17 if rig != "square" else 0.27)
        reach = d.uniform("bowsprit", 0.0, 0.18)
        bow = (0, float(h.top(0.5)) + 0.03, 0.49 + reach)
        if reach > 0.05:
            a.add("mast", spar, rod((0, h.top(0.4) - 0.02, 0.36), bow, 0.018, sides=8), instance=5)
        else:
            bow = (0, float(h.top(0.47)) + 0.0, 0.46)
        t = 0.72 * top * (0.8 if rig == "square" else 1)
        _sail(a, cloth, [bow, (d.uniform("jib_out", -0.12, 0.12), h.depth + 0.08, z + 0.02), (0, t, z + 0.01), (0, t + 0.01, z + 0.03)], 0.05, 20)
    if decked and d.chance("house", 0.75):
        z1 = d.uniform("house_front", 0.05, 0.2)
        _cabin(a, d, 0, color(d, "house_colour", "white", "wood"), glass, 0.62 * float(h.half(z1)), h.depth, h.depth + d.uniform("house_height", 0.05, 0.08), -0.16, z1, 0.05, 3)
    if d.chance("keel", 0.7):
        deep = d.uniform("keel_depth", 0.1, 0.22)
        long = d.uniform("keel_length", 0.1, 0.35)
        a.add("keel", trim, prism(np.array([(0.05 + long / 2, 0.06), (0.03 + long / 3, -deep), (-long / 2, -deep), (-long / 2, 0.06)]), 0.034, "x"))
        if d.chance("bulb", 0.3):
            a.add("keel", trim, ellipsoid((0.06, 0.06, long + 0.08), (0, -deep, -0.02), 10))
        a.add("keel", trim, span((-0.016, -0.6 * deep, -0.49), (0.016, h.depth * 0.7, -0.42)), instance=1)
    if d.chance("rail", 0.25):
        _railing(a, h, trim, -0.45, 0.42, posts=7)


def _catamaran(a, d, h, kind, paint, deck, trim, glass):
    x = d.uniform("hull_distance", 0.18, 0.3)
    n = 3 if d.chance("trimaran", 0.25) else 2
    shell = h.solid()
    for i, s in enumerate((-1, 1)):
        a.add("hull", paint, shell.translate((s * x, 0, 0)) if n == 2 else shell.scale((0.7, 0.8, 0.6)).translate((s * x * 1.2, 0.02, 0)), instance=i)
    if n == 3:
        a.add("hull", paint, shell, instance=2)
        x *= 1.2
    y = 0.8 * h.depth
    bridge = d.choice("bridge", ("beams", "net", "deck"), (2, 2, 4))
    z0, z1 = -0.35, d.uniform("deck_front", 0.08, 0.25)
    if bridge == "deck":
        a.add("deck", deck, span((-x, y - 0.03, z0), (x, y + 0.03, z1), 0.01))
    else:
        for z in (z0 + 0.08, z1):
            a.add("deck", trim, bar((-x, y, z), (x, y, z), 0.036, 0.036))
        if bridge == "net":
            a.add("deck", deck, span((-x, y - 0.016, z0 + 0.08), (x, y + 0.016, z1)))
    top = y + 0.03
    if bridge == "deck" and d.chance("house", 0.8):
        white = color(d, "house_colour", "white", "metal")
        tall = d.uniform("house_height", 0.1, 0.16)
        _cabin(a, d, 0, white, glass, 0.85 * x, top - 0.03, top + tall, z0 + 0.06, z1 - 0.04, d.uniform("house_rake", 0.05, 0.15), d.choice("panes", (1, 3, 5)))
        if d.chance("flybridge", 0.4):
            _cabin(a, d, 1, white, glass, 0.5 * x, top + tall - 0.02, top + tall + 0.09, z0 + 0.12, z1 - 0.16, 0.06, 1)
        top += tall
    if d.chance("sails", 0.65):
        spar, cloth = color(d, "spar", "metal", "white"), color(d, "cloth", "white", "paint", "plastic")
        t = d.uniform("mast_height", 0.85, 1.2)
        z = 0.05
        a.add("mast", spar, rod((0, y - 0.02, z), (0, t, z), 0.02, 0.016, 8))
        if bridge != "deck":
            a.add("deck", trim, bar((-x, y, z), (x, y, z), 0.04, 0.036))
        swing = d.uniform("swing", -0.12, 0.12)
        low = top + 0.08
        a.add("mast", spar, rod((0, low, z), (swing, low, z - 0.38), 0.016, sides=8))
        _sail(a, cloth, [(0, low, z), (swing, low, z - 0.38), (0.2 * swing, t - 0.02, z - d.uniform("roach", 0.03, 0.2)), (0, t - 0.01, z)], 0.05, 0)
        if d.chance("jib", 0.6):
            a.add("deck", trim, bar((-x, y + 0.01, 0.33), (x, y + 0.01, 0.33), 0.034, 0.034))
            _sail(a, cloth, [(0, y + 0.02, 0.33), (0.06, y + 0.08, z + 0.04), (0, 0.75 * t, z + 0.01), (0, 0.76 * t, z + 0.03)], 0.04, 1)
    elif n == 2:
        for k, s in enumerate((-1, 1)):
            _outboard(a, d, h, k, s * x)


def _containers(a, d, h, z0, z1, y, w):
    size = d.uniform("container", 0.065, 0.085)
    long = d.uniform("container_length", 0.12, 0.17)
    count, across = int((z1 - z0) / (long + 0.012)), max(int(2 * w / size), 1)
    tints = [color(d, f"container_{k}", "paint", "plastic") for k in range(4)]
    k = 0
    for i in range(count):
        for j in range(across):
            stack = d.integer(f"stack_{i}_{j}", 0, 3)
            at = np.array([(j - 0.5 * (across - 1)) * size, y, z0 + (i + 0.5) * (long + 0.012)])
            if stack:
                a.add("cargo", tints[(i + 2 * j) % 4], box((size + 1e-3, stack * size + 0.02, long), at + (0, 0.5 * stack * size - 0.01, 0)), instance=k)
                k += 1


def _cargo(a, d, h, kind, paint, deck, trim, glass):
    a.add("hull", paint, h.solid())
    white = color(d, "house_colour", "white", "metal")
    aft = d.chance("house_aft", 0.75)
    zc = -0.36 if aft else d.uniform("house_at", 0.0, 0.3)
    w = 0.85 * float(h.half(zc))
    y = float(h.top(zc)) - 0.01
    tall = d.uniform("house_height", 0.12, 0.24)
    _cabin(a, d, 0, white, glass, w, y, y + tall, zc - 0.06, zc + 0.06, 0.01, 1, 0.97)
    a.add("cabin", white, box((2.05 * w, 0.032, 0.13), (0, y + tall + 0.01, zc)))
    if d.chance("wings", 0.5):
        a.add("cabin", white, box((2.2 * h.half(zc), 0.035, 0.05), (0, y + 0.75 * tall, zc + 0.02)))
    a.add("funnel", color(d, "funnel", "paint", "black"), bar((0, y, zc - 0.085), (0, y + tall + 0.05, zc - 0.085), 0.06, 0.06, (0, 0, 1)))
    a.add("mast", trim, rod((0, y + tall, zc), (0, y + tall + 0.12, zc), 0.016, sides=6))
    z0, z1 = (zc + 0.09, 0.34) if aft or zc < 0.1 else (-0.42, zc - 0.11)
    load = d.choice("load", ("containers", "cranes", "holds", "tank", "domes"), (4, 3, 2, 2, 2))
    flat = h.depth - 0.005
    if load == "containers":
        _containers(a, d, h, z0, z1, flat, 0.9 * float(h.half(0.0)))
    else:
        n = d.integer("bays", 3, 5)
        spots = np.linspace(z0, z1, n + 1)
        for k, (p, q) in enumerate(zip(spots, spots[1:], strict=False)):
            m, g = 0.5 * (p + q), 0.5 * (q - p)
            if load in ("cranes", "holds"):
                wide = 0.7 * float(h.half(m))
                a.add("cargo", deck, span((-wide, flat - 0.02, m - 0.75 * g), (wide, flat + 0.04, m + 0.75 * g)), instance=k)
                if load == "cranes" and k:
                    a.add("crane", trim, rod((0, flat, p), (0, flat + 0.16, p), 0.02, sides=8), rod((0, flat + 0.11, p), (0.4 * wide, flat + 0.16, p + 1.5 * g), 0.016, sides=6), instance=k)
            elif load == "domes":
                a.add("cargo", white, ellipsoid((1.6 * g, 1.6 * g, 1.6 * g), (0, flat + 0.3 * g, m), 16), instance=k)
            else:
                a.add("cargo", trim, rod((-0.5 * h.half(m), flat, m), (0.5 * h.half(m), flat, m), 0.03, sides=8), instance=k)
        if load == "tank":
            a.add("cargo", trim, *[rod((x, flat + 0.02, z0), (x, flat + 0.02, z1), 0.02, sides=8) for x in (-0.03, 0.03)], instance=9)
    if d.chance("foremast", 0.6):
        a.add("mast", trim, rod((0, h.top(0.4) - 0.02, 0.4), (0, h.top(0.4) + 0.12, 0.4), 0.016, sides=6), instance=1)


def _working(a, d, h, kind, paint, deck, trim, glass):
    a.add("hull", paint, h.solid() - h.solid(0.034, h.depth - 0.035, 0.2))
    if kind == "tug" and d.chance("fender", 0.7):
        s = np.linspace(-0.48, 0.44, 12)
        edge = np.stack([h.half(s), h.top(s) - 0.02, s], axis=1)
        a.add("hull", (0.02, 0.02, 0.02), tube(edge, 0.02, 6), mirror_x(tube(edge, 0.02, 6)), instance=1)
    white = color(d, "house_colour", "white", "paint", "wood")
    fore = d.chance("house_forward", 0.6)
    zc, long = (0.12, 0.2) if fore else (-0.2, 0.22)
    long *= d.uniform("house_length", 0.8, 1.3)
    w = 0.62 * float(h.half(zc))
    y = h.depth - 0.04
    tall = d.uniform("house_height", 0.14, 0.2)
    _cabin(a, d, 0, white, glass, w, y, y + tall, zc - 0.5 * long, zc + 0.5 * long, d.uniform("lean", -0.03, 0.04), 2, 0.95)
    a.add("cabin", trim, box((2.1 * w, 0.032, long + 0.05), (0, y + tall + 0.01, zc)))
    up = y + tall
    if kind == "tug" or d.chance("wheelhouse", 0.4):
        _cabin(a, d, 1, white, glass, 0.7 * w, up, up + 0.12, zc - 0.1, zc + 0.36 * long, -0.015, 2, 0.97)
        a.add("cabin", trim, box((1.55 * w, 0.032, 0.36 * long + 0.14), (0, up + 0.125, zc + 0.18 * long - 0.05)))
        up += 0.13
    if kind == "tug" or d.chance("funnel", 0.3):
        r = d.uniform("funnel_radius", 0.03, 0.05)
        z = zc - 0.5 * long - 0.8 * r
        tint = color(d, "funnel", "red", "black", "paint")
        for k, x in enumerate((0.0,) if d.chance("one_funnel", 0.7) else (-0.5 * w, 0.5 * w)):
            a.add("funnel", tint, rod((x, y, z), (x, up + 0.06, z - 0.02), r, 0.9 * r, 12), instance=k)
            a.add("funnel", (0.02, 0.02, 0.02), rod((x, up + 0.05, z - 0.02), (x, up + 0.09, z - 0.023), 0.95 * r, sides=12), instance=k)
    a.add("mast", trim, rod((0, up - 0.02, zc), (0, up + 0.2, zc), 0.017, sides=6), bar((-0.08, up + 0.13, zc), (0.08, up + 0.13, zc), 0.03, 0.03))
    if kind == "trawler":
        z = -0.38 if fore else 0.2
        gear = d.choice("gear", ("gantry", "derrick", "outriggers"))
        x = 0.8 * float(h.half(z))
        if gear == "gantry":
            a.add("crane", trim, tube([(-x, y, z), (-0.85 * x, y + 0.3, z), (0.85 * x, y + 0.3, z), (x, y, z)], 0.02, 8))
        elif gear == "derrick":
            a.add("crane", trim, rod((0, y, z), (0, y + 0.42, z), 0.02, sides=8), rod((0, y + 0.08, z), (0, y + 0.38, z + (0.22 if not fore else -0.22)), 0.017, sides=8))
        else:
            a.add("crane", trim, rod((0, y, zc - 0.5 * long - 0.03), (0, y + 0.45, zc - 0.5 * long - 0.03), 0.02, sides=8),
                  *[rod((0, y + 0.1, zc - 0.5 * long - 0.03), (s * 0.4, y + 0.42, zc - 0.5 * long - 0.05), 0.016, sides=8) for s in (-1, 1)])
        for i in range(d.integer("crates", 0, 3)):
            a.add("cargo", color(d, f"crate_{i}", "plastic", "wood"), box((0.09, 0.07, 0.07), (0.06 * (-1) ** i, y + 0.03, (z + 0.08 * (i + 1)) if fore else z + 0.05 * i - 0.02)), instance=i)
    if d.chance("rail", 0.5):
        _railing(a, h, trim, -0.44 if fore else 0.1, -0.05 if fore else 0.42, 0.06, 0.016)


def _warship(a, d, h, kind, paint, deck, trim, glass):
    submarine = d.chance("submarine", 0.3)
    if submarine:
        r = d.uniform("submarine_radius", 0.055, 0.08)
        a.add("hull", paint, body([(0.5, 0.02, r - 0.02, r + 0.02), (0.44, 0.8 * r, 0.2 * r, 1.8 * r), (0.3, r, 0, 2 * r), (-0.2, r, 0, 2 * r), (-0.5, 0.012, r - 0.01, r + 0.02)], 18))
        z = d.uniform("tower_at", 0.05, 0.25)
        tall = d.uniform("tower", 0.08, 0.15)
        a.add("cabin", paint, hull([(s * 0.025, r, z + q) for s in (-1, 1) for q in (-0.1, 0.06)], [(s * 0.02, 2 * r + tall, z + q) for s in (-1, 1) for q in (-0.08, 0.05)], [(0, 2 * r + tall, z + 0.07), (0, r, z + 0.09)]))
        for k in range(d.integer("periscopes", 1, 2)):
            a.add("mast", trim, rod((0, 2 * r, z - 0.04 * k), (0, 2 * r + tall + 0.08 + 0.03 * k, z - 0.04 * k), 0.016, sides=8), instance=k)
        if d.chance("tower_planes", 0.5):
            a.add("tail", paint, box((0.26, 0.03, 0.06), (0, 2 * r + 0.6 * tall, z)), instance=1)
        a.add("tail", paint, box((0.26, 0.03, 0.07), (0, r, -0.42)), box((0.03, 0.24, 0.07), (0, r, -0.42)))
        if d.chance("deck_gun", 0.3):
            a.add("gun", trim, rod((0, 1.9 * r, z + 0.15), (0, 2 * r + 0.05, z + 0.15), 0.02, sides=8), rod((0, 2 * r + 0.04, z + 0.13), (0, 2 * r + 0.06, z + 0.24), 0.016, sides=8))
        return
    a.add("hull", paint, h.solid())
    y = h.depth - 0.01
    if d.chance("carrier", 0.2):
        wide = 1.25 * h.beam
        outline = np.array([(-0.5 * wide, -0.48), (0.45 * wide, -0.48), (0.55 * wide, 0.1), (0.3 * wide, 0.5), (-0.3 * wide, 0.5), (-0.6 * wide, 0.2)])
        top = float(h.top(0.5)) + 0.01
        a.add("deck", trim, prism(outline, 0.034, "y", (0, top, 0)))
        a.add("hull", paint, span((-0.7 * h.half(0), y - 0.02, -0.45), (0.7 * h.half(0), top, 0.3)))
        _cabin(a, d, 0, paint, glass, 0.03, top, top + 0.12, -0.05, 0.12, 0.03, 1)
        a.add("cabin", paint, box((0.05, 0.12, 0.15), (0.42 * wide, top + 0.06, 0.0)))
        a.add("mast", trim, rod((0.42 * wide, top, 0.0), (0.42 * wide, top + 0.22, 0.0), 0.018, sides=6))
        return
    z0, z1 = -0.2, 0.14
    w = 0.75 * float(h.half(0.1))
    for k in range(d.integer("tiers", 2, 4)):
        tall = d.uniform(f"tier_{k}", 0.04, 0.07)
        _cabin(a, d, k, paint, glass, w, y, y + tall, z0, z1, 0.02, 1, 0.94)
        y, w, z0, z1 = y + tall, 0.8 * w, z0 + d.uniform(f"aft_{k}", 0.02, 0.12), z1 - 0.03
    a.add("mast", trim, bar((0, y - 0.02, 0.04), (0, y + 0.14, 0.04), 0.035, 0.035, (0, 0, 1), 0.8), box((0.14, 0.03, 0.03), (0, y + 0.08, 0.04)))
    for k in range(d.integer("funnels", 0, 2)):
        a.add("funnel", trim, bar((0, h.depth, -0.1 - 0.11 * k), (0, h.depth + 0.17, -0.125 - 0.11 * k), 0.05, 0.065, (0, 0, 1), 0.85), instance=k)
    barrels = d.integer("barrels", 1, 3)
    spots = [(0.3, 1), (-0.34, -1), (0.21, 1)][: d.integer("turrets", 1, 3)]
    for k, (z, way) in enumerate(spots):
        base = float(h.top(z)) + (0.035 if k == 2 else 0.0)
        a.add("gun", paint, hull([(s * 0.038, base - 0.05, z + q) for s in (-1, 1) for q in (-0.045, 0.045)], [(s * 0.028, base + 0.045, z + q) for s in (-1, 1) for q in (-0.035, 0.03)]), instance=k)
        for b in range(barrels):
            x = (b - 0.5 * (barrels - 1)) * 0.034
            a.add("gun", trim, rod((x, base + 0.02, z), (x, base + 0.045, z + way * 0.13), 0.015, sides=6), instance=k)
    if d.chance("helipad", 0.3):
        a.add("deck", deck, span((-0.9 * h.half(-0.42), h.depth - 0.02, -0.48), (0.9 * h.half(-0.42), h.depth + 0.02, -0.3)))


def _pontoon(a, d, h, kind, paint, deck, trim, glass):
    x, r = d.uniform("pontoon_at", 0.13, 0.18), d.uniform("pontoon_radius", 0.04, 0.055)
    for i, s in enumerate((-1, 1)):
        a.add("hull", paint, tube([(s * x, r, -0.48), (s * x, r, 0.38), (s * x, 1.3 * r, 0.47), (s * x, 1.5 * r, 0.5)], [r, r, 0.6 * r, 0.15 * r], 12), instance=i)
    y = 2 * r
    a.add("deck", deck, span((-x - r, y - 0.02, -0.47), (x + r, y + 0.02, 0.42)))
    w = x + 0.6 * r
    what = d.choice("on_deck", ("awning", "house", "raft"), (3, 3, 1))
    if what != "raft" and d.chance("fence", 0.7):
        for s in (-1, 1):
            a.add("railing", trim, rod((s * w, y + 0.12, -0.44), (s * w, y + 0.12, 0.38), 0.015, sides=6), *[rod((s * w, y, z), (s * w, y + 0.12, z), 0.015, sides=6) for z in np.linspace(-0.44, 0.38, 6)])
    if what == "awning":
        a.add("cabin", paint, span((-w, y + 0.32, -0.35), (w, y + 0.35, d.uniform("awning_front", 0.05, 0.3))))
        a.add("mast", trim, *[rod((s * 0.9 * w, y, z), (s * 0.9 * w, y + 0.33, z), 0.016, sides=6) for s in (-1, 1) for z in (-0.33, 0.03)])
        for i in range(d.integer("benches", 1, 3)):
            a.add("seat", color(d, f"bench_{i}", "leather", "white", "fabric"), box((0.06, 0.08, 0.2), ((-1) ** i * 0.7 * w, y + 0.05, -0.25 + 0.22 * i)), instance=i)
    elif what == "house":
        _cabin(a, d, 0, color(d, "house_colour", "wood", "paint", "white"), glass, 0.75 * w, y, y + 0.22, -0.32, 0.2, 0.0, 3, 1.0)
        roof = color(d, "roof", "paint", "wood", "metal")
        if d.chance("gabled", 0.5):
            a.add("cabin", roof, hull([(s * w, y + 0.2, z) for s in (-1, 1) for z in (-0.36, 0.26)], [(0, y + 0.33, z) for z in (-0.36, 0.26)]))
        else:
            a.add("cabin", roof, span((-w, y + 0.21, -0.36), (w, y + 0.245, 0.28)))
    else:
        a.add("mast", trim, rod((0, y, 0.05), (0, y + 0.6, 0.05), 0.02, sides=8))
        _sail(a, color(d, "cloth", "paper", "white"), [(-0.22, y + 0.15, 0.07), (0.22, y + 0.15, 0.07), (0.2, y + 0.55, 0.07), (-0.2, y + 0.55, 0.07)], 0.0, 0)
    if d.chance("outboard", 0.6):
        _outboard(a, d, h, 0)
        a.add("engine", trim, span((-0.04, y - 0.02, -0.52), (0.04, y + 0.02, -0.45)), instance=0)


def _airboat(a, d, h, kind, paint, deck, trim, glass):
    inflatable = d.chance("inflatable", 0.5)
    x = 0.42 * h.beam
    if inflatable:
        r = d.uniform("tube", 0.05, 0.075)
        path = [(-x, r, -0.5), (-x, r, -0.2), (-x, r, 0.15), (-0.7 * x, 1.2 * r, 0.36), (0, 1.5 * r, 0.45), (0.7 * x, 1.2 * r, 0.36), (x, r, 0.15), (x, r, -0.2), (x, r, -0.5)]
        a.add("hull", paint, tube(path, r, 10))
        a.add("deck", deck, prism(np.array(path)[:, [0, 2]], 0.034, "y", (0, 0.6 * r, 0)))
        a.add("hull", deck, box((2 * x, 1.4 * r, 0.035), (0, 0.9 * r, -0.44)))
        for i in range(d.integer("seats", 1, 3)):
            a.add("seat", trim, box((2 * x, 0.035, 0.09), (0, 1.5 * r, 0.15 - 0.2 * i)), instance=i)
        if d.chance("console", 0.4):
            a.add("cabin", trim, box((0.14, 0.2, 0.09), (0, 0.14, 0.0), 0.01))
        _outboard(a, d, h, 0)
        return
    a.add("hull", paint, h.solid() - h.solid(0.036, 0.04, 0.1))
    z, r = -0.36, d.uniform("fan", 0.17, 0.22)
    y = h.depth + r + 0.03
    q = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    a.add("railing", trim, *[tube(np.stack([r * np.cos(q), y + r * np.sin(q), np.full(20, z + k)], 1), 0.016, 6, closed=True) for k in (-0.04, 0.06)],
          rod((0, y - r, z + 0.06), (0, y + r, z + 0.06), 0.015, sides=6), rod((-r, y, z + 0.06), (r, y, z + 0.06), 0.015, sides=6))
    a.add("engine", shade(trim, 0.5), box((0.1, 0.12, 0.12), (0, y, z + 0.08), 0.02), *[bar((0.6 * s * r, 0.04, z + 0.1), (0, y, z + 0.07), 0.03, 0.03) for s in (-1, 1)],
          box((1.8 * r, 0.05, 0.03), (0, y, z)), box((0.034, y + 0.5 * r, 0.034), (0, 0.5 * (y - r), z + 0.06)))
    a.add("tail", paint, *[box((0.03, 1.9 * r, 0.09), (s * 0.4 * r, y, z - 0.09)) for s in (-1, 1)], box((0.9 * r, 0.03, 0.04), (0, y - 0.9 * r, z - 0.06)), box((0.9 * r, 0.03, 0.15), (0, y + 0.8 * r, z - 0.04)))
    seat = color(d, "seat_colour", "leather", "black")
    for i, q in enumerate((-0.1, 0.1)[: d.integer("rows", 1, 2)]):
        tall = 0.16 - 0.08 * i
        a.add("seat", seat, box((0.22, 0.035, 0.1), (0, 0.06 + tall, q)), box((0.22, 0.13, 0.035), (0, 0.12 + tall, q - 0.05)), box((0.06, tall + 0.05, 0.06), (0, 0.03 + tall / 2, q)), instance=i)


def _liner(a, d, h, kind, paint, deck, trim, glass):
    a.add("hull", paint, h.solid())
    white = color(d, "house_colour", "white")
    y, z0, z1 = h.depth - 0.005, -0.4, d.uniform("house_front", 0.22, 0.32)
    w = 0.9 * float(min(h.half(z0), h.half(z1)))
    for k in range(d.integer("decks", 2, 4)):
        tall = d.uniform(f"deck_{k}", 0.065, 0.075)
        _cabin(a, d, k, white, glass, w, y, y + tall, z0, z1, 0.02, 8, 1.0)
        y, w = y + tall, w * d.uniform(f"step_{k}", 0.88, 1.0)
        z0, z1 = z0 + d.uniform(f"aft_{k}", 0.01, 0.06), z1 - d.uniform(f"fore_{k}", 0.02, 0.07)
    n = d.integer("funnels", 1, 4)
    tint, r = color(d, "funnel", "red", "paint", "black"), d.uniform("funnel_radius", 0.028, 0.04)
    lean = d.uniform("funnel_lean", 0.0, 0.05)
    for k, z in enumerate(np.linspace(0.08, -0.22, n) if n > 1 else (-0.1,)):
        a.add("funnel", tint, rod((0, y - 0.02, z), (0, y + 0.11, z - lean), r, sides=12), instance=k)
        a.add("funnel", (0.02, 0.02, 0.02), rod((0, y + 0.1, z - lean), (0, y + 0.135, z - 1.2 * lean), r, sides=12), instance=k)
    for k, z in enumerate((0.36, -0.43)[: d.integer("masts", 0, 2)]):
        a.add("mast", trim, rod((0, h.depth - 0.02, z), (0, y + 0.13, z), 0.017, sides=6), instance=k)
    if d.chance("paddle_wheels", 0.25):
        for i, s in enumerate((-1, 1)):
            a.add("engine", trim, rod((s * (h.half(0) - 0.02), 0.09, 0), (s * (h.half(0) + 0.05), 0.09, 0), 0.11, sides=18), instance=i)


def _junk(a, d, h, kind, paint, deck, trim, glass):
    """High-ended wooden ships: junk, galley, longship, gondola."""
    wood = color(d, "wood_colour", "wood")
    style = d.choice("style", ("junk", "longship", "gondola"), (3, 3, 2))
    if style == "junk":
        a.add("hull", wood, h.solid() - h.solid(0.036, h.depth - 0.05, 0.2))
        a.add("cabin", wood, hull([(s * 0.85 * h.half(-0.4), h.depth - 0.06, z) for s in (-1, 1) for z in (-0.48, -0.22)], [(s * 0.95 * h.half(-0.4), h.depth + 0.16, z) for s in (-1, 1) for z in (-0.54, -0.24)]))
        cloth = color(d, "cloth", "red", "paper", "leather")
        for k, z in enumerate(np.linspace(0.28, -0.2, d.integer("masts", 2, 3))):
            top = d.uniform(f"mast_{k}", 0.6, 0.9)
            a.add("mast", wood, rod((0, 0.04, z), (0, top, z), 0.02, sides=8), instance=k)
            y, wide = h.depth + 0.1, d.uniform(f"sail_{k}", 0.13, 0.19)
            swing = d.uniform(f"swing_{k}", -0.1, 0.1)
            for j in range(4):
                y0, y1 = y + (top - y) * j / 4, y + (top - y) * (j + 1) / 4
                f = 1 - 0.1 * j
                _sail(a, shade(cloth, 1.0 if j % 2 else 0.8), [(-0.4 * swing, y0, z + 0.5 * wide * f), (swing, y0 + 0.02 * j, z - wide * f), (swing, y1 + 0.02 * j, z - wide * f), (-0.4 * swing, y1, z + 0.5 * wide * f)], 0.02, k, 0.03 + 0.006 * (j % 2))
        return
    h.stern, h.beam = 0.05, h.beam * (0.85 if style == "longship" else 0.6)
    a.add("hull", wood if style == "longship" else paint, h.solid() - h.solid(0.034, 0.045, 0.1))
    high = d.uniform("prow", 0.2, 0.42)
    ends = (1, -1)
    for i, s in enumerate(ends):
        z = 0.47 * s
        y = float(h.top(0.47 * s)) - 0.05
        tall = high * (1 if i == 0 else d.uniform("stern_height", 0.5, 1.0))
        a.add("tail", wood, tube([(0, 0.6 * y, z - 0.06 * s), (0, y, z), (0, y + 0.5 * tall, z + 0.06 * s), (0, y + tall, z + (0.04 if style == "longship" else 0.01) * s)], [0.03, 0.026, 0.02, 0.017], 8), instance=i)
        if style == "longship":
            a.add("tail", wood, ellipsoid((0.05, 0.06, 0.09), (0, y + tall, z + 0.06 * s), 10), instance=i)
    if style == "longship":
        cloth = color(d, "cloth", "red", "paper", "white")
        if d.chance("sail", 0.75):
            top = d.uniform("mast_height", 0.5, 0.75)
            a.add("mast", wood, rod((0, 0.03, 0), (0, top + 0.04, 0), 0.02, sides=8), rod((-0.3, top, 0.02), (0.3, top, 0.02), 0.017, sides=8))
            surface = lambda u, v: np.stack([0.27 * u, h.depth + 0.12 + v * (top - h.depth - 0.12), 0.03 + 0.08 * np.sin(np.pi * v)], -1)
            a.add("sail", cloth, sheet(surface, 0.03, (-1, 1), (0, 1), (2, 6)))
        n = d.integer("shields", 0, 6)
        for side in (-1, 1):
            for k, s in enumerate(np.linspace(-0.26, 0.22, n)) if n else ():
                x = side * float(h.half(s))
                a.add("deck", color(d, f"shield_{k}_{side}", "red", "paint"), rod((x - side * 0.01, h.depth - 0.01, s), (x + side * 0.02, h.depth - 0.01, s), 0.04, sides=10), instance=k)
    else:
        a.add("seat", color(d, "seat_colour", "leather", "red"), box((1.2 * h.half(-0.05), 0.05, 0.1), (0, 0.6 * h.depth, -0.05)), box((1.2 * h.half(-0.1), 0.13, 0.034), (0, 0.9 * h.depth, -0.11)))
        if d.chance("felze", 0.5):
            a.add("cabin", trim, span((-0.75 * h.half(0.1), 0.5 * h.depth, 0.0), (0.75 * h.half(0.1), h.depth + 0.12, 0.2), 0.02))
        a.add("oar", wood, rod((0.0, h.depth + 0.25, -0.33), (0.3, 0.02, -0.45), 0.016, sides=8), ellipsoid((0.1, 0.05, 0.05), (0.28, 0.03, -0.445), 8))
        a.add("mast", trim, rod((0.5 * h.half(-0.35), 0.05, -0.36), (0.08, h.depth + 0.2, -0.36), 0.017, sides=6))
