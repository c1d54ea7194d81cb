"""Records of different lengths: a training, its scores and its files are the same whatever lies in
the padding, and look ahead finds the true end of each record.
"""

from functools import partial

import numpy as np
import pytest
import torch
from lightning.pytorch import Trainer
from torch import nn

import datasets
from datasets.contract import lengths
from datasets.recipes.catalogue import read_recipe
from surrogate import inference
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.data.datamodule import Records
from surrogate.data.samplers import Batch, Windows, cut
from surrogate.networks import LSTM, MLP, EncoderDecoder, WindowMLP
from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
from surrogate.optim.pretraining import GreedyPretraining
from surrogate.training import batch_loss
from surrogate.training.callbacks.outputs import PredictionFile, TestReport
from surrogate.training.losses import (
    ActivationPenalty,
    GaussianNLL,
    Penalty,
    PhysicsPenalty,
    RelativeSquaredError,
    WeightPenalty,
)
from surrogate.training.module import Surrogate
from surrogate.training.scaled_network import ScaledNetwork
from tests.helpers.checkpoints import INTERFACE, STATISTICS, shaken, untrained
from tests.helpers.make_records import write_records
from tests.helpers.ragged import LENGTHS, write_ragged
from tests.helpers.train import NAMES, Save, fit
from tests.surrogate.networks.test_networks import ACAUSAL, CAUSAL
from tests.surrogate.training.test_losses import RECIPE

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:The number of training batches"),
]
WHOLE = {"window": None, "washout": 0, "batch_size": 3, "windows_per_epoch": None, "discard": 5}
QUIET = {"logger": False, "enable_progress_bar": False, "accelerator": "cpu"}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Two datasets that differ in their padding alone, of which the first is sound."""
    return [
        str(write_ragged(tmp_path / f"{number}.h5", monkeypatch, padding))
        for number, padding in enumerate((np.nan, 1e30))
    ]


class ResponsePenalty(Penalty):
    """One of a user's own, which knows nothing of lengths."""

    def forward(self, network, input, prediction):
        return (prediction * input[..., :1]).square().mean()


SETTINGS = {
    "recurrent": {"network": partial(LSTM, hidden=4)},
    "in pieces": {"network": partial(LSTM, hidden=4), "data": {"truncation": 40}},
    "washout": {"network": partial(LSTM, hidden=4), "data": {"washout": 30}},
    "bidirectional": {"network": partial(LSTM, hidden=4, bidirectional=True)},
    "encoder and decoder": {"network": partial(EncoderDecoder, channels=[3], kernel=3)},
    "at each sample": {"network": partial(MLP, hidden=[4])},
    "variances": {"network": partial(LSTM, hidden=4), "loss": GaussianNLL()},
    "relative": {"network": partial(LSTM, hidden=4), "loss": RelativeSquaredError()},
    "sum": {"network": partial(LSTM, hidden=4), "loss": nn.MSELoss(reduction="sum")},
    "pretrained": {"network": partial(MLP, hidden=[4]), "pretrain": GreedyPretraining(epochs=1)},
    "penalties": {
        "network": partial(LSTM, hidden=4),
        "penalties": [WeightPenalty(l2=0.1), ResponsePenalty()],
    },
}


def trained(path, data=None, **model):
    surrogate, history = fit(path, data=WHOLE | (data or {}), **model)
    loss = surrogate.trainer.callback_metrics["validation/loss"].item()
    return surrogate, [*history.losses, loss]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_is_the_same_whatever_the_padding_holds(files, name):
    (sound, losses), (other, others) = (trained(path, **SETTINGS[name]) for path in files)
    assert losses == others
    assert np.isfinite(losses).all()
    for mine, theirs in zip(sound.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)


FITTING = {
    "FNO": {"period": 40},
    "DeepONet": {"sensors": 40},
    "InstrumentedBuilding": {"storeys": 2},
    "ShearFamily": {"stiffness": None, "conditions": 2},
}
"""What suits the length and the channels of these records."""


@pytest.mark.parametrize("name", CAUSAL | ACAUSAL)
def test_a_network_answers_each_record_as_if_it_were_alone(name):
    torch.manual_seed(0)
    make = (CAUSAL | ACAUSAL)[name]
    interface, statistics = INTERFACE, STATISTICS
    if name == "InstrumentedBuilding":
        interface, statistics = shaken(INTERFACE, STATISTICS)
    inputs = len(statistics["input_mean"])
    network = make(inputs, 2, **FITTING.get(name, {}))
    model = ScaledNetwork(network, interface, statistics).eval()
    samples = torch.tensor([31, 12, 31, 20])
    input = torch.randn(4, 31, inputs)
    input = torch.where(torch.arange(31)[:, None] < samples[:, None, None], input, 0.0)
    together = model(input, samples)
    for record, own in enumerate(samples):
        alone = model(input[record : record + 1, :own])
        torch.testing.assert_close(together[record, :own], alone[0], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss(), nn.HuberLoss(delta=0.3)])
def test_a_loss_is_the_mean_over_the_samples_that_count(loss):
    output = torch.randn(3, 9, 2)
    target = torch.randn(3, 9, 2)
    samples = torch.tensor([9, 0, 4])
    counted = [torch.cat([x[0], x[2, :4]]) for x in (output, target)]
    found = batch_loss.of_lengths(loss, output, target, samples)
    torch.testing.assert_close(found, loss(*counted))


def test_a_relative_error_counts_every_record_alike():
    output = torch.randn(2, 9, 2)
    target = torch.randn(2, 9, 2)
    loss = RelativeSquaredError()
    found = batch_loss.of_lengths(loss, output, target, torch.tensor([9, 4]))
    alone = 0.5 * (loss(output[:1], target[:1]) + loss(output[1:, :4], target[1:, :4]))
    torch.testing.assert_close(found, alone)


@pytest.mark.parametrize(
    "loss", [nn.MSELoss(), RelativeSquaredError(), nn.MSELoss(reduction="sum")]
)
def test_the_validation_loss_does_not_depend_on_which_records_share_a_batch(files, loss):
    surrogate, _ = trained(files[0], network=partial(LSTM, hidden=4), loss=loss)
    stated = surrogate.trainer.callback_metrics["validation/loss"].item()
    part = surrogate.trainer.datamodule.parts["validation"]
    found = []
    for record, own in enumerate(part.lengths):
        batch = part[Windows(np.array([record]), np.array([0]), int(own), np.array([own]))]
        value = batch_loss.of_windows(surrogate.scaled, surrogate.loss, batch)[1].item()
        found.append((value, batch_loss.weight(loss, batch)))
    values, weights = np.array(found).T
    is_sum = getattr(loss, "reduction", "") == "sum"
    expected = values.sum() if is_sum else np.average(values, weights=weights)
    assert stated == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_pieces_is_that_of_the_whole_without_what_they_pad():
    surrogate = untrained(partial(LSTM, hidden=4))
    input = torch.randn(2, 40, 3)
    samples = torch.tensor([40, 13])
    batch = Batch(input, torch.randn(2, 40, 2), samples=samples)
    whole = batch_loss.of_windows(surrogate.scaled, nn.MSELoss(), batch)[1]
    state = None
    total = torch.zeros(())
    for piece in cut(batch, 4):
        _, loss, state = batch_loss.of_piece(surrogate.scaled, nn.MSELoss(), piece, state)
        total = total + loss * piece.weight
    torch.testing.assert_close(total / 53, whole)


@pytest.fixture(scope="module")
def physics():
    """Responses of two lengths, anything behind the shorter, and the penalty on them."""
    recipe = read_recipe(RECIPE, "test")
    building = recipe.nominal
    groups = [
        ("base_acceleration", "m s-2", 1),
        ("drift", "m", building.floors),
        ("restoring_force", "N", building.floors),
    ]
    made = [ChannelGroup(name, unit, name, "storey", n) for name, unit, n in groups]
    penalty = PhysicsPenalty(1.0, 0.5)
    penalty.attach(nn.Identity(), Interface((made[0],), tuple(made[1:]), 0.01, recipe.to_yaml()))
    generator = torch.Generator().manual_seed(0)
    input = torch.randn(2, 60, 1, generator=generator)
    scale = torch.tensor([1e-3] * building.floors + [1e5] * building.floors)
    prediction = scale * torch.randn(2, 60, 2 * building.floors, generator=generator)
    return penalty, input, prediction


def test_the_physics_penalty_sees_no_padding(physics):
    penalty, input, prediction = physics
    samples = torch.tensor([60, 33])
    found = penalty.of_lengths(None, input, prediction, samples)
    other = input.clone(), prediction.clone()
    for values in other:
        values[1, 33:] = 1e6
    assert torch.equal(found, penalty.of_lengths(None, *other, samples))
    prediction = prediction.clone().requires_grad_()
    penalty.of_lengths(None, input, prediction, samples).backward()
    assert torch.isfinite(prediction.grad).all()
    assert not prediction.grad[1, 33:].any()


def test_the_physics_penalty_of_one_length_is_the_plain_one(physics):
    penalty, input, prediction = physics
    for length in (60, 33):
        some = input[:, :length], prediction[:, :length]
        found = penalty.of_lengths(None, input, prediction, torch.tensor([length, length]))
        torch.testing.assert_close(found, penalty(None, *some))


def test_the_physics_penalty_weighs_residuals_by_the_excitation_of_the_batch(physics):
    """Sum of squared residuals over sum of squared excitation, of both records together."""
    penalty, input, prediction = physics
    total = torch.zeros(())
    drive = torch.zeros(())
    for record, length in enumerate((60, 33)):
        some = input[record, :length][None], prediction[record, :length][None]
        square = some[0][:, 2:-2].square().sum()
        total = total + penalty(None, *some) * square
        drive = drive + square
    found = penalty.of_lengths(None, input, prediction, torch.tensor([60, 33]))
    torch.testing.assert_close(found, total / drive)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ({"penalties": [ActivationPenalty(0.1)], "network": WindowMLP}, "ActivationPenalty"),
        ({"optimizer": LevenbergMarquardt, "network": partial(LSTM, hidden=2)}, "LevenbergM"),
    ],
)
def test_what_cannot_tell_padding_asks_for_windows(files, model, name):
    with pytest.raises(ValueError, match=f"{name}.* set data.window"):
        trained(files[0], **model)


def test_a_training_in_windows_takes_every_penalty(files):
    penalty = ActivationPenalty(0.1)
    network = partial(WindowMLP, window=5, hidden=[4])
    (_, losses), (_, others) = (
        trained(path, {"window": 50}, network=network, penalties=[penalty]) for path in files
    )
    assert losses == others


@pytest.mark.parametrize("truncation", [None, 40])
def test_a_training_that_is_stopped_within_an_epoch_goes_on_bit_for_bit(
    files, tmp_path, truncation
):
    data = WHOLE | {"truncation": truncation}
    whole, history = fit(files[0], epochs=3, data=data)
    fit(files[0], epochs=3, data=data, callbacks=[Save(4, tmp_path / "stopped.ckpt")])
    resumed, rest = fit(files[0], epochs=3, data=data, checkpoint=tmp_path / "stopped.ckpt")
    assert history.losses[-len(rest.losses) :] == rest.losses
    for mine, theirs in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(mine, theirs)


@pytest.mark.parametrize("network", [partial(LSTM, hidden=4), SETTINGS["bidirectional"]["network"]])
def test_test_and_predict_see_what_counts(files, tmp_path, network):
    surrogate, _ = trained(files[0], network=network)
    tested = []
    predicted = []
    for number, path in enumerate(files):
        folder = tmp_path / f"run {number}"
        writers = [TestReport(), PredictionFile()]
        trainer = Trainer(default_root_dir=folder, callbacks=writers, **QUIET)
        data = Records(path, **NAMES, **WHOLE)
        trainer.test(surrogate, datamodule=data, verbose=False)
        tested.append(surrogate.tested)
        trainer.predict(surrogate, datamodule=data)
        predicted.append(datasets.open_dataset(folder / "predictions.h5").load())
        assert datasets.check(folder / "predictions.h5") == {}
        assert (folder / "test" / "records.png").stat().st_size > 1000
    assert tested[0].scores.identical(tested[1].scores)
    assert predicted[0].drop_attrs().identical(predicted[1].drop_attrs())
    assert predicted[0]["samples"].values.tolist() == list(LENGTHS[10:])
    assert tested[0].samples.tolist() == [n - 5 for n in LENGTHS[10:]]
    truth = datasets.open_dataset(files[0])
    for place, record in enumerate((10, 11)):
        one = lengths.trimmed(truth.isel(record=record)).load()
        input = one["base_acceleration"].values[None, :, None]
        alone = inference.respond(surrogate, input)[0]
        found = predicted[0]["drift"][place].values
        np.testing.assert_allclose(found[: len(alone)], alone, rtol=1e-4, atol=1e-6)
        assert np.isnan(found[len(alone) :]).all()
        error = np.sqrt(np.mean((alone - one["drift"].values)[5:] ** 2, axis=0))
        stated = tested[0].scores["RMSE"].sel(record=record).values
        np.testing.assert_allclose(stated, error, rtol=1e-4)


def test_records_of_one_length_train_as_before(tmp_path):
    """The samples of a dataset of one length leave no trace in a batch."""
    path = str(write_records(tmp_path / "equal.h5"))
    surrogate, _ = trained(path, network=partial(LSTM, hidden=4))
    assert isinstance(surrogate, Surrogate)
    (batch,) = surrogate.trainer.datamodule.val_dataloader()
    assert batch.samples is None
    assert batch.weight == 2
