"""Records: one row per (run, sample, part, protocol, metric), in one parquet file per run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..files import replacing
from ..metrics.declarations import get_metric
from .frames import DataFrame, Series

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {
    "method": str,
    "dataset": str,
    "split": str,
    "category": str,
    "object": str,
    "view": int,
    "part": str,
    "seed": int,
    "preset": str,
    "protocol": str,
    "metric": str,
    "value": float,
    "status": str,
    "seconds": float,
}
RECORD_COLUMNS = tuple(_TYPES)
"""`part` names a part of the object, by its label; it is empty in the records of whole objects."""

RECORDS_FILE = "records.parquet"
STATUSES = ("ok", "failed")

KEY = ["dataset", "split", "protocol", "method", "preset", "seed", "category", "object", "view", "metric", "part"]
"""What names a record; files are sorted by it."""


def write_records(path: str | os.PathLike[str], frame: pd.DataFrame) -> None:
    """Write records as parquet, atomically; the same records give the same bytes, in whatever order they come.

    Args:
        path: the file; its folder is made if need be.
        frame: DataFrame with the columns RECORD_COLUMNS; without `part`, all are of whole objects.

    Raises:
        InputError: `frame` does not hold valid records (see `check_records`).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    frame = check_records(frame, f"records for {path}").sort_values(KEY, kind="stable")
    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in _TYPES.items()])
    # pandas' own metadata names library versions, which would make equal records unequal files
    table = pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def load_records(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """The records of several runs as one DataFrame with the columns RECORD_COLUMNS.

    Files from before records had the column `part` hold whole objects only, and are read as such.

    Args:
        paths: one path or several; each is a parquet file, or a folder in and below which every
            `records.parquet` is read (a run folder, or RUNS/DATASET/METHOD/PRESET/seedN/ from any level up).

    Raises:
        InputError: nothing there, a file that cannot be read, invalid records, or the same record twice.
    """
    import pandas as pd

    files = _find([paths] if isinstance(paths, str | os.PathLike) else paths)
    frames = [check_records(_read(file), str(file)) for file in files]
    frame = pd.concat(frames, ignore_index=True)
    twice = frame.duplicated(KEY, keep=False).to_numpy()
    if twice.any():
        source = [file for file, part in zip(files, frames, strict=True) for _ in range(len(part))]
        first = frame[KEY].iloc[twice.argmax()]
        held = [source[i] for i in twice.nonzero()[0] if (frame[KEY].iloc[i] == first).all()]
        raise InputError(f"{held[1]} repeats a record of {held[0]}: {_name(first)}; pass each run once")
    return frame


def check_records(frame: DataFrame, where: str) -> DataFrame:
    """`frame` with exactly the columns RECORD_COLUMNS in their types, checked.

    Args:
        where: names the source of the frame in messages.

    Raises:
        InputError: no rows, a column missing or of another type, an empty or unknown name, a value that is not
            finite, a failed row that does better than the metric's worst, or the same record twice.
    """
    import numpy as np

    if "part" not in frame.columns:
        frame = frame.assign(part="")
    missing = [name for name in RECORD_COLUMNS if name not in frame.columns]
    if missing:
        raise InputError(f"{where}: column '{missing[0]}' is missing; records have {', '.join(RECORD_COLUMNS)}")
    if len(frame) == 0:
        raise InputError(f"{where}: holds no records")
    frame = frame[list(RECORD_COLUMNS)].reset_index(drop=True).copy()
    for name, kind in _TYPES.items():
        frame[name] = _typed(frame[name], name, kind, where)

    bad = ~frame["status"].isin(STATUSES)
    if bad.any():
        raise InputError(f"{where}: status '{frame['status'][bad].iloc[0]}' is not one of {', '.join(STATUSES)}")
    bad = ~np.isfinite(frame["value"])
    if bad.any():
        raise InputError(
            f"{where}: the value of {_name(frame[bad].iloc[0])} is {frame['value'][bad].iloc[0]}, expected a finite "
            "number; a failed prediction gets the metric's worst value"
        )
    seconds = frame["seconds"]
    if ((seconds < 0) | np.isinf(seconds)).any():
        raise InputError(f"{where}: 'seconds' must be a time of 0 or more, or NaN where it was not measured")

    worst, best = {}, {}
    for name in frame["metric"].unique():
        try:
            metric = get_metric(name)
        except ValueError as error:
            raise InputError(f"{where}: {error}") from None
        worst[name], best[name] = metric.worst, metric.best
    # a protocol may scale distances, so only a worst value of 0 is known here to the digit
    failed, worst, best = frame["status"] == "failed", frame["metric"].map(worst), frame["metric"].map(best)
    bad = failed & (((worst == 0) & (frame["value"] != 0)) | (frame["value"] == best))
    if bad.any():
        raise InputError(
            f"{where}: the failed {_name(frame[bad].iloc[0])} has value {frame['value'][bad].iloc[0]}, expected the "
            f"metric's worst, {worst[bad].iloc[0]:.4g}"
        )
    twice = frame.duplicated(KEY)
    if twice.any():
        raise InputError(f"{where}: holds a record twice: {_name(frame[twice].iloc[0])}")
    return frame


def _typed(column: Series, name: str, kind: type, where: str) -> Series:
    """The column as int64, float64 or strings; nothing is rounded and nothing but numbers becomes a number."""
    import pandas as pd

    message = f"{where}: column '{name}' must hold {({str: 'names', int: 'whole numbers', float: 'numbers'})[kind]}"
    if kind is str:
        values = column.astype(object)
        may_be_empty = name == "part"
        if not all(isinstance(value, str) and (value or may_be_empty) for value in values.unique()):
            raise InputError(message)
        return values.astype("str")
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise InputError(message)
    if kind is int:
        if column.isna().any() or (column != column.round()).any() or (column < 0).any():
            raise InputError(f"{message}, 0 or more")
        return column.astype("int64")
    return column.astype("float64")


def _find(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    files = {}
    for path in map(Path, paths):
        if path.is_dir():
            found = sorted(path.rglob(RECORDS_FILE))
            if not found:
                raise InputError(f"{path}: no {RECORDS_FILE} in or below this folder; expected evaluated runs")
        elif path.is_file():
            found = [path]
        else:
            raise InputError(f"{path}: no such file or folder; expected {RECORDS_FILE} or a folder of runs")
        files.update({file.resolve(): file for file in found})
    if not files:
        raise InputError("no records: expected at least one file or folder")
    return list(files.values())


def _read(path: Path) -> DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # by file handle: by path, a folder named seed=0 above the file would become a column
        with path.open("rb") as file:
            return pq.read_table(file).to_pandas(ignore_metadata=True)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{path}: not a readable parquet file ({str(error).splitlines()[0]})") from None


def _name(row: Series) -> str:
    part = f" of part '{row['part']}'" if row["part"] else ""
    return (
        f"{row['metric']}{part} of {row['method']} ({row['preset']}, seed {row['seed']}) on "
        f"{row['category']}/{row['object']}/{row['view']:03d} under {row['protocol']}"
    )
