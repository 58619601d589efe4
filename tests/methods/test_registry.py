"""Finding methods by name, from this distribution, others, and the session."""

import subprocess
import sys
from dataclasses import dataclass

import pytest

from svr3d.datasets import DataFacts
from svr3d.geometry import InputError
from svr3d.methods import Method, get_method, list_methods, register, registry

BUILT_IN = {
    "class_mean",
    "classvoxels",
    "mean_parts",
    "mean_shape",
    "oracle_ellipsoid",
    "oracle_medial",
    "oracle_mesh",
    "oracle_parts",
    "oracle_voxels",
    "pixel2mesh",
    "retrieval",
    "shapeprior",
    "smnet",
}


LAMPS = DataFacts(categories=("lamp",))


@dataclass(frozen=True)
class PlainOptions:
    size: int = 3
    deep: bool = False


class Plain(Method):
    """Nothing but a name."""

    name = "plain-for-tests"
    representation = "voxels"
    Options = PlainOptions

    def stages(self):
        return []

    def reconstruct(self, batch, output="final"):
        return []


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(registry.METHODS, "_session", {})


@pytest.fixture
def methods_outside(outside):
    """Installs a distribution with the given methods and modules."""
    return lambda points, *distribution, **modules: outside({"svr3d.methods": points}, *distribution, **modules)


OUTSIDE = """
from dataclasses import dataclass
from svr3d.methods import Method
@dataclass(frozen=True)
class Options:
    width: int = 1
class Outside(Method):
    name = "outside"
    representation = "mesh"
    Options = Options
    def stages(self): return []
    def reconstruct(self, batch, output="final"): return []
"""


def test_built_in_methods_are_listed_and_load():
    assert set(list_methods()) >= BUILT_IN and list_methods() == sorted(list_methods())
    for name in BUILT_IN:
        assert issubclass(get_method(name), Method) and get_method(name).name == name


def test_listing_imports_neither_torch_nor_methods():
    code = "import sys, svr3d.methods as m; m.list_methods(); print('torch' in sys.modules, 'numba' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]


def test_unknown_name_lists_the_known_and_the_closest():
    with pytest.raises(
        InputError, match=r"unknown method 'clasvoxels'; did you mean 'classvoxels'\? \(known: .*retrieval"
    ):
        get_method("clasvoxels")
    with pytest.raises(InputError, match=r"unknown method 'zzz' \(known"):
        get_method("zzz")


def test_register_within_a_session(session):
    assert register(Plain) is Plain and register(Plain) is Plain
    assert get_method("plain-for-tests") is Plain and "plain-for-tests" in list_methods()


def test_register_refuses_taken_names_and_other_things(session):
    register(Plain)
    with pytest.raises(InputError, match="'plain-for-tests' is taken"):
        register(type("Other", (Plain,), {}))
    with pytest.raises(InputError, match="'retrieval' is taken"):
        register(type("Other", (Plain,), {"name": "retrieval"}))
    with pytest.raises(InputError, match="expected a subclass"):
        register(dict)
    with pytest.raises(InputError, match="expected a class whose `name`"):
        register(type("Nameless", (Method,), {}))


def test_outside_distribution_with_presets(methods_outside):
    folder = methods_outside({"outside": "outsidepkg:Outside"}, outsidepkg=OUTSIDE) / "presets"
    folder.mkdir()
    for name, text in {"tiny": "width: 5", "small": "", "paper": "width: [1, 2"}.items():
        (folder / f"{name}.yaml").write_text(text)
    assert "outside" in list_methods()
    cls = get_method("outside")
    assert cls.presets() == ["tiny", "small", "paper"]
    assert cls.preset("tiny") == {"width": 5} and cls.preset("small") == {}
    assert cls.create("tiny", LAMPS).options == cls.Options(width=5)
    assert cls.create("tiny", LAMPS, width=7).options.width == 7
    with pytest.raises(InputError, match=r"preset file .*paper\.yaml: not a YAML file"):
        cls.preset("paper")
    (folder / "paper.yaml").write_text("width: abc\n")
    with pytest.raises(
        InputError,
        match=r"preset file .*paper\.yaml: method 'outside': option 'width': expected a whole number, found 'abc'",
    ):
        cls.create("paper", LAMPS)
    (folder / "paper.yaml").write_text("trainer: {precision: bf16-mixed}\nwidth: 2\n")
    assert cls.preset("paper") == {"width": 2} and cls.preset_trainer("paper") == {"precision": "bf16-mixed"}
    (folder / "paper.yaml").write_text("- 1\n")
    with pytest.raises(InputError, match="expected a mapping"):
        cls.preset("paper")
    with pytest.raises(InputError, match="has no preset 'huge'; known: tiny, small, paper"):
        cls.preset("huge")


def test_broken_distribution_is_a_sentence_and_hides_no_other(methods_outside):
    broken = "import no_such_module_anywhere"
    methods_outside({"broken": "brokenpkg:Broken", "absent": "brokenpkg2:X"}, brokenpkg=broken)
    assert {"broken", "absent"} | BUILT_IN <= set(list_methods())
    with pytest.raises(
        InputError, match=r"method 'broken' of distribution 'extra' cannot be imported .*no_such_module"
    ):
        get_method("broken")
    with pytest.raises(InputError, match="method 'absent' of distribution 'extra' cannot be imported"):
        get_method("absent")
    assert get_method("retrieval").name == "retrieval"


def test_outside_class_of_another_name_or_kind(methods_outside):
    methods_outside({"misnamed": "otherpkg:Outside", "kind": "otherpkg:Method.__init__"}, otherpkg=OUTSIDE)
    with pytest.raises(InputError, match="expected a class whose `name` is 'misnamed', found 'outside'"):
        get_method("misnamed")
    with pytest.raises(InputError, match="method 'kind' of distribution 'extra': expected a subclass"):
        get_method("kind")


def test_name_declared_twice(methods_outside):
    methods_outside({"outside": "onepkg:Outside"}, "one", onepkg=OUTSIDE)
    methods_outside({"outside": "twopkg:Outside"}, "two", twopkg=OUTSIDE)
    assert "outside" in list_methods()
    with pytest.raises(InputError, match="declared by 'one' and 'two'"):
        get_method("outside")


def test_unknown_option_names_method_option_and_known():
    with pytest.raises(
        InputError, match=r"'plain-for-tests' has no option 'sise'; did you mean 'size'\? \(known: size, deep\)"
    ):
        Plain.resolve("tiny", {"sise": 1})
    with pytest.raises(InputError, match="has no option 'lr'"):
        Plain.create("tiny", LAMPS, lr=1)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"size": "abc"}, "method 'plain-for-tests': option 'size': expected a whole number, found 'abc'"),
        ({"size": 2.5}, "option 'size': expected a whole number, found 2.5"),
        ({"size": None}, "option 'size': expected a whole number, found None"),
        ({"size": True}, "option 'size': expected a whole number, found True"),
        ({"deep": 1}, "option 'deep': expected true or false, found 1"),
    ],
)
def test_option_of_another_type_is_one_sentence(overrides, message):
    with pytest.raises(InputError, match=message):
        Plain.create("tiny", LAMPS, **overrides)


def test_options_and_facts_are_remembered():
    assert Plain(LAMPS, PlainOptions(size=4)).options.size == 4
    assert Plain(LAMPS).options == PlainOptions() and Plain(LAMPS).facts is LAMPS
    assert Plain.presets() == ["tiny", "small", "paper"] and Plain.preset("paper") == {}
    assert Plain.create("small", LAMPS, deep=True).option_values() == {"size": 3, "deep": True}


def test_initial_weights_depend_on_the_seed_alone():
    import torch

    cls, two = get_method("classvoxels"), DataFacts(categories=("lamp", "car"))
    a, b, c = (cls.create("tiny", two, seed=seed, width=0.05) for seed in (0, 0, 1))
    before = torch.random.get_rng_state()
    assert torch.equal(a.network.decoder.expand.weight, b.network.decoder.expand.weight)
    assert not torch.equal(a.network.decoder.expand.weight, c.network.decoder.expand.weight)
    cls.create("tiny", LAMPS, width=0.05)
    assert torch.equal(before, torch.random.get_rng_state())
