"""Losses and penalties against their formulas, and in a training."""

from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from datasets import write_dataset
from datasets.recipes.catalogue import load_recipe, read_recipe
from simulators.excitation import BandLimitedNoise
from simulators.solvers.solve import solve
from simulators.structures import presets
from surrogate import inference
from surrogate.data.datamodule import Records
from surrogate.data.description import describe
from surrogate.evaluation.metrics import normalized_root_mean_square_error
from surrogate.networks import LSTM, MLP
from surrogate.training.losses import (
    ActivationPenalty,
    DifferencedSquaredError,
    GaussianNLL,
    PhysicsPenalty,
    RelativeSquaredError,
    WeightPenalty,
)
from surrogate.training.module import Surrogate
from tests.helpers.make_records import make_records, write_records
from tests.helpers.train import Save, fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]
RECIPE = """
structure: five_storey
motion: {process: BandLimitedNoise, low_frequency: 0.1, high_frequency: 6.0,
  root_mean_square: 2.0, duration: 20.0, interval: 0.01}
records: 2
outputs: [drift, restoring_force]
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


def test_the_relative_error_is_the_mean_squared_nrmse_whatever_the_amplitude():
    torch.manual_seed(0)
    output, target = torch.randn(4, 50, 3), torch.randn(4, 50, 3)
    loss, strength = RelativeSquaredError(), torch.tensor([1e-3, 1.0, 10.0, 1e3])[:, None, None]
    expected = np.mean(normalized_root_mean_square_error(output.numpy(), target.numpy()) ** 2)
    assert loss(output, target).item() == pytest.approx(expected, rel=1e-5)
    torch.testing.assert_close(loss(strength * output, strength * target), loss(output, target))


@pytest.mark.parametrize("order", [1, 2, 3])
def test_differences_see_no_polynomial_below_their_order(order):
    torch.manual_seed(0)
    target = torch.randn(4, 50, 2).double()
    time = torch.linspace(-1.0, 1.0, 50, dtype=torch.float64)[:, None]
    loss = DifferencedSquaredError(order)
    assert loss(target + time ** (order - 1), target).item() < 1e-20
    assert loss(target + time**order, target).item() > 1e-12
    assert loss(torch.zeros_like(target), target).item() == pytest.approx(1.0)


def test_differences_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="order must be at least 1, got 0"):
        DifferencedSquaredError(0)
    with pytest.raises(ValueError, match="order 2 need more than 2 samples, got 2"):
        DifferencedSquaredError()(torch.zeros(1, 2, 1), torch.zeros(1, 2, 1))


def test_gaussian_likelihood_equals_that_of_torch():
    torch.manual_seed(0)
    output, target = torch.randn(4, 10, 6), torch.randn(4, 10, 3)
    mean, log_variance = output.split(3, dim=-1)
    expected = nn.GaussianNLLLoss(full=True, eps=1e-12)(mean, target, log_variance.exp())
    torch.testing.assert_close(GaussianNLL()(output, target), expected)


def test_gaussian_likelihood_is_best_at_the_true_mean_and_variance():
    target = 2.0 + 0.5 * torch.randn(100_000, 1, generator=torch.Generator().manual_seed(0))
    parameters = torch.tensor([0.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([parameters], line_search_fn="strong_wolfe", max_iter=50)

    def closure():
        optimizer.zero_grad()
        loss = GaussianNLL()(parameters.expand(len(target), 2), target)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert parameters[0].item() == pytest.approx(2.0, abs=0.01)
    assert parameters[1].exp().sqrt().item() == pytest.approx(0.5, abs=0.01)


def test_a_surrogate_with_a_variance_predicts_its_mean(path, tmp_path):
    surrogate, _ = fit(path, loss=GaussianNLL(), callbacks=[Save(6, tmp_path / "end.ckpt")])
    assert surrogate.network.head.out_features == 4
    input = make_records()["base_acceleration"].values[:2, :, None]
    loaded = inference.load(tmp_path / "end.ckpt")
    assert inference.respond(loaded, input).shape == (2, 200, 2)
    assert np.array_equal(
        inference.respond(loaded, input), inference.respond(surrogate.eval(), input)
    )


@pytest.mark.parametrize("loss", [nn.MSELoss, nn.L1Loss, nn.HuberLoss, nn.SmoothL1Loss])
def test_losses_of_torch(path, loss):
    whole = {"window": None, "washout": 0, "batch_size": 8, "windows_per_epoch": 8}
    _, history = fit(path, epochs=10, data=whole, loss=loss(), network=partial(LSTM, hidden=4))
    assert history.epochs[-1] < history.epochs[0]


def test_columns_of_zeros_and_ones_are_learnt_unscaled(tmp_path):
    """Which half of the plane: two columns, (1, 0) or (0, 1)."""
    loss = nn.BCEWithLogitsLoss
    x = np.random.default_rng(0).uniform(-1, 1, (200, 2)).astype(np.float32)
    y = np.stack([x[:, 0] > 0, x[:, 0] <= 0], axis=1).astype(np.float32)
    attrs = {"units": "1", "long_name": "for a test"}
    dataset = xr.Dataset(
        {"x": (("sample", "input"), x, attrs), "y": (("sample", "output"), y, attrs)}
    )
    write_dataset(dataset, tmp_path / "labels.h5")
    surrogate = Surrogate(partial(MLP, hidden=[8]), loss=loss(), scale_targets=False)
    records = Records(str(tmp_path / "labels.h5"), ["x"], ["y"])
    records.setup("fit")
    surrogate.build_for(records)
    assert torch.equal(surrogate.target_scaling(torch.from_numpy(y)), torch.from_numpy(y))
    optimizer = torch.optim.Adam(surrogate.parameters(), lr=0.05)
    for _ in range(30):
        for batch in records.train_dataloader():
            optimizer.zero_grad()
            surrogate.training_step(batch).backward()
            optimizer.step()
    assert (surrogate(torch.from_numpy(x)).argmax(dim=1).numpy() == y.argmax(axis=1)).mean() > 0.97


def test_weight_penalty_counts_weights_and_no_biases():
    network = MLP(1, 1, hidden=[2])
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(-3.0)
    nothing = torch.zeros(1)
    assert WeightPenalty(l1=0.1)(network, nothing, nothing).item() == pytest.approx(0.1 * 4 * 3)
    assert WeightPenalty(l2=0.1)(network, nothing, nothing).item() == pytest.approx(0.1 * 4 * 9)
    assert WeightPenalty(l1=1.0, l2=2.0)(network, nothing, nothing).item() == pytest.approx(
        4 * 3 + 2 * 4 * 9
    )


def test_activation_penalty_is_the_mean_of_the_watched_units():
    torch.manual_seed(0)
    network, penalty = MLP(2, 1, hidden=[5, 5]), ActivationPenalty(l1=0.5)
    penalty.attach(network, None)
    input = torch.randn(7, 2)
    for _ in range(2):  # nothing is left over from the step before
        hidden = network.layers[:2](input)
        penalty._values.clear()
        network(input)
        expected = 0.5 * (hidden.mean() + network.layers[2:4](hidden).mean()) / 2
        penalty._values[2:] = []
        torch.testing.assert_close(penalty(network, input, None), expected)


def test_an_activation_that_is_not_there_cannot_be_penalised():
    with pytest.raises(
        ValueError, match="the network has no Tanh whose activation could be penalised"
    ):
        ActivationPenalty(1.0, nn.Tanh).attach(MLP(1, 1), None)


def test_penalties_enter_the_training_loss_alone(path):
    _, expected = fit(path, epochs=1, network=partial(LSTM, hidden=4))
    penalised, history = fit(
        path, epochs=1, network=partial(LSTM, hidden=4), penalties=[WeightPenalty(l2=0.1)]
    )
    assert history.losses[0] > expected.losses[0] + 0.1
    (batch,) = penalised.trainer.datamodule.val_dataloader()
    weights = sum(p.detach().square().sum() for p in penalised.network.parameters() if p.ndim > 1)
    total, loss = penalised.training_step(batch), penalised._evaluate(batch)[1]
    torch.testing.assert_close(total, loss + 0.1 * weights)
    assert penalised.trainer.callback_metrics["validation/loss"] == pytest.approx(loss.item())


@pytest.fixture(scope="module")
def simulated():
    """Five storeys that yield, at an interval of 0.01 s, and the penalty that knows them."""
    motion = BandLimitedNoise(root_mean_square=2.0, low_frequency=0.1, high_frequency=6.0)
    motions = [motion.sample(np.random.default_rng(seed), 20.0, 0.01) for seed in range(2)]
    dataset = solve(
        presets.five_storey(), motions, tolerance=1e-6, outputs=("drift", "restoring_force")
    )
    dataset.attrs["recipe"] = read_recipe(RECIPE, "test").to_yaml()
    penalty = PhysicsPenalty()
    penalty.attach(nn.Identity(), interface(dataset))
    values = {
        name: torch.from_numpy(dataset[name].values).float()
        for name in ("drift", "restoring_force")
    }
    return (
        dataset,
        penalty,
        torch.from_numpy(dataset["base_acceleration"].values[..., None]).float(),
        values,
    )


def interface(dataset, targets=("drift", "restoring_force")):
    return describe(dataset, ["base_acceleration"], [], list(targets), "test")


def test_a_true_response_has_almost_no_residual(simulated):
    """What is left comes from differences at 0.01 s and the kinks of the law and of the input."""
    _, penalty, input, values = simulated
    motion, law = penalty.residuals(input, values["drift"], values["restoring_force"])
    assert motion.square().mean().sqrt() < 0.05
    assert law.square().mean().sqrt() < 0.02


def test_a_wrong_response_has_a_residual(simulated):
    _, penalty, input, values = simulated
    drift, force = values["drift"], values["restoring_force"]
    true, wrong = (
        penalty.residuals(input, drift, force),
        penalty.residuals(input, 1.3 * drift, force),
    )
    for before, after in zip(true, wrong, strict=True):
        assert after.square().mean().sqrt() > 3 * before.square().mean().sqrt()
    stiff = penalty.residuals(input, drift, 1.3 * force)
    assert stiff[0].square().mean() > 9 * true[0].square().mean()


def test_the_physics_penalty_is_the_weighted_sum_of_both_residuals(simulated):
    dataset, penalty, input, values = simulated
    prediction = 1.1 * torch.cat([values["drift"], values["restoring_force"]], dim=2)
    parts = {}
    for name, factors in {"motion": (2.0, 0.0), "law": (0.0, 3.0)}.items():
        one = PhysicsPenalty(*factors)
        one.attach(nn.Identity(), interface(dataset))
        parts[name] = one(None, input, prediction)
    motion, law = penalty.residuals(input, 1.1 * values["drift"], 1.1 * values["restoring_force"])
    torch.testing.assert_close(parts["motion"], 2.0 * motion.square().mean())
    torch.testing.assert_close(parts["law"], 3.0 * law.square().mean())


def test_physics_pulls_a_prediction_towards_the_truth(simulated):
    """From 10 % too large drifts and forces, steps down the gradient of the penalty alone reduce
    the error.
    """
    _, penalty, input, values = simulated
    truth = torch.cat([values["drift"], values["restoring_force"]], dim=2)
    factor = torch.tensor(1.1, requires_grad=True)
    optimizer = torch.optim.LBFGS([factor], line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = penalty(None, input, factor * truth)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert factor.item() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("change", "targets", "message"),
    [
        (
            {},
            ["drift"],
            "needs the input base_acceleration and the targets drift and restoring_force, got",
        ),
        ({"recipe": ""}, ["drift", "restoring_force"], "the training data have no recipe"),
        ({"recipe": "a: 1\n---\na: 2\n"}, ["drift", "restoring_force"], "several recipes"),
        (
            {
                "recipe": RECIPE
                + "vary: {laws.stiffness: {distribution: uniform, low: 0.9, high: 1.1}}"
            },
            ["drift", "restoring_force"],
            "needs one structure, but laws.stiffness vary in the recipe",
        ),
        (
            {"recipe": load_recipe("xor").to_yaml()},
            ["drift", "restoring_force"],
            "recipe of the training data has none: it is a FunctionRecipe",
        ),
    ],
)
def test_what_the_physics_penalty_needs(simulated, change, targets, message):
    dataset = simulated[0].copy()
    dataset.attrs = dataset.attrs | change
    with pytest.raises(ValueError, match=message):
        PhysicsPenalty().attach(nn.Identity(), interface(dataset, targets))


@pytest.mark.parametrize(
    ("penalty", "message"),
    [
        (partial(WeightPenalty), "one of them positive, got 0.0 and 0.0"),
        (partial(WeightPenalty, l1=-1.0), "must be at least 0"),
        (partial(ActivationPenalty, l1=0.0), "l1 must be positive, got 0.0"),
        (partial(PhysicsPenalty, motion=0.0, law=0.0), "one of them positive"),
    ],
)
def test_impossible_factors_are_refused(penalty, message):
    with pytest.raises(ValueError, match=message):
        penalty()
