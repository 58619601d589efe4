"""Which samples several runs can be compared on."""

from __future__ import annotations

import functools
import operator

from ..errors import InputError
from .frames import DataFrame


def on_common_samples(
    tables: list[DataFrame], where: str, *, by_part: bool = False
) -> tuple[list[DataFrame], DataFrame, str]:
    """One metric's records as sample × run tables over the samples that all runs have.

    Args:
        tables: the records of one metric (of a pooled one: of each of its two counts) of one data set, split and
            protocol.
        where: names them in messages.
        by_part: take each part of each sample for itself.

    Returns:
        values: for each of `tables` a frame, rows (category, object, view[, part]), columns (method, preset, seed).
        failed: a frame alike of booleans.
        note: a sentence on the samples left out, or "".

    Raises:
        InputError: records of several protocols (splits, data sets, metrics) together, or no sample in common.
    """
    index, columns = ["category", "object", "view", *["part"] * by_part], ["method", "preset", "seed"]
    for table in tables:
        for name in ("dataset", "split", "protocol", "metric"):
            if (several := table[name].unique()).size > 1:
                raise InputError(f"{where}: {name}s {', '.join(map(str, several))} cannot share a column")
    wide = [table.pivot(index=index, columns=columns, values="value") for table in tables]
    failed = (
        tables[0].assign(failed=tables[0]["status"] == "failed").pivot(index=index, columns=columns, values="failed")
    )
    runs = wide[0].columns
    for table in wide[1:]:
        runs = runs.intersection(table.columns)
    gaps = [table.reindex(columns=runs).isna() for table in wide]
    samples = gaps[0].index
    for table in gaps[1:]:
        samples = samples.union(table.index)
    lacking = functools.reduce(operator.or_, (table.reindex(samples, fill_value=True) for table in gaps))
    common = samples[~lacking.any(axis=1).to_numpy()]
    if len(common) == 0 or len(runs) == 0:
        names = ", ".join(f"{method} ({preset}, seed {seed})" for method, preset, seed in wide[0].columns)
        raise InputError(f"{where}: the runs {names} have no sample in common, so nothing can be compared")
    note = ""
    if len(common) < len(samples):
        counts = [(f"{method} ({preset}, seed {seed})", n) for (method, preset, seed), n in lacking.sum().items() if n]
        lack = ", ".join(f"{name} lacks {n}" for name, n in counts)
        kind = "parts of samples" if by_part else "samples"
        note = f"compared on the {len(common)} of {len(samples)} {kind} that all runs have ({lack})"
    values = [table.loc[common, runs].sort_index(axis=1) for table in wide]
    return values, failed.loc[common, runs].sort_index(axis=1).astype(bool), note
