"""A trained run at work: its reconstruction of every sample."""

from __future__ import annotations

import time
import traceback
from typing import Any

from ..datasets import SampleKey
from ..errors import is_out_of_memory
from ..files import is_disk_full
from ..geometry import write_shape
from ..progress import track
from .failures import RunStopped, place
from .json_lines import add_line, read_lines
from .runs import RunFolder

ALIKE = 10
"""When so many samples, the first of a run, fail alike, the method or its input is broken, not the samples hard."""


def reconstruct_split(folder: RunFolder, dataset: Any, split: str, keys: list[SampleKey]) -> None:
    """Writes the run's reconstruction of every sample that has none yet.

    A sample on which the method fails gets no file; the reason and its traceback stand in `predictions/log.jsonl`
    and the sample is scored as failed.

    Raises:
        RunStopped: the first samples all failed alike, or the memory did not suffice; no sample is taken for failed.
    """
    config = folder.config()
    log = folder.predictions / "log.jsonl"
    entries = read_lines(log)
    done = {entry["sample"] for entry in entries}
    pending = [key for key in keys if str(key) not in done]
    if not pending:
        return
    import torch

    at_work = AtWork(folder, dataset, split)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as lines:
        for key in track(pending, len(pending), f"{config.method}: reconstructing"):
            sample = at_work.sample(key)
            entry: dict[str, Any] = {"sample": str(key), "error": ""}
            start = time.perf_counter()
            shape, problem = None, None
            try:
                with torch.inference_mode():
                    (shape,) = at_work.reconstruct(sample)
            except Exception as error:  # a method may fail in any way; the sample then counts as failed
                if is_out_of_memory(error):
                    raise RunStopped(
                        f"{config.method}: out of memory while reconstructing {key} ({type(error).__name__}); "
                        f"no sample counts as failed for it, and the same command goes on with this one"
                    ) from error
                problem = error
                entry |= {"error": f"{type(error).__name__}: {error}", "place": place(error)}
                entry["traceback"] = "".join(traceback.format_exception(error))
            entry["seconds"] = round(time.perf_counter() - start, 6)
            if shape is not None:
                file = folder.predictions / key.category / key.object / f"{key.view:03d}.npz"
                file.parent.mkdir(parents=True, exist_ok=True)
                write_shape(file, shape)
            add_line(lines, entry)
            entries.append(entry)
            if problem is not None and len(entries) == ALIKE and _alike(entries):
                log.unlink()  # so that none of them counts as failed once the cause is gone
                raise RunStopped(
                    f"{config.method}: stopped, since its first {ALIKE} reconstructions all failed alike, "
                    f"with {entry['error']} ({entry['place']})"
                ) from problem


def _alike(entries: list[dict[str, Any]]) -> bool:
    places = {entry.get("place") for entry in entries}
    return len(places) == 1 and None not in places


class AtWork:
    """The trained method of a run, or of a run per category those of its categories, one in memory at a time."""

    def __init__(self, folder: RunFolder, dataset: Any, split: str) -> None:
        self._folder, self._dataset, self._split = folder, dataset, split
        self._by_category = folder.config().categories is not None
        self._category: str | None = None
        self._loaded: tuple[Any, Any] | None = None

    def sample(self, key: SampleKey) -> Any:
        """What the method is given of a sample, on its device."""
        method = self._method(key.category)
        return self._dataset.sample(key, method.gifts).to(method.device).only(method.gifts)

    def reconstruct(self, sample: Any) -> list:
        """The reconstructions of what `sample` gave last."""
        assert self._loaded is not None
        return self._loaded[1](sample)

    def _method(self, category: str) -> Any:
        if self._loaded is None or (self._by_category and category != self._category):
            import torch

            self._loaded = None
            self._category = category if self._by_category else None
            method, reconstruct = self._folder.load(self._category)
            method.to("cuda" if torch.cuda.is_available() else "cpu")
            self._dataset.require(method.gifts, self._split)
            self._loaded = method, reconstruct
        return self._loaded[0]
