"""The medial axis of objects made of medial primitives, against the primitives that they were made of.

A ball, a round rod (its axis, with a radius that changes evenly) and a board (its middle plane) are medial primitives
themselves. Rods have polygons for sections, so any ball between the circle in it and that through its corners is as
right: this, and how far the samples that spheres are fitted to are apart, is the tolerance.

`python tests/geometry/test_medial_axis_primitives.py [OBJECTS]` measures it on the rods of so many generated objects.
"""

import sys
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pytest

from svr3d.datasets.parametric import CATEGORIES, sweeps
from svr3d.datasets.parametric.assembly import Assembly
from svr3d.datasets.parametric.catalogue import CATALOGUE
from svr3d.datasets.parametric.solids import box, ellipsoid, plate
from svr3d.datasets.parametric.sweeps import rod, tube
from svr3d.geometry import Mesh, medial_axis
from svr3d.geometry.medial.axis import FIT
from svr3d.geometry.medial.boundary import Boundary

ON_SURFACE = 1e-4
"""How near the object's surface a rod's must be, in longest sides; uniting moves it by a tenth of that at most."""

ROUNDING = 0.005
"""Part of a radius by which a ball may differ however fine the polygon and the samples are."""


class Rod(NamedTuple):
    """A straight round rod: its ends, Float[3], the radii there, and how many corners its section has."""

    start: np.ndarray
    end: np.ndarray
    radius: float
    end_radius: float
    sides: int

    @classmethod
    def of(cls, start, end, radius, end_radius=None, sides=12):
        """With the arguments of `sweeps.rod`."""
        taper = radius if end_radius is None else end_radius
        return cls(np.asarray(start, float), np.asarray(end, float), radius, taper, sides)

    @property
    def length(self):
        return float(np.linalg.norm(self.end - self.start))

    @property
    def flat(self):
        """By how much of the radius the circle in the section is smaller than that through its corners."""
        return 1 - np.cos(np.pi / self.sides)

    def placed(self, centre, side):
        return Rod((self.start - centre) / side, (self.end - centre) / side, *np.divide(self[2:4], side), self.sides)

    def along(self, places):
        """Where each of `places` is, 0 at the start and 1 at the end, how far from the axis, and the radius there."""
        way = self.end - self.start
        t = (places - self.start) @ way / self.length**2
        off = np.linalg.norm(places - self.start - t[:, None] * way, axis=1)
        return t, off, self.radius + t * (self.end_radius - self.radius)

    def inscribed(self, radius):
        """Of the largest ball in the rod around a point of the axis where the corners' radius is `radius`."""
        taper = (self.radius - self.end_radius) / self.length
        return radius * (1 - self.flat) / np.hypot(1, taper * (1 - self.flat))


def as_mesh(solid):
    mesh = solid.to_mesh64()
    return Mesh(np.asarray(mesh.vert_properties)[:, :3], np.asarray(mesh.tri_verts, np.int64))


def spread(medial, corners):
    """Float[N, 4]: balls in eighths of the edges or faces `corners` Int[E, 2 or 3]."""
    weights = np.array([at for at in np.ndindex(*(9,) * corners.shape[1]) if sum(at) == 8]) / 8
    return np.einsum("wk,ekd->ewd", weights, medial.spheres[corners]).reshape(-1, 4)


def unsampled(area, radius):
    """How high, in parts of `radius`, the arc is between two samples of those that spheres are fitted to."""
    return 1 - np.cos(np.minimum(np.sqrt(area / FIT) / radius / 2, np.pi / 2))


def exposed(rod, boundary, stations=100):
    """The stretches of a rod, 0 to 1, where the object's surface is the rod's all round and nothing is nearer to the
    axis; a radius less at both ends. Of a rod that was moved, cut, hidden or hollowed nothing is left."""
    t = (np.arange(stations) + 0.5) / stations
    axis = rod.start + t[:, None] * (rod.end - rod.start)
    radius = rod.along(axis)[2]
    angle = np.linspace(0, 2 * np.pi, 48)
    across = np.stack([np.cos(angle), np.sin(angle)], axis=1) @ np.linalg.svd((rod.end - rod.start)[None])[2][1:]
    ring = axis[:, None] + radius[:, None, None] * across
    gap = boundary.nearest(ring.reshape(-1, 3)).distance.reshape(stations, -1).max(axis=1)
    own = (gap <= rod.flat * radius + ON_SURFACE) & (np.abs(boundary.depth(axis) - rod.inscribed(radius)) <= ON_SURFACE)
    runs = np.flatnonzero(np.diff(np.concatenate([[0], own, [0]]))).reshape(-1, 2) / stations
    margin = max(rod.radius, rod.end_radius) / rod.length
    return [(low + margin, high - margin) for low, high in runs if high - low > 3 * margin]


class Beside(NamedTuple):
    """Balls of a medial mesh beside the axis of a rod that they are in, in radii of the rod there.

    off: Float[N], from the axis. wrong: Float[N], how much larger or smaller than the ball that fits in there. out:
    Float[N], how far beyond the corners they reach. missing: Float[M], from places of the axis to the nearest edge.
    within: the tolerance.
    """

    off: np.ndarray
    wrong: np.ndarray
    out: np.ndarray
    missing: np.ndarray
    within: float

    @property
    def right(self):
        """Bool[N]: centre and radius are the rod's."""
        return (self.off <= self.within) & (self.wrong <= self.within)


def beside(rod, stretch, medial, area):
    """The balls of `medial`, and those in eighths of its edges, whose centres are in the rod on this stretch of it.
    `area` is that of the object, for the tolerance."""
    balls = np.concatenate([medial.spheres, spread(medial, medial.edges)])
    t, off, radius = rod.along(balls[:, :3])
    inside = (t >= stretch[0]) & (t <= stretch[1]) & (off <= radius)
    off, radius, found = off[inside], radius[inside], balls[inside, 3]
    axis = rod.start + np.linspace(*stretch, 50)[:, None] * (rod.end - rod.start)
    return Beside(
        off / radius,
        np.abs(found - rod.inscribed(radius)) / radius,
        (off + found) / radius - 1,
        from_edges(axis, medial) / min(rod.radius, rod.end_radius),
        rod.flat + unsampled(area, min(rod.radius, rod.end_radius)) + ROUNDING,
    )


def from_edges(places, medial):
    """Float[N]: how far each of `places` is from the nearest edge's line."""
    a, b = np.moveaxis(medial.centers[medial.edges], 1, 0)
    t = np.einsum("ned,ed->ne", places[:, None] - a, b - a) / np.maximum(((b - a) ** 2).sum(axis=1), 1e-12)
    return np.linalg.norm(places[:, None] - a - np.clip(t, 0, 1)[..., None] * (b - a), axis=2).min(axis=1)


@contextmanager
def recorded_rods():
    """What `sweeps.rod` is called with, by all modules that have imported it."""
    found = []

    def recording(*args, **options):
        found.append(Rod.of(*args, **options))
        return rod(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith(str(sweeps.__package__)) and getattr(module, "rod", None) is rod:
                patch.setattr(module, "rod", recording)
        yield found


def with_rods(category, seed):
    """A generated object, and in its frame the rods that were made for it."""
    with recorded_rods() as rods:
        assembly, _ = CATALOGUE[category].design(seed)
    boxes = np.array([solid.bounding_box() for solid in assembly._solids]).reshape(-1, 2, 3)
    low, high = boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)
    return assembly.unite(), [rod.placed((low + high) / 2, (high - low).max()) for rod in rods]


def all_beside(mesh, rods):
    """`beside` of each exposed stretch of `rods`; the medial mesh is only made where there is one."""
    boundary = Boundary(mesh)
    stretches = [(rod, stretch) for rod in rods for stretch in exposed(rod, boundary)]
    medial = medial_axis(mesh) if stretches else None
    return [beside(rod, stretch, medial, boundary.areas.sum()) for rod, stretch in stretches]


TURNED = np.array([[2, 3, 6], [3, -6, 2], [6, 2, -3]]) / 7
"""Three directions at right angles, none along an axis."""


@pytest.mark.parametrize(("sides", "radius", "end_radius"), [(12, 0.05, 0.05), (24, 0.02, 0.02), (8, 0.03, 0.015)])
def test_a_rod_is_its_axis(sides, radius, end_radius):
    """A cylinder or a cut cone: all its balls are where they ought to be, and so everywhere along it."""
    straight = Rod.of((0, 0, 0), TURNED[0], radius, end_radius, sides)
    medial = medial_axis(as_mesh(rod(*straight)), 16)
    area = np.pi * (radius + end_radius)
    found = beside(straight, (3 * radius, 1 - 3 * radius), medial, area)
    assert len(found.off) > 10 and found.right.all() and found.out.max() < found.within
    assert found.missing.max() < found.within < 0.1


def test_a_tube_along_a_bend_is_its_path():
    """A quarter of a circle in ten pieces, whose sections are narrower by the cosine of half a bend between them."""
    angle = np.linspace(0, np.pi / 2, 11)
    path = np.cos(angle)[:, None] * TURNED[0] + np.sin(angle)[:, None] * TURNED[1]
    medial = medial_axis(as_mesh(tube(path, 0.06, sides=16)), 32)
    balls = np.concatenate([medial.spheres, spread(medial, medial.edges)])
    x, y, z = (balls[:, :3] @ TURNED.T).T
    inside = np.abs(np.arctan2(y, x) - np.pi / 4) < np.pi / 4 - 0.12
    off = np.hypot(np.hypot(x, y) - 1, z)[inside] / 0.06
    bend = np.pi / 40
    least = np.cos(np.pi / 16) * np.cos(bend)
    within = 1 - least + unsampled(2 * np.pi * 0.06 * np.pi / 2, 0.06) + ROUNDING
    path_within = within + (1 - np.cos(bend)) / 0.06  # the pieces' middles are that much nearer to the centre
    assert len(off) > 50 and (off <= path_within).mean() > 0.95 and path_within < 0.1
    assert (np.abs(balls[inside, 3] / 0.06 - least) <= within).mean() > 0.95


def test_a_ball_is_its_centre():
    """Of an ellipsoid of equal sides: one ball, between the nearest face's distance and that of the corners."""
    mesh = as_mesh(ellipsoid((0.6, 0.6, 0.6), at=(1, 2, 3), sides=24))
    nearest = np.abs(np.einsum("fd,fd->f", mesh.triangles[:, 0] - (1, 2, 3), mesh.face_normals)).min()
    medial = medial_axis(mesh, 16)
    flat = 1 - nearest / 0.3
    (largest,) = medial.spheres[[np.argmax(medial.radii)]]
    assert np.linalg.norm(largest[:3] - (1, 2, 3)) < 0.3 * flat and nearest < largest[3] < 0.3 and flat < 0.03
    reach = np.linalg.norm(medial.centers - (1, 2, 3), axis=1) + medial.radii
    assert reach.max() < 0.3 * (1 + ROUNDING)


RECTANGLE = np.array([(-0.5, -0.4), (0.5, -0.4), (0.5, 0.4), (-0.5, 0.4)])
TRIANGLE = np.array([(0, 0.6), (-0.5, -0.3), (0.5, -0.3)])


@pytest.mark.parametrize("outline", [RECTANGLE, TRIANGLE], ids=["box", "plate"])
def test_a_board_is_its_middle_plane(outline):
    """3 % thick, rectangular or a triangle: away from the rim all is on the plane, half as thick."""
    solid = box((0.03, 1.0, 0.8)) if outline is RECTANGLE else plate(0.03, outline)
    medial = medial_axis(as_mesh(solid), 64)
    balls = np.concatenate([medial.spheres, spread(medial, medial.edges), spread(medial, medial.faces)])
    way = np.roll(outline, -1, axis=0) - outline
    normal = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.linalg.norm(way, axis=1, keepdims=True)
    depth = np.einsum("nkd,kd->nk", balls[:, None, 1:3] - outline, normal).min(axis=1)
    inner = balls[depth > 0.03]
    right = (np.abs(inner[:, 0]) < 0.05 * 0.015) & (np.abs(inner[:, 3] - 0.015) < 0.05 * 0.015)
    assert len(inner) > 500 and right.mean() > 0.95


def test_a_table_is_a_board_and_four_axes():
    """United as the generator unites its parts: below the board, each leg is its rod."""
    assembly = Assembly()
    assembly.add("top", (1, 1, 1), box((1.0, 0.04, 0.7), at=(0, 0.7, 0)))
    legs = [Rod.of((x, 0.71, z), (1.1 * x, 0, 1.1 * z), 0.03, 0.02) for x in (-0.4, 0.4) for z in (-0.25, 0.25)]
    assembly.add("leg", (1, 1, 1), *(rod(*leg) for leg in legs))
    found = all_beside(assembly.unite(), [leg.placed((0, 0.36, 0), 1) for leg in legs])
    assert len(found) == 4
    for leg in found:
        assert leg.right.mean() > 0.9 and leg.missing.max() < leg.within < 0.2 and leg.out.max() < leg.within


@pytest.mark.parametrize(("category", "seed", "count"), [("chair", 1, 5), ("lamp", 0, 4), ("cabinet", 1, 4)])
def test_rods_of_generated_objects_are_their_axes(category, seed, count):
    found = all_beside(*with_rods(category, seed))
    assert len(found) == count
    right = np.concatenate([each.right for each in found])
    assert right.mean() > 0.9 and max(each.out.max() - each.within for each in found) < 0
    assert max(np.quantile(each.missing, 0.9) - each.within for each in found) < 0


def test_a_rod_that_is_cut_or_moved_is_not_exposed():
    """What the test above rests on: half of a cut rod counts, and nothing of a hollow or displaced one."""
    whole = Rod.of((0, 0, 0), (1, 0, 0), 0.05)
    halved = Boundary(as_mesh(rod(*whole) - box((0.5, 1, 1), at=(0.75, 0, 0))))
    placed = whole.placed(halved.centre, halved.side)
    ((low, high),) = exposed(placed, halved)
    assert low == pytest.approx(0.1, abs=0.02) and high == pytest.approx(0.4, abs=0.02)
    hollow = rod(*whole) - rod((-1, 0, 0), (2, 0, 0), 0.02)
    moved = rod(*whole).translate((0, 0.01, 0))
    for solid in (hollow, moved):
        boundary = Boundary(as_mesh(solid))
        assert exposed(whole.placed(boundary.centre, boundary.side), boundary) == []


def measured(objects):
    """The rods of so many generated objects that have any, of all categories in turn."""
    seed = 0
    while objects:
        for category in CATEGORIES:
            found = all_beside(*with_rods(category, seed)) if objects else []
            if found:
                objects -= 1
                yield f"{category} {seed}", found
        seed += 1


def main():
    rods = []
    for name, found in measured(int(sys.argv[1]) if len(sys.argv) > 1 else 30):
        rods += found
        right = np.concatenate([each.right for each in found])
        print(f"{name}: {len(found)} stretches of rods, {len(right)} balls, {right.mean():.3f} right", flush=True)
    for key in ("off", "wrong", "out", "missing"):
        values = np.concatenate([getattr(each, key) for each in rods])
        print(key, *(f"{part} % {np.quantile(values, part / 100):.4f}" for part in (50, 90, 95, 99, 100)))
    right = np.concatenate([each.right for each in rods])
    print(f"{len(rods)} stretches, {len(right)} balls, {right.mean():.4f} right; tolerance", end=" ")
    print(*np.quantile([each.within for each in rods], (0, 0.5, 1)).round(3), "(least, median, largest)")
    missed = sum(each.missing.max() > each.within for each in rods)
    print(f"on {missed} stretches a place of the axis is missed")


if __name__ == "__main__":
    main()
