"""The written board: files, tables, figures."""

import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from svr3d.leaderboards import comparisons, leaderboard, write_leaderboard
from svr3d.leaderboards.board import BOARD_COLUMNS, COMPARISON_COLUMNS
from svr3d.leaderboards.figures.draw import draw_figures
from svr3d.leaderboards.latex import latex_page
from svr3d.leaderboards.markdown import markdown_page
from svr3d.leaderboards.presentation import count_text, decimals, p_text, seconds_text, sections

KINDS = ("ranking", "categories", "curve", "cost")


@pytest.fixture(scope="module")
def records():
    """Three methods, two protocols, three metrics and a curve."""
    from svr3d.leaderboards.records import RECORD_COLUMNS

    rng, rows = np.random.default_rng(0), []
    for category in ("chair", "mug"):
        for i in range(5):
            hard = rng.normal(0, 0.05)
            for method, skill in {"good_one": 0.7, "base_line": 0.4, "ceiling": 0.9}.items():
                q = skill + hard + rng.normal(0, 0.01)
                failed = method == "base_line" and category == "mug" and i == 0
                values = {"iou_32": q, "f_01": q**2, "emd": 0.2 * (1 - q), "emd_bound": 0.19 * (1 - q)}
                values |= {f"f@{t:.4f}": q * t * 20 for t in (0.01, 0.02, 0.03)}
                for protocol in ("p-v1", "p-v1-fine"):
                    for metric, value in values.items():
                        if failed:
                            value = 3**0.5 if metric.startswith("emd") else 0.0
                        status = "failed" if failed else "ok"
                        key = (method, "shapes", "test", category, f"o{i}", 0, "", 0, "tiny", protocol, metric)
                        rows.append((*key, value, status, 0.1))
    return pd.DataFrame(rows, columns=list(RECORD_COLUMNS))


@pytest.fixture
def runs(manifests):
    return manifests({"good_one": "picture", "base_line": "picture", "ceiling": "category, voxels, picture"})


@pytest.fixture(scope="module")
def page(records, tmp_path_factory):
    """A written board, and its Markdown."""
    out = tmp_path_factory.mktemp("board")
    row = {"dataset": "shapes", "preset": "tiny", "seed": 0, "representation": "voxels", "limits": ""}
    costs = {"parameters": 1_500_000, "train_seconds": 90.0, "inference_ms": 12.0}
    given = {"good_one": "picture", "base_line": "picture", "ceiling": "category, voxels, picture"}
    runs = pd.DataFrame([{"method": m, "given": g, **row, **costs} for m, g in given.items()])
    write_leaderboard(records, runs, out, title="Shapes & co")
    return out, (out / "leaderboard.md").read_text()


def markdown_tables(text: str) -> list[list[list[str]]]:
    blocks = re.findall(r"(?:^\|.*\|\n)+", text, flags=re.M)
    return [[[c.strip() for c in line.strip("|").split(" | ")] for line in block.splitlines()] for block in blocks]


def test_files_and_their_columns(page):
    out, _ = page
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    figures = {f"figures/shapes-test-{p}-{k}.{s}" for p in ("p-v1", "p-v1-fine") for k in KINDS for s in ("png", "pdf")}
    assert names == {"leaderboard.csv", "comparisons.csv", "leaderboard.md", "leaderboard.tex"} | figures
    assert tuple((out / "leaderboard.csv").read_text().split("\n")[0].split(",")) == BOARD_COLUMNS
    assert tuple((out / "comparisons.csv").read_text().split("\n")[0].split(",")) == COMPARISON_COLUMNS
    csv = pd.read_csv(out / "leaderboard.csv", keep_default_na=False)
    first = csv[(csv["category"] == "mean") & (csv["metric"] == "iou_32") & (csv["protocol"] == "p-v1")]
    assert dict(zip(first["method"], first["rank"], strict=True)) == {"good_one": "1", "base_line": "2", "ceiling": ""}


def test_writing_twice_gives_the_same_bytes(page, records, runs, tmp_path):
    out, _ = page
    again = write_leaderboard(records.sample(frac=1, random_state=0), runs, tmp_path, title="Shapes & co")
    for path in again:
        assert path.read_bytes() == (out / path.relative_to(tmp_path)).read_bytes(), path.name
    assert {p for p in tmp_path.rglob("*") if p.is_file()} == set(again)


def test_every_table_is_of_one_protocol_and_says_what_it_is(page):
    _, text = page
    parts = re.split(r"^## ", text, flags=re.M)[1:]
    assert [part.split("\n")[0] for part in parts] == [f"shapes, test, protocol {p}" for p in ("p-v1", "p-v1-fine")]
    for part, protocol in zip(parts, ("p-v1", "p-v1-fine"), strict=True):
        assert len(markdown_tables(part)) == 3
        captions = re.findall(r"^### .*\n(.*)\n\n\|", part, flags=re.M)
        assert len(captions) == 3
        for caption in captions:
            assert f"Protocol {protocol}, split test of shapes: 10 objects in 2 categories" in caption
            assert (
                "95 % intervals over objects (one seed of each method);" in caption
                and "failed predictions count" in caption
            )
            assert "ceiling (category, voxels)" in caption
        assert re.findall(r"\]\((figures/.*?)\)", part) == [f"figures/shapes-test-{protocol}-{k}.png" for k in KINDS]


def test_the_table_of_means_by_cell(page, records):
    _, text = page
    header, rule, *rows = markdown_tables(text)[0]
    assert header == [
        *("method", "seeds", "rank", "F-score @1 % ↑", "EMD (side) ↓", "EMD, certified lower bound (side)"),
        *("IoU at 32³ ↑", "failed", "given", "parameters", "training", "inference"),
    ]
    assert len(rule) == 1 and all(len(row) == len(header) for row in rows)
    assert [row[0] for row in rows] == ["good_one", "base_line", "ceiling †"]
    assert [row[2] for row in rows] == ["1", "2", "–"]
    assert [row[7] for row in rows] == ["0", "1", "0"]
    assert rows[0][-3:] == ["1.5 M", "1.5 min", "12 ms"]
    board = leaderboard(records)
    row = board.query("protocol == 'p-v1' and metric == 'iou_32' and category == 'mean' and method == 'good_one'").iloc[
        0
    ]
    assert rows[0][6] == f"**{row['value']:.3f} ± {(row['high'] - row['low']) / 2:.3f}**"
    assert "**" not in rows[1][6] + rows[2][6] and "**" not in rows[0][5]
    assert all(row[i].endswith(" (1 failed)") == (row[0] == "base_line") for row in rows for i in (3, 4, 5, 6))


def test_the_headline_by_category_counts_failures(page):
    _, text = page
    table = markdown_tables(text)[2]
    assert table[0] == ["method", "mean", "chair", "mug"]
    assert table[-2] == ["objects", "10", "5", "5"] and table[-1] == ["failed", "1", "0", "1"]


def test_comparisons_are_sentences(page, records):
    _, text = page
    wide = records.query("protocol == 'p-v1' and metric == 'iou_32'").pivot_table(
        index=["category", "object"], columns="method", values="value"
    )
    lead = (wide["good_one"] - wide["base_line"]).groupby("category").mean().mean()
    sentences = re.findall(r"^- (.*)$", text, flags=re.M)
    assert len(sentences) == 4
    assert re.fullmatch(
        rf"good_one is better than base_line in iou_32 by {lead:.3f} \[0\.\d{{3}}, 0\.\d{{3}}\], p [<=] 0\.\d{{3}}\.",
        sentences[0],
    )
    assert sentences[1].startswith("ceiling † is better than good_one in iou_32 by 0.2")


def test_what_cannot_be_told_apart_is_said(table):
    x = np.linspace(0.2, 0.8, 12)
    wobble = 0.05 * np.linspace(-1, 1, 12)[[3, 8, 0, 11, 5, 6, 2, 9, 1, 10, 4, 7]]
    records = table({"a": {"c": x + wobble + 0.004}, "b": {"c": x}})
    text = markdown_page("", leaderboard(records), comparisons(records), None, [], [])
    assert re.search(
        r"- a and b cannot be told apart in iou_32: a is ahead by 0\.\d+ \[-0\.\d+, 0\.\d+\], p = 0\.", text
    )
    assert "training" not in markdown_tables(text)[0][0]


def test_ranks_that_are_not_sure_are_ranges_and_bold_is_the_leaders(table):
    """`noisy` is told apart from nothing, the last included: it may have rank 1, but is not the leader's equal."""
    rng, hard = np.random.default_rng(3), np.linspace(0.3, 0.7, 40)
    own = {name: hard + lead + rng.normal(0, 0.01, 40) for name, lead in {"a": 0.1, "b": 0.1, "last": 0.0}.items()}
    own["noisy"] = hard + 0.05 + 0.4 * rng.permutation(np.linspace(-1, 1, 40))
    records = table({name: {"c": values} for name, values in own.items()})
    board = leaderboard(records)
    text = markdown_page("", board, comparisons(records), None, [], [])
    rows = {row[0]: row for row in markdown_tables(text)[0][2:]}
    assert {name: row[2] for name, row in rows.items()} == {"a": "1–3", "b": "1–3", "noisy": "1–4", "last": "3–4"}
    assert {name for name, row in rows.items() if "**" in row[3]} == {"a", "b"}
    assert "1--3 &" in latex_page("", board, None)


def test_the_board_says_over_how_many_seeds(table):
    x = np.linspace(0.2, 0.8, 12)
    runs = [table({"a": {"c": x + 0.05 * seed}}, seed=seed) for seed in range(3)]
    some = leaderboard(pd.concat([*runs, table({"b": {"c": x - 0.1}})]))
    assert some["seeds"].unique().tolist() == [3, 1]
    text = markdown_page("", some, comparisons(table({"a": {"c": x}})), None, [], [])
    assert text.count("95 % intervals over objects and seeds (over objects alone where there is one seed);") == 3
    assert [row[1] for row in markdown_tables(text)[0][2:]] == ["3", "1"]
    every = latex_page("", leaderboard(pd.concat(runs)), None)
    assert every.count(r"95 \% intervals over objects and seeds; ") == 3
    # seeds that differ make the interval longer than that of each
    wide, narrow = (leaderboard(records).query("category == 'c'").iloc[0] for records in (pd.concat(runs), runs[0]))
    assert wide["high"] - wide["low"] > 1.2 * (narrow["high"] - narrow["low"])


def test_incomplete_runs_are_said_once(table, tmp_path):
    both = {"a": {"c": [0.5] * 8}, "b": {"c": [0.4] * 6}}
    records = pd.concat([table(both), table(both, metric="f_01")])
    with pytest.warns(UserWarning, match="lacks 2"):
        write_leaderboard(records, None, tmp_path)
    text = (tmp_path / "leaderboard.md").read_text()
    assert text.count("**Incomplete**") == 1 and "compared on the 6 of 8 samples" in text


@pytest.mark.parametrize("n", [1, 7])
def test_awkward_boards_are_written(table, tmp_path, n):
    records = table({"only": {"c": [0.0] * n}}, status="failed", metric="f_02")
    write_leaderboard(records, None, tmp_path)
    names = {path.name for path in (tmp_path / "figures").glob("*.png")}
    assert names == {"shapes-test-p-v1-ranking.png", "shapes-test-p-v1-categories.png"}
    header, _, row = markdown_tables((tmp_path / "leaderboard.md").read_text())[0]
    assert row[header.index("failed")] == str(n)
    assert row[header.index("rank")] == ("–" if n == 1 else "1")


@pytest.mark.parametrize("metric", ["emd_bound", "f@0.0100"])
def test_a_board_without_a_ranking_is_written(table, tmp_path, metric):
    write_leaderboard(table({"a": {"c": [0.1] * 7}, "b": {"c": [0.2] * 7}}, metric=metric), None, tmp_path)
    assert "shapes, test, protocol p-v1" in (tmp_path / "leaderboard.md").read_text()
    assert not list((tmp_path / "figures").glob("*ranking*"))


SPECIAL = r"a_b & 50% #1 {x} $y ~z^2 \w |v| <u> 3³ – † ‡"


def test_latex_escapes_special_characters(table):
    text = latex_page("100 % {of}\nit", leaderboard(table({SPECIAL: {"arm_chair": [0.5] * 6}})), None)
    assert (
        r"a\_b \& 50\% \#1 \{x\} \$y \textasciitilde{}z\textasciicircum{}2 \textbackslash{}w "
        r"\textbar{}v\textbar{} \textless{}u\textgreater{} 3\textsuperscript{3} -- \textdagger{} "
        r"\textdaggerdbl{}"
    ) in text
    assert text.isascii() and r"arm\_chair" in text
    assert text.startswith("% 100 % {of} it\n")


def test_limits_of_a_representation_are_marked(records, runs):
    limits = {"good_one": "one closed surface, of genus 0", "ceiling": "32³ voxels"}
    limited = runs.assign(limits=runs["method"].map(limits).fillna(""))
    board, pairs = leaderboard(records, limited), comparisons(records, limited)
    text = markdown_page("Shapes & co", board, pairs, None, [], [])
    for table in markdown_tables(text):
        assert [row[0] for row in table[2:5]] == ["good_one ‡", "base_line", "ceiling †‡"]
    said = "‡ is limited by its representation: ceiling (32³ voxels), good_one (one closed surface, of genus 0).\n"
    assert text.count(said) == len(markdown_tables(text)) == text.count("‡ is limited")
    latex = latex_page("Shapes & co", board, None)
    assert latex.count(r"good\_one \textdaggerdbl{} &") == latex.count(r"ceiling \textdagger{}\textdaggerdbl{} &") == 6
    assert latex.count(r"\textdaggerdbl{} is limited by its representation: ceiling (32\textsuperscript{3} ") == 6
    # nothing else changes
    bare = re.sub(r" ‡ is limited.*", "", text).replace(" ‡", "").replace("†‡", "†")
    assert bare == markdown_page("Shapes & co", leaderboard(records, runs), pairs, None, [], [])


def test_limits_of_some_seeds_only_are_the_methods(records, runs):
    old, new = runs, runs.assign(seed=1, limits="one closed surface")
    board = leaderboard(records, pd.concat([old, new]))
    assert set(board["limits"]) == {"one closed surface"}


def test_latex_tables_are_well_formed(page):
    out, _ = page
    text = (out / "leaderboard.tex").read_text()
    bare = re.sub(r"\\[&%$#_{}\\]", " ", re.sub(r"^%.*$", "", text, flags=re.M))
    assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
    tables = re.findall(r"\\begin\{tabular\}\{(l r*|lr*)\}(.*?)\\end\{tabular\}", text, flags=re.S)
    assert len(tables) == 6
    for columns, body in tables:
        assert body.count("\\toprule") == body.count("\\midrule") == body.count("\\bottomrule") == 1
        for line in body.splitlines():
            if line.endswith(r"\\"):
                assert len(re.findall(r"(?<!\\)&", line)) == len(columns) - 1
    labels = re.findall(r"\\label\{(.*?)\}", text)
    assert len(set(labels)) == 6


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(table, tmp_path):
    write_leaderboard(table({SPECIAL: {"arm_chair": [0.5] * 6}}), None, tmp_path)
    body = "\\documentclass{article}\\usepackage{booktabs,graphicx}\\begin{document}\\input{leaderboard}\\end{document}"
    (tmp_path / "main.tex").write_text(body)
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "main.tex"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_markdown_cells_cannot_break_the_table(table):
    records = table({"a|b*c`<i>_d": {"c": [0.5] * 6}})
    text = markdown_page("", leaderboard(records), comparisons(records), None, [], [])
    lines = [line for line in text.splitlines() if line.startswith("|")]
    header, _, row = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines[:3]]
    assert len(header) == len(row)
    assert row[0].strip() == r"a\|b\*c\`\<i>\_d"


def test_a_method_looks_the_same_in_all_figures(records, runs):
    from svr3d.leaderboards.figures.looks import looks_of

    board = leaderboard(records, runs)
    looks = looks_of(board)
    assert len({(look.color, look.marker) for look in looks.values()}) == 3
    other = looks_of(leaderboard(records.query("method != 'ceiling' and metric == 'f_01'"), runs))
    assert all(other[name] == looks[name] for name in ("good_one", "base_line"))
    many = board.iloc[:1]
    many = pd.concat([many.assign(method=f"m{i}", given="") for i in range(40)])
    assert len({(look.color, look.marker) for look in looks_of(many).values()}) == 40


def test_figures_are_pictures_of_readable_size(page):
    from PIL import Image

    out, _ = page
    for path in (out / "figures").glob("*.png"):
        with Image.open(path) as image:
            assert 800 <= image.width <= 2400 and 200 <= image.height <= 2400
            assert np.asarray(image.convert("L")).std() > 5
    assert all(path.read_bytes().startswith(b"%PDF") for path in (out / "figures").glob("*.pdf"))


def test_drawing_leaves_the_callers_settings_alone(records):
    import matplotlib

    before = dict(matplotlib.rcParams)
    drawing = draw_figures(leaderboard(records.query("metric == 'iou_32'")))
    next(drawing)
    drawing.close()
    assert dict(matplotlib.rcParams) == before


def test_sections_label_presets_only_where_needed(records):
    board = leaderboard(records.query("metric == 'iou_32' and protocol == 'p-v1'"))
    assert next(sections(board)).labels == ["ceiling", "good_one", "base_line"]
    other = board[board["method"] == "good_one"].assign(preset="small", value=0.1)
    labels = next(sections(pd.concat([board, other]))).labels
    assert labels == ["ceiling", "good_one (tiny)", "base_line", "good_one (small)"]


def test_number_formats():
    assert [decimals([v]) for v in (0.71, 0.052, 0.0031, 412.0, 0.0)] == [3, 4, 5, 0, 3]
    assert [p_text(p) for p in (0.0002, 0.012, 0.5)] == ["p < 0.001", "p = 0.012", "p = 0.50"]
    assert [count_text(c) for c in (0, 532, 1234, 34e6, float("nan"))] == ["0", "532", "1.23 k", "34 M", "–"]
    assert [seconds_text(s) for s in (0, 4.2, 89, 2100, 11160, float("nan"))] == [
        "0 s",
        "4.2 s",
        "89 s",
        "35 min",
        "3.1 h",
        "–",
    ]
