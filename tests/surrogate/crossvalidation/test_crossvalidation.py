"""`surrogate crossvalidate`: every record held out once, resumed, told, and stated by cards."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
import yaml

import datasets
from datasets.contract import labels
from surrogate import inference
from surrogate.cli.main import main
from surrogate.crossvalidation.plan import Job, plan
from surrogate.evaluation import crossvalidated, report
from surrogate.evaluation.crossvalidated import CrossValidation, FoldScore
from tests.helpers.make_records import make_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
torch.set_num_threads(1)
LITTLE = {
    "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
    "model": {"network": {"class_path": "surrogate.networks.GRU", "init_args": {"hidden": 2}}},
    "trainer": {
        "accelerator": "cpu",
        "max_epochs": 1,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    },
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Nine records of three earthquakes and a test record, and a configuration for them."""
    monkeypatch.chdir(tmp_path)
    made = make_records(records=10, samples=60)
    attrs = {
        "units": "1",
        "long_name": "earthquake of the record",
        "flag_values": np.arange(4, dtype=np.int32),
        "flag_meanings": "Kobe Loma_Prieta Northridge Chi_Chi",
    }
    events = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 3], dtype=np.int32)
    made["earthquake"] = (("record",), events, attrs)
    made["split"].values[:] = [0] * 9 + [2]
    datasets.write_dataset(made, "records.h5")
    data = {"path": "records.h5", "inputs": ["base_acceleration"], "targets": ["drift"]}
    Path("config.yaml").write_text(yaml.safe_dump({"data": data, **LITTLE}))
    return tmp_path


def command(*more):
    words = ["crossvalidate", "--config", "config.yaml", "--out", "cv", "--processes", "1"]
    return main([*words, *more])


def splits(count):
    return [json.loads(Path(f"cv/folds/{n:02d}/split.json").read_text()) for n in range(count)]


def test_events_are_held_out_one_at_a_time_and_scored_unseen(folder, capsys):
    assert command("--folds", "all", "--by", "events") == 0
    told = capsys.readouterr()
    assert "left out of all folds: test" in told.out
    assert "fold 1 of 3 (3 records, Kobe): NRMSE" in told.err
    found = crossvalidated.read(Path("cv/crossvalidation.json"))
    assert [fold.name for fold in found.folds] == ["Kobe", "Loma_Prieta", "Northridge"]
    held = [own["test"] for own in splits(3)]
    assert held == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    for own in splits(3):
        assert sorted(own["train"] + own["test"]) == list(range(9))
        assert "validation" not in own  # the data have none
    score_again(found)
    with Path("cv/folds.csv").open() as file:
        rows = list(csv.DictReader(file))
    values = [float(row["NRMSE"]) for row in rows]
    assert found.mean("NRMSE") == pytest.approx(np.mean(values))
    assert f"| NRMSE | {np.mean(values):.4g} | {np.std(values, ddof=1):.4g} |" in (
        Path("cv/report.md").read_text()
    )


def score_again(found):
    """The score of each fold is that of its own checkpoint on the records that it held out."""
    dataset = datasets.open_dataset("records.h5")
    for fold, own in zip(found.folds, splits(len(found.folds)), strict=True):
        surrogate = inference.load(f"cv/folds/{fold.number:02d}/last.ckpt")
        input = dataset["base_acceleration"].values[own["test"]][..., None]
        answer = inference.respond(surrogate, input)
        truth = dataset["drift"].values[own["test"]]
        scores = report.score(answer, truth, np.array(own["test"]), surrogate.interface)
        assert fold.metrics["NRMSE"] == pytest.approx(report.means(scores)["NRMSE"], rel=1e-5)
        # Its scaling has not seen them either.
        spread = dataset["base_acceleration"].values[own["train"]].std()
        assert surrogate.input_scaling.scale.item() == pytest.approx(spread, rel=1e-3)


def test_a_validation_part_is_the_next_fold(folder):
    made = datasets.open_dataset("records.h5").load()
    made["split"].values[:] = [0] * 6 + [1] * 3 + [2]
    datasets.write_dataset(made, "records.h5", overwrite=True)
    planned = plan(Job(folder / "cv", "config.yaml", {}), 3)
    assert planned.validates
    for number in range(3):
        own = planned.parts(number)
        np.testing.assert_array_equal(own["validation"], planned.parts((number + 1) % 3)["test"])
        every = np.concatenate(list(own.values()))
        np.testing.assert_array_equal(np.sort(every), np.arange(9))
    with pytest.raises(ValueError, match="for which a third fold is needed"):
        plan(Job(folder / "cv", "config.yaml", {}), 2)


def test_it_goes_on_where_it_was_stopped(folder, capsys, monkeypatch):
    from surrogate.crossvalidation import fold

    whole = fold.run

    def stopped(job, number, *rest):
        if number == 1:
            raise KeyboardInterrupt
        return whole(job, number, *rest)

    monkeypatch.setattr(fold, "run", stopped)
    assert command("--folds", "3") == 130
    first = Path("cv/folds/00/score.json").read_bytes()
    stamp = Path("cv/folds/00/last.ckpt").stat().st_mtime_ns
    assert not Path("cv/folds/01/score.json").exists()
    monkeypatch.setattr(fold, "run", whole)
    assert command("--folds", "3") == 0
    assert "1 of 3 folds are there already" in capsys.readouterr().err
    assert Path("cv/folds/00/score.json").read_bytes() == first
    assert Path("cv/folds/00/last.ckpt").stat().st_mtime_ns == stamp


def test_records_of_one_event_in_several_folds_are_told(folder, capsys):
    assert command("--folds", "2", "--trainer.max_epochs=1") == 0
    assert "note: records of one earthquake lie in several folds" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--folds", "1"], "folds = 1: must be 2 to 9, the number of records"),
        (["--folds", "4", "--by", "events"], "must be 2 to 3, the number of groups of earthquake"),
        (["--folds", "two"], "--folds 'two': must be a whole number from 2 on, or all"),
        (["--folds", "3", "--by", "city"], "has no variable city; divide by records, earthquake"),
        (["--folds", "3", "--by", "drift"], "drift runs along (record, time, storey)"),
        (["--folds", "3", "--parts", "exam"], "parts exam: the dataset has train, validation"),
        (["--folds", "3", "--trainer.max_epoch=1"], "max_epoch"),
        (["--folds", "3", "--data.recipe=five_storey"], "generate a dataset"),
        (["--folds", "3", "--processes", "0"], "processes must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_divided_is_refused_before_anything_is_written(
    folder, capsys, words, message
):
    assert command(*words) == 2
    assert message in capsys.readouterr().err
    assert not Path("cv").exists()


def test_another_plan_other_data_and_a_changed_score_are_refused(folder, capsys):
    assert command("--folds", "2") == 0
    assert command("--folds", "2", "--optimizer.init_args.lr=0.1") == 2
    assert "which differs in optimizer" in capsys.readouterr().err
    score = Path("cv/folds/00/score.json")
    kept = score.read_text()
    content = json.loads(kept)
    content["metrics"]["NRMSE"] *= 0.5
    score.write_text(json.dumps(content))
    assert command("--folds", "2") == 2
    assert "score.json was changed since it was written" in capsys.readouterr().err
    score.write_text(kept)
    made = datasets.open_dataset("records.h5").load()
    made["drift"].values[0, 0, 0] += 1e-3
    datasets.write_dataset(made, "records.h5", overwrite=True)
    assert command("--folds", "2") == 2
    assert "differs in the records of data.path" in capsys.readouterr().err


def test_a_folder_of_other_things_is_left(folder, capsys):
    Path("cv").mkdir()
    Path("cv/thesis.tex").write_text("years of work")
    assert command("--folds", "2", "--overwrite") == 2
    assert "cv holds other things" in capsys.readouterr().err
    assert Path("cv/thesis.tex").read_text() == "years of work"


def test_a_training_that_fails_is_told_with_its_fold(folder, capsys):
    assert command("--folds", "2", "--optimizer.init_args.lr=1e30", "--trainer.max_epochs=3") == 2
    assert "fold 1: " in capsys.readouterr().err


def test_classifiers_are_scored_on_folds_of_the_same_shares(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    classes = np.repeat([0, 1], [24, 12])
    points = np.random.default_rng(0).standard_normal((36, 2)) + 8.0 * classes[:, None]
    point = (("sample", "input"), points.astype(np.float32), {"units": "1", "long_name": "x"})
    made = xr.Dataset({"x": point, "label": labels.variable(classes, ["sound", "broken"])})
    datasets.write_dataset(made, "records.h5")
    network = {"class_path": "surrogate.networks.MLP", "init_args": {"hidden": [8]}}
    config = {
        **LITTLE,
        "data": {"path": "records.h5", "inputs": ["x"], "targets": ["label"], "batch_size": 4},
        "model": {"network": network, "loss": "torch.nn.CrossEntropyLoss"},
    }
    Path("config.yaml").write_text(yaml.safe_dump(config))
    assert command("--folds", "3", "--trainer.max_epochs=20") == 0
    found = crossvalidated.read(Path("cv/crossvalidation.json"))
    assert [fold.records for fold in found.folds] == [12, 12, 12]
    assert all(np.bincount(classes[own["test"]]).tolist() == [8, 4] for own in splits(3))
    assert found.mean("accuracy") == 1.0  # the classes lie eight deviations apart


def test_mean_and_spread_are_those_of_the_folds():
    folds = [FoldScore(n, "", 4, {"NRMSE": value}) for n, value in enumerate([0.1, 0.2, 0.6])]
    found = CrossValidation("a.h5", [], "records", folds, {}, {}, {})
    assert found.mean("NRMSE") == pytest.approx(0.3)
    assert found.spread("NRMSE") == pytest.approx(np.sqrt((0.04 + 0.01 + 0.09) / 2))


def test_cards_state_it_for_the_same_configuration_alone(folder, capsys):
    assert command("--folds", "2") == 0
    for run, rate in (("same", "0.01"), ("other", "0.02")):
        words = ["fit", "--config", "config.yaml", "--run", run]
        assert main([*words, f"--optimizer.init_args.lr={rate}"]) == 0
    words = ["--data", "test=records.h5", "--crossvalidation", "cv"]
    assert main(["card", "--checkpoint", "same/last.ckpt", "--out", "same.md", *words]) == 0
    found = crossvalidated.read(Path("cv/crossvalidation.json"))
    text = Path("same.md").read_text()
    row = f"| NRMSE | {found.mean('NRMSE'):.4g} | {found.spread('NRMSE'):.4g} |"
    assert row in text
    assert main(["card", "--verify", "same.md"]) == 0
    capsys.readouterr()
    assert main(["card", "--checkpoint", "other/last.ckpt", "--out", "other.md", *words]) == 2
    told = capsys.readouterr().err
    assert "another configuration than other/last.ckpt, which differs in optimizer" in told
    Path("same.md").write_text(text.replace(row, "| NRMSE | 0.01 | 0.001 |"))
    assert main(["card", "--verify", "same.md"]) == 2
    assert "does not show the numbers of the card" in capsys.readouterr().err
