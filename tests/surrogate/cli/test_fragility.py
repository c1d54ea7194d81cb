"""`surrogate fragility`: curves of analyses and of datasets, and what is refused."""

import csv
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main
from surrogate.risk import analysis, fragility
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.dataset_cloud import read

LEVELS = np.geomspace(0.1, 5.0, 25)
LIMITS = ["--limits", "slight=0.01", "severe=0.04"]
LITTLE = ["--repetitions", 50]


def run(*words):
    return main(["fragility", *map(str, words)])


def rows(folder):
    with (folder / "fragility.csv").open() as file:
        return {row["state"]: row for row in csv.DictReader(file)}


def written(folder, capacity, events=None, **facts):
    """An analysis in which demand = 0.02 (x / capacity), shape of capacity (member, record)."""
    demand = 0.02 * LEVELS / np.asarray(capacity)[:, :, None]
    records = demand.shape[1]
    own = np.random.default_rng(9).random(records) + 0.5
    result = xr.Dataset(
        {
            "demand": (("member", "record", "level"), demand),
            "collapsed": (("member", "record", "level"), demand > 0.1),
            "beyond": (("member", "record", "level"), demand > 1e9),
            "scale": (("record", "level"), LEVELS / own[:, None]),
            "intensity": ("record", own),
        },
        {"level": LEVELS},
        {"kind": analysis.KIND, "measure": "SA(0.8)", "damping": 0.05, "unit": "g"}
        | {"quantity": "drift_ratio", "collapse": 0.1}
        | facts,
    )
    if events is not None:
        result = result.assign(event=("record", np.array(events)))
    folder.mkdir()
    analysis.write(result, folder / analysis.FILE)
    return folder


def drawn(records, seed=0, beta=0.3):
    return np.exp(beta * np.random.default_rng(seed).standard_normal((1, records)))


def test_curves_of_an_analysis_with_its_table_picture_and_model(tmp_path):
    source = written(tmp_path / "ida", drawn(200))
    words = [source, *LIMITS, *LITTLE, "--one-beta", "--taxonomy", "frame"]
    assert run(*words, "--out", tmp_path / "out") == 0
    found = rows(tmp_path / "out")
    for state, expected in (("slight", 0.5), ("severe", 2.0)):
        assert float(found[state]["median_g"]) == pytest.approx(expected, rel=0.08)
        assert float(found[state]["beta"]) == pytest.approx(0.3, rel=0.15)
        assert float(found[state]["median_low_g"]) < expected < float(found[state]["median_high_g"])
    assert (tmp_path / "out/fragility.png").stat().st_size > 10_000
    model = ElementTree.parse(tmp_path / "out/fragility.xml").getroot()
    (bounds,) = model.iter(f"{{{fragility.openquake.NAMESPACE}}}imls")
    assert bounds.attrib["imt"] == "SA(0.8)"


def test_true_runs_correct_the_curve_of_a_surrogate(tmp_path):
    """The surrogate's capacities are 1.3 times too large: 20 runs put the median right."""
    true = drawn(500)
    noise = np.exp(0.05 * np.random.default_rng(1).standard_normal(true.shape))
    source = written(tmp_path / "surrogate", 1.3 * true * noise)
    runs = written(tmp_path / "true", true[:, :20])
    one = xr.open_dataset(source / analysis.FILE)["intensity"].values[:20]
    same = analysis.read(runs).assign(intensity=("record", one))
    analysis.write(same, runs / analysis.FILE)
    words = ["--limits", "severe=0.02", *LITTLE]
    assert run(source, *words, "--runs", runs, "--out", tmp_path / "out") == 0
    expected = float(np.exp(np.log(true).mean()))
    found = rows(tmp_path / "out")["severe"]
    assert float(found["median_g"]) == pytest.approx(expected, rel=0.04)
    assert float(found["median_high_g"]) / float(found["median_low_g"]) < 1.12
    assert run(source, *words, "--capacities", "--out", tmp_path / "uncorrected") == 0
    biased = float(rows(tmp_path / "uncorrected")["severe"]["median_g"])
    assert biased == pytest.approx(1.3 * expected, rel=0.02)


def test_motions_of_one_earthquake_are_drawn_together(tmp_path):
    """Ten motions an event with one capacity are no more than one: the interval is wider."""
    capacity = np.repeat(drawn(12), 10, axis=1)
    apart = written(tmp_path / "apart", capacity)
    together = written(tmp_path / "together", capacity, np.repeat(np.arange(12), 10))
    widths = []
    for source in (apart, together):
        out = tmp_path / f"{source.name}_out"
        words = ["--limits", "severe=0.02", "--capacities", "--repetitions", 200]
        assert run(source, *words, "--out", out) == 0
        row = rows(out)["severe"]
        widths.append(np.log(float(row["median_high_g"]) / float(row["median_low_g"])))
    assert widths[1] > 2.0 * widths[0]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("cloud") / "records.h5"
    words = ["motion.duration=5", "records=60", "heights=3"]
    vary = "vary={motion.scale: {distribution: lognormal, median: 1.0, sigma: 0.6}}"
    datasets.generate(load_recipe("five_storey", [*words, vary]), path)
    return path


def test_records_of_a_dataset_are_a_cloud(tmp_path, dataset):
    words = ["--measure", "SA(1.2)", "--limits", "moderate=0.02", *LITTLE]
    assert run(dataset, *words, "--out", tmp_path / "out") == 0
    cloud = read(dataset, Measure.read("SA(1.2)"), Quantity(), None)
    opened = datasets.open_dataset(dataset)
    peak = np.abs(opened["drift"].values[7]).max() / 3.0
    assert cloud.demands[7] == pytest.approx(peak)
    expected = fragility.fit_cloud(cloud.intensities, cloud.demands, 0.02)
    assert float(rows(tmp_path / "out")["moderate"]["median_g"]) == pytest.approx(
        expected.median, rel=1e-5
    )


def test_heights_that_are_none_in_metres_are_refused(tmp_path, dataset):
    """A file of others may hold mm: the drift ratios would be a thousand times too small."""
    whole = datasets.open_dataset(dataset).load()
    datasets.write_dataset(whole.assign(height=1000.0 * whole["height"]), tmp_path / "mm.h5")
    with pytest.raises(ValueError, match=r"storey height of 3000 m: must lie between 0.01 and 100"):
        read(tmp_path / "mm.h5", Measure("PGA"), Quantity(), None)


def test_demands_beyond_the_collapse_are_censored(dataset):
    cloud = read(dataset, Measure.read("PGA"), Quantity(), 0.03)
    assert cloud.collapsed.any()
    assert (cloud.demands[cloud.collapsed] == 0.03).all()
    assert (cloud.demands[~cloud.collapsed] <= 0.03).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--limits", "a=0.02", "b=0.01"], "must be positive, finite and ascend"),
        (["--limits", "a=nan"], "must be positive, finite and ascend"),
        (["--limits", "a=much"], "--limits a=much: must be a number"),
        (["--limits", "a=0.2"], "limit = 0.2: must be positive and not above the limit"),
        (["--limits", "a=0.02", "--measure", "PGA"], "--measure is for a dataset"),
        (["--limits", "a=0.02", "--level", 1.5], "level = 1.5: must lie between 0 and 1"),
        (["--limits", "a=0.02", "--repetitions", 1], "--repetitions = 1: must be a whole number"),
        (["--limits", "a=0.02", "--seed", -1], "--seed = -1: must be a whole number >= 0"),
        (["--limits", "a=0.0001"], "all of the 750 motions exceed the limit"),
        (["--limits", "a=0.02", "--largest", -1], "--largest -1: must be a positive intensity"),
    ],
)
def test_wrong_use_of_an_analysis_is_one_line(tmp_path, capsys, words, message):
    source = written(tmp_path / "ida", drawn(30))
    assert run(source, *words, "--out", tmp_path / "out") == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "is a dataset: give --measure, as in --measure PGA"),
        (["--measure", "SA(8)"], "period 8 s lies outside the band of the record"),
        (["--measure", "PGA", "--capacities"], "are for an analysis of `surrogate ida`"),
        (["--measure", "PGA", "--quantity", "acceleration"], "the responses have no acceleration"),
        (["--measure", "PGA", "--collapse", 0.001], "above the collapse 0.001 no demand is known"),
    ],
)
def test_wrong_use_of_a_dataset_is_one_line(tmp_path, capsys, dataset, words, message):
    assert run(dataset, "--limits", "a=0.02", *words, "--out", tmp_path / "out") == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_source_that_is_missing_or_not_finished_is_told(tmp_path, capsys):
    words = ["--limits", "a=0.02", "--out", tmp_path / "out"]
    assert run(tmp_path / "nowhere", *words) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun/setup.yaml").write_text("recipe: something")
    assert run(tmp_path / "begun", *words) == 2
    assert "holds an analysis that has not finished" in capsys.readouterr().err


def test_a_dataset_without_heights_has_no_drift_ratios(tmp_path, capsys):
    path = tmp_path / "plain.h5"
    datasets.generate(load_recipe("five_storey", ["motion.duration=2", "records=6"]), path)
    words = ["--measure", "PGA", "--limits", "a=0.02", "--out", tmp_path / "out"]
    assert run(path, *words) == 2
    assert "storey heights are missing" in capsys.readouterr().err
