"""Tables: nothing is cut, on a narrow terminal or where there is none."""

from __future__ import annotations

import io
import re
import sys

import pytest

from svr3d.benchmark.listing import collect, print_listing
from svr3d.benchmark.medial import COLUMNS, print_medial
from svr3d.benchmark.tables import print_table

LONG = "a name of [many] words " * 20


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        return re.sub(r"\x1b\[[\d;]*m", "", self.getvalue()).splitlines()


def on_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    return terminal


def test_without_a_terminal_a_row_is_a_line(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_table(("name", "text"), [("x", LONG)])
    assert LONG.strip() in capsys.readouterr().out


def test_on_a_terminal_cells_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch, 40)
    print_table(("name", "text"), [("a-name-that-one-types", LONG)], whole=("name",))
    lines = terminal.lines()
    assert max(map(len, lines)) <= 40
    assert "a-name-that-one-types" in lines[2]
    assert "".join(line[22:] for line in lines[2:]).replace(" ", "") == LONG.replace(" ", "")


def test_medial_numbers_fit_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch, 80)
    row = dict.fromkeys(COLUMNS, 0.98765432) | {
        "mesh": "a_chair_with_a_long_name_0001",
        "euler": -12,
        "true_euler": -13,
    }
    row |= {"spheres": 256, "edges": 1234, "faces": 1111, "seconds": 123.456}
    print_medial([row], as_json=False)
    lines = terminal.lines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split()[1:] == ["256", "1234", "1111", *["0.9877"] * 4, "-12", "-13", "123.46"]
    assert "".join(line.split()[0] for line in lines[2:]) == row["mesh"]


@pytest.mark.parametrize("kind", ["protocols", "suites"])
def test_without_a_terminal_a_listed_thing_is_a_line(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_listing(kind, as_json=False)
    lines = capsys.readouterr().out.splitlines()[3:]
    rows = collect(kind)[kind]
    assert [line.split()[0] for line in lines[: len(rows)]] == [row["name"] for row in rows]


def test_names_that_one_types_are_whole_on_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    from svr3d.metrics.declarations import list_metrics

    terminal = on_terminal(monkeypatch, 80)
    print_listing("metrics", as_json=False)
    lines = terminal.lines()
    assert max(map(len, lines)) <= 80
    assert set(list_metrics()) <= {line.split()[0] for line in lines if line.strip()}
    assert not any("…" in line for line in lines)
