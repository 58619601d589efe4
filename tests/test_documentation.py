"""What README.md, CONTRIBUTING.md and the other pages show can be done: links, commands, code."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from svr3d.methods import get_method, list_methods

ROOT = Path(__file__).resolve().parent.parent

PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("svr3d/**/README.md")),
    *sorted(ROOT.glob("leaderboards/reference/**/README.md")),
]

BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    """(language, text) of each fenced block of a page, without its indentation."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [(language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)) for indent, language, text in found]


def shown(command: str) -> list[tuple[str, list[str]]]:
    """The calls of a command in the pages' unlabelled blocks: (page, arguments)."""
    found = []
    for page in PAGES:
        for language, text in blocks(page):
            for line in text.splitlines() if language in ("", "bash", "shell") else ():
                for call in re.split(r" && |; ", line.partition(" #")[0]):
                    words = call.split()
                    if words and words[0].removeprefix(".venv/bin/") == command:
                        found.append((page.name, shlex.split(call)[1:]))
    return found


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", BLOCK.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if not re.match(r"https?://|mailto:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_can_be_read(page: Path) -> None:
    for language, text in blocks(page):
        if language == "python":
            # Signatures in the pages on interfaces are not code, nor meant to be.
            if "->" not in text:
                ast.parse(text)
        elif language == "toml":
            tomllib.loads(text)


def test_targets_of_make_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    calls = shown("make")
    assert calls
    for page, arguments in calls:
        assert {word for word in arguments if re.fullmatch(r"[a-z-]+", word)} <= targets, f"{page}: make {arguments}"


def test_make_trains_each_method_on_data_with_what_it_needs() -> None:
    """As `make` itself plans it: targets beside those that are always made are asked for in preparation."""
    methods = {name: get_method(name) for name in list_methods()}
    ours = {name for name, method in methods.items() if method.__module__.startswith("svr3d.")}
    medial = {name for name in ours if "medial" in methods[name].targets | methods[name].given}
    assert {"immat", "oracle_medial"} <= medial
    for name in ours:
        done = subprocess.run(["make", "-n", "-C", ROOT, f"train-{name}"], capture_output=True, text=True, check=True)
        (prepare,), (train,) = (re.findall(rf"svr3d ({word} .*)", done.stdout) for word in ("prepare", "train"))
        folder = re.search(r"--out (\S+)", prepare)
        assert folder and f"train {name} --data {folder[1]} " in train
        wanted = re.search(r"--targets (\S+)", prepare)
        assert (name in medial) == (wanted is not None and wanted[1] == "medial")
    planned = subprocess.run(["make", "-n", "-C", ROOT, "train"], capture_output=True, text=True, check=True).stdout
    trained = set(re.findall(r"svr3d train (\w+) ", planned))
    assert trained == ours - medial


def test_commands_and_their_options_exist(svr3d: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Each option stands in the help of its command; that of `--options.lr` is `--options`."""
    calls = [(page, arguments) for page, arguments in shown("svr3d") if arguments[0].islower()]
    assert len(calls) > 10
    helps: dict[str, str] = {}
    for page, arguments in calls:
        name = arguments[0]
        if name not in helps:
            helps[name] = svr3d(name, "--help", env=os.environ | {"COLUMNS": "200"}).stdout
        for word in arguments[1:]:
            if word.startswith("--"):
                option = re.escape(word.partition("=")[0].partition(".")[0])
                assert re.search(rf"{option}\b", helps[name]), f"{page}: svr3d {name} has no {word}"


def test_a_pair_of_shapes_is_scored_as_the_readme_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = [text for language, text in blocks(ROOT / "README.md") if language == "python" and "read_shape(" in text]
    for name, height in (("true", 1.0), ("predicted", 0.5)):
        trimesh.creation.box((1.0, height, 1.0)).export(tmp_path / f"{name}.obj")
    monkeypatch.chdir(tmp_path)
    tree = ast.parse(code)
    (call,) = [node for node in tree.body if isinstance(node, ast.Expr)]
    tree.body.remove(call)
    names: dict[str, Any] = {}
    exec(compile(tree, "README.md", "exec"), names)
    values = eval(compile(ast.Expression(call.value), "README.md", "eval"), names)
    assert re.findall(r"'(\w+)': …", code) == [name for name in values if "@" not in name]
    assert np.isfinite(list(values.values())).all()
