"""Sensors with sampling intervals and delays of their own."""

from dataclasses import replace

import numpy as np
import pytest

from surrogate.identification.clocks import DELAY, Clocks, delay_of
from surrogate.identification.identify import identify
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.noise import known, periodogram, transform
from surrogate.identification.recorders import Recorder, together
from surrogate.identification.recordings import Recordings, respond
from surrogate.identification.settings import Settings
from surrogate.identification.unknowns import Choice, Space
from surrogate.networks.observation import channels
from tests.helpers import recorded_building as building

FLOORS = channels(["acceleration 1", "acceleration 3"], 3)
LATE = 0.037
SETTINGS = Settings(
    3, law="elastic", start={"mass": building.TRUTH["mass"]}, fixed=("mass",), base_noise=False
)


def fine_answers(records=4, factor=10):
    """Motions of the base, and what floors 1 and 3 see, at a tenth of the sampling interval."""
    coarse = building.motions(records)
    samples = coarse.shape[1]
    time = np.arange((samples - 1) * factor + 1) / factor
    base = np.stack([np.interp(time, np.arange(samples), own) for own in coarse])
    seen = respond(building.structure("elastic"), base, building.INTERVAL / factor, FLOORS)[0]
    return coarse, seen


def recorded(late=(0.0, LATE), every=(10, 10), noise=0.02, records=4):
    """Recorders that look at the true building at their own instants."""
    base, seen = fine_answers(records)
    fine = building.INTERVAL / 10
    times = fine * np.arange(seen.shape[1])
    generator = np.random.default_rng(5)
    recorders = []
    for place, channel in enumerate(FLOORS):
        instants = times[:: every[place]] - late[place]
        own = np.stack([np.interp(instants, times, one[:, place]) for one in seen])
        own += noise * own.std() * generator.standard_normal(own.shape)
        present = np.ones(own.shape, bool)
        recorders.append(Recorder((channel,), own[..., None], present, every[place] * fine, 0.0))
    counted = np.ones(base.shape, bool)
    return together(base, counted, (building.INTERVAL, 0.0), recorders)


def test_an_answer_is_sampled_late_by_splines():
    clocks = Clocks.alike(0.01, 1)
    time = 0.01 * np.arange(400)
    answer = np.sin(2.0 * np.pi * 3.0 * time)[None, None, :, None]
    seen = clocks.seen(answer, np.full((1, 1, 1), 0.0137))[0, 0, 5:, 0]
    np.testing.assert_allclose(seen, np.sin(2.0 * np.pi * 3.0 * (time[5:] - 0.0137)), atol=2e-5)


def test_channels_of_another_interval_are_sampled_at_their_instants():
    clocks = Clocks(0.01, np.array([0.01, 0.025]), np.array([0.0, 0.005]))
    assert clocks.whole(398) == 400
    assert clocks.samples(400).tolist() == [400, 160]
    time = 0.01 * np.arange(400)
    answers = np.repeat(np.cos(2.0 * np.pi * 2.0 * time)[None, None, :, None], 2, axis=-1)
    seen = clocks.seen(answers)[0, 0]
    np.testing.assert_array_equal(seen[:, 0], answers[0, 0, :, 0])
    instants = 0.005 + 0.025 * np.arange(158)
    np.testing.assert_allclose(seen[:158, 1], np.cos(2.0 * np.pi * 2.0 * instants), atol=1e-4)
    assert not seen[160:, 1].any()


@pytest.mark.parametrize("samples", [300, 12_000])
def test_clocks_without_a_common_multiple_are_padded_a_little(samples):
    clocks = Clocks(0.02, np.array([0.0200063, 0.0400187, 0.0299999]), np.zeros(3))
    padded = clocks.whole(samples)
    assert samples <= padded <= 1.25 * samples
    missed = clocks.samples(padded) * clocks.intervals - padded * clocks.interval
    assert np.all(np.abs(missed) <= 0.5 * clocks.intervals)


def test_white_noise_has_its_variance_at_all_frequencies_that_a_channel_tells_of():
    lengths = np.array([400, 160])
    generator = np.random.default_rng(0)
    values = np.zeros((300, 400, 2))
    values[..., 0] = 2.0 * generator.standard_normal((300, 400))
    values[:, :160, 1] = 3.0 * generator.standard_normal((300, 160))
    present = np.zeros(values.shape, bool)
    for channel, length in enumerate(lengths):
        present[:, :length, channel] = True
    powers = periodogram(values, present, lengths)
    told = known(lengths)
    assert told.sum(axis=0).tolist() == [201, 80]
    assert powers[told[:, 0], 0, 0].real.mean() == pytest.approx(4.0, rel=0.02)
    assert powers[told[:, 1], 1, 1].real.mean() == pytest.approx(9.0, rel=0.03)
    assert not transform(values, lengths)[:, 80:, 1].any()


def test_a_late_sensor_is_found_within_its_band():
    own = recorded()
    found = identify(own, replace(SETTINGS, delay={FLOORS[1]: None}))
    entry = found.bounds.space.labels.index("delay acceleration 3")
    deviation = found.bounds.deviations[entry]
    assert 0.0 < deviation < 2e-3
    assert abs(found.values[DELAY][1] - LATE) < 3.0 * deviation
    assert found.values[DELAY][0] == 0.0
    frequencies = building.structure("elastic").frequencies
    np.testing.assert_allclose(found.structure.frequencies, frequencies, rtol=5e-3)
    assert not found.lags.words(found.channels)


@pytest.mark.parametrize("late", [0.4, -0.4])
def test_a_delay_of_more_than_half_a_period_is_found(late):
    """In the nearest hollow of the residuals the search would end elsewhere."""
    own = recorded(late=(0.0, late))
    assert abs(late) > 0.5 / building.structure("elastic").frequencies[0]
    found = identify(own, replace(SETTINGS, delay={FLOORS[1]: None}, starts=1))
    assert found.values[DELAY][1] == pytest.approx(late, abs=1e-3)
    assert found.r2.min() > 0.99


def test_samples_after_the_last_one_of_the_base_do_not_count():
    base = np.ones((2, 100))
    counted = np.ones(base.shape, bool)
    counted[1, 50:] = False
    own = Recordings(base, np.ones((2, 100, 2)), FLOORS, 0.02, counted)
    early, late = FLOORS
    cut = own.within_base({early: -0.1, late: 0.1})
    assert cut.present.sum(axis=1).tolist() == [[95, 100], [45, 50]]
    assert not cut.measured[~cut.present].any()
    sought = own.within_base({early: None})
    assert sought.present.sum(axis=1).tolist() == [[75, 100], [25, 50]]
    again = sought.within_base({early: None})
    np.testing.assert_array_equal(again.present, sought.present)
    with pytest.raises(ValueError, match="give its delay, or longer records"):
        own.some([1]).within_base({early: -1.0})


def test_a_recorder_that_begins_between_samples_ends_before_the_base():
    base = np.ones((1, 100))
    counted = np.ones(base.shape, bool)
    own = Recorder(FLOORS[:1], np.ones((1, 100, 1)), counted, 0.02, 0.01)
    made = together(base, counted, (0.02, 0.0), [own])
    assert made.present[0, :, 0].sum() == 99  # the last one would be 10 ms after that of the base


def test_a_late_sensor_that_nobody_asked_for_is_told():
    own = recorded(late=(0.0, 0.012))
    found = identify(own, SETTINGS)
    told = found.lags.words(found.channels)
    assert any("acceleration 3" in line and "late" in line for line in told)


def test_a_delay_that_is_known_is_not_sought():
    own = recorded()
    found = identify(own, replace(SETTINGS, delay={FLOORS[1]: LATE}))
    assert not any(label.startswith(DELAY) for label in found.bounds.space.labels)
    np.testing.assert_array_equal(found.values[DELAY], [0.0, LATE])
    assert found.r2.min() > 0.99


def test_sensors_of_other_intervals_identify_the_building():
    own = recorded(late=(0.0, 0.0), every=(10, 16))
    assert own.lengths.tolist() == [408, 255]
    found = identify(own, replace(SETTINGS, base_noise=True))
    frequencies = building.structure("elastic").frequencies
    np.testing.assert_allclose(found.structure.frequencies, frequencies, rtol=5e-3)
    np.testing.assert_allclose(
        found.structure.damping_ratios, building.structure("elastic").damping_ratios, rtol=0.1
    )
    np.testing.assert_allclose(found.noise.sensors, 0.02 * own.spread(), rtol=0.15)


def test_the_gradient_by_a_delay_is_that_of_the_value():
    own = recorded(every=(10, 16), late=(0.0, 0.0))
    model = building.model("elastic")
    late, _ = delay_of(own.channels, {FLOORS[0]: None, FLOORS[1]: None})
    fixed = Choice(fixed=("mass", "mass_damping", "damping"))
    likelihood = Likelihood(model, Space((*model.unknowns, late), fixed), own)
    theta = 0.004 * np.random.default_rng(0).standard_normal(len(likelihood.space))
    gradient = likelihood.derivatives(theta, likelihood.residuals(theta)).scores.sum(axis=0)
    direction = np.ones(len(theta))
    ahead, behind = (
        likelihood.value(point, likelihood.residuals(point))
        for point in (theta + 1e-4 * direction, theta - 1e-4 * direction)
    )
    assert (ahead - behind) / 2e-4 == pytest.approx(gradient @ direction, rel=0.05)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({channels(["acceleration 2"], 3)[0]: None}, "is no sensor here, choose from"),
        ({FLOORS[0]: 0.7}, "must lie between -0.5 and 0.5 s"),
    ],
)
def test_delays_that_are_none_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        delay_of(FLOORS, given)


def test_a_sensor_that_is_faster_than_the_base_is_refused():
    with pytest.raises(ValueError, match="import one of them again with --resample"):
        Clocks(0.02, np.array([0.01]), np.zeros(1))


def test_recorders_of_other_times_and_sensors_twice_are_refused():
    base = np.ones((1, 100))
    counted = np.ones(base.shape, bool)
    seen = np.ones((1, 100, 1))
    own = Recorder(FLOORS[:1], seen, counted, 0.02, 0.0)
    with pytest.raises(ValueError, match="is named in two datasets"):
        together(base, counted, (0.02, 0.0), [own, own])
    with pytest.raises(ValueError, match="has no sample while the base is recorded"):
        together(base, counted, (0.02, 0.0), [replace(own, first=5.0)])


def test_samples_before_the_base_do_not_count():
    base = np.ones((1, 100))
    counted = np.ones(base.shape, bool)
    own = Recorder(FLOORS[:1], np.ones((1, 100, 1)), counted, 0.02, -0.2)
    made = together(base, counted, (0.02, 0.0), [own])
    assert isinstance(made, Recordings)
    assert made.present[0, :, 0].tolist() == [False] * 10 + [True] * 90
