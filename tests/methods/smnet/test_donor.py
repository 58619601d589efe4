"""Stages taken from another run: their weights, what is left to train, and runs that do not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from svr3d.datasets.box_objects import box_facts
from svr3d.geometry import InputError
from svr3d.methods.checkpoint import pack
from svr3d.methods.smnet import SMNet

SMALL = {"width": 0.125, "image_size": 32, "code": 16, "hidden": 8}


@pytest.fixture(scope="module")
def donor(tmp_path_factory: pytest.TempPathFactory) -> tuple[SMNet, str]:
    method = SMNet.create("tiny", box_facts(), seed=5, **SMALL)
    method.depth_mean, method.depth_deviation = torch.tensor(1.5), torch.tensor(0.3)
    path = tmp_path_factory.mktemp("run") / "final.ckpt"
    torch.save(pack(method) | {"training": {"dataset": "theirs"}}, path)
    return method, str(path)


def made(**options: object) -> SMNet:
    return SMNet.create("tiny", box_facts(), **(SMALL | options))


def same(a: torch.nn.Module, b: torch.nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_a_rival_takes_the_maps(donor):
    method, path = donor
    rival = made(part_decoder="voxels", resolution=8, donor=path, taken=["sketches"])
    assert same(rival.sketcher, method.sketcher) and not same(rival.sequence, method.sequence)
    assert float(rival.depth_mean) == 1.5 and float(rival.depth_deviation) == pytest.approx(0.3)
    assert [stage.name for stage in rival.stages()] == ["points", "parts", "codes", "sequence", "latents", "image"]


def test_shapes_are_taken(donor):
    method, path = donor
    other = made(donor=path, taken=["parts", "sequence"])
    assert same(other.parts, method.parts) and same(other.sequence, method.sequence)
    assert not same(other.sketcher, method.sketcher)
    assert other.learned_on == {"theirs"} and not method.learned_on
    assert [stage.name for stage in other.stages()] == ["depths", "sketches", "latents", "image"]


def test_runs_that_do_not_fit(donor, tmp_path: Path):
    method, path = donor
    torch.save(pack(method), tmp_path / "unsaid.ckpt")
    with pytest.raises(InputError, match=r"unsaid.ckpt: does not say on which data it was trained"):
        made(donor=str(tmp_path / "unsaid.ckpt"), taken=["parts"])
    with pytest.raises(InputError, match=r"stage 'parts' was trained with option 'fit' sides, here longest"):
        made(donor=path, taken=["parts"], fit="longest")
    with pytest.raises(InputError, match=r"stage 'sketches' was trained with option 'image_size' 32, here 64"):
        made(donor=path, taken=["sketches"], image_size=64)
    facts = replace(box_facts(), most_parts=9)
    with pytest.raises(InputError, match=r"was trained on other data, with most_parts 3, here 9"):
        SMNet.create("tiny", facts, **SMALL, donor=path, taken=["parts", "sequence"])
    with pytest.raises(InputError, match=r"option 'donor': .*none.ckpt: no such file"):
        made(donor=str(tmp_path / "none.ckpt"), taken=["parts"])
    (tmp_path / "bad.ckpt").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(InputError, match=r"bad.ckpt: not a checkpoint"):
        made(donor=str(tmp_path / "bad.ckpt"), taken=["parts"])
    torch.save({"method": "classvoxels"}, tmp_path / "other.ckpt")
    with pytest.raises(InputError, match=r"expected a checkpoint of method 'smnet'"):
        made(donor=str(tmp_path / "other.ckpt"), taken=["parts"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"donor": "x"}, "'taken': expected stages, and a 'donor'"),
        ({"taken": ["parts"]}, "'taken': expected stages, and a 'donor'"),
        ({"donor": "x", "taken": ["sequence"]}, "the stage 'sequence' rests on 'parts'"),
        ({"donor": "x", "taken": ["image"]}, "'taken': expected a list of parts, sequence, sketches"),
    ],
)
def test_options_that_do_not_fit(options, said):
    with pytest.raises(InputError, match=said):
        made(**options)
