"""What every network promises: shapes, causality, streaming, gradients; and what each one is known
to equal.
"""

import inspect
import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from surrogate import networks
from surrogate.networks import (
    CNN,
    FNO,
    GRU,
    LSTM,
    MCGRU,
    MLP,
    NARX,
    RCNN,
    RNN,
    TCN,
    DeepONet,
    EncoderDecoder,
    FiLMLSTM,
    HystereticStateSpace,
    ImageClassifier,
    InstrumentedBuilding,
    Modal,
    NeuralStateSpace,
    Oscillator,
    PeepholeLSTM,
    RecurrentCNN,
    SelectiveStateSpace,
    ShearBuilding,
    ShearFamily,
    StateSpace,
    Transformer,
    WindowMLP,
    hysteretic,
)
from surrogate.networks.convolution import effective_kernel, output_length, receptive_field
from surrogate.networks.sequence import vibrations
from tests.helpers.networks import built, record

CAUSAL = {
    "WindowMLP": partial(WindowMLP, window=4, hidden=[6], activation=nn.Tanh),
    "CNN": partial(CNN, channels=[4, 5], kernel=3, activation=nn.Tanh),
    "TCN": partial(TCN, channels=3, blocks=2, kernel=2, activation=nn.Tanh),
    "RNN": partial(RNN, hidden=5),
    "RNN, stacked, skip": partial(RNN, hidden=4, layers=2, skip=True, activation=nn.Softplus),
    "RNN, deep transition, deep output": partial(
        RNN, hidden=4, transition_layers=2, output_layers=2
    ),
    "RNN, direct output": partial(RNN, hidden=4, layers=2, direct_output=True),
    "RecurrentCNN": partial(
        RecurrentCNN, channels=[3, 4], kernel=3, iterations=2, activation=nn.Tanh
    ),
    "RCNN": partial(
        RCNN, channels=[3], kernel=3, activation=nn.Tanh, recurrent=partial(GRU, hidden=4)
    ),
    "LSTM": partial(LSTM, hidden=5),
    "LSTM, stacked": partial(LSTM, hidden=5, layers=2),
    "LSTM, odd": partial(LSTM, hidden=4, odd=True),
    "LSTM, learnt start": partial(LSTM, hidden=4, layers=2, learn_start=True),
    "LSTM, peephole": partial(PeepholeLSTM, hidden=4, layers=2),
    "LSTM, diagonal peephole": partial(PeepholeLSTM, hidden=4, diagonal=True),
    "GRU": partial(GRU, hidden=5),
    "RNN, stacked samples": partial(
        RNN, hidden=4, layers=2, skip=True, direct_output=True, output_layers=2, stack=3
    ),
    "LSTM, stacked samples": partial(LSTM, hidden=4, layers=2, odd=True, stack=3),
    "LSTM, peephole, stacked samples": partial(PeepholeLSTM, hidden=4, layers=2, stack=4),
    "GRU, stacked samples": partial(GRU, hidden=4, stack=6),
    "RCNN, stacked samples": partial(
        RCNN, channels=[3], kernel=3, activation=nn.Tanh, recurrent=partial(LSTM, hidden=4, stack=3)
    ),
    "StateSpace": partial(StateSpace, width=4, states=3, blocks=2),
    "NeuralStateSpace": partial(NeuralStateSpace, states=3, hidden=6),
    "HystereticStateSpace": partial(
        HystereticStateSpace, states=5, elements=2, hidden=4, taps=3, period=8.0
    ),
    "NeuralStateSpace, odd": partial(NeuralStateSpace, states=3, hidden=6, odd=True),
    "HystereticStateSpace, odd": partial(
        HystereticStateSpace, states=5, elements=2, hidden=4, taps=3, period=8.0, odd=True
    ),
    "Modal": partial(Modal, modes=3),
    "Oscillator": partial(Oscillator, gain=1.0, period=12.0, elastic=2),
    "Oscillator, elastic": partial(Oscillator, gain=1.0, period=12.0, elastic=0, hysteretic=False),
    "InstrumentedBuilding": partial(InstrumentedBuilding, storeys=4, period=0.4),
    "ShearBuilding": partial(ShearBuilding, storeys=4, hidden=3, period=12.0, substeps=2),
    "ShearFamily": partial(
        ShearFamily, hidden=3, mass=1e3, stiffness=4e5, yield_displacement=1e-3, substeps=1
    ),
    "FiLMLSTM": partial(FiLMLSTM, hidden=4, layers=2),
    "FiLMLSTM, odd": partial(FiLMLSTM, hidden=4, odd=True),
    "MCGRU": partial(MCGRU, hidden=4, layers=2),
    "MCGRU, odd": partial(MCGRU, hidden=4, odd=True),
    "NARX": partial(NARX, lags=2, taps=3, hidden=[4]),
    "SelectiveStateSpace": partial(SelectiveStateSpace, width=3, states=2, blocks=2),
    "Transformer": partial(Transformer, width=8, heads=2, blocks=2, window=5),
}
ACAUSAL = {
    "CNN, centred": partial(CNN, channels=[4, 5], kernel=3, causal=False, activation=nn.Tanh),
    "EncoderDecoder": partial(EncoderDecoder, channels=[3, 4], kernel=5, activation=nn.Tanh),
    "RNN, bidirectional": partial(RNN, hidden=4, layers=2, bidirectional=True),
    "RNN, bidirectional, direct output": partial(
        RNN, hidden=4, bidirectional=True, direct_output=True
    ),
    "RecurrentCNN, centred": partial(
        RecurrentCNN, channels=[3], kernel=3, causal=False, activation=nn.Tanh
    ),
    "LSTM, peephole, bidirectional": partial(PeepholeLSTM, hidden=4, layers=2, bidirectional=True),
    "Oscillator, band-limited": partial(
        Oscillator, gain=1.0, period=12.0, interpolation="band_limited"
    ),
    "LSTM, bidirectional": partial(LSTM, hidden=4, layers=2, bidirectional=True),
    "GRU, bidirectional": partial(GRU, hidden=4, bidirectional=True),
    "FNO": partial(FNO, width=3, modes=6, blocks=2, period=24),
    "DeepONet": partial(DeepONet, sensors=24, basis=4, hidden=4, frequencies=2),
}
EVERY = CAUSAL | ACAUSAL
OTHERS = {"MLP", "ImageAutoencoder", "ImageClassifier", "ImageDecoder"}
BASES = {"SequenceNetwork", "ConditionedNetwork"}
every = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY.keys())
causal = pytest.mark.parametrize("make", CAUSAL.values(), ids=CAUSAL.keys())
acausal = pytest.mark.parametrize("make", ACAUSAL.values(), ids=ACAUSAL.keys())


def test_every_network_is_here():
    """Those on points and on images have tests of their own; the bases of the others have nothing
    to test.
    """
    tried = {make.func.__name__ for make in EVERY.values()}
    assert tried | OTHERS | BASES == set(networks.__all__)


@every
def test_maps_batch_time_inputs_to_batch_time_outputs(make):
    for time in (1, 17, 20):
        assert built(make)(record(batch=4, time=time)).shape == (4, time, 3)


@every
def test_the_records_of_a_batch_do_not_mix(make):
    network = built(make)
    torch.testing.assert_close(network(record()[1:]), network(record())[1:])


@every
def test_the_output_depends_on_the_input(make):
    """At every time it does, but the first of a building that starts from rest."""
    network = built(make)
    difference = (network(record()) - network(record() + 1.0)).abs().amax(dim=(0, 2))
    from_rest = ShearBuilding | ShearFamily | Oscillator | InstrumentedBuilding
    first = 1 if isinstance(network, from_rest) else 0
    assert (difference[first:] > 1e-6).all()


@causal
def test_a_causal_network_does_not_see_the_future(make):
    network, changed = built(make), record()
    assert network.causal
    changed[:, 12:] += 1.0
    before, after = network(record()), network(changed)
    torch.testing.assert_close(before[:, :12], after[:, :12], rtol=0, atol=1e-12)  # an FFT rounds
    assert ((before - after)[:, 12:].abs() > 1e-6).any()


@acausal
def test_an_acausal_network_sees_the_future_and_refuses_pieces(make):
    network, changed = built(make), record()
    assert not network.causal
    changed[:, 12:] += 1.0
    assert ((network(record()) - network(changed))[:, :12].abs() > 1e-6).any()
    with pytest.raises(ValueError, match="looks ahead: it needs whole records"):
        network.stream(record())


@causal
@pytest.mark.parametrize("pieces", [[20], [7, 13], [1] * 20], ids=["one", "two", "samples"])
def test_pieces_with_the_state_carried_over_equal_one_pass(make, pieces):
    network, state, outputs = built(make), None, []
    for piece in record().split(pieces, dim=1):
        output, state = network.stream(piece, state)
        outputs.append(output)
    torch.testing.assert_close(torch.cat(outputs, dim=1), network(record()))


@every
def test_gradients_against_finite_differences(make):
    network = built(make)
    parameters = dict(network.named_parameters())

    def output(*values):
        return torch.func.functional_call(
            network, dict(zip(parameters, values, strict=True)), (record(1, 5),)
        )

    assert torch.autograd.gradcheck(output, tuple(parameters.values()), fast_mode=True)


def copy_lstm(theirs, ours):
    """Weights of a layer of torch.nn.LSTM into a peephole layer whose peepholes are zero."""
    with torch.no_grad():
        ours.weight_ih.copy_(theirs.weight_ih_l0)
        ours.weight_hh.copy_(theirs.weight_hh_l0)
        ours.bias.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
        ours.weight_ch.zero_()


def test_an_odd_network_answers_the_negated_input_with_the_negated_output():
    odd, other = (built(partial(LSTM, hidden=4, odd=choice)) for choice in (True, False))
    torch.testing.assert_close(odd(-record()), -odd(record()))
    torch.testing.assert_close(odd(record()), 0.5 * (other(record()) - other(-record())))


@pytest.mark.parametrize("kind", ["NeuralStateSpace", "HystereticStateSpace"])
def test_an_odd_difference_equation_has_no_constants(kind):
    odd, other = (built(CAUSAL[name]) for name in (f"{kind}, odd", kind))
    torch.testing.assert_close(odd(-record()), -odd(record()))
    assert not torch.allclose(other(-record()), -other(record()))
    # Zeros are at rest, so that a record that begins at rest needs no washout.
    assert odd(torch.zeros_like(record())).abs().max() == 0.0
    assert other(torch.zeros_like(record())).abs().max() > 0.0


@pytest.mark.parametrize("diagonal", [False, True])
def test_zero_peepholes_equal_the_lstm_of_torch(diagonal):
    network = built(partial(PeepholeLSTM, hidden=4, diagonal=diagonal))
    theirs = nn.LSTM(2, 4, batch_first=True).double()
    copy_lstm(theirs, network.layers[0])
    torch.testing.assert_close(network(record()), network.head(theirs(record())[0]))


def test_diagonal_peepholes_equal_diagonal_matrices():
    full, diagonal = (
        built(partial(PeepholeLSTM, hidden=4, diagonal=choice)) for choice in (False, True)
    )
    state = diagonal.state_dict()
    name = "layers.0.weight_ch"
    state[name] = torch.cat([torch.diag(row) for row in state[name]])
    full.load_state_dict(state)
    torch.testing.assert_close(full(record()), diagonal(record()))


def test_a_peephole_changes_the_gate_that_it_belongs_to():
    """With a large peephole of the input gate an empty cell stays as it is, a full one takes in
    more.
    """
    network = built(partial(PeepholeLSTM, hidden=1), inputs=1, outputs=1)
    layer = network.layers[0]
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.zero_()
        layer.weight_ih[2] = 1.0  # the candidate is tanh(x), the gates are 1/2
        x = torch.ones(1, 2, 1, dtype=torch.float64)
        cell = layer(x, None)[1][1].item()
        candidate = np.tanh(1.0)
        assert cell == pytest.approx(0.75 * candidate)
        layer.weight_ch[0] = 2.0
        first = 0.5 * candidate
        gate = 1 / (1 + np.exp(-2.0 * first))
        assert layer(x, None)[1][1].item() == pytest.approx(gate * candidate + 0.5 * first)


@pytest.mark.parametrize(("activation", "name"), [(nn.Tanh, "tanh"), (nn.ReLU, "relu")])
def test_the_elman_network_equals_that_of_torch(activation, name):
    network = built(partial(RNN, hidden=4, activation=activation))
    theirs = nn.RNN(2, 4, nonlinearity=name, batch_first=True).double()
    layer = network.ahead[0]
    with torch.no_grad():
        layer.input_to_hidden.weight.copy_(theirs.weight_ih_l0)
        layer.input_to_hidden.bias.copy_(theirs.bias_ih_l0 + theirs.bias_hh_l0)
        layer.hidden_to_hidden.weight.copy_(theirs.weight_hh_l0)
    torch.testing.assert_close(network(record()), network.head(theirs(record())[0]))


def test_a_bidirectional_network_is_symmetric_in_time():
    """With its two directions exchanged it answers the reversed record by the reversed response."""
    network = built(partial(RNN, hidden=4, bidirectional=True))
    forwards = network(record())
    state = {name: value.clone() for name, value in network.state_dict().items()}
    swapped = {
        name.replace("ahead", "BACK").replace("back", "ahead").replace("BACK", "back"): state[name]
        for name in state
    }
    weight = swapped["head.0.weight"]
    swapped["head.0.weight"] = torch.cat([weight[:, 4:], weight[:, :4]], dim=1)
    network.load_state_dict(swapped)
    torch.testing.assert_close(network(record().flip(1)).flip(1), forwards)


def test_a_direct_output_is_the_formula_of_the_read_out():
    """y_t = V h_t + W_h h_(t-1) + W_x x_t + c, with the states of the network without it."""
    network, x = built(partial(RNN, hidden=4, direct_output=True)), record()
    states = network.ahead[0](x, None)[0]
    (head,) = network.head
    of_state, of_earlier, of_input = head.weight.split([4, 4, 2], dim=1)
    earlier = torch.cat([torch.zeros(2, 1, 4).double(), states[:, :-1]], dim=1)
    expected = states @ of_state.T + earlier @ of_earlier.T + x @ of_input.T + head.bias
    torch.testing.assert_close(network(x), expected)


def test_a_recurrent_convolution_iterates_to_its_fixed_point():
    """Linear and with a kernel of one sample: h = W x + b + R h, a geometric series."""
    make = partial(RecurrentCNN, channels=[3], kernel=1, iterations=80, activation=nn.Identity)
    network, x = built(make), record()
    (layer,) = network.layers
    weight = layer.feedforward.convolution.weight[..., 0]
    back = layer.recurrent.convolution.weight.data[..., 0]
    back *= 0.5 / torch.linalg.matrix_norm(back, ord=2)
    driven = x @ weight.T + layer.feedforward.convolution.bias
    fixed = torch.linalg.solve(torch.eye(3).double() - back, driven.mT).mT
    torch.testing.assert_close(network(x), network.head(fixed))


def test_without_feedback_a_recurrent_convolution_is_a_plain_one():
    recurrent = built(partial(RecurrentCNN, channels=[4, 5], kernel=3, activation=nn.Tanh))
    plain = built(CAUSAL["CNN"])
    with torch.no_grad():
        for layer in recurrent.layers:
            layer.recurrent.convolution.weight.zero_()
    for ours, theirs in zip(recurrent.layers, plain.layers, strict=True):
        ours.feedforward.load_state_dict(theirs.state_dict())
    recurrent.head.load_state_dict(plain.head.state_dict())
    torch.testing.assert_close(recurrent(record()), plain(record()))


def test_bidirectional_peepholes_read_out_both_directions():
    """Zero peepholes equal the bidirectional LSTM of torch."""
    network = built(partial(PeepholeLSTM, hidden=4, bidirectional=True))
    theirs = nn.LSTM(2, 4, batch_first=True, bidirectional=True).double()
    copy_lstm(theirs, network.layers[0])
    reverse = nn.LSTM(2, 4, batch_first=True).double()
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    reverse.load_state_dict({name: getattr(theirs, f"{name}_reverse") for name in names})
    copy_lstm(reverse, network.back[0])
    torch.testing.assert_close(network(record()), network.head(theirs(record())[0]))


def test_an_identity_network_sums_its_past():
    """g the identity, U = W = 1: h_t is the running sum of the input."""
    network = built(partial(RNN, hidden=1, activation=nn.Identity), inputs=1, outputs=1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(1.0 if parameter.ndim == 2 else 0.0)
    x = record(inputs=1)
    torch.testing.assert_close(network(x), x.cumsum(dim=1))


def test_the_linear_recurrent_unit_equals_its_recurrence():
    network = built(partial(StateSpace, width=3, states=4, blocks=1))
    unit, u = network.blocks[0].unit, record(inputs=3)
    with torch.no_grad():
        eigenvalue = torch.exp(torch.complex(-unit.nu.exp(), unit.theta.exp()))
        gamma = torch.sqrt(1 - eigenvalue.abs() ** 2)
        x, outputs = torch.zeros(2, 4, dtype=torch.complex128), []
        for u_t in u.unbind(1):
            x = eigenvalue * x + gamma * (u_t.to(x.dtype) @ torch.complex(*unit.input_matrix).T)
            outputs.append((x @ torch.complex(*unit.output_matrix).T).real + unit.direct * u_t)
        torch.testing.assert_close(unit(u, None)[0], torch.stack(outputs, dim=1))


def test_modal_superposition_equals_its_recurrence_and_knows_its_modes():
    network, u = built(partial(Modal, modes=2, shortest=8.0, longest=30.0, damping=0.1)), record()
    torch.testing.assert_close(network.periods(), torch.tensor([30.0, 8.0]).double())
    torch.testing.assert_close(network.damping_ratios(), torch.tensor([0.1, 0.1]).double())
    with torch.no_grad():
        poles, x, outputs = (
            network.logarithms.exp().repeat(2),
            torch.zeros(2, 4, dtype=torch.complex128),
            [],
        )
        for u_t in u.unbind(1):
            x = poles * x + u_t[:, [0, 0, 1, 1]]
            outputs.append((x @ torch.complex(*network.residues).T).real + network.direct(u_t))
        torch.testing.assert_close(network(u), torch.stack(outputs, dim=1))


def test_the_path_of_an_element_is_the_integral_of_its_rate():
    v0, v1 = (
        torch.tensor([[1.0], [-1.0], [1.0], [-3.0], [0.0]]),
        torch.tensor([[2.0], [-2.0], [-1.0], [1.0], [0.0]]),
    )
    step = torch.linspace(0.0, 1.0, 100_001)
    integral = (v0 + (v1 - v0) * step).abs().mean(dim=1, keepdim=True)
    torch.testing.assert_close(hysteretic._path(v0, v1), integral, rtol=1e-4, atol=1e-4)


def test_a_difference_equation_starts_with_its_period():
    """Eigenvalues of the step: a pair that turns once in a period and decays slowly."""
    step = torch.eye(5) + vibrations(5, 12.0)
    found = torch.linalg.eigvals(step)
    slow = found[found.imag > 0.0].angle().min()
    assert 2.0 * math.pi / slow.item() == pytest.approx(12.0, rel=1e-5)
    assert (found.abs() < 1.0).all()
    network = NeuralStateSpace(1, 1, states=5, period=12.0)
    torch.testing.assert_close(torch.eye(5) + network.linear.weight[:, :5], step)


def test_an_element_at_rest_keeps_its_state():
    """Without elongation nothing happens to a hysteretic force, whatever the laws are: only the
    linear part moves.
    """
    network = built(partial(HystereticStateSpace, states=3, elements=1))
    with torch.no_grad():
        network.transition.weight[3:] = 0.0
        network.drive.weight[3:] = 0.0
        network.transition.weight[:3] = 0.0
        network.drive.weight[:3] = 0.0
    state = torch.randn(2, 3).double(), torch.zeros(2, network.taps, 2).double()
    torch.testing.assert_close(network.stream(record(), state)[1][0], state[0])


def test_convolution_arithmetic_against_torch():
    grid = itertools.product([7, 16, 33], [1, 2, 3, 5], [1, 2, 3], [0, 1, 2], [1, 2])
    for length, kernel, stride, padding, dilation in grid:
        if effective_kernel(kernel, dilation) <= length + 2 * padding:
            left = nn.Conv1d(1, 1, kernel, stride, padding, dilation)(
                torch.zeros(1, 1, length)
            ).shape[2]
            assert left == output_length(length, kernel, stride, padding, dilation)
        else:
            with pytest.raises(
                ValueError, match=f"{length} samples with padding {padding} are too few"
            ):
                output_length(length, kernel, stride, padding, dilation)


@pytest.mark.parametrize(
    ("kernels", "strides", "dilations"),
    [([3], [1], [1]), ([3, 5], [2, 1], [1, 3]), ([2, 3, 4], [3, 2, 1], [1, 1, 2])],
)
def test_the_receptive_field_equals_the_reach_of_gradients(kernels, strides, dilations):
    layers = [
        nn.Conv1d(1, 1, k, s, dilation=d)
        for k, s, d in zip(kernels, strides, dilations, strict=True)
    ]
    input = torch.randn(1, 1, 100, requires_grad=True)
    nn.Sequential(*layers)(input)[0, 0, 0].backward()
    touched = input.grad[0, 0].nonzero()
    assert int(touched.max() - touched.min()) + 1 == receptive_field(kernels, strides, dilations)


@pytest.mark.parametrize(
    "make",
    [
        partial(CNN, channels=[4, 4, 4]),
        partial(TCN, channels=4, blocks=2),
        partial(RecurrentCNN, channels=[4, 4], iterations=2),
    ],
)
def test_the_field_of_a_network_is_what_its_output_depends_on(make):
    network, input = (
        built(partial(make, kernel=3, activation=nn.Tanh)),
        record(1, 60).requires_grad_(),
    )
    network(input)[0, 50].sum().backward()
    touched = input.grad.abs().sum(dim=(0, 2)).nonzero()
    assert int(touched.max()) == 50
    assert 51 - int(touched.min()) == network.receptive_field


@pytest.mark.parametrize("pooling", [None, nn.MaxPool1d, nn.AvgPool1d])
@pytest.mark.parametrize("factor", [1, 2, 3, 4])
@pytest.mark.parametrize("kernel", [5, 7])
def test_an_encoder_reduces_and_its_decoder_restores_the_length(pooling, factor, kernel):
    network = EncoderDecoder(2, 3, [4, 5], kernel, factor, pooling)
    for samples in (1, 23, 48):
        assert network(torch.zeros(1, samples, 2)).shape == (1, samples, 3)
        padded = torch.zeros(1, 2, network.encoded_length(samples) * factor**2)
        assert network.encoder(padded).shape[2] == network.encoded_length(samples)


@pytest.mark.parametrize("pooling", [None, nn.MaxPool2d, nn.AvgPool2d])
def test_a_classifier_of_images_knows_the_size_of_its_features(pooling):
    network = ImageClassifier(
        1, 10, 8, channels=[4, 8], pooling=pooling, stride=1 if pooling else 2
    )
    assert network(torch.zeros(3, 1, 8, 8)).shape == (3, 10)
    assert network.features(torch.zeros(1, 1, 8, 8)).shape[1] == 8 * network.size**2


def test_gradients_of_a_classifier_against_finite_differences():
    network = built(partial(ImageClassifier, size=4, channels=[2], hidden=[3], activation=nn.Tanh))
    images = record(2, 32).view(2, 2, 4, 8)[..., :4]
    parameters = dict(network.named_parameters())

    def scores(*values):
        return torch.func.functional_call(
            network, dict(zip(parameters, values, strict=True)), (images,)
        )

    assert torch.autograd.gradcheck(scores, tuple(parameters.values()), fast_mode=True)


def test_a_perceptron_on_points_is_its_formula():
    network = built(partial(MLP, hidden=[4], activation=nn.Tanh))
    first, _, last = network.layers
    x = record()[0]
    torch.testing.assert_close(
        network(x), torch.tanh(x @ first.weight.T + first.bias) @ last.weight.T + last.bias
    )


ACTIVATIONS = [
    nn.Identity,
    nn.Sigmoid,
    nn.Tanh,
    nn.ReLU,
    nn.LeakyReLU,
    nn.PReLU,
    nn.ELU,
    nn.SELU,
    nn.SiLU,
    nn.Softplus,
    partial(nn.Threshold, 0.0, 0.0),
]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(
    "make", [MLP, WindowMLP, CNN, TCN, RNN, RCNN, RecurrentCNN, EncoderDecoder]
)
def test_every_activation_fits_every_network_that_has_one(make, activation):
    network = built(partial(make, activation=activation))
    assert torch.isfinite(network(record())).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(LSTM, dropout=0.2), r"dropout = 0\.2 needs layers >= 2, got layers = 1"),
        (partial(GRU, dropout=0.2), r"dropout = 0\.2 needs layers >= 2, got layers = 1"),
        (partial(WindowMLP, window=0), "window must be at least 1 sample, got 0"),
        (partial(CNN, kernel=4, causal=False), "a centred kernel must be odd, got 4"),
        (partial(CNN, dilations=[1, 2]), "dilations has 2 entries for 6 layers"),
        (
            partial(EncoderDecoder, kernel=4),
            "kernel must be odd and at least the factor of 2, got 4",
        ),
        (partial(StateSpace, slowest=1.0), r"got fastest = 0\.5, slowest = 1\.0"),
        (partial(NeuralStateSpace, period=1.0), r"at least 2 samples, got 1\.0"),
        (partial(HystereticStateSpace, period=1.0), r"at least 2 samples, got 1\.0"),
        (
            partial(ShearBuilding, period=1.0),
            r"at least 2 samples and damping greater than 0, got 1\.0 and 0\.05",
        ),
        (partial(ShearBuilding, damping=math.nan), r"damping greater than 0, got 50\.0 and nan"),
        (partial(ShearBuilding, hidden=1), "hidden must be at least 2, got 1"),
        (
            partial(ShearBuilding, storeys=2),
            "storeys must be at least the number of outputs, 3, got 2",
        ),
        (
            partial(ShearBuilding, storeys=20),
            r"20 storeys with a period of 50\.0 samples needs substeps of at least 2",
        ),
        (partial(Modal, damping=1.0), r"0 < damping < 1, got 4, 5\.0, 100\.0 and 1\.0"),
        (
            partial(ImageClassifier, size=2, channels=[4, 4, 4]),
            "1 samples with padding 0 are too few for a kernel of 2",
        ),
    ],
)
def test_impossible_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make(2, 3)


SIZES = [
    (kind, name)
    for kind in (
        CNN,
        RCNN,
        RecurrentCNN,
        TCN,
        RNN,
        LSTM,
        PeepholeLSTM,
        GRU,
        WindowMLP,
        StateSpace,
        NeuralStateSpace,
        HystereticStateSpace,
        ShearBuilding,
    )
    for name, parameter in inspect.signature(kind).parameters.items()
    if isinstance(parameter.default, int) and not isinstance(parameter.default, bool)
]


@pytest.mark.parametrize("size", [0, -1])
@pytest.mark.parametrize(("kind", "name"), SIZES)
def test_a_size_below_one_is_refused_by_its_name(kind, name, size):
    with pytest.raises(ValueError, match=f"{name} must be at least 1.*, got {size}"):
        kind(1, 2, **{name: size})


@pytest.mark.parametrize("size", [1.5, 2.0, "4", None])
def test_a_size_that_is_no_whole_number_is_refused(size):
    with pytest.raises(ValueError, match=f"stack must be a whole number, got {size!r}"):
        LSTM(1, 2, stack=size)


@pytest.mark.parametrize("far", [11.0, 200.0])
def test_a_mode_whose_decay_runs_away_is_over_at_once(far):
    """As a line search may leave it: the other modes answer as they did."""
    network = built(partial(Modal, modes=3))
    with torch.no_grad():
        network.log_decay[2] = far
        network.log_angle[2] = far
        answer = network(record())
        network.residues.view(2, 3, 2, 3)[..., 2] *= 0.0
        # What is left of the mode passes the input on, without memory.
        without = network(record())
    passed = answer - without
    assert passed.isfinite().all()
    direct = torch.linalg.lstsq(record().flatten(0, 1), passed.flatten(0, 1)).solution
    torch.testing.assert_close(record() @ direct, passed, atol=1e-9, rtol=0.0)
