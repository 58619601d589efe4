"""What a source of shapes offers, whatever it is made of, and which sources there are."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from ..errors import InputError
from ..geometry import Mesh
from ..plugins import Plugins
from .hashing import stable_hash


class Source(ABC):
    """Shapes to prepare a data set from.

    A source can be pickled (objects are built in other processes) and builds each object by itself, the same every
    time. One that knows which pieces of an object belong together may also have `instances(category, name)`, as
    `part_check.divide` uses it. Outside packages add one with an entry point in the group `svr3d.datasets`.
    """

    dirty: ClassVar[bool] = True
    """Whether shapes may have holes, sheets, inverted or doubled faces, so that preparation repairs them."""

    options: ClassVar[tuple[str, ...]] = ("root", "seed")
    """Parameters of the constructor that `open_source` fills by name. `root` is the folder or file to read, `seed` that
    of the data set, `categories` those chosen; others are given as options. A source without `root` makes its shapes
    itself."""

    notes: Sequence[str] = ()
    """What preparation should tell of how the source was read: a sentence each."""

    @abstractmethod
    def items(self) -> list[tuple[str, str, str]]:
        """(category, object, split) of all objects, in a fixed order; split is `train`, `val` or `test`."""

    @abstractmethod
    def build(self, category: str, name: str) -> Mesh:
        """The object's mesh, with its parts where they are known, y up, in any position and size.

        Raises:
            InputError: the object is unusable; it is refused with this reason.
        """

    @abstractmethod
    def describe(self, category: str, name: str) -> dict[str, Any]:
        """Facts for `object.json`: `source`, `licence`, `attribution` …"""

    def digest(self, category: str, name: str) -> str:
        """A hash of what the object is made from; when it changes, the object is prepared again."""
        return stable_hash(type(self).__qualname__, self.describe(category, name))


def source_digest(source: Any, category: str, name: str) -> str:
    """The hash of what an object is made from."""
    if hasattr(source, "digest"):
        return source.digest(category, name)
    return stable_hash(type(source).__qualname__, source.describe(category, name))


def list_sources() -> list[dict[str, Any]]:
    """What `svr3d prepare` can read: a row with name, package and purpose of each installed source.

    A source that cannot be imported gets a row with its `error`.
    """
    rows = []
    for name in _PLUGINS.names():
        row = {"name": name, "package": _PLUGINS.distribution(name)}
        try:
            purpose = (_PLUGINS.get(name).__doc__ or "").strip().split("\n")[0]
        except InputError as error:
            row["error"] = str(error)
        else:
            row["what"] = purpose
        rows.append(row)
    return rows


def open_source(
    source: str | os.PathLike | Source,
    format: str = "auto",
    *,
    seed: int = 0,
    categories: Any = None,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """The source that the arguments of `prepare` name.

    Args:
        source: the name of a source that makes its shapes itself, what another one reads, or a source.
        format: which source reads it; `auto` takes `meshes` for a folder.
        seed: of the data set.
        categories: only these, where the source can choose.
        options: further parameters of the source.

    Raises:
        InputError: unknown format, a source that does not fit it, or options that the format does not have.
    """
    given = {name: value for name, value in (options or {}).items() if value is not None}
    if not isinstance(source, str | os.PathLike):
        if given:
            raise InputError(f"the option '{next(iter(given))}' is for a source that is named, not for a source itself")
        return source
    if format == "auto":
        format = str(source) if str(source) in _PLUGINS.names() else "meshes"
        if format == "meshes" and not Path(source).is_dir():
            making = " or ".join(f"`{name}`" for name in _makers())
            raise InputError(
                f"{source}: neither a folder CATEGORY/OBJECT/*.{{obj,glb,ply,off,stl}} nor the word {making}"
            )
    cls = _PLUGINS.get(format)
    takes = _takes(cls)
    own = [name for name in takes if name not in ("root", "seed", "categories")]
    for name in given:
        if name not in own:
            raise InputError(f"format '{format}' has no option '{name}' (it has: {', '.join(own) or 'none'})")
    common = {"root": source, "seed": seed, "categories": None if categories is None else tuple(categories)}
    given |= {name: value for name, value in common.items() if name in takes and value is not None}
    return cls(**given)


def _takes(cls: Any) -> tuple[str, ...]:
    return tuple(getattr(cls, "options", Source.options))


def _takes_of(name: str) -> tuple[str, ...]:
    """The same by name; nothing where the source cannot be imported."""
    try:
        return _takes(_PLUGINS.get(name))
    except InputError:
        return ()


def _makers() -> list[str]:
    return [name for name in _PLUGINS.names() if (takes := _takes_of(name)) and "root" not in takes]


def _checked(value: Any, name: str, where: str) -> Any:
    missing = [method for method in ("items", "build", "describe") if not callable(getattr(value, method, None))]
    if missing or not isinstance(value, type):
        lacks = f"without {missing[0]}()" if missing else "no class"
        raise InputError(f"{where} is {value!r}, {lacks}; expected a subclass of svr3d.datasets.Source")
    return value


_PLUGINS: Plugins[Any] = Plugins("svr3d.datasets", "format", _checked, also=", auto")
