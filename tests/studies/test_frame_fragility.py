"""The study frame_fragility: its tiny preset, and what it reads off curves that are known."""

import numpy as np
import pytest
import xarray as xr

from studies.frame_fragility import estimates, frame
from studies.frame_fragility.stick import Stick
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
LEVELS = np.geomspace(0.2, 4.0, 25)


def known(motions):
    """Demands that are powers of the intensity, up to the collapse, and their capacities."""
    x = np.exp(0.2 * np.random.default_rng(0).standard_normal(motions))
    demand = 0.02 * (LEVELS / x[:, None]) ** 1.2
    first = np.argmax(demand > frame.COLLAPSE, axis=1)
    demand[np.arange(len(LEVELS)) > first[:, None]] = np.nan
    capacity = x * (np.array(frame.LIMITS)[:, None] / 0.02) ** (1.0 / 1.2)
    return demand, capacity


def test_one_run_at_a_wrong_capacity_leads_to_the_right_one():
    demand, capacity = known(40)
    slope = np.full(capacity.shape, 1.2)
    said = xr.Dataset({"answered": (("limit", "motion"), 0.9 * capacity)})
    said["slope"] = (("limit", "motion"), slope)
    found = estimates.corrected(demand, LEVELS, said)
    np.testing.assert_allclose(found, capacity, rtol=1e-9)


def test_estimates_find_a_curve_that_is_known():
    demand, capacity = known(330)
    truth = xr.Dataset({"demand": (("motion", "level"), demand)}, {"level": LEVELS})
    truth["runs"] = ("motion", np.isfinite(demand).sum(axis=1))
    said = xr.Dataset({"answered": (("limit", "motion"), 1.1 * capacity)})
    said["slope"] = (("limit", "motion"), np.full(capacity.shape, 1.2))
    sizes = estimates.Sizes((200,), 50, 20)
    stick = estimates.STICK
    known_here = estimates.Known(truth, {stick: said}, {stick: 1.1 * capacity})
    found = estimates.repeat(0, known_here, sizes)
    median = np.exp(np.log(capacity).mean(axis=1))
    for which, limit in enumerate(frame.LIMITS):
        values = found.value.sel(limit=limit, parameter="median", runs=200)
        assert float(values.sel(way=estimates.with_runs(stick))) == pytest.approx(
            median[which], rel=0.01
        )
        assert float(values.sel(way=estimates.CLOUD)) == pytest.approx(median[which], rel=0.1)
        alone = float(values.sel(way=estimates.alone(stick)))
        assert alone == pytest.approx(1.1 * median[which], rel=1e-6)


def test_the_stick_has_the_period_of_the_frame_about():
    (first, _) = Stick(np.zeros(7)).structure.frequencies
    assert 1.0 / first == pytest.approx(0.84, rel=0.25)


@pytest.mark.slow
def test_tiny_preset_measures_all_ways(tmp_path):
    pytest.importorskip("openseespy")
    results, verdicts = tiny_study.run("frame_fragility", tmp_path)
    assert results.sizes["way"] == 7
    assert (results.made >= 18).all()
    assert (results.true.sel(parameter="median").diff("limit") > 0).all()
    assert len(verdicts) == 7
