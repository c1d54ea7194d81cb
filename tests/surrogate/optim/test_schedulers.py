"""Learning-rate laws against their formulas, and every scheduler of the installed torch in a
training.
"""

import inspect
from functools import partial

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import ConstantLR, ExponentialLR, LinearLR, LRScheduler

from surrogate.optim.optimizers import MuonAdamW
from surrogate.optim.schedulers import InverseDecay, RangeTest, Sequence, make
from surrogate.training.callbacks.outputs import RangeReport
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
# What a scheduler cannot do without; the two that are made of other schedulers are `Sequence` here.
ARGUMENTS = {
    "ConstantLR": {"total_iters": 2},
    "CosineAnnealingLR": {"T_max": 3},
    "CosineAnnealingWarmRestarts": {"T_0": 2},
    "CyclicLR": {"base_lr": 1e-4, "max_lr": 1e-3, "cycle_momentum": False},
    "ExponentialLR": {"gamma": 0.5},
    "LambdaLR": {"lr_lambda": lambda step: 0.5**step},
    "MultiStepLR": {"milestones": [1]},
    "MultiplicativeLR": {"lr_lambda": lambda step: 0.5},
    "OneCycleLR": {"max_lr": 1e-2},
    "ReduceLROnPlateau": {"patience": 0, "threshold": 10.0, "threshold_mode": "abs"},
    "StepLR": {"step_size": 1},
}
MADE_OF_OTHERS = {"ChainedScheduler", "SequentialLR"}
EVERY = {
    name: kind
    for name, kind in inspect.getmembers(lr_scheduler, inspect.isclass)
    if issubclass(kind, LRScheduler) and not name.startswith("_") and name != "LRScheduler"
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


def rates(law, steps):
    """Learning rates that a law gives an optimizer of learning rate 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, result = law(optimizer), []
    for _ in range(steps):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return result


@pytest.mark.parametrize("name", sorted(set(EVERY) - MADE_OF_OTHERS))
def test_every_scheduler_of_torch_changes_the_rate_of_a_training(path, name):
    _, history = fit(path, epochs=4, lr_scheduler=partial(EVERY[name], **ARGUMENTS.get(name, {})))
    assert len(set(history.rates)) > 1


def test_inverse_decay():
    expected = 1.0 / (1.0 + 0.25 * np.arange(9))
    np.testing.assert_allclose(rates(partial(InverseDecay, decay=0.25), 9), expected)


def test_a_warm_up_before_another_law():
    """As in torch: LinearLR leads to the full rate, from which the next law starts."""
    law = partial(
        Sequence,
        laws=[
            partial(LinearLR, start_factor=0.25, total_iters=3),
            partial(ExponentialLR, gamma=0.5),
        ],
        milestones=[3],
    )
    np.testing.assert_allclose(rates(law, 7), [0.25, 0.5, 0.75, 1.0, 0.5, 0.25, 0.125])


def test_a_range_test_covers_its_range_geometrically():
    np.testing.assert_allclose(
        rates(partial(RangeTest, total_steps=5, lowest=1e-4, highest=1.0), 5),
        10.0 ** np.arange(-4, 1),
    )


def test_a_range_test_spans_the_training_and_is_reported(path, tmp_path):
    law = partial(RangeTest, lowest=1e-5, highest=1e-1)
    _, history = fit(
        path,
        epochs=4,
        lr_scheduler=law,
        callbacks=[RangeReport()],
        trainer={"default_root_dir": str(tmp_path)},
    )
    assert history.rates[0] == pytest.approx(1e-5)
    assert history.rates[-1] == pytest.approx(1e-1)
    table = np.loadtxt(tmp_path / "range_test.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(table, np.stack([history.rates, history.losses], axis=1))
    assert (tmp_path / "range_test.png").stat().st_size > 5_000


def test_a_sequence_steps_per_batch_or_per_epoch(path):
    laws = [
        partial(ConstantLR, factor=0.1, total_iters=100),
        partial(ConstantLR, factor=0.5, total_iters=100),
    ]
    for per_batch, expected in ((True, [1e-4, 1e-4, 5e-4, 5e-4, 5e-4, 5e-4]), (False, [1e-4] * 6)):
        law = partial(Sequence, laws=laws, milestones=[2], per_batch=per_batch)
        _, history = fit(path, epochs=2, lr_scheduler=law)
        np.testing.assert_allclose(history.rates, expected)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (partial(InverseDecay, decay=-1.0), "decay must be at least 0, got -1"),
        (
            partial(RangeTest, total_steps=5, lowest=1.0, highest=0.1),
            "0 < lowest < highest must hold",
        ),
        (RangeTest, "total_steps must be at least 2, got None"),
        (
            partial(Sequence, laws=[ExponentialLR], milestones=[1]),
            "milestones must be 0 increasing steps for 1 laws",
        ),
    ],
)
def test_impossible_laws_are_refused(law, message):
    with pytest.raises(ValueError, match=message):
        rates(law, 1)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (partial(lr_scheduler.OneCycleLR, max_lr=-0.1), "at least 0, OneCycleLR makes it -0.004"),
        (
            partial(lr_scheduler.StepLR, step_size=0),
            "step_size of StepLR must be at least 1, got 0",
        ),
    ],
)
def test_settings_that_torch_takes_and_that_cannot_train_are_refused(law, message):
    optimizer = torch.optim.Adam([torch.zeros(1)])
    with pytest.raises(ValueError, match=message):
        make(law, optimizer, total_steps=10, interval=None)


@pytest.mark.parametrize("kind", [MuonAdamW, torch.optim.Adagrad])
def test_a_momentum_that_an_optimizer_does_not_have_is_not_cycled(kind):
    optimizer = kind([torch.nn.Parameter(torch.ones(2, 2)), torch.nn.Parameter(torch.ones(2))])
    cycle = partial(lr_scheduler.OneCycleLR, max_lr=0.1)
    with pytest.raises(ValueError, match=f"{kind.__name__} has no momentum .* set cycle_momentum"):
        make(cycle, optimizer, 10, None)
    assert make(partial(cycle, cycle_momentum=False), optimizer, 10, None)["interval"] == "step"
