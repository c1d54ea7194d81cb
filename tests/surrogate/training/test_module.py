"""Training: it learns, repeats itself, goes on where it stopped, and steps schedulers when they
need it.
"""

from functools import partial

import numpy as np
import pytest
import torch
from lightning.pytorch import Trainer
from torch.optim.lr_scheduler import CyclicLR, ExponentialLR, OneCycleLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset

from datasets import write_dataset
from surrogate import inference
from surrogate.data.datamodule import Records
from surrogate.evaluation.metrics import evaluate
from surrogate.networks import LSTM
from surrogate.optim.initializers import Initialize
from surrogate.training.losses import Penalty
from surrogate.training.module import Surrogate
from tests.helpers.checkpoints import untrained
from tests.helpers.make_records import make_records, write_records
from tests.helpers.train import NAMES, Save, fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


def weights(surrogate):
    return torch.cat([p.detach().ravel() for p in surrogate.network.parameters()])


def test_overfits_one_record(tmp_path):
    write_dataset(make_records(records=1, samples=100, split=False), tmp_path / "one.h5")
    surrogate, _ = fit(
        str(tmp_path / "one.h5"),
        epochs=50,
        data={"window": None, "washout": 0, "windows_per_epoch": 1},
        network=partial(LSTM, hidden=16),
        optimizer=partial(
            torch.optim.LBFGS, max_iter=20, history_size=20, line_search_fn="strong_wolfe"
        ),
    )
    record = make_records(records=1, samples=100)
    prediction = inference.respond(surrogate, record["base_acceleration"].values[..., None])
    assert evaluate(prediction, record["drift"].values)["NRMSE"].max() < 0.01


def test_one_seed_gives_one_training(path):
    (one, first), (other, second) = fit(path), fit(path)
    assert first.losses == second.losses
    assert torch.equal(weights(one), weights(other))


@pytest.mark.parametrize(
    ("step", "hook"),
    [
        (2, "on_train_batch_end"),  # within the first epoch
        (4, "on_train_batch_end"),  # after the first batch of the second
        (3, "on_train_batch_end"),  # after the last batch, before the validation
        (3, "on_validation_end"),
        (3, "on_train_epoch_end"),
        (6, "on_validation_end"),
    ],
)
@pytest.mark.parametrize(
    "length", [{"epochs": 3}, {"epochs": -1, "trainer": {"max_steps": 9}}], ids=["epochs", "steps"]
)
def test_a_resumed_training_is_the_undisturbed_one(path, tmp_path, length, step, hook):
    """Windows, dropout, optimizer, one cycle and the mean loss of the epoch that was cut: all go on
    bit by bit.
    """
    options = length | {"lr_scheduler": partial(OneCycleLR, max_lr=1e-2)}
    undisturbed, expected = fit(
        path, callbacks=[Save(step, tmp_path / "cut.ckpt", hook)], **options
    )
    torch.rand(7)  # the stream is elsewhere when the training goes on
    resumed, history = fit(path, checkpoint=tmp_path / "cut.ckpt", **options)
    assert history.losses == expected.losses[step:]
    assert history.rates == expected.rates[step:]
    assert history.epochs == expected.epochs[-len(history.epochs) :]
    assert torch.equal(weights(resumed), weights(undisturbed))


def test_a_law_that_waits_for_a_plateau_goes_on_from_the_end_of_an_epoch(path, tmp_path):
    """No loss is ten times lower than the one before: every epoch halves the rate."""
    law = partial(ReduceLROnPlateau, factor=0.5, patience=0, threshold=0.9)
    options = {"epochs": 3, "lr_scheduler": law}
    end = Save(6, tmp_path / "cut.ckpt", "on_train_epoch_end")
    undisturbed, expected = fit(path, callbacks=[end], **options)
    resumed, history = fit(path, checkpoint=tmp_path / "cut.ckpt", **options)
    assert history.rates == expected.rates[6:]
    assert history.rates[-1] < expected.rates[5]
    assert torch.equal(weights(resumed), weights(undisturbed))


def test_a_checkpoint_predicts_without_data(path, tmp_path):
    surrogate, _ = fit(path, callbacks=[Save(6, tmp_path / "end.ckpt")])
    loaded = inference.load(tmp_path / "end.ckpt")
    input = np.random.default_rng(0).standard_normal((2, 50, 1))
    assert np.array_equal(
        inference.respond(loaded, input), inference.respond(surrogate.eval(), input)
    )
    assert loaded.interface == surrogate.interface
    assert [signal.units for signal in loaded.interface.targets] == ["m"]


def test_predictions_are_in_physical_units(path):
    """With targets a thousand times larger the network sees the same numbers and predicts a
    thousand times more.
    """
    dataset = make_records()
    dataset["drift"] = dataset["drift"] * 1024.0
    dataset["drift"].attrs = {"units": "m", "long_name": "drift"}
    large = path.replace("records", "large")
    write_dataset(dataset, large)
    input = dataset["base_acceleration"].values[:2, :, None]
    (small, _), (big, _) = fit(path), fit(large)
    np.testing.assert_allclose(
        inference.respond(big.eval(), input),
        1024.0 * inference.respond(small.eval(), input),
        rtol=1e-3,
    )


def test_the_washout_is_not_scored(path):
    surrogate, _ = fit(path)
    records = Records(path, **NAMES, window=80, washout=20)
    records.setup("fit")
    (batch, *_) = records.train_dataloader()
    surrogate.eval()
    full = surrogate.target_scaling(surrogate(batch.input))[:, 20:]
    expected = torch.nn.functional.mse_loss(full, surrogate.target_scaling(batch.target))
    torch.testing.assert_close(surrogate.training_step(batch), expected)


def test_one_cycle_ends_with_the_training(path):
    _, history = fit(path, epochs=4, lr_scheduler=partial(OneCycleLR, max_lr=1e-2))
    assert len(history.rates) == 12
    assert max(history.rates) == pytest.approx(1e-2, rel=0.05)
    assert history.rates[-1] == pytest.approx(1e-2 / 25 / 1e4)


def test_cycles_step_per_batch_and_decay_per_epoch(path):
    cycles = partial(CyclicLR, base_lr=1e-3, max_lr=3e-3, step_size_up=2, cycle_momentum=False)
    _, history = fit(path, epochs=2, lr_scheduler=cycles)
    np.testing.assert_allclose(history.rates, [1e-3, 2e-3, 3e-3, 2e-3, 1e-3, 2e-3])
    _, history = fit(path, epochs=2, lr_scheduler=partial(ExponentialLR, gamma=0.1))
    np.testing.assert_allclose(history.rates, [1e-3, 1e-3, 1e-3, 1e-4, 1e-4, 1e-4])


def test_the_interval_of_a_scheduler_can_be_chosen(path):
    _, history = fit(
        path, epochs=1, lr_scheduler=partial(ExponentialLR, gamma=0.1), lr_interval="step"
    )
    np.testing.assert_allclose(history.rates, [1e-3, 1e-4, 1e-5])


def test_a_plateau_of_the_validation_loss_lowers_the_rate(path):
    plateau = partial(
        ReduceLROnPlateau, patience=0, threshold=10.0, threshold_mode="abs", factor=0.1
    )
    _, history = fit(path, epochs=3, lr_scheduler=plateau)
    assert history.rates[0] == 1e-3
    assert history.rates[-1] < 1e-3


def test_without_a_choice_adam_runs_one_cycle(path):
    surrogate, history = fit(path, epochs=2)
    assert isinstance(surrogate.optimizers().optimizer, torch.optim.Adam)
    assert history.rates[-1] < max(history.rates) <= 1e-3


def test_a_loss_by_choice(path):
    _, history = fit(path, loss=torch.nn.L1Loss())
    _, squared = fit(path)
    assert history.losses[0] != squared.losses[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"LBFGS needs the full batch and an epoch has 3 batches: raise data\.batch_size"),
        (
            {"data": {"batch_size": 12}, "trainer": {"gradient_clip_val": 1.0}},
            "LBFGS needs true gradients",
        ),
    ],
)
def test_lbfgs_is_refused_what_it_cannot_use(path, options, message):
    with pytest.raises(ValueError, match=message):
        fit(path, optimizer=torch.optim.LBFGS, **options)


def test_the_network_starts_as_chosen(path):
    """A learning rate of zero leaves it so."""
    start = Initialize(torch.nn.init.constant_, arguments={"val": 0.25}, forget_bias=3.0)
    surrogate, _ = fit(path, initialize=start, optimizer=partial(torch.optim.SGD, lr=0.0))
    assert (surrogate.network.recurrent.weight_hh_l1 == 0.25).all()
    assert (surrogate.network.recurrent.bias_ih_l0[8:16] == 3.0).all()


def test_data_of_another_interface_are_refused(path):
    surrogate, _ = fit(path)
    other = Records(path, inputs=["base_acceleration"], targets=["drift"], parameters=["stiffness"])
    with pytest.raises(
        ValueError,
        match=r"inputs of the surrogate are base_acceleration \(1 x m s-2\), the data has",
    ):
        Trainer(accelerator="cpu", logger=False, enable_progress_bar=False).test(
            surrogate, datamodule=other, verbose=False
        )


QUIET = {"accelerator": "cpu", "logger": False, "enable_progress_bar": False}


def test_a_test_from_python_returns_the_metrics(path):
    """Means over records and channels, of the magnitudes where a metric has a sign."""
    surrogate, _ = fit(path)
    records = Records(path, **NAMES, discard=50)
    (found,) = Trainer(**QUIET).test(surrogate, datamodule=records, verbose=False)
    test = make_records().isel(record=[10, 11])
    response = inference.respond(surrogate.eval(), test["base_acceleration"].values[..., None])
    scores = evaluate(response[:, 50:], test["drift"].values[:, 50:])
    for name in ("NRMSE", "correlation", "R2", "RMSE"):
        assert found[name] == pytest.approx(scores[name].mean(), rel=1e-4)
    assert found["peak_error"] == pytest.approx(abs(scores["peak_error"]).mean(), rel=1e-4)
    assert surrogate.tested.scores["NRMSE"].dims == ("record", "channel")
    assert surrogate.tested.scores["record"].values.tolist() == [10, 11]


@pytest.mark.filterwarnings("ignore:You defined a")  # Lightning's, of a fit without validation
@pytest.mark.parametrize("method", ["fit", "validate", "test", "predict"])
def test_plain_loaders_are_refused_in_one_sentence(path, method):
    surrogate = untrained(partial(LSTM, hidden=4))
    loader = DataLoader(TensorDataset(torch.zeros(4, 9, 3), torch.zeros(4, 9, 2)))
    trainer = Trainer(**QUIET, enable_checkpointing=False, max_epochs=1)
    with pytest.raises(ValueError, match=r"works on surrogate\.Records.*got plain data loaders"):
        getattr(trainer, method)(surrogate, loader)


def test_a_surrogate_without_a_network_says_what_it_needs(path):
    surrogate = Surrogate()
    for question in ("network", "interface", "input_scaling", "targets"):
        with pytest.raises(ValueError, match=r"has no network yet: train it by trainer\.fit"):
            getattr(surrogate, question)
    with pytest.raises(ValueError, match="has no network yet"):
        surrogate(torch.zeros(1, 9, 1))
    with pytest.raises(ValueError, match="has no network yet"):
        Trainer(**QUIET).test(surrogate, datamodule=Records(path, **NAMES), verbose=False)


def test_the_names_in_a_checkpoint_are_those_of_the_parts_of_a_surrogate(path):
    state = untrained(partial(LSTM, hidden=4)).state_dict()
    assert {name.split(".")[0] for name in state} == {
        "network",
        "input_scaling",
        "target_scaling",
        "input_peak",
    }


def test_a_loaded_surrogate_is_trained_further_with_its_penalties(path, tmp_path):
    fit(path, callbacks=[Save(6, tmp_path / "end.ckpt")])
    loaded = inference.load(tmp_path / "end.ckpt")
    penalty = Counting()
    loaded._penalties = [penalty]
    trainer = Trainer(**QUIET, enable_checkpointing=False, max_epochs=1)
    for _ in range(2):
        trainer.fit(loaded, datamodule=Records(path, **NAMES))
    assert penalty.attached == 1


class Counting(Penalty):
    """How often it is attached."""

    attached = 0

    def attach(self, network, interface):
        self.attached += 1


def test_a_layer_of_torch_that_returns_its_state_too_is_no_network(path):
    with pytest.raises(ValueError, match="a network must return a tensor, LSTM gives a tuple"):
        fit(path, network=torch.nn.LSTM)


def test_what_is_not_logged_cannot_be_monitored():
    with pytest.raises(
        ValueError, match=r"monitor must be one of train/loss, .*, got 'validation/los'"
    ):
        Surrogate(monitor="validation/los")


def test_an_unknown_lr_interval_is_refused():
    with pytest.raises(ValueError, match="lr_interval must be step or epoch, got 'batch'"):
        Surrogate(lr_interval="batch")


def test_an_odd_network_is_odd_in_physical_units_too():
    """Means would be an offset that it cannot learn: the drift that the training records happen to
    leave.
    """
    surrogate = untrained(partial(LSTM, hidden=4, odd=True))
    input = torch.randn(2, 30, 3)
    torch.testing.assert_close(surrogate(-input), -surrogate(input))
