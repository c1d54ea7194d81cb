"""Members trained side by side end as they do one by one, for every optimizer and network, or are
refused.
"""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.batched_training import train_alone
from surrogate.networks import LSTM, MLP
from surrogate.optim.initializers import Initialize
from surrogate.optim.optimizers import MuonAdamW
from surrogate.training.batched.members import Member, require_elementwise, train
from tests.surrogate.optim.test_optimizers import EVERY, NETWORKS

torch.set_num_threads(1)
COUPLED = {"LBFGS", "Adafactor", "Muon", "MuonAdamW", "SparseAdam"}
UNBATCHED = {
    "LSTM": "aten::lstm",
    "GRU": "aten::gru",
    "FiLMLSTM": "aten::lstm",
    "MCGRU": "aten::gru",
}
ADAM = partial(torch.optim.Adam, lr=0.01)
GENERATOR = torch.Generator().manual_seed(0)
POINTS, VALUES = torch.rand(2, 23, 2, dtype=torch.float64, generator=GENERATOR)
VALUES = VALUES[:, :1]
SHORT = {"epochs": 3, "batch_size": 5}


def double(factory, *arguments, **more):
    """Networks in double precision: rounding is then far below anything else."""
    return lambda: factory(*arguments, **more).double()


def small():
    return MLP(2, 1, hidden=[4, 3], activation=nn.Tanh).double()


def assert_as_alone(
    networks, network, members, input, target, epochs, batch_size, loss=nn.functional.mse_loss
):
    for member, together in zip(members, networks, strict=True):
        alone = train_alone(network, member, input, target, epochs, batch_size, loss)
        start = member.start(network)
        for name, expected in alone.state_dict().items():
            torch.testing.assert_close(together.state_dict()[name], expected, rtol=1e-7, atol=1e-10)
        assert not all(map(torch.equal, together.parameters(), start.parameters()))


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_optimizer_steps_as_alone_or_is_refused(name):
    members = [
        Member(seed, partial(EVERY[name], **({} if name == "LBFGS" else {"lr": 0.01})))
        for seed in (0, 1)
    ]
    if name in COUPLED:
        with pytest.raises(ValueError, match=f"^{name} does not treat each parameter separately"):
            train(small, members, POINTS, VALUES, **SHORT)
    else:
        trained = train(small, members, POINTS, VALUES, **SHORT)
        assert_as_alone(trained.networks, small, members, POINTS, VALUES, **SHORT)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_trained_as_alone_or_is_refused(name):
    network, members = double(NETWORKS[name], 2, 1), [Member(seed, ADAM) for seed in (0, 1, 2)]
    input, target = torch.randn(
        2, 3, 8, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
    )
    data = input, target[..., :1]
    how = {"epochs": 2, "batch_size": 2}
    if name in UNBATCHED:
        with pytest.raises(
            ValueError, match=f"^torch cannot batch {name}: .*{UNBATCHED[name]}.*one by one$"
        ):
            train(network, members, *data, **how)
    else:
        assert_as_alone(
            train(network, members, *data, **how).networks, network, members, *data, **how
        )


@pytest.mark.parametrize("batch_size", [7, None])
def test_optimizers_initialisers_and_seeds_in_one_study(batch_size):
    """With a smaller last batch, and with the full one; equal optimizers next to each other share
    one.
    """
    optimizers = [
        partial(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        partial(torch.optim.SGD, lr=0.02, momentum=0.9, dampening=0.5),
        partial(torch.optim.AdamW, lr=0.01, weight_decay=0.1),
    ]
    ways = [None, Initialize(weight=nn.init.xavier_uniform_, bias=nn.init.zeros_)]
    members = [
        Member(seed, factory, way) for factory in optimizers for way in ways for seed in (3, 4)
    ]
    trained = train(small, members, POINTS, VALUES, epochs=4, batch_size=batch_size)
    assert_as_alone(trained.networks, small, members, POINTS, VALUES, 4, batch_size)


def test_classifier_with_integer_labels():
    labels = torch.arange(23) % 3
    network, members = double(MLP, 2, 3, hidden=[4]), [Member(seed, ADAM) for seed in range(3)]
    how = SHORT | {"loss": nn.functional.cross_entropy}
    trained = train(network, members, POINTS, labels, **how)
    assert_as_alone(trained.networks, network, members, POINTS, labels, **how)


def test_batch_normalisation_keeps_its_own_statistics_for_each_member():
    network = double(
        lambda: nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1))
    )
    members = [Member(seed, ADAM) for seed in (0, 1)]
    how = {"epochs": 2, "batch_size": 8}
    trained = train(network, members, POINTS, VALUES, validation=(POINTS, VALUES), **how)
    assert_as_alone(trained.networks, network, members, POINTS, VALUES, **how)
    for number, made in enumerate(trained.networks):
        scored = nn.functional.mse_loss(made.eval()(POINTS), VALUES).item()
        assert trained.validation_loss[number, -1] == pytest.approx(scored, rel=1e-9)


def test_histories_are_those_of_each_member():
    members, epochs = [Member(seed, partial(torch.optim.SGD, lr=0.1)) for seed in (0, 1)], 3
    whole = {"epochs": epochs, "validation": (POINTS[:9], VALUES[:9])}
    trained = train(small, members, POINTS, VALUES, **whole)
    assert trained.train_loss.shape == trained.validation_loss.shape == (2, epochs)
    for number, member in enumerate(members):
        for epoch in range(epochs):
            made = train_alone(small, member, POINTS, VALUES, epoch, None, nn.functional.mse_loss)
            loss = nn.functional.mse_loss(made(POINTS), VALUES).item()
            assert trained.train_loss[number, epoch] == pytest.approx(loss, rel=1e-9)
        made = trained.networks[number]
        loss = nn.functional.mse_loss(made(POINTS[:9]), VALUES[:9]).item()
        assert trained.validation_loss[number, -1] == pytest.approx(loss, rel=1e-9)
    assert train(small, members, POINTS, VALUES, epochs=1).validation_loss is None


def test_gradients_are_seen_before_every_step():
    seen, members = [], [Member(seed, partial(torch.optim.SGD, lr=0.1)) for seed in (0, 1)]
    train(small, members, POINTS, VALUES, epochs=2, observe=seen.append)
    assert len(seen) == 2
    for number, member in enumerate(members):
        made = member.start(small)
        nn.functional.mse_loss(made(POINTS), VALUES).backward()
        for name, parameter in made.named_parameters():
            torch.testing.assert_close(seen[0][name][number], parameter.grad)


def test_a_learning_rate_law_steps_every_batch():
    decay = partial(
        torch.optim.lr_scheduler.ExponentialLR, gamma=0.0
    )  # the first step alone counts
    members = [Member(0, ADAM), Member(1, partial(torch.optim.SGD, lr=0.1))]
    trained = train(small, members, POINTS, VALUES, epochs=2, lr_scheduler=decay)
    assert_as_alone(trained.networks, small, members, POINTS, VALUES, 1, None)


def test_a_member_that_diverges_leaves_the_others_alone():
    calm, wild = Member(0, ADAM), Member(1, partial(torch.optim.SGD, lr=1e30))
    together = train(small, [wild, calm], POINTS, 1e30 * VALUES, **SHORT)
    assert not np.isfinite(together.train_loss[0]).all()
    assert_as_alone(together.networks[1:], small, [calm], POINTS, 1e30 * VALUES, **SHORT)


def test_random_numbers_of_torch_stay_as_they_were():
    before = torch.get_rng_state()
    train(small, [Member(0, ADAM)], POINTS, VALUES, epochs=1)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"network": double(MLP, 2, 1, dropout=0.5)},
            "torch cannot batch MLP: .*random.* one by one$",
        ),
        ({"network": double(LSTM, 2, 1)}, "torch cannot batch LSTM"),
        ({"members": []}, "members must hold at least one Member, got none"),
        ({"target": VALUES[:5]}, "input has 23 samples and target 5: expected as many"),
        ({"target": VALUES * torch.nan}, "target has values that are not finite"),
        ({"epochs": 0}, "epochs must be at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"members": [Member(0, partial(torch.optim.Adam, lr=-1.0))]}, "Invalid learning rate: -1"),
    ],
)
def test_wrong_studies_are_refused_with_a_sentence(change, message):
    study = {
        "network": small,
        "members": [Member(0, ADAM)],
        "input": POINTS,
        "target": VALUES,
        "epochs": 1,
    }
    if isinstance(change.get("network", small)(), LSTM):
        study |= {"input": POINTS[None], "target": VALUES[None]}
    with pytest.raises(ValueError, match=message):
        train(**(study | change))


def test_an_error_of_the_network_itself_stays_its_own():
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        train(double(MLP, 3, 1), [Member(0, ADAM)], POINTS, VALUES, epochs=1)


def test_an_optimizer_of_ones_own_is_judged_by_what_it_does():
    class NormalisedDescent(torch.optim.SGD):
        def step(self, closure=None):
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.grad /= parameter.grad.norm()
            return super().step(closure)

    require_elementwise(partial(torch.optim.SGD, lr=0.1))
    with pytest.raises(
        ValueError, match="NormalisedDescent does not treat each parameter separately"
    ):
        require_elementwise(partial(NormalisedDescent, lr=0.1))
    with pytest.raises(ValueError, match="MuonAdamW"):
        require_elementwise(MuonAdamW)
