"""The table of runs: what the board says of each run besides its scores."""

from __future__ import annotations

from ..errors import InputError
from .frames import DataFrame
from .given import gifts_of, is_recorded

RUN_COLUMNS = (
    *("method", "dataset", "preset", "seed", "representation", "given", "limits"),
    *("parameters", "train_seconds", "inference_ms"),
)
"""`given` is a text as `given_text` makes it, `limits` a few words or empty; seconds are of the whole training."""


def check_runs(runs: DataFrame) -> DataFrame:
    """`runs` with exactly the columns RUN_COLUMNS, checked.

    Raises:
        InputError: a column is missing, or a cost is not a number.
    """
    missing = [name for name in RUN_COLUMNS if name not in runs.columns]
    if missing:
        raise InputError(f"the runs have no column '{missing[0]}'; expected {', '.join(RUN_COLUMNS)}")
    runs = runs[list(RUN_COLUMNS)].assign(**{name: runs[name].fillna("").astype(str) for name in ("given", "limits")})
    for name in ("parameters", "train_seconds", "inference_ms"):
        try:
            runs[name] = runs[name].astype(float)
        except (TypeError, ValueError) as error:
            raise InputError(f"the runs' column '{name}' must hold numbers ({error})") from None
    return runs


def given_of(runs: DataFrame, records: DataFrame) -> dict[tuple[str, str, str], str]:
    """What each (method, dataset, preset) that has records is given.

    Its seeds must agree; one that says all speaks for those that do not.

    Raises:
        InputError: they do not agree, or a run with records is not listed.
    """
    given = {}
    for key, part in runs.groupby(["method", "dataset", "preset"]):
        texts = list(dict.fromkeys(part["given"]))
        said = [text for text in texts if is_recorded(text)] or [text for text in texts if text] or [""]
        gifts = {gifts_of(text) for text in texts if text}
        if len(said) > 1 or len(gifts) > 1:
            raise InputError(f"the runs of {'/'.join(key)} disagree on what they are given: {sorted(texts)}")
        given[key] = said[0]
    for key in records[["method", "dataset", "preset"]].drop_duplicates().itertuples(index=False, name=None):
        if key not in given:
            raise InputError(f"the runs do not list {'/'.join(key)} (method/dataset/preset), which has records")
    return given


def limits_of(runs: DataFrame) -> dict[tuple[str, str, str], str]:
    """The limits of each (method, dataset, preset); a run from before its method stated any adds none."""
    grouped = runs.groupby(["method", "dataset", "preset"])["limits"]
    return {key: "; ".join(limits for limits in dict.fromkeys(own) if limits) for key, own in grouped}


def costs_of(runs: DataFrame) -> DataFrame:
    """Mean costs over the seeds of each (dataset, method, preset)."""
    return runs.groupby(["dataset", "method", "preset"], as_index=False).agg(
        representation=("representation", "first"),
        parameters=("parameters", "mean"),
        train_seconds=("train_seconds", "mean"),
        inference_ms=("inference_ms", "mean"),
    )
