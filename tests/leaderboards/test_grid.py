"""The comparison figure: everything is where it should be, and nothing is written by halves."""

import itertools

import numpy as np
import pytest
from PIL import Image

from svr3d.leaderboards.grid import picture_grid

COLORS = list(itertools.product((30, 120, 210), (40, 130), (50, 140, 230)))


def tile(color, height=64, width=64):
    return np.full((height, width, 3), color, np.uint8)


def draw(tmp_path, rows=2, columns=3, tiles=None, name="grid.png", **options):
    if tiles is None:
        tiles = [[tile(COLORS[r * columns + c]) for c in range(columns)] for r in range(rows)]
    path = picture_grid(
        [f"row {r}" for r in range(rows)], [f"column {c}" for c in range(columns)], tiles, tmp_path / name,
        **{"tile_size": 64, **options},
    )  # fmt: skip
    return np.asarray(Image.open(path).convert("RGB"))


def place(figure, color):
    """First and one-past-last row and column of a colour."""
    row, column = np.nonzero((figure == color).all(-1))
    return row.min(), row.max() + 1, column.min(), column.max() + 1


def test_every_tile_is_drawn_once_pixel_by_pixel_and_in_order(tmp_path):
    figure = draw(tmp_path)
    places = [[place(figure, COLORS[r * 3 + c]) for c in range(3)] for r in range(2)]
    for row in places:
        for top, bottom, left, right in row:
            assert bottom - top == right - left == 64
            assert (figure[top:bottom, left:right] == figure[top, left]).all()
    assert all(places[r][c][1] < places[1][c][0] for r in range(1) for c in range(3))
    assert all(places[r][c][3] < places[r][c + 1][2] for r in range(2) for c in range(2))
    assert len({row[c][2] for row in places for c in range(3)}) == 3  # columns are aligned
    assert (figure[[0, -1]] == 255).all() and (figure[:, [0, -1]] == 255).all()


def test_headings_and_labels_stand_beside_the_tiles(tmp_path):
    figure = draw(tmp_path)
    top, bottom, left, right = place(figure, COLORS[1])
    assert figure[:top, left:right].min() < 80  # the heading of the middle column
    first_left = place(figure, COLORS[0])[2]
    assert figure[top:bottom, :first_left].min() < 80  # the label of the first row
    unlabelled = np.asarray(
        Image.open(picture_grid([""], ["x"], [[tile(COLORS[0])]], tmp_path / "u.png", tile_size=64))
    )
    assert place(unlabelled, COLORS[0])[2] < first_left


def test_captions_and_subtitles(tmp_path):
    plain = draw(tmp_path)
    captions = [["F 0.512", None, None], [None, None, "F 0.734"]]
    noted = draw(tmp_path, captions=captions, subtitles=[None, "voxels", None])
    assert noted.shape[0] > plain.shape[0] and noted.shape[1] == plain.shape[1]
    height = 8  # of the strip in which a caption stands
    for r, c in itertools.product(range(2), range(3)):
        _, bottom, left, right = place(noted, COLORS[r * 3 + c])
        strip = noted[bottom : bottom + height, left:right]
        assert (strip.min() < 150) == (captions[r][c] is not None)


def test_the_legend_stands_below_the_tiles_in_rows_that_fit(tmp_path):
    plain = draw(tmp_path)
    names = [(f"label {i}", (200, 10 * i, 100)) for i in range(12)] + [("x" * 500, (200, 200, 100))]
    figure = draw(tmp_path, legend=names)
    assert (figure[: plain.shape[0] - 8] == plain[:-8]).all(), "the tiles stay as they are"
    swatches = [place(figure, color) for _, color in names]
    assert min(top for top, _, _, _ in swatches) > place(figure, COLORS[5])[1]
    assert len({right - left for _, _, left, right in swatches}) == 1, "none is cut off"
    rows = [top for top, _, _, _ in swatches]
    assert rows == sorted(rows) and 1 < len(set(rows)) < len(rows), "side by side as far as there is room"
    for top, bottom, _, right in swatches:
        assert figure[top:bottom, right + 1 : right + 30].min() < 120, "its name"
    assert (figure[:, -2:] == 255).all(), "the long name is shortened"
    assert figure.shape[1] == plain.shape[1]
    few = draw(tmp_path, legend=names[:1])
    assert plain.shape[0] < few.shape[0] < figure.shape[0]
    assert (draw(tmp_path, legend=[]) == plain).all()


def test_a_failed_tile_says_so(tmp_path):
    tiles = [[tile(COLORS[0]), None, tile(COLORS[2])]]
    figure = draw(tmp_path, 1, 3, tiles)
    top, bottom, _, left = place(figure, COLORS[0])
    right = place(figure, COLORS[2])[2]
    cell = figure[top:bottom, left:right].astype(int)
    red = (cell[..., 0] > cell[..., 1] + 60) & (cell[..., 0] > cell[..., 2] + 60)
    assert red.sum() > 20  # the word
    assert len(np.unique(cell[4, 8:-8], axis=0)) > 3  # the hatching


def test_tiles_of_other_sizes_are_fitted(tmp_path):
    figure = draw(tmp_path, 1, 3, [[tile(COLORS[0], 32, 64), tile(COLORS[1], 128, 128), tile(COLORS[2], 5, 5)]])
    places = [place(figure, COLORS[c]) for c in range(3)]
    assert [(b - t, r - left) for t, b, left, r in places] == [(32, 64), (64, 64), (64, 64)]
    centres = [t + b for t, b, _, _ in places]
    assert max(centres) - min(centres) <= 1


def test_long_names_stay_in_their_columns(tmp_path):
    names = ["a_method_with_an_uncommonly_long_name", "Donaudampfschifffahrtsgesellschaftskapitän", "x"]
    tiles = [[tile(COLORS[c]) for c in range(3)]]
    path = picture_grid(["o" * 90 + "\n" + "p" * 90], names, tiles, tmp_path / "long.png", tile_size=64)
    figure = np.asarray(Image.open(path))
    lefts = [place(figure, COLORS[c])[2] for c in range(3)]
    top = place(figure, COLORS[0])[0]
    for left in lefts[1:]:  # the gaps between columns are free of ink
        assert (figure[:top, left - 2 : left] > 200).all()
    assert lefts[0] < 3 * 64


def test_same_input_same_bytes(tmp_path):
    draw(tmp_path, name="a.png"), draw(tmp_path, name="b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_writes_in_one_step(tmp_path, monkeypatch):
    draw(tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    before = (folder / "grid.png").read_bytes()

    def full(self, file, **options):
        with open(file, "wb") as stream:
            stream.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OSError, match="no space"):
        draw(folder, columns=2)
    assert [p.name for p in folder.iterdir()] == ["grid.png"] and (folder / "grid.png").read_bytes() == before


@pytest.mark.parametrize(
    "change, message",
    [
        (dict(rows=[], tiles=[]), "at least one row"),
        (dict(columns=[], tiles=[[]]), "one column"),
        (dict(tiles=[]), "1 rows of 2 tiles"),
        (dict(tiles=[[tile(0)]]), "1 rows of 2 tiles"),
        (dict(captions=[["a"]]), "captions"),
        (dict(subtitles=["a"]), "subtitles"),
        (dict(tiles=[[tile(0), tile(0).astype(float)]]), "row 0, column 1.*float64"),
        (dict(tiles=[[tile(0)[..., :1], None]]), "row 0, column 0.*uint8"),
        (dict(tiles=[[np.zeros((0, 3, 3), np.uint8), None]]), "row 0, column 0"),
        (dict(tiles=[["picture", None]]), "found str"),
        (dict(tile_size=4), "16 pixels"),
    ],
)
def test_bad_input(tmp_path, change, message):
    arguments = dict(rows=["a"], columns=["b", "c"], tiles=[[tile(0), None]], path=tmp_path / "x.png")
    with pytest.raises(ValueError, match=message):
        picture_grid(**{**arguments, **change})
    assert not list(tmp_path.iterdir())
