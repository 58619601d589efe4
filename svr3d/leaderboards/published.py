"""Published values that stand beside a board's own: of other data and other code, never ranked or compared."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from ..errors import InputError
from ..metrics.declarations import get_metric
from ..metrics.protocol import load_protocol


@dataclass(frozen=True)
class Published:
    """One value that somebody has printed.

    Args:
        method: as its source calls it.
        category: of the board, or `mean` over categories.
        protocol: in whose section it stands: the one that follows the source's evaluation.
        metric: one of the protocol's.
        value: in the protocol's unit; 0.3109 where the source prints 31.09 % and the protocol has fractions.
        source: what prints it, and where: "Shi et al. 2020, table 3".
        note: what a reader should know besides, such as the data that it is of.

    Raises:
        InputError: a field of the wrong kind, an unknown protocol, a metric that it does not have, or a value that the
            metric cannot have.
    """

    method: str
    category: str
    protocol: str
    metric: str
    value: float
    source: str
    note: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            if field.name != "value" and not (isinstance(text, str) and (text or field.default is not MISSING)):
                raise InputError(f"field '{field.name}': expected a text, found {text!r}")
        protocol = load_protocol(self.protocol)
        if self.metric not in (*protocol.metrics, *protocol.pooled):
            raise InputError(f"field 'metric': protocol {self.protocol} has no metric '{self.metric}'")
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"field 'value': expected a number, found {value!r}")
        metric, factor = get_metric(self.metric), protocol.factor(self.metric)
        if metric.unit == "fraction" and not 0 <= value <= factor:
            raise InputError(f"field 'value': expected 0 to {factor:g}, the unit of {self.protocol}, found {value}")


def read_published(entries: Any, where: str, protocols: Iterable[str]) -> tuple[Published, ...]:
    """The entries of a suite's field `published`, each a mapping with the fields of `Published`.

    Args:
        where: names the field in messages.
        protocols: those of the suite; an entry that names none is of the first.

    Raises:
        InputError: an entry is none, of a protocol that the suite does not use, or there twice.
    """
    if not isinstance(entries, list | tuple):
        raise InputError(f"{where}: expected a list of values with their sources, found {entries!r}")
    protocols, found = tuple(protocols), {}
    known = [field.name for field in fields(Published)]
    needed = [field.name for field in fields(Published) if field.default is MISSING and field.name != "protocol"]
    for number, entry in enumerate(entries):
        here = f"{where}: entry {number}"
        if not isinstance(entry, Mapping) or not set(entry) <= set(known):
            raise InputError(f"{here}: expected the fields {', '.join(known)}, found {entry!r}")
        missing = [name for name in needed if name not in entry]
        if missing:
            raise InputError(f"{here}: the field '{missing[0]}' is missing")
        try:
            values: dict[str, Any] = {"protocol": protocols[0], **entry}
            one = Published(**values)
        except InputError as error:
            raise InputError(f"{here}: {error}") from None
        if one.protocol not in protocols:
            raise InputError(f"{here}: protocol {one.protocol} is not one of the suite's, {', '.join(protocols)}")
        key = (one.method, one.category, one.protocol, one.metric)
        if key in found:
            raise InputError(f"{here}: the value of {one.method} for {one.metric} of {one.category} is there twice")
        found[key] = one
    return tuple(found.values())
