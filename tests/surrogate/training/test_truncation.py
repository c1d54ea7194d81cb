"""Truncated back-propagation through time: the whole record is run, the gradient goes back by one
piece.
"""

from functools import partial

import pytest
import torch
from torch.nn.functional import mse_loss
from torch.optim import SGD

from surrogate.data.datamodule import Records
from surrogate.data.samplers import Batch, cut
from surrogate.networks import (
    GRU,
    LSTM,
    MLP,
    RNN,
    TCN,
    NeuralStateSpace,
    PeepholeLSTM,
    StateSpace,
    WindowMLP,
)
from surrogate.training.module import Surrogate
from tests.helpers.make_records import write_records
from tests.helpers.train import NAMES, Save, fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
WHOLE = {
    "window": None,
    "washout": 0,
    "batch_size": 4,
    "windows_per_epoch": 8,
}  # 200 samples a record


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


def parameters(surrogate):
    return [parameter.detach().clone() for parameter in surrogate.network.parameters()]


def records(path, **options):
    data = Records(path, **NAMES, **(WHOLE | options))
    data.setup("fit")
    return data


def test_pieces_are_of_equal_length_and_the_washout_is_in_the_first():
    batch = Batch(torch.arange(22.0).reshape(1, 11, 2), torch.arange(2, 11.0).reshape(1, 9, 1))
    pieces = cut(batch, 3)
    assert [piece.input.shape[1] for piece in pieces] == [4, 4, 3]
    assert [piece.target.shape[1] for piece in pieces] == [2, 4, 3]
    assert [piece.begins for piece in pieces] == [True, False, False]
    assert torch.equal(torch.cat([piece.input for piece in pieces], dim=1), batch.input)
    assert torch.equal(torch.cat([piece.target for piece in pieces], dim=1), batch.target)


def test_a_piece_as_long_as_the_window_is_full_back_propagation(path):
    (full, expected), (truncated, history) = (
        fit(path, data=WHOLE | more) for more in ({}, {"truncation": 200})
    )
    assert history.losses == expected.losses
    assert all(map(torch.equal, parameters(truncated), parameters(full)))


def test_every_piece_is_a_step_and_the_schedule_knows(path):
    law = partial(torch.optim.lr_scheduler.OneCycleLR, max_lr=1e-2)
    _, history = fit(path, epochs=2, data=WHOLE | {"truncation": 60}, lr_scheduler=law)
    assert len(history.losses) == 2 * 2 * 4  # epochs, batches, pieces of 50 samples
    assert history.rates[-1] == pytest.approx(1e-2 / 25 / 1e4)


NETWORKS = [
    LSTM,
    partial(LSTM, odd=True, stack=4),
    GRU,
    PeepholeLSTM,
    RNN,
    TCN,
    StateSpace,
    NeuralStateSpace,
    WindowMLP,
]


def gradients(surrogate, loss):
    return torch.autograd.grad(
        loss, list(surrogate.network.parameters()), allow_unused=True, materialize_grads=True
    )


@pytest.mark.parametrize("network", NETWORKS)
def test_the_state_is_carried_on_and_its_gradient_is_cut(path, network):
    """A piece is scored as part of one pass over the record; its gradient takes the state before it
    as given.
    """
    data = records(path, truncation=50)
    surrogate = Surrogate(network)
    surrogate.build_for(data)
    whole = next(iter(records(path).train_dataloader()))
    one_pass = surrogate._evaluate(whole)[0].split(50, dim=1)
    for number, piece in zip(range(4), data.train_dataloader(), strict=False):
        target = surrogate.target_scaling(piece.target)
        loss = surrogate.training_step(piece)
        torch.testing.assert_close(loss, mse_loss(one_pass[number], target), rtol=1e-4, atol=1e-5)
        with torch.no_grad():
            before = surrogate.input_scaling(whole.input[:, : 50 * number])
            state = surrogate.network.stream(before)[1] if number else None
        given = mse_loss(
            surrogate.network.stream(surrogate.input_scaling(piece.input), state)[0], target
        )
        for ours, expected in zip(
            gradients(surrogate, loss), gradients(surrogate, given), strict=True
        ):
            torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-4)


def test_the_gradient_of_a_piece_is_not_the_whole(path):
    """Otherwise nothing would be cut."""
    surrogate, data = Surrogate(LSTM), records(path, truncation=100)
    surrogate.build_for(data)
    first, second, *_ = data.train_dataloader()
    whole = next(iter(records(path).train_dataloader()))
    surrogate.training_step(first)
    truncated = gradients(surrogate, surrogate.training_step(second))
    target = surrogate.target_scaling(second.target)
    full = gradients(surrogate, mse_loss(surrogate._evaluate(whole)[0][:, 100:], target))
    assert not torch.allclose(truncated[1], full[1], rtol=0.05)


def test_accumulated_pieces_are_one_step_that_is_clipped(path):
    """Four pieces in a step: the mean of their gradients, from one set of weights."""
    options = {"network": partial(LSTM, hidden=5), "optimizer": partial(SGD, lr=1.0), "epochs": 1}
    data = WHOLE | {"truncation": 50, "windows_per_epoch": 4}
    start, _ = fit(path, data=data, trainer={"limit_train_batches": 0}, **options)
    trained, _ = fit(
        path,
        data=data,
        trainer={"accumulate_grad_batches": 4, "gradient_clip_val": 1e-3},
        **options,
    )
    step = [
        after - before for before, after in zip(parameters(start), parameters(trained), strict=True)
    ]
    assert torch.cat([part.ravel() for part in step]).norm().item() == pytest.approx(1e-3, rel=1e-3)
    losses = [start.training_step(piece) for piece in start.trainer.datamodule.train_dataloader()]
    expected = gradients(start, sum(losses))
    norm = torch.cat([part.ravel() for part in expected]).norm()
    for change, gradient in zip(step, expected, strict=True):
        torch.testing.assert_close(change, -1e-3 * gradient / norm, rtol=1e-2, atol=1e-6)


@pytest.mark.parametrize("step", [1, 4, 6, 8])
def test_a_training_goes_on_within_a_window(path, tmp_path, step):
    """The state between two pieces is in the checkpoint."""
    options = {"epochs": 2, "data": WHOLE | {"truncation": 60}}
    undisturbed, expected = fit(path, callbacks=[Save(step, tmp_path / "cut.ckpt")], **options)
    resumed, history = fit(path, checkpoint=tmp_path / "cut.ckpt", **options)
    assert history.losses == expected.losses[step:]
    assert all(map(torch.equal, parameters(resumed), parameters(undisturbed)))


def test_a_training_goes_on_within_a_group_of_stacked_samples(path, tmp_path):
    """Pieces of 50 samples in groups of 7: a piece ends within a group."""
    network = partial(LSTM, hidden=5, odd=True, stack=7)
    options = {"epochs": 1, "data": WHOLE | {"truncation": 50}, "network": network}
    undisturbed, expected = fit(path, callbacks=[Save(2, tmp_path / "cut.ckpt")], **options)
    kept = torch.load(tmp_path / "cut.ckpt")["progress"]["processes"][0]["state"]
    assert kept[2].shape[1] == 100 % 7
    resumed, history = fit(path, checkpoint=tmp_path / "cut.ckpt", **options)
    assert history.losses == expected.losses[2:]
    assert all(map(torch.equal, parameters(resumed), parameters(undisturbed)))


def test_a_piece_of_two_steps_trains_the_recurrence(path):
    """The shortest that a network of stacked samples takes."""
    surrogate, data = Surrogate(partial(LSTM, hidden=5, stack=7)), records(path, truncation=14)
    surrogate.build_for(data)
    first, second, *_ = data.train_dataloader()
    assert second.input.shape[1] == 14
    names = [name for name, _ in surrogate.network.named_parameters()]
    for piece in (first, second):
        reached = gradients(surrogate, surrogate.training_step(piece))
        assert dict(zip(names, reached, strict=True))["recurrent.weight_ih_l0"].any()


@pytest.mark.parametrize(
    ("data", "network", "message"),
    [
        ({"truncation": 0}, LSTM, "truncation must be at least 1, got 0"),
        (
            {"truncation": 50},
            partial(LSTM, bidirectional=True),
            "truncation = 50 needs a causal network .* got LSTM",
        ),
        ({"truncation": 50}, MLP, "truncation = 50 needs a causal network of series, .* got MLP"),
        (
            {"truncation": 13},
            partial(LSTM, stack=7),
            "truncation = 13 must be at least 14, two steps of 7 samples: LSTM learns nothing",
        ),
        (
            {"truncation": 30, "washout": 30},
            LSTM,
            "end within the first piece of 28 samples .* of 30 makes, got 30",
        ),
    ],
)
def test_what_cannot_be_truncated_is_refused(path, data, network, message):
    with pytest.raises(ValueError, match=message):
        fit(path, data=WHOLE | data, network=network)
