"""The house rules on imports, checked on the source itself."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "svr3d"

GROUND = {"arrays", "errors", "files", "plugins", "processes", "progress"}
"""Modules of the ground floor, which everything may import and which import nothing but each other."""

MAY_IMPORT = {
    "geometry": set(),
    "metrics": {"geometry"},
    "datasets": {"geometry"},
    "methods": {
        "geometry",
        "datasets.batch",
        "datasets.box_objects",
        "datasets.facts",
        "datasets.picture_files",
        "datasets.targets",
        "metrics",
    },
    "leaderboards": {"metrics.declarations", "metrics.protocol"},
    "benchmark": {"geometry", "metrics", "datasets", "methods", "leaderboards"},
}

ROOMS = ("shapes", "formats", "surface", "solids", "representations", "rendering")
"""Of geometry, from the bottom up: a room imports from those before it, never from those behind."""


def modules() -> dict[str, Path]:
    """Every module of the package by its name below `svr3d`; a package's own is its `__init__`."""
    found = {}
    for file in sorted(ROOT.rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts)] = file
    return found


MODULES = modules()


def imports(file: Path) -> set[str]:
    """The modules of this package that a file imports, absolutely or relatively, at its top or in a function.

    `from .. import x` is the module x where there is one, and else the package's `__init__`.
    """
    parts = ("svr3d", *file.relative_to(ROOT).parts[:-1])
    names = set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) + 1 - node.level] if node.level else ()
            module = ".".join((*base, *(node.module.split(".") if node.module else ())))
            names |= {f"{module}.{alias.name}" for alias in node.names}
    found = set()
    for name in names:
        if not name.startswith("svr3d."):
            continue
        tail = name.removeprefix("svr3d.")
        outer = tail.rpartition(".")[0]
        candidates = (tail, f"{tail}.__init__", outer, f"{outer}.__init__" if outer else "__init__")
        found.add(next(candidate for candidate in candidates if candidate in MODULES))
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_downward_only(package: str) -> None:
    allowed = MAY_IMPORT[package] | GROUND | {package}
    for module, file in MODULES.items():
        if module.split(".")[0] != package:
            continue
        for name in imports(file) - {"__init__"}:
            fits = any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed)
            assert fits, f"{module} imports {name}, but {package} may import only {sorted(allowed)}"


@pytest.mark.parametrize("module", sorted(GROUND))
def test_the_ground_floor_stands_on_nothing(module: str) -> None:
    assert imports(MODULES[module]) <= GROUND


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_geometry_import_downward_only(room: str) -> None:
    above = ROOMS[ROOMS.index(room) + 1 :]
    for module, file in MODULES.items():
        if not module.startswith(f"geometry.{room}."):
            continue
        for name in imports(file):
            parts = name.split(".")
            assert len(parts) > 2 or parts[0] != "geometry", f"{module} imports {name}, from outside the rooms"
            assert parts[0] != "geometry" or parts[1] not in above, f"{module} imports {name}, of a room above"


def test_methods_do_not_import_each_other() -> None:
    """What two of them need lies one level up. Folders without a `method.py` are none."""
    folders = {name.split(".")[1] for name in MODULES if name.startswith("methods.") and name.endswith(".method")}
    assert {"partvoxels", "smnet"} <= folders
    for module, file in MODULES.items():
        package, _, rest = module.partition(".")
        own = rest.split(".")[0]
        if package != "methods" or own not in folders:
            continue
        others = [name for name in imports(file) for other in folders - {own} if name.startswith(f"methods.{other}.")]
        assert not others, f"{module} imports {sorted(others)}"


def test_there_is_no_circle() -> None:
    """Neither between packages nor within one, imports in functions included."""
    graph = {module: imports(file) for module, file in MODULES.items()}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path[path.index(module) :], module))
        if module in done:
            return
        for name in sorted(graph[module]):
            visit(name, (*path, module))
        done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("svr3d.geometry", ("torch", "open3d", "skimage", "trimesh", "matplotlib")),
        ("svr3d.benchmark.cli", ("torch", "scipy", "pandas", "open3d", "matplotlib")),
        ("svr3d.leaderboards", ("torch", "open3d", "matplotlib")),
        ("svr3d.metrics.declarations", ("torch", "open3d", "pandas")),
        ("svr3d.methods", ("torch", "open3d", "pandas")),
    ],
)
def test_heavy_libraries_are_imported_where_they_are_used(module: str, heavy: tuple[str, ...], tmp_path: Path) -> None:
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    # An empty folder to start in: beside a checkout called svr3d, that folder would be taken for the package.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("file", sorted((ROOT.parent / "tests" / "speed").glob("*.py")), ids=lambda file: file.stem)
def test_what_a_speed_benchmark_imports_is_there(file: Path) -> None:
    """They are run by hand, so that a name that has moved would be missed."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "svr3d":
            module = importlib.import_module(node.module)
            for alias in node.names:
                found = hasattr(module, alias.name) or importlib.util.find_spec(f"{node.module}.{alias.name}")
                assert found, f"{file.name} imports {alias.name} of {node.module}, which has no such name"
