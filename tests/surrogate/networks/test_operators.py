"""Networks of whole records, of a window or of a scan: what each one is known to equal."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from surrogate.networks import FNO, NARX, DeepONet, SelectiveStateSpace, Transformer
from surrogate.networks.fourier import SpectralConvolution
from surrogate.networks.scan import linear_scan
from surrogate.networks.selective import SelectiveUnit
from surrogate.networks.transformer import WindowedAttention


def drawn(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1)).double()


def test_a_spectral_convolution_equals_that_by_fft_of_the_padded_record():
    torch.manual_seed(0)
    period, modes = 16, 5
    layer = SpectralConvolution(3, modes).double()
    network = FNO(1, 1, width=3, modes=modes, blocks=1, period=period).double()
    hidden = drawn(2, 11, 3)
    weight = torch.complex(*layer.weight)
    spectrum = torch.fft.rfft(hidden, n=period, dim=1)[:, :modes]
    full = torch.zeros(2, period // 2 + 1, 3, dtype=torch.complex128)
    full[:, :modes] = torch.einsum("bkw,kwv->bkv", spectrum, weight)
    expected = torch.fft.irfft(full, n=period, dim=1)[:, :11]
    torch.testing.assert_close(layer(hidden, *network._waves(hidden)) / period, expected)


def test_modes_mean_the_same_in_records_of_any_length():
    """A linear block answers a record and its zeros behind as the record alone."""
    torch.manual_seed(0)
    network = FNO(1, 1, width=3, modes=5, blocks=1, period=32).double()
    for layer in (network.lift, network.pointwise[0]):
        nn.init.zeros_(layer.bias)
    record = drawn(1, 12, 1)
    longer = torch.cat([record, torch.zeros(1, 9, 1).double()], dim=1)
    torch.testing.assert_close(network(longer)[:, :12], network(record))


@pytest.mark.parametrize(
    ("network", "option"),
    [
        (FNO(1, 1, width=2, modes=4, blocks=1, period=20), "period to 21"),
        (DeepONet(1, 1, sensors=20, basis=2, hidden=2, frequencies=2), "sensors to 21"),
    ],
)
def test_a_record_beyond_the_domain_is_refused(network, option):
    with pytest.raises(ValueError, match=f"set model.network.{option} or more"):
        network(torch.zeros(1, 21, 1))


def test_an_operator_network_is_a_sum_of_functions_of_time():
    torch.manual_seed(0)
    network = DeepONet(2, 3, sensors=10, basis=4, hidden=5, frequencies=1).double()
    record = drawn(2, 7, 2)
    rest = torch.zeros(2, 3, 2).double()
    factors = network.branch(torch.cat([record, rest], dim=1).flatten(1)).reshape(2, 3, 4)
    time = torch.arange(7).double()[:, None] / 10
    waves = [time, torch.cos(2 * np.pi * time), torch.sin(2 * np.pi * time)]
    functions = network.trunk(torch.cat(waves, dim=1))
    expected = torch.einsum("bjk,tk->btj", factors, functions) + network.bias
    torch.testing.assert_close(network(record), expected)


@pytest.mark.parametrize("samples", [1, 2, 5, 8, 13, 64])
def test_a_scan_equals_its_recurrence(samples):
    kept, driven = drawn(2, samples, 3), drawn(2, samples, 3)
    x, states = torch.zeros(2, 3).double(), []
    for t in range(samples):
        x = kept[:, t] * x + driven[:, t]
        states.append(x)
    torch.testing.assert_close(linear_scan(kept, driven), torch.stack(states, dim=1))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch.jit in torch's own check
@pytest.mark.parametrize("samples", [1, 2, 7, 8])
@pytest.mark.parametrize("kind", [torch.float64, torch.complex128])
def test_derivatives_of_a_scan_against_finite_differences(samples, kind):
    torch.manual_seed(0)
    pair = [torch.randn(2, samples, 3, dtype=kind, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(linear_scan, pair, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(linear_scan, pair)


def test_a_scan_of_many_networks_is_that_of_each():
    kept, driven = drawn(4, 2, 9, 3), drawn(4, 2, 9, 3).flip(0)
    together = torch.vmap(linear_scan)(kept, driven)
    each = [linear_scan(*pair) for pair in zip(kept, driven, strict=True)]
    torch.testing.assert_close(together, torch.stack(each))


def test_a_selective_unit_equals_its_recurrence():
    torch.manual_seed(0)
    unit, u = SelectiveUnit(3, 2, 1e-3, 1e-1).double(), drawn(2, 9, 3)
    pole = torch.complex(-unit.log_decay.exp(), unit.angle)
    x, outputs = torch.zeros(2, 3, 2, dtype=torch.complex128), []
    for u_t in u.unbind(1):
        step = nn.functional.softplus(unit.step(u_t))
        b, c = (torch.complex(*layer(u_t).chunk(2, dim=1)) for layer in (unit.drive, unit.read))
        x = torch.exp(step[..., None] * pole) * x + (step * u_t)[..., None] * b[:, None]
        outputs.append((c[:, None] * x).sum(dim=2).real + unit.direct * u_t)
    output, state = unit(u, None)
    torch.testing.assert_close(output, torch.stack(outputs, dim=1))
    torch.testing.assert_close(torch.complex(state[:, 0], state[:, 1]), x)


def test_the_steps_of_a_selective_unit_start_between_their_bounds():
    torch.manual_seed(0)
    unit = SelectiveUnit(200, 2, 1e-3, 1e-1)
    steps = nn.functional.softplus(unit.step.bias)
    assert 1e-3 <= steps.min() < 2e-3
    assert 5e-2 < steps.max() <= 1e-1


def test_windowed_attention_is_a_softmax_over_the_window():
    """Each time on its own: rotated queries and keys, zeros before the record."""
    torch.manual_seed(0)
    window, heads, width = 4, 2, 8
    layer, hidden = WindowedAttention(width, heads, window).double(), drawn(1, 11, width)
    query = layer.query(hidden)[0]
    key, value = layer.key_value(hidden)[0].chunk(2, dim=1)
    rest = torch.zeros(window, width).double()
    key, value = torch.cat([rest, key]), torch.cat([rest, value])

    def turned(vector, place):
        pairs = torch.complex(*vector.reshape(heads, 2, width // heads // 2).unbind(1))
        return pairs * torch.exp(1j * place * layer.turning)

    for t in range(11):
        seen = []
        places = range(t + 1, t + 1 + window)
        for head in range(heads):
            own = slice(head * width // heads, (head + 1) * width // heads)
            q = turned(query[t], window + t)[head]
            scores = [(q * turned(key[p], p)[head].conj()).real.sum() for p in places]
            weights = torch.softmax(torch.stack(scores) / (width // heads) ** 0.5, dim=0)
            seen.append(sum(w * value[p, own] for w, p in zip(weights, places, strict=True)))
        expected = layer.output(torch.cat(seen))
        torch.testing.assert_close(layer(hidden, None)[0][0, t], expected)


def test_the_field_of_a_transformer_is_what_its_output_depends_on():
    torch.manual_seed(0)
    network = Transformer(2, 1, width=8, heads=2, blocks=3, window=6).double()
    record = drawn(1, 60, 2).requires_grad_()
    network(record)[0, 50].sum().backward()
    touched = record.grad.abs().sum(dim=(0, 2)).nonzero()
    assert int(touched.max()) == 50
    assert 51 - int(touched.min()) == network.receptive_field == 16


def test_a_narx_network_feeds_its_own_outputs_back():
    torch.manual_seed(0)
    network, x = NARX(1, 2, lags=2, taps=3, hidden=[4]).double(), drawn(1, 9, 1)
    past = torch.cat([torch.zeros(2).double(), x[0, :, 0]])  # at rest before the record
    y = [torch.zeros(2).double()] * 2
    for t in range(9):
        seen = torch.cat([y[-1], y[-2], past[[t + 2, t + 1, t]]])
        y.append(network.linear(seen) + network.perceptron(seen))
    torch.testing.assert_close(network(x)[0], torch.stack(y[2:]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(FNO, period=20, modes=11), "modes must be at most half the period of 20"),
        (partial(DeepONet, sensors=4, frequencies=3), "frequencies must be 0 to half the 4"),
        (partial(Transformer, width=6, heads=2), "width must be a multiple of 2 heads = 4, got 6"),
        (partial(Transformer, window=0), "window must be at least 1, got 0"),
        (partial(SelectiveStateSpace, shortest=0.2), "0 < shortest < longest must hold"),
        (partial(NARX, lags=0), "lags must be at least 1, got 0"),
        (partial(NARX, persistence=1.0), "persistence must be at least 0 and less than 1, got 1"),
    ],
)
def test_impossible_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(1, 1)
