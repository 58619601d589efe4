import math

import pytest
import torch

from svr3d.datasets.box_objects import box_batch
from svr3d.methods.learning import optimize
from svr3d.methods.stages import Learned
from svr3d.methods.training.learner import Learner
from svr3d.methods.training.options import TrainerOptions

EPOCHS, STEPS, RATE = 5, 4, 0.1


class Slope(torch.nn.Module):
    """Goes down one number, noting the learning rate of each step."""

    name = "slope"

    def __init__(self, schedule):
        super().__init__()
        self.height, self.schedule, self.rates = torch.nn.Parameter(torch.ones(())), schedule, []

    def stage(self):
        return Learned(name="down", losses=self.losses, terms=("height",), optimizer=self.optimizer, epochs=EPOCHS)

    def losses(self, batch):
        self.rates.append(self.optimization.optimizer.param_groups[0]["lr"])
        return {"height": self.height}

    def optimizer(self, parameters):
        self.optimization = optimize(torch.optim.Adam(parameters, lr=RATE), EPOCHS, self.schedule)
        return self.optimization


def rates(schedule, epochs=EPOCHS, steps=STEPS):
    slope = Slope(schedule)
    learner = Learner(slope, slope.stage(), TrainerOptions(accelerator="cpu").fabric(), steps=steps)
    for _ in range(epochs):
        learner.train([box_batch(())] * steps)
    return slope.rates, learner


def test_constant():
    assert rates("constant")[0] == [RATE] * (EPOCHS * STEPS)


def test_cosine_falls_epoch_by_epoch():
    expected = [RATE * (1 + math.cos(math.pi * epoch / EPOCHS)) / 2 for epoch in range(EPOCHS)]
    assert rates("cosine")[0] == pytest.approx([rate for rate in expected for _ in range(STEPS)])


def test_one_cycle_rises_and_falls_step_by_step():
    """Half cosines from a 25th of the rate to the rate, and on to a 10,000th of the beginning."""
    found, _ = rates("one_cycle")
    total = EPOCHS * STEPS
    top, last = 0.3 * total - 1, total - 1

    def between(start, end, share):
        return end + (start - end) * (1 + math.cos(math.pi * share)) / 2

    low, lowest = RATE / 25, RATE / 25e4
    expected = [
        between(low, RATE, step / top) if step <= top else between(RATE, lowest, (step - top) / (last - top))
        for step in range(total)
    ]
    assert found == pytest.approx(expected)
    assert max(found) == pytest.approx(RATE) and found.index(max(found)) == 5


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
def test_a_schedule_goes_on_where_it_stood(schedule):
    whole, _ = rates(schedule)
    begun, learner = rates(schedule, epochs=2)
    state = learner.state()
    again = Slope(schedule)
    learner = Learner(again, again.stage(), TrainerOptions(accelerator="cpu").fabric(), steps=STEPS)
    learner.load_state(state)
    for _ in range(2, EPOCHS):
        learner.train([box_batch(())] * STEPS)
    assert begun + again.rates == pytest.approx(whole, rel=1e-12)


def test_one_step_in_all():
    slope = Slope("one_cycle")
    learner = Learner(slope, slope.stage(), TrainerOptions(accelerator="cpu").fabric(), steps=1)
    for _ in range(EPOCHS):
        learner.train([box_batch(())])
    assert all(0 < rate <= RATE for rate in slope.rates)
