"""Prepares a data set from a source of meshes: all targets of every object, in the layout of `layout.py`."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import geometry as geometry_package
from ..errors import InputError
from ..files import is_disk_full, write_text
from ..geometry import Mesh, Part, PartMesh, PointCloud, VoxelGrid
from . import layout
from .duplicates import NearDuplicate, find_duplicates
from .hashing import stable_hash, stable_seed
from .repair import repair
from .sources import Source

STAGES = ("build", "repair", "sample", "occupancy", "voxels", "part voxels", "render", "write")
"""What the time of one object goes to."""

LEAST_SHARE = 0.5
"""An object is refused when less of its surface is in or next to an occupied voxel: its grid would be another shape."""

_RECIPE_FILE = "recipe.json"
_SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Recipe:
    """What an object's files depend on, beside its source.

    Args:
        views: pictures per object.
        size: their side in pixels.
        seed: of viewpoints, lights and points.
        points: on the surface, and in the box.
        resolution: of the voxel grids.
    """

    views: int = 4
    size: int = 137
    seed: int = 0
    points: int = 100_000
    resolution: int = 32

    def __post_init__(self) -> None:
        least = {"views": 1, "size": 8, "seed": 0, "points": 1, "resolution": 2}
        for name, value in asdict(self).items():
            if value < least[name]:
                raise InputError(f"{name} is {value}, expected at least {least[name]}")

    def digest(self, source: str) -> str:
        return stable_hash(asdict(self), source, code_digest())


@cache
def code_digest() -> str:
    """A hash of the code that objects are made by. Preparing takes a fraction of a second per object, so after any
    change of it they are made again rather than mixed."""
    here = Path(__file__).parent
    geometry = Path(geometry_package.__file__).parent
    files = sorted([*here.rglob("*.py"), *geometry.rglob("*.py")])
    return stable_hash([[file.name, hashlib.sha256(file.read_bytes()).hexdigest()] for file in files])


class Refusal(NamedTuple):
    """An object that could not be prepared, and why."""

    category: str
    object: str
    reason: str


@dataclass
class PreparationReport:
    """What became of a source's objects.

    Args:
        root: the prepared data set.
        name: of the data set.
        prepared: number of objects by category and split.
        repaired: by repair: how many objects needed it, and how many vertices or faces it touched in all.
        refused: left out, with reasons.
        duplicates: near-duplicates across splits; they stay in.
        built: objects made by this call; the others were there already.
        seconds: of work by stage, over the objects of this call.
        wall_seconds: from start to end.
        processes: that worked.
    """

    root: Path
    name: str
    prepared: dict[str, dict[str, int]] = field(default_factory=dict)
    repaired: dict[str, tuple[int, int]] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    duplicates: list[NearDuplicate] = field(default_factory=list)
    built: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    processes: int = 1

    @property
    def total(self) -> int:
        return sum(sum(splits.values()) for splits in self.prepared.values())

    def to_json(self) -> str:
        """Everything that depends on the data alone, not on the machine or the clock."""
        content = {
            "name": self.name,
            "prepared": self.prepared,
            "repaired": {name: {"objects": n, "elements": k} for name, (n, k) in self.repaired.items()},
            "refused": [refusal._asdict() for refusal in self.refused],
            "near_duplicates": [pair._asdict() for pair in self.duplicates],
        }
        return json.dumps(content, indent=1) + "\n"

    def to_markdown(self) -> str:
        lines = [f"# {self.name}", "", f"{self.total} objects prepared, {len(self.refused)} refused.", ""]
        lines += ["| category | train | val | test |", "|---|---|---|---|"]
        for category, splits in self.prepared.items():
            lines.append(f"| {category} | " + " | ".join(str(splits.get(split, 0)) for split in _SPLITS) + " |")
        lines += ["", "## Repaired", ""]
        lines += [f"- {name}: {k} in {n} objects" for name, (n, k) in self.repaired.items()] or ["Nothing."]
        lines += ["", "## Refused", ""]
        lines += [f"- {r.category}/{r.object}: {r.reason}" for r in self.refused] or ["None."]
        lines += ["", "## Near-duplicates across splits", ""]
        lines += [
            f"- {d.category}: {d.first} ({d.first_split}) and {d.second} ({d.second_split}), "
            f"{100 * d.distance:.2f} % of the side apart"
            for d in self.duplicates
        ] or ["None."]
        return "\n".join(lines) + "\n"


def prepare(
    source: str | os.PathLike | Source,
    out: str | os.PathLike,
    *,
    format: str = "auto",
    views: int = 4,
    size: int = 137,
    seed: int = 0,
    points: int = 100_000,
    resolution: int = 32,
    workers: int | None = None,
    name: str | None = None,
    categories: Sequence[str] | None = None,
    objects: dict[str, int] | None = None,
    split_file: str | os.PathLike | None = None,
    quiet: bool = False,
) -> PreparationReport:
    """Prepares a data set that `open_dataset` reads.

    A run that is stopped, killed included, is resumed by the same call and ends with the same bytes in every file
    except `timing.json`. Objects that are there already, made by the same recipe from the same source, are kept.
    An object that cannot be used is refused, with its reason in the report, and the others go on.

    Args:
        source: `parametric`, a folder `CATEGORY/OBJECT/*.{obj,glb,ply,off,stl}`, or a `Source`.
        out: the folder to write; new, empty, or a data set of this function.
        format: `parametric`, `meshes`, the name of another registered source, or `auto`.
        views, size, seed, points, resolution: see `Recipe`.
        workers: processes, by default one per core; 1 works in this one.
        name: of the data set in tables; by default that of the folder `out`.
        categories: only these (all by default).
        objects: per category, of the parametric source: how many for `train`, `val` and `test`.
        split_file: of the source `meshes`: CSV with the columns `category,object,split`.
        quiet: no progress on the terminal.

    Raises:
        InputError: bad options or source, a folder in use or with other contents, a full disk, or not one usable
            object.
    """
    started = time.perf_counter()
    recipe = Recipe(views, size, seed, points, resolution)
    workers = _default_workers() if workers is None else workers
    if workers < 1:
        raise InputError(f"workers is {workers}, expected at least 1")
    source = open_source(source, format, seed=seed, categories=categories, objects=objects, split_file=split_file)
    items = _checked_items(source, categories)
    root = Path(out)
    try:
        with _locked(root):
            _start(root, recipe, items)
            run = _Run(source, recipe, root, workers, quiet)
            refused = run.build(items)
            report = PreparationReport(
                root, name or root.resolve().name, built=run.built, seconds=run.seconds, processes=workers
            )
            _finish(report, items, refused, recipe)
            report.wall_seconds = time.perf_counter() - started
            if run.built:
                timing = {"objects": run.built, "wall_seconds": report.wall_seconds, "processes": workers}
                timing["work_seconds"] = run.seconds
                write_text(root / "timing.json", json.dumps(timing, indent=1) + "\n")
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise InputError(
            f"{root}: the disk is full; nothing is half-written, free some space and run the same command again"
        ) from error
    return report


def open_source(
    source: str | os.PathLike | Source,
    format: str = "auto",
    *,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    objects: dict[str, int] | None = None,
    split_file: str | os.PathLike | None = None,
) -> Any:
    """The source that the arguments of `prepare` name.

    Raises:
        InputError: unknown format, a source that does not fit it, or options that the format does not have.
    """
    if not isinstance(source, str | os.PathLike):
        return source
    if format == "auto":
        format = "parametric" if str(source) == "parametric" else "meshes"
        if format == "meshes" and not Path(source).is_dir():
            raise InputError(
                f"{source}: neither a folder CATEGORY/OBJECT/*.{{obj,glb,ply,off,stl}} nor the word `parametric`"
            )
    if objects is not None and format != "parametric":
        raise InputError(f"objects is an option of the parametric source, not of format '{format}'")
    if split_file is not None and format != "meshes":
        raise InputError(f"split_file is an option of format 'meshes', not of '{format}'")
    if format == "parametric":
        from .parametric import Parametric

        chosen = {} if categories is None else {"categories": tuple(categories)}
        return Parametric(**chosen, **({} if objects is None else {"objects": objects}), seed=seed)
    if format == "meshes":
        from .meshes import Meshes

        return Meshes(source, seed=seed, split_file=split_file)
    from importlib.metadata import entry_points

    registered = {entry.name: entry for entry in entry_points(group="svr3d.datasets")}
    if format not in registered:
        known = ", ".join(sorted({"auto", "meshes", "parametric", *registered}))
        raise InputError(f"unknown format '{format}'; expected one of {known}")
    return registered[format].load()(source, seed=seed)


def prepare_object(source: Any, category: str, name: str, recipe: Recipe, folder: Path) -> dict[str, float]:
    """Builds one object and writes its folder.

    Returns:
        Seconds by stage.

    Raises:
        InputError: the object is unusable; nothing is written.
    """
    from ..geometry import contains, is_watertight, normalize, sample_surface, voxelize, voxelize_parts

    seconds: dict[str, float] = {}

    @contextmanager
    def stage(label: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds[label] = time.perf_counter() - start

    def seeded(what: str) -> int:
        return stable_seed(category, name, recipe.seed, what)

    with stage("build"):
        mesh = source.build(category, name)
    with stage("repair"):
        repairs: dict[str, int] = {}
        if getattr(source, "dirty", False):
            mesh, repairs = repair(mesh)
        mesh, loc, scale = normalize(mesh)
        mesh = with_parts(mesh)
        watertight = is_watertight(mesh)
    with stage("voxels"):
        voxels = voxelize(mesh, recipe.resolution)
        if voxels.is_empty:
            raise InputError(f"it has no inside at a resolution of {recipe.resolution}³")
    with stage("sample"):
        surface = sample_surface(mesh, recipe.points, seed=seeded("surface"))
        covered = share_in_voxels(surface, voxels)
    if covered < LEAST_SHARE:
        raise InputError(
            f"it is too thin for a resolution of {recipe.resolution}³: {covered:.0%} of its surface is at a voxel"
        )
    with stage("part voxels"):
        part_voxels = voxelize_parts(mesh, recipe.resolution)
    with stage("occupancy"):
        rng = np.random.default_rng(seeded("occupancy"))
        box = (rng.random((recipe.points, 3)) - 0.5) * layout.OCCUPANCY_SIDE
        # Rounded as stored before asking what is inside, so that no point changes sides on disk.
        box = box.astype(np.float16).astype(np.float64)
        inside = contains(mesh, box)
    with stage("render"):
        rendered = _render(mesh, recipe, seeded)
    with stage("write"):
        facts = {
            "id": name,
            "category": category,
            **source.describe(category, name),
            "recipe": recipe.digest(source_digest(source, category, name)),
            "parts": [part.name for part in mesh.parts],
            "labels": list(mesh.labels),
            "repairs": repairs,
            "checks": {
                "watertight": watertight,
                "vertices": len(mesh.vertices),
                "faces": len(mesh.faces),
                "area": round(mesh.area, 6),
                "occupied_voxels": int(voxels.occupancy.sum()),
                "surface_in_voxels": round(covered, 4),
                "volume_by_points": round(float(inside.mean()) * layout.OCCUPANCY_SIDE**3, 6),
            },
        }
        record = layout.ObjectRecord(
            mesh,
            layout.Placement(loc, scale),
            surface,
            layout.OccupancyPoints(box, inside),
            voxels,
            part_voxels,
            rendered,
            facts,
        )
        layout.write_object(folder, record)
    return seconds


def with_parts(mesh: Mesh) -> PartMesh:
    """A mesh without parts as one with a single part; unused parts are dropped."""
    if not isinstance(mesh, PartMesh):
        part = np.zeros(len(mesh.faces), np.int64)
        return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, part, (Part("object", "object"),))
    used, index = np.unique(mesh.face_part, return_inverse=True)
    parts = tuple(mesh.parts[i] for i in used)
    return PartMesh(mesh.vertices, mesh.faces, mesh.face_colors, index.ravel(), parts)


def source_digest(source: Any, category: str, name: str) -> str:
    """The hash of what an object is made from."""
    if hasattr(source, "digest"):
        return source.digest(category, name)
    return stable_hash(type(source).__qualname__, source.describe(category, name))


def _render(mesh: PartMesh, recipe: Recipe, seeded: Any) -> list[layout.View]:
    from ..geometry import Lighting, Renderer, r2n2_cameras

    diagonal = float(np.linalg.norm(mesh.bounds[1] - mesh.bounds[0]))
    renderer = Renderer(mesh, threads=1)
    views = []
    for i, camera in enumerate(r2n2_cameras(recipe.views, seed=seeded("cameras"), diagonal=diagonal, size=recipe.size)):
        seen = renderer.render(camera, lighting=Lighting.varied(seeded(f"lights {i}")))
        sketch = layout.Sketch(seen.depth, seen.normal, seen.silhouette, seen.part_ids)
        views.append(layout.View(seen.color, camera, sketch))
    return views


def share_in_voxels(surface: PointCloud, voxels: VoxelGrid) -> float:
    """Share of the surface that lies in an occupied voxel or next to one: near 1 unless parts are too thin."""
    from scipy.ndimage import binary_dilation

    near = binary_dilation(voxels.occupancy, np.ones((3, 3, 3), bool))
    index = np.clip(((surface.points + 0.5) * voxels.resolution).astype(np.int64), 0, voxels.resolution - 1)
    return float(near[tuple(index.T)].mean())


# One data set


def _default_workers() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _checked_items(source: Any, categories: Sequence[str] | None) -> list[tuple[str, str, str]]:
    items = [tuple(item) for item in source.items()]
    if categories is not None:
        missing = sorted(set(categories) - {category for category, _, _ in items})
        if missing:
            have = ", ".join(sorted({category for category, _, _ in items}))
            raise InputError(f"the source has no category '{missing[0]}'; it has {have}")
        items = [item for item in items if item[0] in categories]
    if not items:
        raise InputError("the source has no objects")
    seen = set()
    for category, name, split in items:
        for part in (category, name):
            if not part or part.startswith(".") or "/" in part or "\\" in part or part != part.strip():
                raise InputError(f"object {category}/{name}: '{part}' cannot be the name of a folder")
        if split not in _SPLITS:
            raise InputError(f"object {category}/{name}: split is '{split}', expected train, val or test")
        if (category, name) in seen:
            raise InputError(f"object {category}/{name} is listed twice")
        seen.add((category, name))
    return items


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Holds the folder for this process, so that two runs do not work in it at once. Vanishes with the process."""
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{root}: cannot be made into a folder ({error.strerror})") from error
    foreign = [entry.name for entry in root.iterdir() if not entry.name.startswith(".")]
    if foreign and not (root / _RECIPE_FILE).exists():
        raise InputError(
            f"{root}: holds other files ({sorted(foreign)[0]}), expected a new folder or one prepared before"
        )
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (root / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{root}: another process is preparing this folder") from None
        yield


def _start(root: Path, recipe: Recipe, items: list[tuple[str, str, str]]) -> None:
    """Clears what a killed run left, and the index if it belongs to another recipe or another choice of objects."""
    layout.remove_partial_folders(root)
    text = json.dumps({**asdict(recipe), "objects": stable_hash(items)}, indent=1) + "\n"
    path = root / _RECIPE_FILE
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        (root / "metadata.yaml").unlink(missing_ok=True)
        for listing in root.glob("*/*.lst"):
            listing.unlink()
        write_text(path, text)


def _finish(
    report: PreparationReport, items: list[tuple[str, str, str]], refused: list[Refusal], recipe: Recipe
) -> None:
    """Writes lists, report and metadata, the last of which makes the folder a data set."""
    import yaml

    root = report.root
    out = {(refusal.category, refusal.object) for refusal in refused}
    kept = [item for item in items if (item[0], item[1]) not in out]
    report.refused = refused
    if not kept:
        first = refused[0]
        raise InputError(f"no object could be prepared; the first, {first.category}/{first.object}: {first.reason}")
    labels: set[str] = set()
    repaired: dict[str, list[int]] = {}
    for category, name, _ in kept:
        facts = layout.read_facts(root / category / name / layout.FACTS)
        labels.update(facts["labels"])
        for what, count in facts["repairs"].items():
            repaired.setdefault(what, []).append(count)
    report.repaired = {what: (len(counts), sum(counts)) for what, counts in sorted(repaired.items())}
    # The metadata are there from an earlier call only where nothing had to be made anew since.
    finished = (root / "metadata.yaml").exists()
    report.duplicates = _known_duplicates(root) if finished else find_duplicates(root, kept)
    for category in sorted({category for category, _, _ in kept}):
        names = {split: sorted(n for c, n, s in kept if c == category and s == split) for split in _SPLITS}
        report.prepared[category] = {split: len(names[split]) for split in _SPLITS}
        for split in _SPLITS:
            write_text(root / category / f"{split}.lst", "".join(f"{n}\n" for n in names[split]))
    for category in {category for category, _, _ in items} - set(report.prepared):
        shutil.rmtree(root / category, ignore_errors=True)
    write_text(root / "report.json", report.to_json())
    write_text(root / "report.md", report.to_markdown())
    metadata: dict[str, Any] = {category: {"id": category, "name": category} for category in report.prepared}
    metadata["svr3d"] = {"name": report.name, "layout": layout.VERSION, "labels": sorted(labels), **asdict(recipe)}
    write_text(root / "metadata.yaml", yaml.safe_dump(metadata, sort_keys=False))


def _known_duplicates(root: Path) -> list[NearDuplicate]:
    """Those of the report of an earlier call."""
    content = json.loads((root / "report.json").read_text(encoding="utf-8"))
    return [NearDuplicate(**pair) for pair in content["near_duplicates"]]


class _Run:
    """Builds what is missing, in this process or in several."""

    def __init__(self, source: Any, recipe: Recipe, root: Path, workers: int, quiet: bool) -> None:
        self.source, self.recipe, self.root, self.workers = source, recipe, root, workers
        self.quiet = quiet
        self.built = 0
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.refused: list[Refusal] = []

    def build(self, items: list[tuple[str, str, str]]) -> list[Refusal]:
        """Objects refused, in the order of `items`."""
        objects = [(category, name) for category, name, _ in items]
        missing = []
        for category, name in objects:
            try:
                recipe = self.recipe.digest(source_digest(self.source, category, name))
            except (InputError, OSError) as error:
                self._refuse(category, name, error)
                continue
            if not layout.is_complete(self.root / category / name, recipe):
                missing.append((category, name))
        present = len(objects) - len(missing) - len(self.refused)
        if missing:  # the folder is no data set while objects of it are made anew
            (self.root / "metadata.yaml").unlink(missing_ok=True)
        with ExitStack() as stack:
            progress = stack.enter_context(_Progress(len(missing), present, self.root, self.workers, self.quiet))
            outcomes = stack.enter_context(closing(self._outcomes(missing)))
            for (category, name), outcome in outcomes:
                if isinstance(outcome, BaseException):
                    if is_disk_full(outcome):
                        raise OSError(errno.ENOSPC, "no space left") from outcome
                    self._refuse(category, name, outcome)
                else:
                    self.built += 1
                    for stage, seconds in outcome.items():
                        self.seconds[stage] += seconds
                progress.advance(self.root / category / name, outcome)
        order = {pair: i for i, pair in enumerate(objects)}
        return sorted(self.refused, key=lambda refusal: order[refusal.category, refusal.object])

    def _refuse(self, category: str, name: str, error: BaseException) -> None:
        # Paths relative to the source, so that the report is the same wherever that lies.
        reason = str(error).replace(f"{getattr(self.source, 'root', '')}/", "")
        self.refused.append(Refusal(category, name, reason))
        shutil.rmtree(self.root / category / name, ignore_errors=True)

    def _outcomes(self, objects: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Any]]:
        return self._here(objects) if self.workers == 1 else self._in_processes(objects)

    def _here(self, objects: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Any]]:
        for pair in objects:
            yield pair, _attempt(self.source, *pair, self.recipe, self.root)

    def _in_processes(self, objects: list[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Any]]:
        """Outcomes as they come. Objects that were at work when a process died are tried again one by one."""
        left, suspects = list(reversed(objects)), []
        while left or suspects:
            alone = bool(suspects) and not left
            queue = suspects if alone else left
            with self._pool(1 if alone else self.workers) as pool:
                running: dict[Future, tuple[str, str]] = {}
                broken = False
                while (queue and not broken) or running:
                    # Few in the queue, so that a death leaves few suspects.
                    while queue and not broken and len(running) < (1 if alone else 2 * self.workers):
                        pair = queue.pop()
                        try:
                            future = pool.submit(_attempt, self.source, *pair, self.recipe, self.root)
                        except BrokenProcessPool:
                            queue.append(pair)
                            broken = True
                            break
                        running[future] = pair
                    for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                        pair = running.pop(future)
                        try:
                            yield pair, future.result()
                        except BrokenProcessPool:
                            broken = True
                            if alone:
                                yield (
                                    pair,
                                    BrokenProcessPool("the process that built it died (a crash, or out of memory)"),
                                )
                            else:
                                suspects.append(pair)

    @contextmanager
    def _pool(self, workers: int) -> Iterator[ProcessPoolExecutor]:
        threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
        before = {name: os.environ.get(name) for name in threads}
        os.environ.update(dict.fromkeys(threads, "1"))
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_die_with_parent)
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


def _die_with_parent() -> None:
    """Ends this process when the one that started it is gone, however it went."""

    def watch() -> None:
        parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _attempt(source: Any, category: str, name: str, recipe: Recipe, root: Path) -> dict[str, float] | Exception:
    """Seconds by stage, or what went wrong."""
    try:
        return prepare_object(source, category, name, recipe, root / category / name)
    except Exception as error:
        if is_disk_full(error):
            return OSError(errno.ENOSPC, "no space left")
        return error if isinstance(error, InputError) else RuntimeError(f"unexpected {type(error).__name__}: {error}")


class _Progress:
    """A line on what the work will cost, and a bar where there is a terminal."""

    def __init__(self, count: int, present: int, root: Path, workers: int, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True, quiet=quiet, soft_wrap=True, highlight=False)
        self.count, self.present, self.root, self.workers = count, present, root, workers
        self.bar = Progress(
            TextColumn("preparing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=self.console, disable=quiet or not self.console.is_terminal,
        )  # fmt: skip
        self.seconds: list[float] = []
        self.bytes: list[int] = []
        self.told = False

    def __enter__(self) -> _Progress:
        if self.present:
            self.console.print(f"{self.present} objects are there already, {self.count} to go")
        self.bar.start()
        self.task = self.bar.add_task("", total=self.count)
        return self

    def __exit__(self, *_: Any) -> None:
        self.bar.stop()

    def advance(self, folder: Path, outcome: Any) -> None:
        self.bar.advance(self.task)
        if isinstance(outcome, dict) and not self.told:
            self.seconds.append(sum(outcome.values()))
            self.bytes.append(_size_of(folder))
            # The first of each process pays for loading libraries and compiling kernels.
            if len(self.seconds) > self.workers + 8:
                self._tell()

    def _tell(self) -> None:
        self.told = True
        each, size = np.median(self.seconds[self.workers :]), np.mean(self.bytes)
        free = shutil.disk_usage(self.root).free
        needed = size * self.count
        processes = "1 process" if self.workers == 1 else f"{self.workers} processes"
        self.console.print(
            f"{self.count} objects at {each:.2f} s and {size / 1e6:.1f} MB each: about "
            f"{_duration(each * self.count / self.workers)} with {processes}, {needed / 1e9:.1f} GB "
            f"of {free / 1e9:.0f} GB free" + (": NOT ENOUGH SPACE" if needed > free else "")
        )


def _size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6000
        else f"{seconds / 3600:.1f} h"
    )
