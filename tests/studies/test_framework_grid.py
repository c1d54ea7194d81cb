"""The guard of searched grids, the device of a study, and what the claims of the course tell."""

import numpy as np
import pytest
import torch
import xarray as xr

from studies.framework import Claim, Picture, Search, Settings, Study, best_on, catalogue
from studies.framework.device import resolve
from studies.framework.grid import require_inside
from studies.framework.run import load, measure, publish
from studies.framework.sources import COURSE, origin
from studies.framework.style import new_figure
from surrogate.cli.main import main

RATES = [0.1, 1.0, 10.0, 100.0]


def errors(*rows):
    return xr.DataArray(list(rows), {"seed": np.arange(len(rows)), "rate": RATES}, ("seed", "rate"))


def test_best_is_the_least_number():
    found = best_on(errors([3.0, np.nan, 2.0, 4.0], [np.nan] * 4), "rate")
    assert found.values == pytest.approx([10.0, np.nan], nan_ok=True)


def test_best_value_at_an_end_is_told_with_its_place():
    grid = errors([1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0])
    search = Search("rate of SGD", grid.rate, best_on(grid, "rate"))
    assert [line.split(":")[0] for line in search.at_an_end()] == [
        "rate of SGD, seed 0",
        "rate of SGD, seed 2",
    ]
    with pytest.raises(ValueError, match=r"study = toy: rate of SGD, seed 0: .*1 more"):
        require_inside("toy", [search])
    require_inside("toy", [Search("rate of SGD", grid.rate, best_on(grid.isel(seed=1), "rate"))])


def searching(best):
    """A study that found its best value at `best` of the grid."""

    def draw(results):
        figure = new_figure()
        figure.subplots().plot(results.rate)
        return [Picture("rates", "Rates.", figure)]

    def searches(results):
        return [Search("rate", results.rate, results.best)]

    def measured(settings, seeds, cache):
        return xr.Dataset({"best": best, "device": str(settings.device)}, {"rate": RATES})

    claim = Claim("A rate is found.", "nobody", "best rate", at_least=0.0)
    presets = {"tiny": Settings(), "cpu": Settings(), "full": Settings()}
    return Study(
        "toy",
        "A toy",
        presets,
        measured,
        lambda results: [claim.judge(results.best)],
        draw,
        searches,
        accelerated=True,
    )


def test_results_with_a_best_value_at_an_end_are_not_published(tmp_path):
    measure(searching(100.0), "cpu", 0, tmp_path / "end")
    with pytest.raises(ValueError, match=r"is an end of the grid 0\.1 to 100"):
        publish(searching(100.0), tmp_path / "end")
    assert not (tmp_path / "end" / "verdicts.csv").exists()
    measure(searching(10.0), "cpu", 0, tmp_path / "inside")
    assert publish(searching(10.0), tmp_path / "inside")[0][0].holds
    measure(searching(100.0), "tiny", 0, tmp_path / "tiny")
    assert publish(searching(100.0), tmp_path / "tiny")[0][0].holds


def test_the_device_is_kept_beside_the_settings(tmp_path):
    measure(searching(10.0), "tiny", 0, tmp_path, accelerator="auto")
    record = load(tmp_path)
    assert record["command"] == "surrogate study toy --preset tiny --accelerator auto"
    assert record["device"] == resolve("auto").type
    assert "accelerator" not in record["settings"]


def test_an_accelerator_that_is_not_there_is_refused_before_any_work(tmp_path):
    assert resolve("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="accelerator = 'abacus': expected one of auto, cpu"):
        resolve("abacus")
    if torch.accelerator.is_available():
        pytest.skip("this machine has an accelerator")
    with pytest.raises(ValueError, match="this machine has only the CPU; take cpu or auto"):
        measure(searching(10.0), "tiny", 0, tmp_path / "new", accelerator="gpu")
    assert not (tmp_path / "new").exists()


def test_command_line_tells_an_accelerator_that_is_not_there_in_one_line(tmp_path, capsys):
    if torch.accelerator.is_available():
        pytest.skip("this machine has an accelerator")
    words = ["study", "sequence_models", "--preset", "tiny", "--accelerator", "gpu"]
    assert main([*words, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: accelerator = 'gpu': this machine has only")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", catalogue.names())
def test_claims_of_the_course_name_their_place_and_setting(name):
    """A claim of the course stands on a sentence of its text: where it is, and of what setting."""
    study = catalogue.find(name)
    results = xr.load_dataset(catalogue.COMMITTED / name / "results.nc", engine="h5netcdf")
    for verdict in study.judge(results):
        if origin(verdict.claim.source) == COURSE:
            assert verdict.claim.setting, verdict.claim.statement
