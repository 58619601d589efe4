"""Further outputs of a trained run, such as the mesh of an earlier block, as runs beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..files import write_json
from ..methods.outputs import FINAL
from .runs import RunFolder, check_label


def derive_run(folder: RunFolder, output: str) -> RunFolder:
    """The run that scores a further output of a trained run: PRESET@OUTPUT/seedN in the folder of its PRESET/seedN.

    It has no checkpoint of its own, and what it says of training is the trained run's.

    Raises:
        InputError: the run is not trained, is derived itself, or its method has no such output.
    """
    config = folder.config()
    if config.output is not None:
        raise InputError(
            f"{folder.path}: is the output '{config.output}' of {config.parent}; name that run to score another output"
        )
    preset = f"{config.preset}@{check_label(output, 'output')}"
    # By "..", so that a path relative to the run's own folder works too.
    derived = RunFolder(Path(os.path.normpath(folder.path / ".." / ".." / preset / f"seed{config.seed}")))
    parent = os.path.relpath(folder.path, derived.path)
    if not derived.config_path.exists():
        method, _ = folder.load(None if config.categories is None else config.categories[0])
        declared = method.output(output)
        if output == FINAL:
            raise InputError(f"{folder.path}: is scored by its output '{FINAL}' already; name a further one")
        manifest = folder.read_manifest()
        manifest.pop("evaluation", None)
        own: dict[str, Any] = {"representation": declared.representation, "limits": declared.limits}
        # The category too, where it chooses among the methods of a run per category.
        chosen_by = set(manifest["method"]["given"]) - method.output().given
        own["given"] = sorted(declared.given | chosen_by)
        manifest["method"] = manifest["method"] | own
        write_json(derived.manifest, manifest | {"derived": {"parent": parent, "output": output}})
    derived.begin(replace(config, preset=preset, parent=parent, output=output))
    return derived
