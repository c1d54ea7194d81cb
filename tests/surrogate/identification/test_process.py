"""Process noise: unmeasured forces, and the Kalman filter that tells them from the model."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import process_noise as ambient
from benchmarks import pushed_building
from surrogate.identification.identify import identify
from surrogate.identification.kalman import Innovations, innovations
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.noise import Noise
from surrogate.identification.process import Process
from surrogate.identification.recordings import respond
from surrogate.identification.settings import Settings
from surrogate.identification.unknowns import Choice, Space
from surrogate.networks.observation import channels
from tests.helpers import recorded_building as building

MIXED = channels(["drift 1", "velocity 2", "acceleration 3", "relative_acceleration 1"], 3)
KNOWN = Settings(3, law="elastic", start={"mass": building.TRUTH["mass"]}, fixed=("mass",))


def process(place="floors", law="elastic", words=("acceleration 1", "acceleration 3")):
    recordings = building.recordings(list(words), records=2, law=law)
    model = building.model(law)
    values = {unknown.name: unknown.start for unknown in model.unknowns}
    return Process.of(model, values, recordings, place), recordings


def test_an_elastic_structure_is_its_own_linearisation():
    structure = building.structure("elastic")
    own, _ = process()
    np.testing.assert_allclose(own.stiffness, structure.initial_stiffness(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(own.damping, structure.damping, rtol=1e-3, atol=1e-6)


def test_storeys_that_yield_are_softer_and_take_energy():
    own, _ = process(law="bouc_wen")
    rest = building.structure("bouc_wen")
    assert (np.diag(own.stiffness) < 0.9 * np.diag(rest.initial_stiffness())).all()
    assert np.linalg.eigvalsh(own.damping - rest.damping).min() > 0.0


@pytest.mark.parametrize("place", ["floors", "storeys"])
def test_the_sampled_structure_has_the_transfer_of_the_continuous_one(place):
    own, _ = process(place)
    interval = 1e-3
    a, b, c, d = own.sampled(interval, MIXED)
    frequencies = np.array([0.5, 2.0, 5.0])
    z = np.exp(2.0j * np.pi * frequencies * interval)[:, None, None]
    found = c @ np.linalg.solve(z * np.eye(len(a)) - a, np.broadcast_to(b, (3, *b.shape))) + d
    expected = own.transfer(frequencies, MIXED)
    assert np.abs(found[..., 1:] - expected).max() < 0.03 * np.abs(expected).max()


def test_drawn_forces_have_the_power_of_their_transfer():
    own, recordings = process()
    levels = np.array([1.0, 0.0, 2.0])
    generator = np.random.default_rng(0)
    seen_by = tuple(recordings.channels)
    seen = own.drawn(levels, (300, 1000), 0.02, seen_by, generator)
    transfer = own.transfer(np.fft.fftfreq(20_000, 0.02), seen_by)
    expected = (np.square(np.abs(transfer)) @ levels**2).mean(axis=0)
    np.testing.assert_allclose(seen.var(axis=(0, 1)), expected, rtol=0.05)
    # It is stationary from the first sample on.
    np.testing.assert_allclose(seen[:, :50].var(axis=(0, 1)), expected, rtol=0.15)


def test_innovations_of_the_true_filter_are_white():
    own, recordings = process()
    a, b, c, d = own.sampled(recordings.interval, tuple(recordings.channels))
    levels = np.array([0.3, 0.5, 0.0, 1.0, 2.0, 1.5])
    generator = np.random.default_rng(1)
    forces = levels[2:] * generator.standard_normal((200, 300, 4))
    state = np.zeros((200, 6))
    seen = np.empty((200, 300, 2))
    for place in range(300):
        seen[:, place] = state @ c.T + forces[:, place] @ d.T
        state = state @ a.T + forces[:, place] @ b.T
    seen += levels[:2] * generator.standard_normal(seen.shape)
    white = Innovations.of(own, recordings, levels).whitened(seen)[:, 100:]
    np.testing.assert_allclose(np.cov(white.reshape(-1, 2).T), np.eye(2), atol=0.03)
    lagged = np.einsum("rti,rtj->ij", white[:, 1:], white[:, :-1]) / white[:, 1:, 0].size
    np.testing.assert_allclose(lagged, 0.0, atol=0.02)


def test_what_follows_a_record_changes_nothing():
    own, recordings = process()
    filtering = Innovations.of(own, recordings, np.array([0.3, 0.5, 0.1, 1.0, 2.0, 1.5]))
    values = np.random.default_rng(0).standard_normal((3, 60, 2))
    padded = np.concatenate([values, np.zeros((3, 20, 2))], axis=1)
    np.testing.assert_allclose(filtering.whitened(padded)[:, :60], filtering.whitened(values))
    assert not filtering.whitened(padded)[:, 60:].any()


def test_sizes_of_forces_and_sensors_are_found():
    recordings = ambient.recordings("ambient", 3)
    model = building.model("elastic")
    likelihood = Likelihood(model, Space(model.unknowns, Choice(("mass",))), recordings)
    truth = np.zeros(len(likelihood.space))
    residuals = likelihood.residuals(truth)
    own = likelihood.process_of(truth, "floors")
    begin = Noise(np.ones(2), 0.0, np.zeros(0), recordings.lengths, np.ones(3))
    found = innovations(own, recordings, residuals, begin)
    np.testing.assert_allclose(found.forces, ambient.PUSH, rtol=0.15)
    np.testing.assert_allclose(found.sensors, ambient.NOISE * recordings.spread(), rtol=0.3)
    assert found.base == 0.0


@pytest.fixture(scope="module")
def by_noise():
    """Errors of damping ratios, and those over their deviations, with and without process noise."""
    truth = building.structure("elastic").damping_ratios
    errors = {}
    for noise in ("plain", "floors"):
        own = []
        for seed in range(3):
            settings = replace(KNOWN, **ambient.NOISES[noise])
            found = identify(ambient.recordings("ambient", seed), settings)
            drawn = ambient._drawn_ratios(found)
            error = found.structure.damping_ratios - truth
            own.append([error / truth, error / drawn.std(axis=0)])
        errors[noise] = np.array(own)
    return errors


def test_damping_is_closer_with_process_noise(by_noise):
    plain, floors = (np.square(by_noise[name][:, 0]).mean() for name in ("plain", "floors"))
    assert floors < 0.5 * plain
    assert np.abs(by_noise["floors"][:, 1]).max() < 3.5


def test_sensors_with_clocks_of_their_own_are_refused():
    recordings = building.recordings(["acceleration 1", "acceleration 3"], law="elastic")
    settings = replace(KNOWN, process_noise="floors", delay={recordings.channels[0]: None})
    with pytest.raises(ValueError, match="sampled together with the base"):
        identify(recordings, settings)
    with pytest.raises(ValueError, match="expected one of storeys, floors"):
        Settings(3, process_noise="walls")


@pytest.mark.parametrize("looked_at", [ambient.DRIFTS, ambient.SENSORS])
def test_the_building_that_is_pushed_is_that_of_the_solver_where_nothing_pushes(looked_at):
    base = building.motions(2)
    answer = pushed_building.respond(
        ambient.YIELDING, base, np.zeros((*base.shape, 3)), building.INTERVAL
    )
    found = ambient._looked_at(answer[looked_at[0].quantity], looked_at)
    expected = respond(ambient.building("bouc_wen"), base, building.INTERVAL, looked_at)[0]
    assert np.abs(found - expected).max() < 2e-3 * expected.std()
