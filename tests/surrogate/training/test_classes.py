"""Classes, images and weights of samples, from files through a training to its report."""

import json

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

import datasets
from datasets.contract import labels
from datasets.contract.schema import validate
from datasets.files.store import write_dataset
from surrogate import export
from surrogate.cli.main import main
from surrogate.data.channels import Interface
from surrogate.data.datamodule import Records
from surrogate.networks import MLP, ImageClassifier
from surrogate.training import batch_loss
from surrogate.training.losses import GaussianNLL, fitting
from surrogate.training.module import Surrogate

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
ONE = {"units": "1", "long_name": "for a test"}
QUIET = ["--trainer.enable_progress_bar=false", "--trainer.accelerator=cpu"]


def command(name, path, run, inputs, *words):
    data = [f"--data.path={path}", f"--data.inputs=[{inputs}]", "--data.targets=[label]"]
    return main([name, *data, f"--run={run}", *words, *QUIET])


@pytest.mark.parametrize(
    ("name", "recipe", "inputs", "network", "epochs", "accuracy"),
    [
        ("xor", [], "x", ["surrogate.networks.MLP"], 20, 0.9),
        ("iris", [], "x", ["surrogate.networks.MLP"], 40, 0.8),
        (
            "digits",
            ["function.layout=image"],
            "image",
            ["surrogate.networks.ImageClassifier", "--model.network.size=8"],
            4,
            0.8,
        ),
    ],
)
def test_a_set_is_learnt_from_the_command_line(
    tmp_path, capsys, name, recipe, inputs, network, epochs, accuracy
):
    if name != "xor":
        pytest.importorskip("sklearn")
    path, run = tmp_path / f"{name}.h5", tmp_path / "run"
    assert main(["generate", name, *recipe, "--out", str(path), "--workers=1"]) == 0
    settings = [f"--model.network={network[0]}", *network[1:], f"--trainer.max_epochs={epochs}"]
    rate = ["--optimizer=torch.optim.Adam", "--optimizer.lr=0.01"]
    assert command("fit", path, run, inputs, *settings, *rate) == 0
    capsys.readouterr()
    assert command("test", path, run, inputs) == 0
    told = capsys.readouterr().out
    assert "accuracy" in told
    assert "true, predicted" in told
    assert "NRMSE" not in told
    found = json.loads((run / "test/summary.json").read_text())["metrics"]
    assert found["accuracy"] > accuracy
    tested = datasets.open_dataset(path).split.values == 2
    assert np.sum(found["confusion"]) == tested.sum()
    card = ["--checkpoint", str(run / "best.ckpt"), "--out", str(tmp_path / "card.md")]
    assert main(["card", *card, "--data", f"own={path}"]) == 0
    assert f"| accuracy | {found['accuracy']:.4g} |" in (tmp_path / "card.md").read_text()
    words = ["--verify", str(tmp_path / "card.md"), "--checkpoint", str(run / "best.ckpt")]
    assert main(["card", *words]) == 0
    assert command("predict", path, run, inputs) == 0
    predicted = datasets.open_dataset(run / "predictions.h5").load()
    validate(predicted)
    np.testing.assert_allclose(predicted.probability.sum("class"), 1.0, rtol=1e-5)
    right = predicted.label.values == predicted.probability.values.argmax(axis=1)
    assert right.all()


def points(values, classes, names=("a", "b"), split=None, **more):
    variables = {
        "x": (("sample", "input"), np.asarray(values, dtype=np.float32), ONE),
        "label": labels.variable(np.asarray(classes), list(names)),
    }
    return xr.Dataset(variables | more)


def values(targets, weights):
    x = np.arange(len(targets), dtype=np.float32)[:, None]
    y = np.asarray(targets, dtype=np.float32)[:, None]
    weight = ("sample", np.asarray(weights, dtype=np.float32), ONE)
    variables = {"x": (("sample", "input"), x, ONE), "y": (("sample", "output"), y, ONE)}
    return xr.Dataset(variables | {"weight": weight})


class Zero(nn.Module):
    """Answers zero, with a parameter to train."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, input):
        return self.bias.expand(len(input), -1)


def built(path, target="y", loss=None, **options):
    records = Records(str(path), ["x"], [target], batch_size=16, **options)
    records.setup("fit")
    surrogate = Surrogate(Zero, loss=loss, scale_targets=False)
    surrogate.build_for(records)
    return surrogate, records


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.L1Loss()])
def test_the_loss_of_two_samples_is_their_weighted_mean(tmp_path, loss):
    write_dataset(values([1.0, 3.0], [1.0, 5.0]), tmp_path / "a.h5")
    surrogate, records = built(tmp_path / "a.h5", loss=loss)
    (batch,) = records.train_dataloader()
    power = 2 if isinstance(loss, nn.MSELoss) else 1
    expected = (1.0 * 1.0**power + 5.0 * 3.0**power) / 6.0
    assert surrogate.training_step(batch).item() == pytest.approx(expected)
    assert loss.reduction == "mean"  # the loss itself is as it was


def test_batches_of_weighted_samples_add_up_to_the_weighted_mean(tmp_path):
    write_dataset(values([1.0, 3.0, 2.0, 0.0], [1.0, 5.0, 0.0, 2.0]), tmp_path / "a.h5")
    surrogate, records = built(tmp_path / "a.h5", loss=nn.MSELoss())
    records.batch_size = 1
    losses = [surrogate.training_step(batch).item() for batch in records.train_dataloader()]
    assert np.mean(losses) == pytest.approx((1.0 + 5.0 * 9.0) / 8.0)


def test_weights_can_be_left_out(tmp_path):
    write_dataset(values([1.0, 3.0], [1.0, 5.0]), tmp_path / "a.h5")
    surrogate, records = built(tmp_path / "a.h5", weights=False)
    (batch,) = records.train_dataloader()
    assert surrogate.training_step(batch).item() == pytest.approx(5.0)


def test_weights_of_classes_count_their_cross_entropy(tmp_path):
    weight = ("sample", np.array([3.0, 1.0], dtype=np.float32), ONE)
    write_dataset(points([[0.0], [1.0]], [0, 1], weight=weight), tmp_path / "a.h5")
    surrogate, records = built(tmp_path / "a.h5", "label")
    with torch.no_grad():
        surrogate.network.bias.copy_(torch.tensor([1.0, 0.0]))
    (batch,) = records.train_dataloader()
    wrong = np.log1p(np.e)
    assert surrogate.training_step(batch).item() == pytest.approx(
        (3.0 * (wrong - 1.0) + wrong) / 4.0
    )


def test_the_weights_that_a_recipe_writes_are_read(tmp_path, capsys):
    words = ["records=60", "function.sampling=importance"]
    path = tmp_path / "a.h5"
    assert main(["generate", "radial", *words, "--out", str(path), "--workers=1"]) == 0
    records = Records(str(path), ["x"], ["y"])
    records.setup("fit")
    assert records.is_weighted
    assert (
        f"the loss counts each sample of {path} by its variable weight" in capsys.readouterr().err
    )
    part = records.parts["train"]
    own = datasets.open_dataset(path).weight.values[part.number]
    np.testing.assert_allclose(part.importance.numpy(), own / own.mean(), rtol=1e-5)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], "weight must be finite and at least 0, and not 0 everywhere, got values"),
        ([0.0, 0.0], "and not 0 everywhere, got values from 0 to 0"),
    ],
)
def test_impossible_weights_are_refused(tmp_path, weights, message):
    write_dataset(values([1.0, 3.0], weights), tmp_path / "a.h5")
    with pytest.raises(ValueError, match=message):
        built(tmp_path / "a.h5")


def test_weights_that_are_not_there_cannot_be_asked_for(tmp_path):
    write_dataset(values([1.0, 3.0], [1.0, 1.0]).drop_vars("weight"), tmp_path / "a.h5")
    with pytest.raises(ValueError, match="the dataset has no variable weight"):
        built(tmp_path / "a.h5", weights=True)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (GaussianNLL(), "loss is GaussianNLL, which does not take weights of samples"),
        (nn.MSELoss(reduction="sum"), "loss is MSELoss, which does not take weights"),
    ],
)
def test_a_loss_that_knows_no_weights_is_refused(tmp_path, loss, message):
    write_dataset(values([1.0, 3.0], [1.0, 5.0]), tmp_path / "a.h5")
    with pytest.raises(ValueError, match=message):
        built(tmp_path / "a.h5", loss=loss)


def test_weights_of_classes_and_of_samples_are_not_mixed():
    with pytest.raises(ValueError, match="weights of classes, and the data have weights"):
        fitting.require_weighs(nn.CrossEntropyLoss(weight=torch.ones(2)))


@pytest.mark.parametrize("loss", [nn.MSELoss(), nn.BCEWithLogitsLoss(), GaussianNLL()])
def test_a_loss_of_values_is_refused_on_classes(tmp_path, loss):
    write_dataset(points([[0.0], [1.0]], [0, 1]), tmp_path / "a.h5")
    name = type(loss).__name__
    message = f"loss is {name}, which compares values, and label holds classes: choose torch.nn."
    with pytest.raises(ValueError, match=message):
        built(tmp_path / "a.h5", "label", loss)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.NLLLoss()])
def test_a_loss_of_classes_is_refused_on_values(tmp_path, loss):
    write_dataset(values([1.0, 3.0], [1.0, 1.0]), tmp_path / "a.h5")
    with pytest.raises(ValueError, match="which tells classes apart, and y holds values"):
        built(tmp_path / "a.h5", loss=loss)


def test_a_class_without_a_sample_is_refused(tmp_path):
    write_dataset(points([[0.0], [1.0]], [0, 1], names=("a", "b", "c")), tmp_path / "a.h5")
    with pytest.raises(ValueError, match=r"label of .* has no sample of class c in the train part"):
        built(tmp_path / "a.h5", "label")


def test_labels_outside_their_flags_are_refused_by_the_command(tmp_path, capsys):
    dataset = points([[0.0], [1.0]], [0, 1])
    write_dataset(dataset, tmp_path / "a.h5")
    dataset["label"][0] = 7
    with pytest.raises(ValueError, match="label has the value 7, must have one of 0, 1"):
        write_dataset(dataset, tmp_path / "b.h5")


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (["label"], ["x"], "label of .* is a class: it can be a target alone"),
        (["x"], ["label", "y"], "label of .* is a class: it must be the only target"),
        (["image", "x"], ["y"], "image of .* is an image: it must be the only input"),
        (["x"], ["image"], "image of .* is an image: it can be an input alone"),
    ],
)
def test_labels_and_images_have_their_places(tmp_path, inputs, targets, message):
    image = (("sample", "channel", "height", "width"), np.zeros((2, 1, 4, 4)), ONE)
    y = (("sample", "output"), np.zeros((2, 1)), ONE)
    write_dataset(points([[0.0], [1.0]], [0, 1], image=image, y=y), tmp_path / "a.h5")
    with pytest.raises(ValueError, match=message):
        Records(str(tmp_path / "a.h5"), inputs, targets).setup("fit")


@pytest.fixture
def pictures(tmp_path):
    """Two images of two colours, of different brightness."""
    pixels = np.arange(2 * 2 * 4 * 4, dtype=np.uint8).reshape(2, 2, 4, 4)
    image = (("sample", "channel", "height", "width"), pixels, ONE)
    dataset = points([[0.0], [1.0]], [0, 1], image=image).drop_vars("x")
    write_dataset(dataset, tmp_path / "images.h5")
    return str(tmp_path / "images.h5")


def test_images_are_standardised_by_colour(pictures):
    records = Records(pictures, ["image"], ["label"])
    records.setup("fit")
    surrogate = Surrogate(lambda inputs, outputs: ImageClassifier(inputs, outputs, 4))
    surrogate.build_for(records)
    (batch,) = records.train_dataloader()
    scaled = surrogate.input_scaling(batch.input)
    assert surrogate.input_scaling.mean.shape == (2,)
    torch.testing.assert_close(scaled.mean(dim=(0, 2, 3)), torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(scaled.std(dim=(0, 2, 3), correction=0), torch.ones(2))
    described = Interface.from_dict(surrogate.interface.to_dict())
    assert (described.classes, described.pixels) == (("a", "b"), (4, 4))


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            lambda i, o: ImageClassifier(i, o, 8),
            "images of 8 x 8 pixels, those of image have 4 x 4",
        ),
        (MLP, "MLP takes channels, and image is an image: choose surrogate.networks.Image"),
    ],
)
def test_a_network_that_takes_other_images_is_refused(pictures, network, message):
    records = Records(pictures, ["image"], ["label"])
    records.setup("fit")
    with pytest.raises(ValueError, match=message):
        Surrogate(network).build_for(records)


def test_points_are_no_images(tmp_path):
    write_dataset(points([[0.0], [1.0]], [0, 1]), tmp_path / "a.h5")
    records = Records(str(tmp_path / "a.h5"), ["x"], ["label"])
    records.setup("fit")
    surrogate = Surrogate(lambda inputs, outputs: ImageClassifier(inputs, outputs, 4))
    with pytest.raises(ValueError, match="ImageClassifier takes images, and x is none"):
        surrogate.build_for(records)


def test_a_network_must_have_a_score_for_each_class(tmp_path):
    write_dataset(points([[0.0], [1.0]], [0, 1]), tmp_path / "a.h5")
    surrogate, records = built(tmp_path / "a.h5", "label")
    surrogate.model.network = Zero(1, 5)
    (batch,) = records.train_dataloader()
    with pytest.raises(ValueError, match=r"Zero gives the shape \(2, 5\), a score for each class"):
        batch_loss.of_windows(surrogate.scaled, surrogate.loss, batch)


def test_a_penalty_sees_all_inputs_of_a_point(tmp_path):
    """Points have no time: no input of theirs is a washout."""
    seen = []

    class Watch(fitting.nn.Module):
        sees_padding = False

        def attach(self, network, interface):
            pass

        def forward(self, network, input, prediction):
            seen.append(input.shape)
            return prediction.sum() * 0.0

    write_dataset(points([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0]], [0, 1]), tmp_path / "a.h5")
    records = Records(str(tmp_path / "a.h5"), ["x"], ["label"])
    records.setup("fit")
    surrogate = Surrogate(MLP, penalties=[Watch()])
    surrogate.build_for(records)
    surrogate.training_step(next(iter(records.train_dataloader())))
    assert seen == [(2, 3)]


def test_a_surrogate_of_images_is_exported_to_a_checkpoint_alone(pictures, tmp_path):
    run = str(tmp_path / "run")
    network = ["--model.network=surrogate.networks.ImageClassifier", "--model.network.size=4"]
    words = [*network, "--model.network.channels=[2]", "--trainer.max_epochs=1"]
    assert command("fit", pictures, run, "image", *words) == 0
    source = str(tmp_path / "run" / "last.ckpt")
    assert export.write(source, tmp_path / "small.ckpt") < 1e-5
    with pytest.raises(ValueError, match=r"can be exported to \.ckpt alone, got .*a\.onnx"):
        export.write(source, tmp_path / "a.onnx")
    assert not (tmp_path / "a.onnx").exists()
