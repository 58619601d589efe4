"""Short names of the thirteen ShapeNet categories that the field compares on."""

from __future__ import annotations

SHORT_NAMES = {
    "02691156": "plane",
    "02828884": "bench",
    "02933112": "cabinet",
    "02958343": "car",
    "03001627": "chair",
    "03211117": "display",
    "03636649": "lamp",
    "03691459": "speaker",
    "04090263": "rifle",
    "04256520": "couch",
    "04379243": "table",
    "04401088": "phone",
    "04530566": "boat",
}
"""WordNet synset, the folder name in ShapeNet and its derivatives, to the short name in keys and tables."""


def short_name(folder: str, names: str | None = None) -> str:
    """The category name of a data set's folder.

    Args:
        folder: its name on disk; a known synset gives the field's short name.
        names: what `metadata.yaml` calls it, such as `airplane,aeroplane,plane`; used for other synsets.
    """
    if folder in SHORT_NAMES:
        return SHORT_NAMES[folder]
    if folder.isdigit() and names:
        return names.split(",")[0].strip().replace(" ", "_") or folder
    return folder
