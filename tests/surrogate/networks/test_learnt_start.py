"""LSTMs whose records begin in a learnt state."""

from functools import partial

import pytest
import torch
from torch import nn

from surrogate import export
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.networks import record, streamed

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53


def with_start(layers=1, odd=False, learn_start=True):
    """A network in double precision; its start, if it learns one, is not zero."""
    torch.manual_seed(0)
    network = LSTM(2, 3, hidden=4, layers=layers, odd=odd, learn_start=learn_start).double()
    return set_start(network).eval()


def set_start(network):
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "start" in name:
                nn.init.uniform_(parameter, -0.8, 0.8)
    return network


@pytest.mark.parametrize("layers", [1, 2])
def test_records_begin_in_the_start(layers):
    """As torch's own LSTM does that is given the state."""
    network = with_start(layers)
    plain = nn.LSTM(2, 4, layers, batch_first=True).double()
    own = network.recurrent.state_dict()
    plain.load_state_dict({name: value for name, value in own.items() if "start" not in name})
    h, c = (
        torch.stack([own[f"start_{part}_l{layer}"] for layer in range(layers)]) for part in "hc"
    )
    begun = tuple(part[:, None].repeat(1, 2, 1) for part in (h, c))
    expected = network.head(plain(record(time=12), begun)[0])
    torch.testing.assert_close(network(record(time=12)), expected)
    assert not torch.allclose(network.head(plain(record(time=12))[0]), expected)


def test_before_the_training_the_start_is_zero():
    torch.manual_seed(0)
    network = LSTM(2, 3, hidden=4, learn_start=True)
    torch.manual_seed(0)
    plain = LSTM(2, 3, hidden=4)
    assert torch.equal(network(record(time=12).float()), plain(record(time=12).float()))


@pytest.mark.parametrize("odd", [False, True])
@pytest.mark.parametrize("pieces", [[5, 7], [1] * 12], ids=["two", "samples"])
def test_pieces_equal_one_pass(odd, pieces):
    network = with_start(2, odd)
    outputs, _ = streamed(network, record(time=12), pieces)
    torch.testing.assert_close(outputs, network(record(time=12)))


def test_an_odd_network_begins_both_signs_in_it_and_stays_odd():
    network = with_start(odd=True)
    torch.testing.assert_close(network(-record(time=12)), -network(record(time=12)))
    assert network(torch.zeros_like(record(time=12))).abs().max() == 0.0


def test_gradient_steps_learn_a_start_that_explains_the_first_samples():
    """The free response of a network with a start, of which only the start is unknown."""
    truth = with_start()
    network = with_start()
    start = [p for name, p in network.named_parameters() if "start" in name]
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    for parameter in start:
        nn.init.zeros_(parameter).requires_grad_(True)
    input = torch.zeros(1, 12, 2, dtype=torch.float64)
    wanted = truth(input).detach()
    before = (network(input) - wanted).square().mean().item()
    optimizer = torch.optim.LBFGS(start, max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        missed = (network(input) - wanted).square().mean()
        missed.backward()
        return missed

    optimizer.step(loss)
    assert loss().item() < 1e-4 * before


@pytest.mark.parametrize("suffix", [".onnx", ".pt2"])
@pytest.mark.parametrize("odd", [False, True])
def test_exports_begin_in_it(suffix, odd, tmp_path):
    model = untrained(partial(LSTM, hidden=4, layers=2, odd=odd, learn_start=True))
    set_start(model.network)
    assert export.write(save(model, tmp_path / "a.ckpt"), tmp_path / f"a{suffix}") < 1e-5


def test_a_network_that_looks_ahead_has_none():
    with pytest.raises(ValueError, match="learn_start = True is for a causal network"):
        LSTM(1, 1, learn_start=True, bidirectional=True)
