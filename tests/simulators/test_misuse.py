"""Wrong arguments all over the simulators: one line that names the argument, no error of a
library.
"""

import numpy as np
import pytest

from simulators import (
    BandLimitedNoise,
    BaseMotion,
    CloughPenzien,
    ExternalForce,
    JenningsHousnerTsai,
    KanaiTajimi,
    Multisine,
    RezaeianDerKiureghian,
    SaragoniHart,
    ShinozukaSato,
    SineSweep,
)
from simulators.functions.radial import RadialFunction, near_peak
from simulators.solvers.energy_balance import residual

MOTION = BaseMotion(np.sin(np.arange(30.0)), 0.02)
DRAW = np.random.default_rng(0)


def noise(**changes):
    return BandLimitedNoise(**{"low_frequency": 1.0, "high_frequency": 5.0, "peak": 1.0} | changes)


def multisine(**changes):
    return Multisine(**{"root_mean_square": 1.0} | changes)


WRONG = {
    "acceleration": [
        lambda: BaseMotion("ab", 0.1),
        lambda: BaseMotion(None, 0.1),
        lambda: BaseMotion([1.0, [2.0]], 0.1),
        lambda: BaseMotion([1.0, 2.0j], 0.1),
        lambda: BaseMotion([], 0.1),
    ],
    "interval": [
        *(
            lambda value=value: BaseMotion([1, 2], value)
            for value in ("a", None, [0.1, 0.2], True, 1j, np.inf)
        ),
        *(lambda value=value: ExternalForce([1, 2], value) for value in ("a", -0.1)),
        *(lambda value=value: MOTION.resample(value) for value in ("a", None, True, 1e-9)),
        lambda: noise().sample(DRAW, 10.0, None),
        lambda: CloughPenzien(peak=1.0).sample(DRAW, 1.0, 0.0),
        lambda: multisine().sample_periods(DRAW, 1, "a"),
    ],
    "origin": [lambda: BaseMotion([1.0, 2.0], 0.1, origin=3)],
    "metadata": [
        lambda: BaseMotion([1.0, 2.0], 0.1, metadata=None),
        lambda: ExternalForce([1, 2], 0.1, metadata=3),
    ],
    "floor": [
        *(
            lambda value=value: ExternalForce([1, 2], 0.1, floor=value)
            for value in ("top", True, None, 1.5)
        ),
        *(lambda value=value: multisine(floor=value) for value in ("top", True, 1.5)),
        lambda: SineSweep(start_frequency=1.0, end_frequency=2.0, peak=1.0, floor="top"),
    ],
    "peak": [
        *(
            lambda value=value: MOTION.scale_to_peak(value)
            for value in ("a", None, [1, 2], np.nan, True)
        ),
        *(lambda value=value: noise(peak=value) for value in ("a", True, np.nan, -1.0)),
        lambda: CloughPenzien.soft(peak="a"),
        lambda: CloughPenzien.firm(),
    ],
    "spectral_acceleration": [lambda: MOTION.scale_to_spectral_acceleration("a", 1.0)],
    "period": [
        *(
            lambda value=value: MOTION.scale_to_spectral_acceleration(1.0, value)
            for value in ("b", None, [1.0, 2.0])
        ),
        *(
            lambda value=value: MOTION.response_spectrum(value)
            for value in ("a", None, [], [[1.0]], [0.0], [np.nan])
        ),
        *(
            lambda value=value: multisine().sample_periods(DRAW, value, 1 / 750)
            for value in (0, "a", True, 1.5)
        ),
    ],
    "damping": [
        *(
            lambda value=value: MOTION.response_spectrum([1.0], value)
            for value in ("a", None, [0.1, 0.2], np.nan, 1.0)
        ),
        *(
            lambda value=value: KanaiTajimi(peak=1.0, ground_damping=value)
            for value in ("a", 0.0, None)
        ),
        *(
            lambda value=value: RezaeianDerKiureghian(peak=1.0, filter_damping=value)
            for value in ("a", 1.0)
        ),
    ],
    "degree": [
        *(lambda value=value: MOTION.correct_baseline(value) for value in ("a", None, True, -1, 9)),
        lambda: BaseMotion([1.0, 2.0, 3.0], 0.1).correct_baseline(2),
    ],
    "corner_frequency": [
        lambda value=value: MOTION.correct_baseline(1, value) for value in ("b", np.nan, 0.0, 25.0)
    ],
    "low_frequency": [
        *(
            lambda value=value: noise(low_frequency=value)
            for value in ("a", np.nan, None, 5.0, -1.0)
        ),
        lambda: multisine(low_frequency="a"),
    ],
    "high_frequency": [lambda: noise(high_frequency="b"), lambda: noise().sample(DRAW, 10.0, 0.5)],
    "envelope": [
        *(lambda value=value: noise(envelope=value) for value in (3, "gamma")),
        lambda: RezaeianDerKiureghian(peak=1.0, envelope=3),
    ],
    "correct_baseline": [lambda: noise(correct_baseline="yes")],
    "generator": [
        *(lambda value=value: noise().sample(value, 10.0, 0.02) for value in (None, 3, np.random)),
        lambda: RezaeianDerKiureghian(peak=1.0).sample(None, 20.0, 0.02),
        lambda: multisine().sample(None, 1.0, 1 / 750),
    ],
    "duration": [
        *(lambda value=value: noise().sample(DRAW, value, 0.02) for value in ("a", np.inf, 0.03)),
        *(lambda value=value: SaragoniHart.of_durations(value, 1.0) for value in ("a", 1e9)),
    ],
    "middle_time": [lambda: SaragoniHart.of_durations(1.0, None)],
    "frequency_rate": [
        lambda value=value: RezaeianDerKiureghian(peak=1.0, frequency_rate=value)
        for value in ("a", None, np.nan)
    ],
    "samples_per_period": [
        lambda value=value: multisine(samples_per_period=value) for value in (True, "a", 3)
    ],
    "start_frequency": [
        lambda value=value: SineSweep(start_frequency=value, end_frequency=1.0, peak=1.0)
        for value in (0.0, "a")
    ],
    "rise_end": [
        lambda value=value: JenningsHousnerTsai(rise_end=value) for value in (0.0, "a", 20.0)
    ],
    "decay_rate": [lambda: ShinozukaSato("a", 1.0), lambda: ShinozukaSato(2.0, 1.0)],
    "dimension": [lambda value=value: RadialFunction(value) for value in (0, "a", True, 1.5)],
    "radius": [lambda value=value: RadialFunction(2, value) for value in ("a", -1.0, np.inf)],
    "^x": [
        lambda value=value: RadialFunction(2)(value)
        for value in ("a", 3.0, [1.0, 2.0, 3.0], [np.nan, 0.0])
    ],
    "points": [lambda value=value: near_peak(value, 1.0, 1.0) for value in ("a", np.zeros(3))],
    "half_width": [lambda: near_peak(np.zeros((3, 3)), -1.0, 1.0)],
    "spread": [lambda: near_peak(np.zeros((3, 3)), 1.0, 0.0)],
    "share": [
        lambda value=value: near_peak(np.zeros((3, 3)), 1.0, 1.0, value) for value in (1.0, "a")
    ],
    "response": [lambda value=value: residual(value) for value in (None, 3, {})],
}


@pytest.mark.parametrize(
    ("name", "use"),
    [
        pytest.param(name, use, id=f"{name}-{i}")
        for name in WRONG
        for i, use in enumerate(WRONG[name])
    ],
)
def test_a_wrong_argument_is_named_in_one_line(name, use):
    with pytest.raises(ValueError, match=name) as error:
        use()
    assert "\n" not in str(error.value)
