"""Settings of an optimizer for parts of a network: each parameter has its own, with every optimizer
of torch.
"""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate.networks import LSTM
from surrogate.optim import schedulers
from surrogate.optim.groups import OWN
from surrogate.optim.optimizers import MuonAdamW, make, optimizers
from surrogate.training.continuing import set_numbers

GROUPED = {
    name: kind
    for name, kind in optimizers().items()
    if name not in ("LBFGS", "SparseAdam", "Muon")  # Muon takes no bias
}


class Two(nn.Module):
    """Two layers whose outputs add, so that all weights have the same gradient."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 1)
        self.second = nn.Linear(2, 1)
        for parameter in self.parameters():
            nn.init.constant_(parameter, 0.5)

    def forward(self, input):
        return self.first(input) + self.second(input)


def parameters(network):
    return dict(network.named_parameters())


def settings(optimizer, network, name):
    """Of each parameter by its name."""
    names = {id(parameter): key for key, parameter in network.named_parameters()}
    return {
        names[id(parameter)]: group[name]
        for group in optimizer.param_groups
        for parameter in group["params"]
    }


@pytest.mark.parametrize("name", [*GROUPED, "MuonAdamW"])
def test_a_part_with_a_rate_of_zero_stays_and_the_rest_moves(name):
    network = Two()
    kind = GROUPED.get(name, MuonAdamW)
    optimizer = make(partial(kind, lr=0.1), parameters(network), {"first": {"lr": 0.0}})
    network(torch.ones(3, 2)).square().mean().backward()
    optimizer.step()
    for kept, moved in zip(network.first.parameters(), network.second.parameters(), strict=True):
        least = 1e-4 * (moved - 0.5).abs().min()  # Rprop's smallest step is 1e-6
        assert least > 0
        assert ((kept - 0.5).abs() <= least).all()


def test_settings_of_several_parts_add_up_and_the_last_wins():
    network = LSTM(1, 1, hidden=4)
    parts = {"recurrent": {"lr": 0.2, "weight_decay": 0.5}, "*bias*": {"weight_decay": 0.0}}
    adam = partial(torch.optim.AdamW, lr=0.1, weight_decay=0.01)
    optimizer = make(adam, parameters(network), parts)
    rates = settings(optimizer, network, "lr")
    decays = settings(optimizer, network, "weight_decay")
    for name in parameters(network):
        recurrent = name.startswith("recurrent.")
        assert rates[name] == (0.2 if recurrent else 0.1)
        assert decays[name] == (0.0 if "bias" in name else 0.5 if recurrent else 0.01)


def test_decoupled_decay_of_a_part_alone():
    """With a gradient of zero a step multiplies by 1 - lr decay."""
    network = Two()
    part = {"second.weight": {"weight_decay": 1.0}}
    adam = partial(torch.optim.AdamW, lr=0.1, weight_decay=0.0)
    optimizer = make(adam, parameters(network), part)
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    torch.testing.assert_close(network.second.weight, torch.full((1, 2), 0.45))
    assert (network.first.weight == 0.5).all()


@pytest.mark.parametrize(
    ("kind", "parts", "message"),
    [
        (torch.optim.LBFGS, {"first": {"lr": 0.1}}, "LBFGS has one setting for all parameters"),
        (torch.optim.Adam, {"third": {"lr": 0.1}}, "'third': the network has first.weight, first"),
        (torch.optim.Adam, {"first": {"momentum": 0.1}}, "momentum, which Adam does not .* lr, be"),
        (torch.optim.Adam, {"first": {"lr": -1.0}}, "Invalid learning rate: -1"),
        (torch.optim.Muon, {"first": {"lr": 0.1}}, "Muon optimizes only matrices"),
    ],
)
def test_what_cannot_be_grouped_is_refused_by_name(kind, parts, message):
    with pytest.raises(ValueError, match=message):
        make(partial(kind, lr=0.1), parameters(Two()), parts)


def test_muon_takes_the_groups_of_matrices():
    network = nn.ModuleDict(
        {"one": nn.Linear(2, 2, bias=False), "two": nn.Linear(2, 2, bias=False)}
    )
    optimizer = make(partial(torch.optim.Muon, lr=0.1), parameters(network), {"two": {"lr": 0.0}})
    assert settings(optimizer, network, "lr") == {"one.weight": 0.1, "two.weight": 0.0}


def test_a_law_keeps_the_ratio_of_the_rates_or_is_refused():
    optimizer = make(partial(torch.optim.SGD, lr=0.1), parameters(Two()), {"first": {"lr": 0.01}})
    law = partial(torch.optim.lr_scheduler.ExponentialLR, gamma=0.5)
    scheduler = schedulers.make(law, optimizer, 10, None)["scheduler"]
    optimizer.step()
    scheduler.step()
    assert sorted(group["lr"] for group in optimizer.param_groups) == [0.005, 0.05]
    optimizer = make(partial(torch.optim.Adam, lr=0.1), parameters(Two()), {"first": {"lr": 0.01}})
    one = partial(torch.optim.lr_scheduler.OneCycleLR, max_lr=0.1)
    with pytest.raises(ValueError, match="OneCycleLR sets one learning rate, and the groups have"):
        schedulers.make(one, optimizer, 10, None)
    optimizer = make(partial(torch.optim.Adam, lr=0.1), parameters(Two()), {"first": {"lr": 0.01}})
    several = partial(torch.optim.lr_scheduler.OneCycleLR, max_lr=[0.1, 0.01])
    assert schedulers.make(several, optimizer, 10, None)["interval"] == "step"


def test_a_rate_that_changes_on_resume_leaves_that_of_a_part():
    optimizer = make(partial(torch.optim.SGD, lr=0.1), parameters(Two()), {"first": {"lr": 0.01}})
    set_numbers(optimizer, {"lr": 0.5, "momentum": 0.9})
    rates = {tuple(group.get(OWN, ())): group["lr"] for group in optimizer.param_groups}
    assert rates == {(): 0.5, ("lr",): 0.01}
    assert all(group["momentum"] == 0.9 for group in optimizer.param_groups)
