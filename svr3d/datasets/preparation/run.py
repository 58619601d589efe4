"""Building the objects that are missing, in this process or in several."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...files import is_disk_full
from ...processes import outcomes
from ...progress import say, track
from ..index import METADATA
from ..layout import is_complete
from ..sources import source_digest
from .build import prepare_object
from .folder import Item
from .forecast import Forecast
from .recipe import Recipe
from .report import Refusal


class Run:
    """Builds what is missing of a data set.

    Attributes:
        built: how many objects were made.
        seconds: of work by stage, over those.
    """

    def __init__(self, source: Any, recipe: Recipe, root: Path, workers: int, quiet: bool) -> None:
        self.source, self.recipe, self.root, self.workers = source, recipe, root, workers
        self.quiet = quiet
        self.built = 0
        self.seconds: dict[str, float] = {}
        self._refused: list[Refusal] = []

    def build(self, items: Sequence[Item]) -> list[Refusal]:
        """Makes what is not there in full by this recipe; returns the objects refused, in the order of `items`.

        Raises:
            OSError: the disk is full.
        """
        objects = [(category, name) for category, name, _ in items]
        missing = self._missing(objects)
        present = len(objects) - len(missing) - len(self._refused)
        if missing:  # the folder is no data set while objects of it are made anew
            (self.root / METADATA).unlink(missing_ok=True)
        if present and not self.quiet:
            say(f"{present} objects are there already, {len(missing)} to go")
        forecast = Forecast(len(missing), self.root, self.workers, self.quiet)
        attempt = partial(_attempt, self.source, self.recipe, self.root)
        with closing(outcomes(attempt, missing, self.workers)) as done:
            shown = track(done, len(missing), "preparing", forecast_after=None, quiet=self.quiet)
            for (category, name), outcome in shown:
                self._count(category, name, outcome)
                if isinstance(outcome, dict):
                    forecast.add(self.root / category / name, sum(outcome.values()))
        order = {pair: i for i, pair in enumerate(objects)}
        return sorted(self._refused, key=lambda refusal: order[refusal.category, refusal.object])

    def _missing(self, objects: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        missing = []
        for category, name in objects:
            try:
                recipe = self.recipe.digest(source_digest(self.source, category, name))
            except (InputError, OSError) as error:
                self._refuse(category, name, error)
                continue
            if not is_complete(self.root / category / name, recipe):
                missing.append((category, name))
        return missing

    def _count(self, category: str, name: str, outcome: dict[str, float] | Exception) -> None:
        if isinstance(outcome, dict):
            self.built += 1
            for stage, seconds in outcome.items():
                self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        elif is_disk_full(outcome):
            raise OSError(errno.ENOSPC, "no space left") from outcome
        else:
            self._refuse(category, name, outcome)

    def _refuse(self, category: str, name: str, error: Exception) -> None:
        # Paths relative to the source, so that the report is the same wherever that lies.
        reason = str(error).replace(f"{getattr(self.source, 'root', '')}/", "")
        self._refused.append(Refusal(category, name, reason))
        shutil.rmtree(self.root / category / name, ignore_errors=True)


def _attempt(source: Any, recipe: Recipe, root: Path, pair: tuple[str, str]) -> dict[str, float] | Exception:
    """Seconds by stage, or what went wrong."""
    category, name = pair
    try:
        return prepare_object(source, category, name, recipe, root / category / name)
    except Exception as error:
        if is_disk_full(error):
            return OSError(errno.ENOSPC, "no space left")
        return error if isinstance(error, InputError) else RuntimeError(f"unexpected {type(error).__name__}: {error}")
