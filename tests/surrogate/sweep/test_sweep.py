"""`surrogate sweep`: killed and resumed, pruned, reported; wrong input gives one line."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import optuna
import pytest
import torch
import yaml
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState, create_trial

import datasets
from datasets.contract import partition
from surrogate import inference, networks
from surrogate.cli.main import main
from surrogate.optim.initializers import Initialize
from surrogate.sweep import journal, report
from surrogate.sweep.run import sweep
from surrogate.sweep.score import ERROR as ERROR_SCORE
from surrogate.sweep.score import LOSS, score_of
from surrogate.sweep.space import Choice, Range, Space
from surrogate.sweep.trial import ERROR, Job, fit, run
from surrogate.training.run import check_config
from tests.helpers.make_records import write_records

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning"),
]
torch.set_num_threads(1)  # networks of this size only lose by more
RATE, HIDDEN, NETWORK = (
    "optimizer.init_args.lr",
    "model.network.init_args.hidden",
    "model.network.class_path",
)
SPACE = {
    NETWORK: ["surrogate.networks.LSTM", "surrogate.networks.GRU"],
    HIDDEN: {"low": 2, "high": 4},
    RATE: {"low": 1e-4, "high": 1e-1, "log": True},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A dataset, a configuration of `surrogate fit`, and a space over it."""
    folder = tmp_path_factory.mktemp("sweep")
    config = {
        "data": {
            "path": str(write_records(folder / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "washout": 20,
            "windows_per_epoch": 16,
        },
        "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 2,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    write_space(folder / "space.yaml", folder, SPACE)
    return folder


def write_space(path, folder, space):
    path.write_text(
        yaml.safe_dump({"config": str(folder / "config.yaml"), "space": space}, sort_keys=False)
    )
    return path


def command(folder, out, *more):
    return [
        "sweep",
        str(folder / "space.yaml"),
        "--out",
        str(out),
        "--processes",
        "1",
        *map(str, more),
    ]


def states(out):
    """Number of trials in each state."""
    found = [trial.state for trial in journal.open_study(out).trials]
    return {state.name: found.count(state) for state in set(found)}


def wait_for(condition, seconds=300.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def children(process):
    return [
        int(pid)
        for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    ]


def alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="finds the workers through /proc, which is absent"
)
def test_killed_in_the_middle_and_resumed_by_the_same_command(folder, tmp_path):
    out, trials = tmp_path / "out", 4
    words = command(folder, out, "--trials", trials, "--trainer.max_epochs=20")
    words[words.index("--processes") + 1] = "2"
    process = subprocess.Popen(
        [sys.executable, "-m", "surrogate", *words], stderr=subprocess.DEVNULL
    )

    def in_the_middle():
        try:
            now = journal.open_study(out).trials
        except (FileNotFoundError, KeyError):  # not made yet
            return False
        running = [
            trial
            for trial in now
            if trial.state == TrialState.RUNNING and trial.intermediate_values
        ]
        return running and any(trial.state in journal.DONE for trial in now)

    try:
        wait_for(in_the_middle)
        workers = children(process)
    finally:
        process.kill()
        process.wait()
    assert len(workers) >= 2
    wait_for(lambda: not any(map(alive, workers)))
    before = journal.open_study(out).trials
    done = [trial.number for trial in before if trial.state in journal.DONE]
    interrupted = [trial for trial in before if trial.state == TrialState.RUNNING]
    assert done
    assert interrupted

    words[words.index("--processes") + 1] = "1"
    assert main(words) == 0
    after = journal.open_study(out).trials
    finished = [trial for trial in after if trial.state in journal.DONE]
    assert len(finished) == trials
    assert [trial for trial in after if trial.number in done] == [
        trial for trial in before if trial.number in done
    ]
    for trial in interrupted:
        assert after[trial.number].state == TrialState.FAIL
        assert trial.params in [other.params for other in finished]
    with (out / report.TABLE).open() as file:
        assert [int(row["trial"]) for row in csv.DictReader(file)] == [
            trial.number for trial in finished
        ]


@pytest.fixture(scope="module")
def finished(folder, tmp_path_factory):
    """A sweep of three trials."""
    out = tmp_path_factory.mktemp("finished") / "out"
    assert main(command(folder, out, "--trials", 3)) == 0
    return out


def test_the_report_tells_what_was_found(folder, finished, capsys):
    study = journal.open_study(finished)
    assert states(finished) == {"COMPLETE": 3}
    text = (finished / report.REPORT).read_text()
    assert "3 trials finished (3 complete, 0 pruned, 0 failed)" in text
    assert f"| {study.best_trial.number} | {study.best_value:.4g} |" in text
    assert (finished / report.FIGURE).stat().st_size > 5000
    with (finished / report.TABLE).open() as file:
        for row, trial in zip(csv.DictReader(file), study.trials, strict=True):
            assert (
                float(row["validation_loss"])
                == trial.value
                == min(trial.intermediate_values.values())
            )
            assert float(row[RATE]) == trial.params[RATE]
            assert SPACE[HIDDEN]["low"] <= int(row[HIDDEN]) <= SPACE[HIDDEN]["high"]
    config = yaml.safe_load((finished / "trials/0000/log/version_0/config.yaml").read_text())
    assert config["optimizer"]["init_args"]["lr"] == study.trials[0].params[RATE]
    assert config["model"]["network"]["class_path"] == study.trials[0].params[NETWORK]
    assert torch.load(finished / "trials/0000/best.ckpt", weights_only=False)["interface"]


def relative_error(checkpoint, path):
    """Of the validation records, computed from the responses alone."""
    dataset = datasets.open_dataset(path)
    train, validation = (partition.members(dataset, part) for part in ("train", "validation"))
    input = dataset["base_acceleration"].values[validation][..., None]
    response = inference.respond(inference.load(checkpoint), input)
    spread = dataset["drift"].values[train].std(axis=(0, 1))
    error = (response - dataset["drift"].values[validation]) / spread
    return np.sqrt(np.mean(error**2))


def test_trials_of_different_losses_have_one_score(folder, tmp_path, capsys):
    """A mean absolute error is smaller than a mean square of errors above 1, and a sum larger."""
    sums = {"class_path": "torch.nn.L1Loss", "init_args": {"reduction": "sum"}}
    content = {
        "config": str(folder / "config.yaml"),
        "space": {"model.loss": ["torch.nn.MSELoss", sums]},
    }
    (tmp_path / "space.yaml").write_text(yaml.safe_dump(content))
    words = ["sweep", tmp_path / "space.yaml", "--out", tmp_path / "out", "--trials", 4]
    assert main(list(map(str, words))) == 0
    assert "compared by the root-mean-square error" in capsys.readouterr().err
    with (tmp_path / "out" / report.TABLE).open() as file:
        rows = list(csv.DictReader(file))
    assert len({row["model.loss"] for row in rows}) == 2
    for row in rows:
        checkpoint = tmp_path / f"out/trials/{int(row['trial']):04d}/best.ckpt"
        expected = relative_error(checkpoint, folder / "records.h5")
        assert float(row["validation_error"]) == pytest.approx(expected, rel=1e-4)
    assert "Trials are compared by the root-mean" in (tmp_path / "out/report.md").read_text()


def test_trials_of_one_loss_are_compared_by_it(folder):
    space = Space(str(folder / "config.yaml"), {RATE: Range(1e-4, 1e-1)})
    assert score_of(space, {}) == LOSS
    assert score_of(space, {"model.loss.init_args.reduction": "sum"}) == ERROR_SCORE
    varied = Space(space.config, {"model.loss.init_args.delta": Range(0.1, 1.0)})
    assert score_of(varied, {}) == ERROR_SCORE


def test_a_finished_sweep_runs_nothing_more_but_can_be_extended(folder, finished, capsys):
    before = (finished / journal.NAME).read_bytes()
    assert main(command(folder, finished, "--trials", 3)) == 0
    assert (finished / journal.NAME).read_bytes() == before
    assert main(command(folder, finished, "--trials", 4)) == 0
    assert states(finished) == {"COMPLETE": 4}
    assert "trial 3 (4 finished): validation loss" in capsys.readouterr().err


def test_another_plan_or_another_sweep_in_the_same_folder_is_refused(folder, finished, capsys):
    assert main(command(folder, finished, "--trials", 9, "--trainer.max_epochs=7")) == 2
    assert (
        "holds another sweep: choose another --out or pass --overwrite" in capsys.readouterr().err
    )
    with journal.exclusive(finished):
        assert main(command(folder, finished)) == 2
    assert "another sweep runs in" in capsys.readouterr().err


def test_overwrite_starts_anew(folder, tmp_path):
    for _ in range(2):
        assert main(command(folder, tmp_path / "out", "--trials", 1, "--overwrite")) == 0
        assert states(tmp_path / "out") == {"COMPLETE": 1}


def test_a_kill_while_the_journal_is_written_is_mended(folder, finished, tmp_path):
    """The trial after it is what it would have been without: proposals depend on the seed alone."""
    out = tmp_path / "out"
    assert main(command(folder, out, "--trials", 1)) == 0
    with (out / journal.NAME).open("ab") as file:
        file.write(b'{"op_code":5,"worker')
    (out / f"{journal.NAME}.lock").symlink_to(out / journal.NAME)
    assert main(command(folder, out, "--trials", 2)) == 0
    params = [trial.params for trial in journal.open_study(out).trials]
    assert params == [trial.params for trial in journal.open_study(finished).trials[:2]]


@pytest.mark.parametrize("line", ["lol", '{"op_code": 4', '{"op_code": 99}', "\x00"])
def test_a_damaged_journal_is_told_in_one_line(tmp_path, line):
    journal.resume(tmp_path, {})
    path = tmp_path / journal.NAME
    path.write_text(f"{line}\n{path.read_text()}")
    with pytest.raises(ValueError, match=r"journal\.log is damaged .*pass --overwrite$"):
        journal.resume(tmp_path, {})


def test_what_a_trial_has_failed_with_is_text_of_the_report(folder, tmp_path):
    job = Job(tmp_path, Space(str(folder / "config.yaml"), {RATE: Range(1e-4, 1e-1)}))
    study = journal.resume(tmp_path, {})
    error = "<script>alert(1)</script> | of two\nlines"
    tried = {"params": {RATE: 0.01}, "distributions": {RATE: FloatDistribution(1e-4, 1e-1)}}
    study.add_trial(create_trial(value=0.1, intermediate_values={0: 0.2, 1: 0.1}, **tried))
    study.add_trial(create_trial(state=TrialState.PRUNED, user_attrs={ERROR: error}, **tried))
    report.write_report(study, job)
    page = (tmp_path / "report.md").read_text()
    assert "<script" not in page
    assert "alert(1)&lt;/script&gt; \\| of two lines |" in page


def test_a_trial_that_is_worse_than_the_others_is_pruned(folder, tmp_path):
    job = Job(tmp_path, Space.read(folder / "space.yaml"))
    study = journal.resume(tmp_path, {})
    for _ in range(5):  # as many as the pruner waits for, all far better than a first epoch can be
        good = {
            "params": {RATE: 0.01},
            "distributions": {RATE: FloatDistribution(1e-4, 1e-1, log=True)},
        }
        study.add_trial(create_trial(value=1e-9, intermediate_values={0: 1e-9, 1: 1e-9}, **good))
    number = run(job, seed=0, threads=1)
    pruned = journal.open_study(tmp_path).trials[number]
    assert pruned.state == TrialState.PRUNED
    assert list(pruned.intermediate_values) == [0]
    assert ERROR not in pruned.user_attrs


def test_a_sweep_whose_trials_all_fail_stops_with_their_error(folder, tmp_path, capsys):
    words = command(folder, tmp_path, "--trials", 9, "--trainer.max_epochs=1")
    write_space(tmp_path / "space.yaml", folder, {RATE: {"low": 1e29, "high": 1e30}})
    words[1] = str(tmp_path / "space.yaml")
    assert main([*words, "--optimizer.class_path=torch.optim.SGD"]) == 2
    assert (
        "all 3 trials have failed, the last with: no validation loss is finite"
        in capsys.readouterr().err
    )
    assert states(tmp_path) == {"PRUNED": 3}


def test_a_crash_of_a_training_is_a_failed_trial(tmp_path, monkeypatch):
    def crash(*_):
        raise KeyError("deep inside")

    monkeypatch.setattr("surrogate.sweep.logged.run_training", crash)
    assert fit("config.yaml", {}, tmp_path, []) == "KeyError: 'deep inside'"
    assert "Traceback" in (tmp_path / "log.txt").read_text()


def test_importance_finds_the_setting_that_matters():
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.RandomSampler(seed=0))
    assert report.importance(study) == {}
    study.optimize(
        lambda trial: trial.suggest_float("x", 0, 1) + 0.01 * trial.suggest_float("y", 0, 1),
        n_trials=60,
    )
    weights = report.importance(study)
    assert weights["x"] > 0.8
    assert sum(weights.values()) == pytest.approx(1.0)


def test_ranges_and_choices_are_proposed_as_they_are_written():
    storage = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    mapping = {"class_path": "surrogate.networks.GRU"}
    space = Space(
        "",
        {
            "a": Range(2, 8, step=3),
            "b": Range(1e-6, 1.0, log=True),
            "c": Choice((None, 1, mapping)),
        },
    )
    found = [space.suggest(storage.ask()) for _ in range(60)]
    assert {settings["a"] for settings in found} == {2, 5, 8}
    assert 15 < sum(settings["b"] < 1e-3 for settings in found) < 45
    assert all(any(settings["c"] == value for settings in found) for value in (None, 1, mapping))
    corners = space.corners()
    assert [corner["a"] for corner in corners].count(8) == 1
    assert json.dumps(mapping) in [json.dumps(corner["c"]) for corner in corners]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({RATE: {"low": 1.0, "high": 0.1}}, f"{RATE}: low must be below high = 0.1, got 1.0"),
        (
            {RATE: {"low": 0.0, "high": 0.1, "log": True}},
            f"{RATE}: low must be positive for a logarithmic range",
        ),
        (
            {RATE: {"low": "1e-4", "high": 0.1}},
            f"{RATE}: low must be a number, in YAML 1.0e-4 and not 1e-4",
        ),
        ({RATE: {"low": 1, "high": 4, "step": 9}}, f"{RATE}: step must be positive"),
        (
            {HIDDEN: {"low": 1, "high": 4, "step": 0.5}},
            f"{HIDDEN}: step must be an integer between integers, got 0.5",
        ),
        (
            {RATE: {"lowest": 1, "high": 4}},
            f"{RATE} must be a list of choices or a mapping of high, log, low, step",
        ),
        ({RATE: [0.1]}, f"{RATE}: choices must be at least two, got [0.1]"),
        ({}, "space must hold at least one key"),
        (
            {"data.targets": [["drift"], ["restoring_force"]]},
            "data.targets decides what the validation scores, so that trials could not be compared",
        ),
        ({"data.path": ["a.h5", "b.h5"]}, "data.path decides what the validation scores"),
        ({"model.network.init_args.hiden": [1, 2]}, "hiden is not an option of its class"),
        ({"model.optimiser.lr": [1, 2]}, "unrecognized arguments: --model.optimiser.lr=1"),
        (
            {"optimizer.class_path": ["torch.optim.Adam", "torch.optim.Adan"]},
            "module 'torch.optim' has no attribute 'Adan'",
        ),
    ],
)
def test_a_wrong_space_is_one_line_and_leaves_nothing(folder, tmp_path, capsys, space, message):
    words = command(folder, tmp_path / "out")
    words[1] = str(write_space(tmp_path / "space.yaml", folder, space))
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_key_that_stands_twice_is_refused(folder, tmp_path, capsys):
    """Plain YAML takes the last."""
    words = command(folder, tmp_path / "out")
    space = write_space(tmp_path / "space.yaml", folder, {RATE: [0.1, 0.2]})
    space.write_text(space.read_text() + f"  {RATE}: [0.3, 0.4]\n")
    words[1] = str(space)
    assert main(words) == 2
    assert f"the key {RATE} stands on line" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sweep", "absent.yaml", "--out", "out"], "space absent.yaml does not exist"),
        (["sweep", "{space}", "--out", "{space}"], "out must be a folder"),
        (["sweep", "{space}"], "--out"),
        (["sweep", "{space}", "--out", "out", "--trials", "0"], "trials must be at least 1, got 0"),
        (
            ["sweep", "{space}", "--out", "out", "--processes", "0"],
            "processes must be at least 1, got 0",
        ),
        (["sweep", "{space}", "--out", "out", "--seed", "-1"], "seed must be at least 0, got -1"),
        (["sweep", "{space}", "--out", "out", "--trainer.epochs=3"], "trainer.epochs"),
    ],
)
def test_a_wrong_command_is_one_line_and_leaves_nothing(
    folder, tmp_path, monkeypatch, capsys, words, message
):
    monkeypatch.chdir(tmp_path)
    assert main([word.format(space=folder / "space.yaml") for word in words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert os.listdir(tmp_path) == []


def test_optuna_that_is_missing_is_named(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("surrogate.cli.sweep.find_spec", lambda name: None)
    assert main(command(folder, tmp_path / "out")) == 2
    assert (
        "optuna is not installed: pip install 'structural-surrogates[sweep]'"
        in capsys.readouterr().err
    )


def test_a_sweep_needs_a_validation_part(folder, tmp_path):
    write_records(tmp_path / "records.h5", split=False)
    job = Job(
        tmp_path / "out",
        Space.read(folder / "space.yaml"),
        {"data.path": str(tmp_path / "records.h5")},
    )
    with pytest.raises(
        ValueError, match=r"all 3 trials have failed, the last with: .*no validation part"
    ):
        sweep(job, trials=9, processes=1)


def test_the_example_in_the_docs_is_a_space(tmp_path, monkeypatch):
    root = Path(__file__).parents[3]
    monkeypatch.chdir(root)
    (tmp_path / "space.yaml").write_text(
        (root / "docs/sweep.md").read_text().split("```yaml\n")[1].split("```")[0]
    )
    space = Space.read(tmp_path / "space.yaml")
    job = Job(tmp_path, space)
    for proposed in space.corners():
        check_config(space.config, job.settings(proposed))
    initialize = Initialize(
        **yaml.safe_load(Path(space.config).read_text())["model"]["initialize"]["init_args"]
    )
    for path in space.parameters["model.network.class_path"].values:
        initialize(
            getattr(networks, path.rpartition(".")[2])(1, 5, hidden=4)
        )  # refuses what it does not fit
