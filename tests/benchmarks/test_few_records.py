"""The family of `benchmarks.few_records`, its fits, and its table from few samples."""

import json

import numpy as np
import pytest
import torch
from scipy import signal

from benchmarks import few_records
from simulators import ExternalForce, benchmark_oscillator, solve
from surrogate.optim import windows

UNITS = (50.0, 6.6e-4)
OFFICIAL = {
    "mass": np.array([2.0]),
    "damping": np.array([10.0]),
    "elastic": np.array([5e4]),
    "yielding": np.array([5e4]),
    "loading": np.array([0.8e3]),
    "unloading": np.array([-1.1e3]),
}


def motion():
    """Force (N) of 300 samples at 750 Hz, band-limited, from rest to rest."""
    drawn = signal.resample(np.random.default_rng(0).standard_normal(60), 300)
    return 80.0 * drawn * np.hanning(300)


def test_a_member_is_the_oscillator_of_the_simulator():
    force = motion()
    load = ExternalForce(force, 1.0 / 750.0, floor=-1)
    exact = solve(benchmark_oscillator(), [load], tolerance=1e-8).displacement.values[0, :, 0]
    member = few_records.parameters_of(OFFICIAL, UNITS)
    input = torch.from_numpy(force / UNITS[0])[None, :, None]
    with torch.no_grad():
        response = windows.respond_from(
            few_records.network(), member, torch.zeros(1, 3).double(), input
        )
    found = UNITS[1] * response[0, :, 0].numpy()
    # The simulator's force is linear between samples, the oscillator's is band-limited.
    np.testing.assert_allclose(found, exact, atol=0.02 * np.ptp(exact))


def test_the_family_surrounds_the_benchmark():
    members = few_records.family(500, np.random.default_rng(0), UNITS)
    official = few_records.parameters_of(OFFICIAL, UNITS)
    assert (members.amin(dim=0) < official).all()
    assert (members.amax(dim=0) > official).all()


def test_the_fit_of_the_truth_is_whole_and_of_nothing_zero():
    member = few_records.parameters_of(OFFICIAL, UNITS)
    still = member.clone()
    still[:, [name for name, _ in few_records.network().named_parameters()].index("gain")] = 0.0
    input = torch.from_numpy(motion() / UNITS[0])[None, :, None]
    begin = torch.zeros(1, 3).double()
    with torch.no_grad():
        target = windows.respond_from(few_records.network(), member, begin, input)
    found = few_records.fits(torch.cat([member, still]), input, target)
    assert found[0] == pytest.approx(100.0, abs=0.1)
    assert found[1] < 20.0


def test_the_table_goes_on_where_it_stopped(shared_data, tmp_path, capsys):
    out = tmp_path / "results.json"
    words = [str(shared_data / "bouc_wen_benchmark"), "--out", str(out), "--lengths", "50"]
    words += ["--windows", "2", "--tried", "4"]
    assert few_records.main(words) == 0
    first = capsys.readouterr().out
    (kept,) = json.loads(out.read_text()).values()
    assert len(kept["fit"]) == 2
    assert few_records.main(words) == 0
    assert capsys.readouterr().out == first
