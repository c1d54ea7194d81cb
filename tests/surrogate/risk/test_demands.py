"""Demands of responses: closed forms, equilibrium, and records of different lengths."""

import numpy as np
import pytest
import xarray as xr

from simulators import BaseMotion, BoucWen, Elastic, response_spectrum, shear_building, solve
from surrogate.risk import demands

HEIGHTS = [4.0, 3.0]


@pytest.fixture(scope="module")
def responses():
    law = BoucWen.from_yield(stiffness=[4e7, 3e7], yield_displacement=0.01)
    building = shear_building([1e5, 8e4], law)  # without dashpots
    noise = np.random.default_rng(0).standard_normal((2, 300))
    motions = [BaseMotion(3.0 * row, 0.02) for row in noise]
    outputs = ["drift", "acceleration", "restoring_force", "dissipated_energy"]
    return solve(building, motions, outputs=outputs, threads=1)


def shortened(responses, samples):
    """The same responses, of which the first record ends earlier."""
    own = np.array([samples, responses.sizes["time"]], dtype=np.int32)
    inside = xr.DataArray(np.arange(own[1]) < own[:, None], dims=("record", "time"))
    names = ("drift", "acceleration", "dissipated_energy")
    padded = {name: responses[name].where(inside) for name in names}
    return xr.Dataset(padded).assign(samples=("record", own))


def test_peak_drift_ratio_is_the_peak_over_the_height(responses):
    ratio = demands.peak_drift_ratio(responses, HEIGHTS)
    peak = np.abs(responses["drift"].values).max(axis=1)
    assert ratio.dims == ("record", "storey")
    np.testing.assert_allclose(ratio * HEIGHTS, peak)
    assert ratio.attrs["units"] == "1"


def test_base_shear_is_the_force_of_the_lowest_storey(responses):
    """Equilibrium of the building above its base, where no dashpot takes a share."""
    shear = demands.base_shear(responses, [1e5, 8e4])
    force = np.abs(responses["restoring_force"].values[:, :, 0]).max(axis=1)
    np.testing.assert_allclose(shear, force, rtol=1e-6)


def test_residual_is_the_shift_of_a_swing_about_it():
    time = np.linspace(0.0, 20.0, 2001)
    drift = 0.03 + 0.006 * np.sin(2.0 * np.pi * time) + 0.5 * (time < 5.0)
    responses = xr.Dataset(
        {"drift": (("record", "time", "storey"), drift[None, :, None])}, {"time": time}
    )
    result = demands.residual_drift_ratio(responses, 3.0, rest=4.0)
    assert result["residual"].item() == pytest.approx(0.01, rel=1e-6)
    assert result["swing"].item() == pytest.approx(0.002, rel=1e-3)


def test_ductility_and_floor_acceleration_and_energy(responses):
    expected = np.abs(responses["drift"].values).max(axis=1) / 0.01
    np.testing.assert_allclose(demands.ductility(responses, 0.01), expected)
    acceleration = np.abs(responses["acceleration"].values).max(axis=1)
    np.testing.assert_allclose(demands.peak_floor_acceleration(responses), acceleration)
    energy = responses["dissipated_energy"].values[:, -1]
    np.testing.assert_allclose(demands.dissipated_energy(responses), energy)


def test_a_stiff_floor_has_the_spectrum_of_the_ground():
    building = shear_building([1e3], Elastic(1e9)).with_modal_damping(0.05)
    motion = np.convolve(np.random.default_rng(1).standard_normal(400), np.hanning(20), "same")
    responses = solve(
        building, BaseMotion(motion, 0.02), outputs=["acceleration"], tolerance=1e-6, threads=1
    )
    spectra = demands.floor_spectra(responses, [0.5, 1.0])
    ground = response_spectrum(motion, 0.02, [0.5, 1.0])["pseudo_acceleration"]
    assert spectra.dims == ("record", "floor", "period")
    np.testing.assert_allclose(spectra[0, 0], ground, rtol=0.01)


def test_padding_enters_no_demand(responses):
    short = shortened(responses, 120)
    cut = responses.isel(time=slice(120))
    pairs = [
        (demands.peak_drift_ratio, (HEIGHTS,)),
        (demands.peak_floor_acceleration, ()),
        (demands.floor_spectra, ([0.5],)),
        (demands.base_shear, ([1e5, 8e4],)),
        (demands.dissipated_energy, ()),
    ]
    for demand, arguments in pairs:
        result = demand(short, *arguments)
        np.testing.assert_allclose(result[0], demand(cut, *arguments)[0])
        np.testing.assert_allclose(result[1], demand(responses, *arguments)[1])
    residual = demands.residual_drift_ratio(short, HEIGHTS, 0.5)
    np.testing.assert_allclose(
        residual[{"record": 0}]["residual"].values,
        demands.residual_drift_ratio(cut, HEIGHTS, 0.5)["residual"][0],
    )


@pytest.mark.parametrize(
    ("heights", "message"),
    [
        (None, "heights are missing: a drift ratio needs the storey heights"),
        ([3.0, 3.0, 3.0], "heights has 3 numbers: expected 2, one for each storey"),
        ([3.0, 0.0], "heights = 0 m: must be > 0"),
    ],
)
def test_drift_ratios_without_their_heights_are_refused(responses, heights, message):
    with pytest.raises(ValueError, match=message):
        demands.peak_drift_ratio(responses, heights)
    with pytest.raises(ValueError, match=message):
        demands.residual_drift_ratio(responses, heights, 1.0)


def test_a_history_that_is_missing_is_named(responses):
    with pytest.raises(ValueError, match="have no `drift`, only acceleration"):
        demands.ductility(responses[["acceleration"]], 0.01)


def test_base_shear_under_an_external_force_is_refused(responses):
    forced = responses.assign(force=(("record", "time"), np.zeros((2, 300))))
    with pytest.raises(ValueError, match="external `force`"):
        demands.base_shear(forced, [1e5, 8e4])


@pytest.mark.parametrize("rest", [0.0, 6.0, float("nan"), None])
def test_a_rest_as_long_as_the_record_is_refused(responses, rest):
    with pytest.raises(ValueError, match=r"shorter than every record, the shortest .* 5.98 s"):
        demands.residual_drift_ratio(responses, HEIGHTS, rest)


def test_heights_of_the_dataset_are_taken_unless_others_are_given(responses):
    attrs = {"units": "m", "long_name": "storey height"}
    stated = responses.assign(height=("storey", HEIGHTS, attrs))
    expected = demands.peak_drift_ratio(responses, HEIGHTS)
    np.testing.assert_array_equal(demands.peak_drift_ratio(stated), expected)
    np.testing.assert_allclose(demands.peak_drift_ratio(stated, 1.0), expected * HEIGHTS)
    residual = demands.residual_drift_ratio(stated, None, 1.0)
    xr.testing.assert_equal(residual, demands.residual_drift_ratio(responses, HEIGHTS, 1.0))
