"""Backgrounds, made up and from a folder, and pictures before them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from svr3d.datasets.box_objects import box_batch
from svr3d.geometry import InputError
from svr3d.methods.smnet.backgrounds import Folder, composited, coverage, made_up
from svr3d.methods.smnet.clutter import Clutter


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_made_up_backgrounds():
    """By the generator alone, each another one, of natural spectra: power that falls with frequency."""
    pictures = torch.stack([made_up(64, seeded(seed)) for seed in range(40)])
    assert torch.equal(pictures[3], made_up(64, seeded(3)))
    assert pictures.shape == (40, 3, 64, 64) and pictures.min() >= 0 and pictures.max() <= 1
    assert 0.2 < pictures.mean() < 0.8 and pictures.mean((1, 2, 3)).std() > 0.05
    power = torch.fft.rfft2(pictures.mean(1)).abs().square().mean(0)[0]
    assert power[1:4].mean() > 20 * power[20:].mean() > 0
    assert made_up(33, seeded()).shape == (3, 33, 33)


def scene(share: np.ndarray, color: float) -> torch.Tensor:
    """A grey object on white that covers a share of each pixel."""
    return torch.tensor(share * color + (1 - share)).expand(1, 3, -1, -1).float()


def test_coverage_of_a_disc():
    """Against the exact share of each pixel, by 16² points in it."""
    side, fine = 40, 16
    place = (np.arange(side * fine) + 0.5) / fine - side / 2
    inside = (place[:, None] ** 2 + place**2 < 13.3**2).reshape(side, fine, side, fine)
    share = inside.mean((1, 3))
    middle = np.arange(side) + 0.5 - side / 2
    mask = torch.tensor(middle[:, None] ** 2 + middle**2 < 13.3**2)[None]
    found = coverage(scene(share, 0.2), mask)[0].numpy()
    np.testing.assert_allclose(found, share, atol=0.03)
    black = composited(scene(share, 0.2), mask, torch.zeros(1, 3, side, side))
    np.testing.assert_allclose(black[0, 0], 0.2 * share, atol=0.03)
    # An object as white as what is behind it says nothing of its share: then the mask does.
    np.testing.assert_array_equal(coverage(scene(share, 1.0), mask), mask)


def test_composition_on_white_is_the_picture():
    batch = box_batch({"sketches"}, count=3)
    mask = batch.target("sketches")["depth"] > 0
    white = composited(batch.pictures, mask, torch.ones_like(batch.pictures))
    torch.testing.assert_close(white, batch.pictures)
    red = torch.tensor([1.0, 0, 0])[None, :, None, None].expand_as(batch.pictures)
    found = composited(batch.pictures, mask, red)
    inside = 1 - torch.nn.functional.max_pool2d((~mask).float()[:, None], 3, 1, 1) > 0
    far = torch.nn.functional.max_pool2d(mask.float()[:, None], 3, 1, 1) == 0
    assert torch.equal(found.masked_select(inside), batch.pictures.masked_select(inside))
    assert torch.equal(found.masked_select(far), red.masked_select(far))


def test_backgrounds_of_a_folder(tmp_path: Path):
    rng = np.random.default_rng(0)
    (tmp_path / "inner").mkdir()
    pixels = rng.integers(0, 256, (50, 80, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "inner" / "a.PNG")
    Image.fromarray(pixels[..., 0]).save(tmp_path / "grey.png")
    (tmp_path / "notes.txt").write_text("no picture")
    folder = Folder(tmp_path)
    assert [file.name for file in folder.files] == ["grey.png", "a.PNG"]
    found = [folder.draw(24, seeded(seed)) for seed in range(20)]
    assert torch.equal(found[4], folder.draw(24, seeded(4)))
    grey = [bool((f.std(0) < 1e-6).all()) for f in found]
    assert all(f.shape == (3, 24, 24) for f in found) and 0 < sum(grey) < 20


def test_folders_that_are_none(tmp_path: Path):
    with pytest.raises(InputError, match=r"option 'backgrounds': .*nowhere: no such folder, expected one of pictures"):
        Folder(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match=r"option 'backgrounds': .*: has no pictures \(.bmp, .jpeg"):
        Folder(tmp_path)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n, cut off")
    with pytest.raises(InputError, match=r"b.png: .*expected PNG, JPEG, TIFF, WebP or BMP"):
        Folder(tmp_path).draw(8, seeded())
    with pytest.raises(InputError, match=r"option 'backgrounds': .*no such folder"):
        Folder("")


def test_backgrounds_are_read_as_pictures_are(tmp_path: Path):
    """Grey of 16 bits keeps its shades, transparency is white, a folder is no picture."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "folder.png").mkdir()
    Image.fromarray(np.full((20, 20), 32896, np.uint16)).save(tmp_path / "deep" / "grey.png")
    (tmp_path / "clear").mkdir()
    Image.fromarray(np.zeros((20, 20, 4), np.uint8)).save(tmp_path / "clear" / "none.png")
    assert torch.allclose(Folder(tmp_path / "deep").draw(8, seeded()), torch.tensor(128 / 255))
    assert torch.allclose(Folder(tmp_path / "clear").draw(8, seeded()), torch.tensor(1.0))


def test_clutter():
    """A share of the pictures gets a background; the maps stay; nothing is drawn but from the generator."""
    samples = list(box_batch({"sketches"}, count=8))
    always, never = Clutter(1.0, None, 0.0), Clutter(0.0, None, 0.0)
    assert always and Clutter(0.0, None, 0.1) and not never
    for sample in samples:
        changed, again = (always(sample, seeded(1)) for _ in range(2))
        assert torch.equal(changed.pictures, again.pictures)
        corner = changed.pictures[..., :5, :5]
        assert (corner < 1).any() and torch.equal(sample.pictures[..., :5, :5], torch.ones(1, 3, 5, 5))
        assert changed.targets is sample.targets
        assert torch.equal(never(sample, seeded(1)).pictures, sample.pictures)
    half = Clutter(0.5, None, 0.0)
    shares = [bool((half(samples[0], seeded(seed)).pictures[..., 0, 0] < 1).any()) for seed in range(40)]
    assert 8 < sum(shares) < 32
