"""What the tolerance of the drifts says of the other outputs: the factors that `solve`
documents.
"""

import numpy as np
import pytest

from simulators import BoucWen, shear_building, solve
from simulators.solvers.batch import OUTPUTS
from tests.helpers.buildings import random_building, random_motion

# Tolerances: the most that is documented, with room for the draw, and the most that half the
# buildings may have.
LIMITS = {
    "drift": (1.0, 0.1),
    "displacement": (1.0, 0.1),
    "velocity": (1.5, 0.1),
    "restoring_force": (6.0, 0.2),
    "acceleration": (8.0, 0.3),
    "dissipated_energy": (2.0, 0.1),
}


def buildings():
    """Random mixed ones, and undamped ones with a storey a thousand times stiffer."""
    for seed in range(8):
        generator = np.random.default_rng(7000 + seed)
        yield random_building(generator, 1 + seed), random_motion(generator, 40)
    for seed in range(3):
        generator = np.random.default_rng(8000 + seed)
        stiffness = 4e6 * generator.uniform(0.5, 1.5, 4)
        stiffness[generator.integers(4)] *= 1e3
        law = BoucWen.from_yield(
            stiffness, 4e3 / stiffness, 0.05, generator.choice([1.0, 2.0, 2.3])
        )
        yield shear_building([1e4] * 4, law), random_motion(generator, 25)


def relative_error(name, values, exact):
    """Of the worst floor or storey; dissipated energy relative to the largest of all storeys."""
    error, largest = np.abs(values - exact).max(axis=0), np.abs(exact).max(axis=0)
    if name == "dissipated_energy":
        return error.max() / largest.max()
    return (error / np.maximum(largest, 1e-6 * largest.max())).max()


@pytest.fixture(scope="module")
def errors():
    """Of every building at a tolerance of 1e-4, in tolerances."""
    found = {name: [] for name in OUTPUTS}
    for building, motion in buildings():
        exact = solve(building, motion, method="LSODA", tolerance=1e-8)
        response = solve(building, motion, tolerance=1e-4)
        for name in OUTPUTS:
            found[name].append(
                relative_error(name, response[name].values[0], exact[name].values[0]) / 1e-4
            )
    return found


@pytest.mark.parametrize("name", OUTPUTS)
def test_errors_of_all_outputs_stay_within_the_documented_factors(errors, name):
    most, median = LIMITS[name]
    assert max(errors[name]) < most
    assert np.median(errors[name]) < median
