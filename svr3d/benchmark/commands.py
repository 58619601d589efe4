"""The commands of `svr3d`: a function each, whose signature and docstring make its options and their help.

Each imports what it needs when it runs, so that `svr3d --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from ..errors import InputError


def list_command(
    what: Literal["all", "methods", "datasets", "targets", "protocols", "metrics", "suites"] = "all",
    json: bool = False,
) -> None:
    """Show the methods, data set sources, targets, protocols, metrics and suites that are installed.

    Args:
        what: Which of them.
        json: Print JSON instead of tables.
    """
    from .listing import print_listing

    print_listing(what, as_json=json)


def prepare_command(
    source: str,
    out: str,
    format: str = "auto",
    views: int = 4,
    size: int = 137,
    seed: int = 0,
    categories: list[str] | None = None,
    objects: dict[str, int] | None = None,
    split_file: str | None = None,
    options: dict[str, Any] | None = None,
    parts: Literal["source", "part-sm"] = "source",
    tau: float | None = None,
    targets: list[str] | None = None,
    workers: int | None = None,
) -> None:
    """Make a data set: from a folder of meshes, or `parametric`, the generator that comes with svr3d.

    Args:
        source: A folder CATEGORY/OBJECT/*.{obj,glb,ply,off,stl} (ShapeNet's, ModelNet's), or the word parametric.
        out: Folder of the prepared data set.
        format: What the source is, as in `svr3d list datasets`; auto finds out.
        views: Pictures of each object.
        size: Side of the pictures in pixels.
        seed: Of everything random: shapes, cameras, samples, splits.
        categories: Only these categories, such as chair,table.
        objects: For parametric: how many objects each category gets in each split, {train: 40, val: 4, test: 8}.
        split_file: For meshes: CSV with the columns category, object, split; by default the split that folders called
            train and test make, or a seeded one, 70/10/20.
        options: Further options of the format: --options.mesh NAME says which mesh of an object's folder to take.
        parts: Those of the source, or part-sm: the coarsest split, with the legs divided into single legs.
        tau: For part-sm: how near vertices of one leg are, in radii of the object; 0.01 if not given.
        targets: To make beside those that are always made, such as medial, as in `svr3d list targets`.
        workers: Processes; one per core if not given.
    """
    from ..datasets import prepare

    report = prepare(
        source,
        out,
        format=format,
        views=views,
        size=size,
        seed=seed,
        workers=workers,
        categories=categories,
        objects=objects,
        split_file=split_file,
        options=options,
        parts=parts,
        tau=tau,
        targets=targets or (),
    )
    refused = f", {len(report.refused)} refused" if report.refused else ""
    print(f"{report.total} objects prepared{refused}; see {Path(out) / 'report.md'}")


def audit_command(
    source: str,
    out: str = "audit",
    format: str = "auto",
    split: Literal["part-sm", "topology"] = "part-sm",
    tau: float | None = None,
    count: int = 420,
    shown: int = 24,
    seed: int = 0,
    categories: list[str] | None = None,
    objects: dict[str, int] | None = None,
    options: dict[str, Any] | None = None,
    workers: int | None = None,
) -> None:
    """See how objects are divided: a sheet of them, and how often `--parts part-sm` errs, or how alike parts are.

    Args:
        source: As for prepare.
        out: Folder for sheet.png, audit.md and audit.json.
        format: What the source is, as in `svr3d list datasets`; auto finds out.
        split: part-sm, as preparation divides legs; or topology, as `svr3d parts` divides shapes, beside own parts.
        tau: For part-sm: how near vertices of one leg are, in radii of the object; 0.01 if not given.
        count: Objects to divide, drawn at random; the paper's audit has 420.
        shown: Of them, on the sheet.
        seed: Of the choice, and of generated shapes.
        categories: Only these categories.
        objects: For parametric: how many objects each category gets in each split, {train: 40, val: 4, test: 8}.
        options: Further options of the format.
        workers: Processes; one per core if not given.
    """
    options = {**(options or {}), **({} if objects is None else {"objects": objects})}
    sample: dict[str, Any] = {"format": format, "count": count, "shown": shown, "seed": seed, "categories": categories}
    if split == "topology":
        from .split_audit import split_audit

        if tau is not None:
            raise InputError("--tau is for --split part-sm")
        print(split_audit(source, out, **sample, options=options, workers=workers))
        return
    from ..datasets.part_sm import TAU
    from .part_audit import audit

    print(audit(source, out, **sample, tau=TAU if tau is None else tau, options=options, workers=workers))


def train_command(
    method: str,
    data: str,
    preset: str = "tiny",
    seed: int = 0,
    out: str = "runs",
    options: dict[str, Any] | None = None,
    label: str | None = None,
    categories: str | None = None,
    accelerator: str | None = None,
    devices: int | str | None = None,
    precision: str | None = None,
    strategy: str | None = None,
    workers: int | None = None,
    logger: str | None = None,
    progress: bool = True,
) -> None:
    """Train a method; a run that was interrupted goes on where it stood.

    Args:
        method: Its name, as in `svr3d list methods`.
        data: Folder of a prepared data set.
        preset: Each method has its own, as in `svr3d list methods`: tiny (two cores, minutes), mostly small (one GPU)
            and paper (as published) too.
        seed: Of everything random.
        out: Folder of all runs; this one goes to OUT/DATASET/METHOD/PRESET/seedN.
        options: Options of the method laid over the preset, such as --options.epochs 3.
        label: Name of the variant, needed with options.
        categories: Train one method for each of these, separated by commas, or for each there is; scored as one run.
        accelerator: cpu, cuda or another one of Lightning Fabric's; auto takes the best there is.
        devices: How many of them.
        precision: Of the arithmetic, such as 32-true or 16-mixed.
        strategy: How several devices share the work, such as ddp.
        workers: Data loading processes.
        logger: csv, or tensorboard to have the log in the run's folder in that format too.
        progress: Show progress.
    """
    from ..datasets import open_dataset
    from .train_run import train

    trainer = {"accelerator": accelerator, "devices": devices, "precision": precision}
    trainer |= {"strategy": strategy, "workers": workers, "logger": logger}
    folder = train(
        method,
        open_dataset(data),
        out,
        preset=preset,
        seed=seed,
        options=options,
        label=label,
        trainer={name: value for name, value in trainer.items() if value is not None},
        categories=categories if categories in (None, "each") else _names(categories),
        progress=progress,
    )
    print(folder.path)


def predict_command(
    run: str,
    images: list[str],
    out: str = "predictions",
    category: str | None = None,
    azimuth: float | None = None,
    elevation: float | None = None,
    distance: float | None = None,
) -> None:
    """Reconstruct the objects in pictures: a .glb for each, and the method's own representation as .npz.

    Args:
        run: Folder of a trained run.
        images: Pictures of one object each, best on a white or transparent background.
        out: Folder for the shapes.
        category: Category of the objects, for methods that are given it.
        azimuth: Degrees around the object from +x towards +z, where the camera stands; for methods that need a camera.
        elevation: Degrees of the camera above the horizon.
        distance: Of the camera from the object's centre, in lengths of its longest side; if not given, a typical one.
    """
    from .predict import picture_camera, predict

    for path in predict(run, images, out, category=category, camera=picture_camera(azimuth, elevation, distance)):
        print(path)


def evaluate_command(
    run: str | None = None,
    data: str | None = None,
    output: str | None = None,
    predictions: str | None = None,
    split: Literal["train", "val", "test"] = "test",
    protocol: str = "svr3d-v1",
    views: int = 1,
    frame: Literal["canonical", "camera", "shapenet"] = "canonical",
    up: Literal["y", "z"] = "y",
    align: Literal["none", "scale", "similarity"] = "none",
    name: str | None = None,
    given: str | None = None,
    out: str = "runs",
    workers: int | None = None,
) -> None:
    """Score a trained run, or a folder of shapes made by any program, under one or several protocols.

    Args:
        run: Folder of a trained run; its data set is the one it was trained on unless --data says otherwise.
        data: Folder of a prepared data set.
        output: Score this further output of the run's method, such as the mesh of an earlier block, as a run beside it.
        predictions: Folder CATEGORY/OBJECT/VIEW.{obj,ply,off,stl,glb,binvox,npz,npy}, or CATEGORY/OBJECT.*.
        split: Which objects.
        protocol: Names of protocols, separated by commas; NAME+scale is NAME after --align scale.
        views: Views of each object that are scored; 0 for all.
        frame: The frame of predictions from elsewhere; in camera, that of each view's true camera (OpenCV's axes).
        up: The axis of predictions from elsewhere that points up; z turns (x, y, z) to (x, z, -y).
        align: How predictions are aligned with the truth before scoring; records and boards then say PROTOCOL+ALIGN.
        name: Name of the method that made the predictions from elsewhere; the folder's name if not given.
        given: What predictions from elsewhere were made from, separated by commas, such as picture,camera.
        out: For predictions from elsewhere: the folder of all runs, where the records go.
        workers: Processes; one per core if not given.
    """
    from ..datasets import open_dataset
    from ..metrics import with_alignment
    from .evaluation import evaluate_predictions, evaluate_run
    from .further_outputs import derive_run
    from .prediction_files import PredictionFrame
    from .runs import RunFolder, check_label

    protocols = [with_alignment(name, align) for name in _names(protocol)]
    common = {"split": split, "views": views or None, "protocols": protocols, "workers": workers}
    if run is not None and predictions is None:
        folder = RunFolder.open(run)
        if frame != "canonical" or up != "y":
            raise InputError("--frame and --up are for --predictions; a run's reconstructions are canonical already")
        if given is not None:
            raise InputError("--given is for --predictions; of a run its method says what it is given")
        if output is not None:
            folder = derive_run(folder, output)
        evaluate_run(folder, open_dataset(data or folder.config().data), **common)
    elif predictions is not None and run is None:
        if output is not None:
            raise InputError("--output is for a run; a folder of --predictions has one shape per sample")
        if data is None:
            raise InputError("--predictions needs --data, the data set with the true shapes")
        label = check_label(name or Path(predictions).resolve().name, "--name")
        folder = evaluate_predictions(
            Path(predictions),
            open_dataset(data),
            Path(out),
            name=label,
            frame=PredictionFrame(frame, up),
            given=_names(given or ""),
            **common,
        )
    else:
        raise InputError("evaluate needs either a run folder or --predictions DIR")
    from .listing import print_scores

    print_scores(folder)
    print(folder.records)


def _names(text: str) -> list[str]:
    """The names in a list separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parts_command(
    shape: str,
    split: Literal["none", "topology"] = "none",
    spheres: int = 256,
    turn: float | None = None,
    truth: str | None = None,
    only: str | None = None,
    remove: str | None = None,
    replace: str | None = None,
    using: str | None = None,
    taking: str | None = None,
    fit: bool = True,
    move: str | None = None,
    offset: list[float] | None = None,
    out: str | None = None,
    export: str | None = None,
    picture: str | None = None,
    json: bool = False,
) -> None:
    """List the parts of a shape; keep, remove, replace, move or export them. What is not written is shown.

    Args:
        shape: A file with parts, such as .glb, .npz or .obj; or an object's folder in a prepared data set.
        split: topology divides the shape anew, into the curves and sheets of its medial mesh: of a file of one, or of
            that which `svr3d medial` makes of a watertight mesh.
        spheres: Of the medial mesh that is made for this, at most.
        turn: Degrees between neighbouring slabs from which on they belong to two sheets; 40 if not given.
        truth: A shape in known parts, in the same frame, which the parts are compared with, whatever their names.
        only: Parts that stay, by name or label, separated by commas (in quotes where a name has one).
        remove: Parts that go.
        replace: Parts that parts of another shape take the place of.
        using: That other shape.
        taking: Which of its parts; by default what is called like those that go.
        fit: Bring these into the box of those that go, each axis by itself.
        move: Parts that are moved.
        offset: By how much, such as '[0, 0.1, 0]', in the unit of the shape.
        out: File for what has become of the shape; .glb, .obj and .npz keep parts and colours.
        export: Folder for each part that is left as a file NAME.glb of its own.
        picture: PNG file for a picture of the shapes, coloured by label.
        json: Print the list as JSON.
    """
    from . import parts

    kept, gone, replaced, taken, moved = (parts.names_in(text) for text in (only, remove, replace, taking, move))
    edit = parts.Edit(kept, gone, replaced, using, taken, fit, moved, offset)
    how = parts.Split(spheres, turn) if parts.splits(split, spheres, turn) else None
    mesh, made_from = parts.edited(shape, edit, how)
    agreement = None if truth is None else parts.agreement(mesh, truth)
    changed = [("result", mesh)] if edit != parts.Edit() else []
    written = parts.write_parts(
        mesh, [*made_from, *changed], out=out, export=export, picture=picture, by_name=how is not None
    )
    for path in written:
        print(path)
    if json or not written:
        parts.print_parts(mesh, as_json=json)
    if agreement is not None:
        print(agreement, file=sys.stderr if json else sys.stdout)


def diagnose_command(
    run: str,
    data: str | None = None,
    split: str = "train,test",
    views: int = 1,
    count: int = 200,
    augmented: bool = False,
    options: dict[str, Any] | None = None,
    seed: int = 0,
    out: str | None = None,
) -> None:
    """Show how far each learned stage of a trained run is off: a table and a figure that tell where its error arises.

    Args:
        run: Folder of a trained run; its data set is the one it was trained on unless --data says otherwise.
        data: Folder of a prepared data set.
        split: Which objects; several separated by commas.
        views: Views of each object.
        count: Objects of each split at most, spread evenly over it.
        augmented: Change samples at random as training does, such as by putting pictures before backgrounds.
        options: Options of the method's augmentations, for this time, such as --options.clutter 1.
        seed: Of all that is random.
        out: Folder for stages.md, stages.csv and stages.png; by default the run's folder diagnosis.
    """
    from .diagnosis import Asked, diagnose, printed

    asked = Asked(tuple(dict.fromkeys(_names(split))), views, count, augmented, options, seed)
    page = diagnose(run, asked, data=data, out=out)
    print(*printed(page), page, sep="\n")


def leaderboard_command(runs: list[str], out: str, title: str = "") -> None:
    """Compare runs: tables (CSV, Markdown, LaTeX), figures, and a grid of pictures.

    Args:
        runs: Run folders, or folders with runs somewhere below.
        out: Folder for the leaderboard.
        title: Heading.
    """
    from .board import write_board
    from .runs import find_runs

    print(write_board(find_runs(runs), out, title=title) / "leaderboard.md")


def run_command(
    suite: str,
    source: str | None = None,
    data: str | None = None,
    out: str | None = None,
    board: str | None = None,
    seeds: list[int] | None = None,
    workers: int | None = None,
) -> int:
    """Do all that a suite names: prepare the data, train, evaluate, and write the leaderboard.

    Args:
        suite: A YAML file, or the name of a suite that comes with svr3d, as in `svr3d list suites`.
        source: Folder of meshes to prepare instead of the suite's.
        data: Folder of the prepared data set instead of the suite's.
        out: Folder of all runs instead of the suite's.
        board: Folder of leaderboards instead of the suite's.
        seeds: Train each row that learns once for each of them, such as 0,1,2, where the suite's row names none.
        workers: Processes for preparation and scoring; one per core if not given.
    """
    from .run_suite import run_suite
    from .suite import Suite

    changes = {"data": data, "out": out, "board": board, "seeds": seeds, "workers": workers}
    folder, failures = run_suite(Suite.read(suite, source=source, **changes))
    print(folder / "leaderboard.md")
    for failure in failures:
        print(f"svr3d: failed: {failure}", file=sys.stderr)
    return 1 if failures else 0


def medial_command(
    meshes: list[str],
    spheres: int = 256,
    out: str | None = None,
    suffix: Literal[".ma", ".npz"] = ".ma",
    picture: str | None = None,
    seed: int = 0,
    json: bool = False,
) -> int:
    """Make medial meshes of watertight meshes: spheres, and the edges and faces between them.

    Args:
        meshes: Files of meshes in any format that svr3d reads.
        spheres: At most, in each medial mesh.
        out: Folder for the medial meshes; without it, only the table of how near they are is printed.
        suffix: .ma, as Q-MAT writes it, or .npz.
        picture: PNG file to draw the meshes and their medial meshes into.
        seed: Of the samples of the surface.
        json: Print JSON instead of the table.
    """
    from .medial import medial_files, print_medial

    facts, refused = medial_files(meshes, spheres, out, suffix=suffix, picture=picture, seed=seed)
    print_medial(facts, as_json=json)
    return 2 if refused else 0


COMMANDS: dict[str, tuple[Callable[..., int | None], tuple[str, ...]]] = {
    "list": (list_command, ("what",)),
    "prepare": (prepare_command, ("source",)),
    "audit": (audit_command, ("source",)),
    "train": (train_command, ("method",)),
    "predict": (predict_command, ("run", "images")),
    "evaluate": (evaluate_command, ("run",)),
    "diagnose": (diagnose_command, ("run",)),
    "parts": (parts_command, ("shape",)),
    "leaderboard": (leaderboard_command, ("runs",)),
    "run": (run_command, ("suite",)),
    "medial": (medial_command, ("meshes",)),
}
"""Each command with the arguments that stand without a `--name`."""
