"""The house rules on imports, checked on the source itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "svr3d"

MAY_IMPORT = {
    "geometry": set(),
    "metrics": {"geometry"},
    "datasets": {"geometry"},
    "methods": {"geometry", "datasets.batch", "metrics"},
    "leaderboards": {"metrics.declarations", "metrics.protocol", "geometry.errors", "geometry.files"},
    "benchmark": {"geometry", "metrics", "datasets", "methods", "leaderboards"},
}


def imports(file: Path, package: str) -> set[str]:
    """The other packages' modules that a file imports, as `metrics.chamfer`, absolute and relative imports alike."""
    parts = (package, *file.relative_to(ROOT / package).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ("svr3d", *parts)[: len(parts) + 2 - node.level]
            module = ".".join((*base, *(node.module.split(".") if node.module else ())))
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name.removeprefix("svr3d.") for name in names if name.startswith("svr3d.")}
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_run_downward_only(package: str) -> None:
    allowed = MAY_IMPORT[package]
    for file in sorted((ROOT / package).rglob("*.py")):
        for name in imports(file, package):
            if name.split(".")[0] == package or name == "__version__":
                continue
            fits = any(name == prefix or name.startswith(f"{prefix}.") for prefix in allowed)
            assert fits, (
                f"{file.relative_to(ROOT)} imports {name}, but {package} may import only {sorted(allowed) or 'nothing'}"
            )


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
