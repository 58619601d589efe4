"""From run folders to a leaderboard: tables, figures, the grid of pictures and the manifests."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import read_json, replacing, write_json
from ..leaderboards import given_text, load_records, write_leaderboard
from ..leaderboards.given import MAYBE_CAMERA, PICTURE
from ..leaderboards.published import Published
from .costs import write_costs
from .high_genus import Objects
from .runs import RunFolder, records_of


def run_table(folders: list[RunFolder], records: Any) -> Any:
    """What the board says of each run besides its scores: a DataFrame with one row per run and data set.

    A run may be scored on another data set than it was trained on.

    Args:
        records: of all these runs.
    """
    import pandas as pd

    rows = []
    for folder in folders:
        config = folder.config()
        manifest = folder.read_manifest()
        method, training = manifest.get("method", {}), manifest.get("training", {})
        for dataset in load_records([folder.records])["dataset"].unique():
            own = records_of(config, records, dataset)
            seconds = own.drop_duplicates(["category", "object", "view"])["seconds"].median()
            row = {
                "method": config.method,
                "dataset": dataset,
                "preset": config.preset,
                "seed": config.seed,
                "representation": method.get("representation", ""),
                "given": given_in(method),
                "limits": method.get("limits", ""),
                "parameters": method.get("parameters"),
                "train_seconds": training.get("total_seconds"),
                "inference_ms": None if pd.isna(seconds) else 1000 * float(seconds),
            }
            rows.append(row)
    return pd.DataFrame(rows)


def given_in(method: dict[str, Any]) -> str:
    """What a manifest's section `method` says that the method is given at test time.

    Manifests from before `given` name the `gifts` alone: their methods were shown the picture, and the camera where
    the data has one, whether they used it or not. Where nothing is said, as of predictions from elsewhere, the text
    is empty.
    """
    external = method.get("representation") == "external"
    if "given" in method and (method["given"] or not external):
        return given_text(method["given"])
    if "gifts" in method and not external:
        return given_text([*method["gifts"], PICTURE, MAYBE_CAMERA])
    return ""


def write_board(
    folders: list[RunFolder],
    out: str | Path,
    *,
    title: str = "",
    published: Sequence[Published] = (),
    only: Objects | None = None,
) -> Path:
    """Writes the leaderboard of some runs into `out`; does nothing if it is there already for the same records.

    Args:
        published: values that others have printed, to stand beside.
        only: the objects that it is of; None for all.

    Raises:
        InputError: a run has no records, or none of these objects.
    """
    out = Path(out)
    for folder in folders:
        if not folder.records.is_file():
            raise InputError(f"{folder.path}: the run has no records yet, evaluate it first")
    state = hashlib.sha256()
    for path in sorted(
        [folder.records for folder in folders] + [folder.manifest for folder in folders if folder.manifest.exists()]
    ):
        state.update(f"{path}\n".encode() + path.read_bytes())
    if published:
        state.update(repr(tuple(published)).encode())
    if only is not None:
        state.update(repr(sorted(only)).encode())
    stamp = out / "board.json"
    if stamp.exists() and read_json(stamp).get("inputs") == state.hexdigest() and (out / "leaderboard.csv").exists():
        return out
    out.mkdir(parents=True, exist_ok=True)
    records: Any = load_records([folder.records for folder in folders])
    if only is not None:
        records = records[[pair in only for pair in zip(records["category"], records["object"], strict=True)]]
        if not len(records):
            raise InputError(f"{out}: the runs have no records of the {len(only)} objects that the board is of")
    write_leaderboard(records, run_table(folders, records), out, title=title or out.name, published=published)
    write_costs(folders, out)
    from .showcase import write_grid

    write_grid(folders, records, out / "figures" / "grid.png")
    _copy_manifests(folders, out / "manifests")
    write_json(stamp, {"inputs": state.hexdigest(), "runs": [str(folder.path) for folder in folders]})
    return out


def _copy_manifests(folders: list[RunFolder], root: Path) -> None:
    """The runs' manifests, and no others: those of runs that were on the board before are removed."""
    root.mkdir(exist_ok=True)
    copied = set()
    for folder in folders:
        config = folder.config()
        target = root / f"{config.method}-{config.preset}-seed{config.seed}.json"
        if folder.manifest.exists():
            with replacing(target) as temporary:
                shutil.copyfile(folder.manifest, temporary)
            copied.add(target)
    for stale in set(root.glob("*.json")) - copied:
        stale.unlink()
