"""The recipe's version stands for what preparation makes: neither changes without the other."""

from __future__ import annotations

import numpy as np
import pytest
from golden import GOLDEN, arrays, digest, machine, tiny_objects

from svr3d.datasets.preparation.recipe import VERSION, Recipe
from svr3d.geometry import InputError

AGAIN = "raise VERSION in svr3d/datasets/preparation/recipe.py and run tests/datasets/golden.py"


def test_prepared_objects_are_those_of_this_version(tmp_path):
    """To the bit where the golden ones were made; elsewhere to rounding, which makes no object another."""
    with np.load(GOLDEN) as archive:
        golden = dict(archive)
    assert golden.pop("version") == VERSION, f"the golden objects are of another version: {AGAIN}"
    expected, where = str(golden.pop("digest")), str(golden.pop("machine"))
    made = tiny_objects(tmp_path)
    if where == machine():
        assert digest(made) == expected, f"prepared objects have changed: {AGAIN}"
    found = arrays(made)
    assert found.keys() == golden.keys(), f"prepared objects hold other fields: {AGAIN}"
    for name, values in golden.items():
        assert (found[name].dtype, found[name].shape) == (values.dtype, values.shape), f"{name}: {AGAIN}"
        if values.dtype.kind == "U":
            assert (found[name] == values).all(), f"{name}: {AGAIN}"
            continue
        levels = name.rsplit(":")[-1] in ("pixels", "normal", "silhouette")
        tolerance = 2e-3 if values.dtype.kind == "f" else 3 * levels
        off = np.abs(found[name].astype(float) - values) > tolerance
        # A pixel at an outline, or a point that lies on a surface, may fall to either side.
        assert off.mean() <= 0.02, f"{name} differs in {off.mean():.0%} of its values: {AGAIN}"


def test_the_digest_follows_options_version_and_source(monkeypatch):
    from svr3d.datasets.preparation import recipe

    first = Recipe().digest("a")
    assert Recipe().digest("a") == first
    assert len({first, Recipe().digest("b"), Recipe(seed=1).digest("a"), Recipe(points=7).digest("a")}) == 4
    monkeypatch.setattr(recipe, "VERSION", VERSION + 1)
    assert Recipe().digest("a") != first


def test_bad_recipes():
    for field, least in {"views": 1, "size": 8, "seed": 0, "points": 1, "resolution": 2}.items():
        with pytest.raises(InputError, match=f"{field} is {least - 1}, expected at least {least}"):
            Recipe(**{field: least - 1})
