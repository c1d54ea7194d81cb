"""Ensembles: mean and spread of the members, their file, and the coverage of their bands on trained
networks.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import betabinom, binom

import surrogate.inference.ensemble
from surrogate import inference
from surrogate.cli.main import main
from surrogate.data.channels import Interface
from surrogate.data.examples import Examples, read_part
from surrogate.inference.ensemble import Ensemble
from surrogate.networks import LSTM
from tests.helpers.checkpoints import INTERFACE, STATISTICS, save, untrained
from tests.helpers.make_records import make_records, write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]
NETWORK = partial(LSTM, hidden=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three members and a dataset of their channels, with 30 records to calibrate and 30 to
    test.
    """
    folder = tmp_path_factory.mktemp("ensemble")
    for seed in range(3):
        save(untrained(NETWORK, seed=seed), folder / f"{seed}.ckpt")
    write_records(folder / "records.h5", records=180, samples=60)
    return folder


def checkpoints(folder):
    return [folder / f"{seed}.ckpt" for seed in range(3)]


def test_mean_and_spread_are_those_of_the_members(folder):
    ensemble = surrogate.inference.ensemble.load(checkpoints(folder))
    part = read_part(INTERFACE, folder / "records.h5", "test")
    responses = [
        inference.respond(inference.load(path), part.input) for path in checkpoints(folder)
    ]
    mean, spread = ensemble.respond(part.input)
    np.testing.assert_allclose(mean, np.mean(responses, axis=0), atol=1e-7)
    np.testing.assert_allclose(spread, np.std(responses, axis=0, ddof=1), atol=1e-7)
    alone = Ensemble(ensemble.members[:1])
    assert not alone.respond(part.input)[1].any()


def test_the_width_keeps_the_largest_spread_so_far():
    ensemble = Ensemble((untrained(NETWORK),))
    spread = np.array([[0.0, 0.0], [3.0, 1.0], [1.0, 2.0]])[None]
    floor = surrogate.inference.ensemble.FLOOR * np.array(STATISTICS["target_scale"])
    np.testing.assert_allclose(
        ensemble.width(spread), np.array([[0.0, 0.0], [3.0, 1.0], [3.0, 2.0]])[None] + floor
    )


def test_an_ensemble_survives_its_file(folder, tmp_path):
    part = read_part(INTERFACE, folder / "records.h5", "validation")
    ensemble = surrogate.inference.ensemble.load(checkpoints(folder)).calibrated(part, skip=10)
    surrogate.inference.ensemble.save(ensemble, checkpoints(folder), tmp_path / "ensemble.ckpt")
    read = surrogate.inference.ensemble.load([tmp_path / "ensemble.ckpt"])
    assert np.array_equal(read.scores, ensemble.scores)
    assert np.array_equal(read.respond(part.input)[0], ensemble.respond(part.input)[0])
    with pytest.raises(ValueError, match="is an ensemble, which `surrogate respond`, test"):
        inference.load(tmp_path / "ensemble.ckpt")


def test_members_must_fit_and_differ():
    member = untrained(NETWORK)
    with pytest.raises(
        ValueError, match="members 1 and 3 have the same weights: train them with different seeds"
    ):
        Ensemble((member, untrained(NETWORK, seed=1), untrained(NETWORK)))
    other = untrained(NETWORK, Interface(INTERFACE.inputs, INTERFACE.targets, 0.01), seed=2)
    with pytest.raises(
        ValueError, match=r"interval of the surrogate is 0\.02 s, member 2 has 0\.01 s"
    ):
        Ensemble((member, other))
    with pytest.raises(ValueError, match="a band needs calibration records"):
        Ensemble((member,)).half_width(np.zeros(2), 0.9)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Two members trained on linear oscillators, and their dataset: 40 records to calibrate, 40 to
    test.
    """
    path = str(
        write_records(tmp_path_factory.mktemp("trained") / "records.h5", records=240, samples=60)
    )
    members = []
    for width in (6, 8):
        member, _ = fit(
            path, epochs=2, network=partial(LSTM, hidden=width), data={"window": 60, "washout": 0}
        )
        members.append(member.eval())
    return Ensemble(tuple(members)), path


def test_bands_of_trained_networks_cover_records_they_have_not_seen(trained):
    ensemble, path = trained
    ensemble = ensemble.calibrated(read_part(ensemble.interface, path, "validation"))
    test = read_part(ensemble.interface, path, "test")
    mean, spread = ensemble.respond(test.input)
    inside = np.abs(test.target - mean) <= ensemble.half_width(spread, 0.8)
    low, high = betabinom(40, 33, 8).ppf([1e-3, 1.0 - 1e-3])  # rank 33 of 40
    for within in inside.all(axis=1).sum(axis=0):
        assert low <= within <= high


@pytest.mark.parametrize(("coverage", "calibration"), [(0.5, 9), (0.9, 19)])
def test_the_coverage_holds_on_fresh_data_again_and_again(trained, coverage, calibration):
    """A hundred times new records calibrate, and one more is drawn: how often it is in the band is
    binomial.

    Its probability is k / (n + 1), exactly the coverage where (n + 1) x coverage is a whole number.
    The number of hits is to lie between its quantiles of 0.01 % and 99.99 %.
    """
    (ensemble, _), trials = trained, 100
    fresh = make_records(records=trials * (calibration + 1), samples=60, seed=11)
    input, target = fresh["base_acceleration"].values[..., None], fresh["drift"].values
    hits = np.zeros(2)
    for last in range(calibration, len(input), calibration + 1):
        records = slice(last - calibration, last)
        calibrated = ensemble.calibrated(
            Examples(input[records], target[records], np.arange(calibration))
        )
        mean, spread = ensemble.respond(input[last : last + 1])
        hits += (np.abs(target[last] - mean) <= calibrated.half_width(spread, coverage)).all(
            axis=(0, 1)
        )
    low, high = binom(trials, coverage).ppf([1e-4, 1.0 - 1e-4])
    assert (hits >= low).all()
    assert (hits <= high).all()
    assert (hits < trials).all()


def test_the_command_calibrates_and_tells_the_coverage(folder, tmp_path, capsys):
    arguments = [
        "--checkpoint",
        *map(str, checkpoints(folder)),
        "--data",
        str(folder / "records.h5"),
    ]
    out = tmp_path / "ensemble.ckpt"
    assert main(["ensemble", *arguments, "--out", str(out), "--discard", "5"]) == 0
    printed = capsys.readouterr().out
    assert "3 members, calibrated on 30 records of the validation part" in printed
    header, *rows = [line for line in printed.splitlines() if "drift" in line or "within" in line]
    assert header.split()[-8:] == ["50%", "band", "80%", "band", "90%", "band", "95%", "band"]
    part = read_part(INTERFACE, folder / "records.h5", "validation")
    test = read_part(INTERFACE, folder / "records.h5", "test")
    ensemble = surrogate.inference.ensemble.load([out])
    assert np.array_equal(ensemble.scores, ensemble.calibrated(part, 5).scores)
    within = (
        ensemble.calibrated(test, 5).scores <= np.sort(ensemble.scores, axis=0)[27]
    )  # the 28th, ceil(31 x 0.9)
    for row, share in zip(rows, within.mean(axis=0), strict=True):
        assert row.split()[-2] == f"{share:.1%}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--part", "train"], "the train part was trained on"),
        (["--part", "holdout"], "has no holdout part, it has train, validation, test, all"),
        (["--discard", "60"], "has records of 60 samples, discard is 60"),
        (["--discard", "-1"], "discard must be at least 0 samples, got -1"),
        (["--data", "absent.h5"], "absent.h5 does not exist"),
        (["--checkpoint", "absent.ckpt", "absent.ckpt"], "checkpoint absent.ckpt does not exist"),
        (
            ["--checkpoint", "0.ckpt"],
            "an ensemble needs at least two checkpoints, got only 0.ckpt",
        ),
        (["--out", "new.txt"], "--out new.txt must end in .ckpt"),
        (["--out", "taken.ckpt"], "taken.ckpt exists"),
    ],
)
def test_errors_of_the_user_are_one_line(folder, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    Path("taken.ckpt").touch()
    usual = [
        "--checkpoint",
        *map(str, checkpoints(folder)),
        "--data",
        str(folder / "records.h5"),
        "--out",
        "new.ckpt",
    ]
    assert main(["ensemble", *usual, *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["taken.ckpt"]


def test_the_same_seed_twice_is_no_ensemble(folder, tmp_path, capsys):
    one = str(folder / "0.ckpt")
    again = save(untrained(NETWORK), tmp_path / "again.ckpt")
    arguments = [
        "--checkpoint",
        one,
        str(again),
        "--data",
        str(folder / "records.h5"),
        "--out",
        str(tmp_path / "e.ckpt"),
    ]
    assert main(["ensemble", *arguments]) == 2
    assert "members 1 and 2 have the same weights" in capsys.readouterr().err
