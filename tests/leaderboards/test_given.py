"""What methods are given: who is ranked, and how the board says it."""

import pandas as pd
import pytest

from svr3d.errors import InputError
from svr3d.leaderboards import comparisons, leaderboard
from svr3d.leaderboards.latex import latex_page
from svr3d.leaderboards.markdown import markdown_page
from svr3d.leaderboards.presentation import sections
from svr3d.leaderboards.run_table import check_runs, costs_of

GIVEN = {
    "blind": "picture",
    "seer": "picture, camera",
    "told": "category, picture",
    "ceiling": "voxels",
    "old": "picture, camera?",
    "outside": "",
}


@pytest.fixture
def records(table):
    values = dict(zip(GIVEN, (0.5, 0.6, 0.7, 0.9, 0.4, 0.3), strict=True))
    return table({name: {"chair": [value + 0.01 * i for i in range(8)]} for name, value in values.items()})


def test_pictures_and_cameras_are_ranked_together_and_gifts_are_not(records, manifests):
    board = leaderboard(records, manifests(GIVEN))
    mean = board[board["category"] == "mean"].set_index("method")
    assert mean["rank"].dropna().to_dict() == {"seer": 1, "blind": 2, "old": 3, "outside": 4}
    assert mean["given"].to_dict() == GIVEN


def page(records, runs):
    board, pairs = leaderboard(records, runs), comparisons(records, runs)
    costs = costs_of(check_runs(runs))
    return markdown_page("", board, pairs, costs, [], []), latex_page("", board, costs)


def test_the_page_says_it_in_a_column_and_by_marks(records, manifests):
    text, latex = page(records, manifests(GIVEN))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    at = cells[0].index("given")
    shown = {row[0].strip(): row[at] for row in cells[2:8]}
    assert shown == {
        "seer §": "picture, camera",
        "blind": "picture",
        "old": "picture, camera?",
        "outside": "?",
        "ceiling †": "voxels",
        "told †": "category, picture",
    }
    assert text.count("§ is given the picture's camera too.") == 3  # in the caption of every table
    assert text.count("does not say") == 1 and "† is given more than the picture and its camera" in text
    assert r"seer \S{}" in latex and latex.isascii()


def test_nothing_is_said_of_cameras_where_none_is_given(records, manifests):
    plain = {name: "picture" for name in GIVEN}
    text, _ = page(records, manifests(plain))
    assert "§" not in text and "†" not in text and "does not say" not in text


def test_seeds_must_agree_and_a_run_that_says_all_speaks_for_the_others(records, manifests):
    old, new = manifests(GIVEN), manifests(GIVEN | {"old": "picture, camera", "outside": "picture"}, seed=1)
    board = leaderboard(records, pd.concat([old, new])).drop_duplicates("method").set_index("method")["given"]
    assert board["old"] == "picture, camera" and board["outside"] == "picture"
    for other in ("picture", "category, picture, camera"):
        with pytest.raises(InputError, match="seer/shapes/tiny disagree on what they are given"):
            leaderboard(records, pd.concat([old, manifests(GIVEN | {"seer": other}, seed=1)]))
    with pytest.raises(InputError, match="old/shapes/tiny disagree"):
        leaderboard(records, pd.concat([old, manifests(GIVEN | {"old": "voxels, picture, camera"}, seed=1)]))


def test_without_manifests_nothing_is_marked(records):
    (section,) = sections(leaderboard(records))
    assert not section.given and not section.gifts and not section.with_camera
