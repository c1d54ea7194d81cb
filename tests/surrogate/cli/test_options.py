"""What the command line takes in besides networks: each of it changes a training as it should."""

import csv

import pytest
import torch
import yaml
from lightning.pytorch.loggers import CSVLogger

from surrogate import inference
from surrogate.cli.main import main
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
torch.set_num_threads(1)  # networks of this size only lose by more
MLP = ["--model.network", "surrogate.networks.WindowMLP", "--model.network.window", 10]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("options")
    config = {
        "data": {
            "path": str(write_records(folder / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 4,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "optimizer": {"class_path": "torch.optim.SGD", "init_args": {"lr": 0.1}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 2,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    return folder / "config.yaml"


@pytest.fixture
def fit(config, tmp_path):
    """Train with further options; the folder of the run."""
    runs = []

    def run(*options):
        runs.append(tmp_path / f"run{len(runs)}")
        assert (
            main(["fit", "--config", str(config), "--run", str(runs[-1]), *map(str, options)]) == 0
        )
        return runs[-1]

    return run


def weights(run):
    return inference.load(run / "last.ckpt").network.state_dict()


def log(run, column):
    (file,) = run.glob("log/version_*/metrics.csv")
    with file.open() as lines:
        return [float(row[column]) for row in csv.DictReader(lines) if row[column]]


def callback(name, **options):
    arguments = [f"--trainer.callbacks+=lightning.pytorch.callbacks.{name}"]
    return arguments + [f"--trainer.callbacks.{key}={value}" for key, value in options.items()]


def test_clipping_bounds_a_step(fit):
    """With SGD a step is the learning rate times the clipped gradient."""
    start = weights(fit("--trainer.max_epochs", 1, "--optimizer.lr", 0.0))
    one = ["--trainer.max_epochs", 1, "--trainer.limit_train_batches", 1, "--optimizer.lr", 1.0]
    clipped = weights(fit(*one, "--trainer.gradient_clip_val", 1e-3))
    free = weights(fit(*one))
    steps = [
        torch.cat([(end[name] - start[name]).ravel() for name in start]).norm()
        for end in (clipped, free)
    ]
    assert steps[0].item() == pytest.approx(1e-3, rel=1e-2)
    assert steps[1] > 10 * steps[0]


def test_early_stopping(fit):
    """Nothing is good enough: the third epoch is the last."""
    options = callback("EarlyStopping", monitor="validation/loss", patience=2, min_delta=100.0)
    run = fit("--trainer.max_epochs", 20, *options)
    assert len(log(run, "validation/loss")) == 3
    assert (run / "best.ckpt").exists()  # the callbacks of the package are there as well


def test_stochastic_weight_averaging(fit):
    """The last network is the mean of those before the second, third and fourth epoch, from which
    on it averages.
    """
    swa = callback("StochasticWeightAveraging", swa_lrs=0.1, swa_epoch_start=2, annealing_epochs=1)
    averaged = weights(fit("--trainer.max_epochs", 4, *swa))
    ends = [weights(fit("--trainer.max_epochs", count)) for count in (1, 2, 3)]
    for name, value in averaged.items():
        torch.testing.assert_close(value, sum(end[name] for end in ends) / 3)


@pytest.mark.parametrize(
    "penalty",
    [
        ["--model.penalties+=surrogate.training.losses.WeightPenalty", "--model.penalties.l2=0.1"],
        ["--model.penalties+=surrogate.training.losses.WeightPenalty", "--model.penalties.l1=0.1"],
        [
            "--model.penalties+=surrogate.training.losses.ActivationPenalty",
            "--model.penalties.l1=10",
        ],
    ],
    ids=["L2", "L1", "activations"],
)
def test_penalties_raise_the_training_loss(fit, penalty):
    plain, penalised = (
        log(fit(*MLP, "--optimizer.lr", 1e-6, *more), "train/loss") for more in ([], penalty)
    )
    assert penalised[0] > plain[0] + 0.05


def test_decoupled_decay_and_dropout_between_time_steps(fit):
    decay = ["--optimizer", "torch.optim.AdamW", "--optimizer.lr", 1e-2]
    strong, weak = (
        weights(fit(*decay, "--optimizer.weight_decay", value)) for value in (20.0, 0.0)
    )
    name = "recurrent.weight_hh_l0"
    assert strong[name].norm() < 0.8 * weak[name].norm()
    dropped, whole = (
        log(fit("--model.network.recurrent_dropout", value), "train/loss") for value in (0.5, 0.0)
    )
    assert dropped != whole


def test_pretraining(fit):
    nothing = ["--optimizer.lr", 0.0]
    plain = weights(fit(*MLP, *nothing))
    trained = weights(
        fit(*MLP, *nothing, "--model.pretrain", "surrogate.optim.pretraining.GreedyPretraining")
    )
    assert not torch.equal(plain["layers.0.weight"], trained["layers.0.weight"])
    assert torch.equal(plain["layers.4.weight"], trained["layers.4.weight"])


def test_truncation_and_accumulation(fit):
    """Two batches of two pieces, of which four make a step: one step an epoch."""
    run = fit("--data.truncation", 100, "--trainer.accumulate_grad_batches", 4)
    assert torch.load(run / "last.ckpt", weights_only=True)["global_step"] == 2


@pytest.mark.parametrize("precision", ["bf16-mixed", "64-true"])
def test_precision(fit, precision):
    run = fit("--trainer.precision", precision)
    (single,) = (log(fit(), "train/loss")[-1:],)
    assert log(run, "train/loss")[-1] == pytest.approx(single[0], rel=0.02)


def test_a_range_test_and_its_picture(fit):
    law = "surrogate.optim.schedulers.RangeTest"
    run = fit(
        "--lr_scheduler",
        law,
        "--trainer.callbacks+=surrogate.training.callbacks.outputs.RangeReport",
        "--trainer.max_epochs",
        5,
    )
    assert (run / "range_test.png").stat().st_size > 5_000
    rates = (run / "range_test.csv").read_text().splitlines()[1:]
    assert float(rates[0].split(",")[0]) == pytest.approx(1e-6)
    assert float(rates[-1].split(",")[0]) == pytest.approx(1.0)


class Elsewhere(CSVLogger):
    """A logger that writes into the current folder unless told otherwise, as that of W&B does."""

    def __init__(self, save_dir: str = ".", name: str = "elsewhere"):
        super().__init__(save_dir, name)


def test_a_logger_without_a_folder_writes_into_that_of_the_run(fit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = ["--trainer.logger", f"{__name__}.Elsewhere"]
    run = fit(*logger)
    assert list(run.glob("elsewhere/version_0/metrics.csv"))
    fit(*logger, "--trainer.logger.save_dir", tmp_path / "named")
    assert list((tmp_path / "named").glob("elsewhere/version_0/metrics.csv"))
    assert not (tmp_path / "elsewhere").exists()


def test_a_command_that_leaves_batches_out_says_so(fit, config, capsys):
    run = fit()
    words = ["test", "--config", str(config), "--run", str(run), "--data.batch_size", "1"]
    assert main([*words, "--trainer.limit_test_batches", "1"]) == 0
    told = capsys.readouterr()
    assert "note: test takes the first 1 batches alone (trainer.limit_test_batches)" in (
        told.out + told.err
    )
    assert "1 records" in (run / "test" / "summary.txt").read_text()
    assert main([*words, "--overwrite", "--trainer.limit_test_batches", "1.0"]) == 0
    assert "alone" not in capsys.readouterr().out
    assert main([*words, "--overwrite", "--trainer.limit_test_batches", "0"]) == 2
    assert "trainer.limit_test_batches = 0 leaves nothing to test" in capsys.readouterr().err
