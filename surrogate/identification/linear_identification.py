"""From records to a linear structure: matrices with unknown factors, or modes.

What begins from drawings may be too stiff by far: the search begins where a factor on all
stiffnesses explains a few records best. Then it is that of `surrogate.identification.identify`.
"""

from dataclasses import dataclass

import numpy as np

from surrogate.identification.bounds import bounds
from surrogate.identification.identify import LAST, Identified, r2
from surrogate.identification.lags import lags
from surrogate.identification.likelihood import Likelihood
from surrogate.identification.matrix_model import MatrixModel
from surrogate.identification.modal import ModalModel
from surrogate.identification.recordings import Recordings
from surrogate.identification.search import search
from surrogate.identification.trials import Say, some_of_all
from surrogate.identification.unknowns import Choice, Space, Unknown, require_free

FACTORS = np.geomspace(0.3, 3.5, 13)
"""On all stiffnesses, that a search may begin with; one is among them but for rounding."""
STEPS = 40

Linear = MatrixModel | ModalModel


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearIdentification(Identified):
    """A linear structure with what is known of it.

    Attributes
    ----------
    model : MatrixModel or ModalModel
    """

    model: Linear


def identify_linear(
    recordings: Recordings,
    model: Linear,
    choice: Choice,
    base_noise: bool = True,
    say: Say | None = None,
) -> LinearIdentification:
    """Return the most likely linear structure, and how well it is known.

    Parameters
    ----------
    recordings : Recordings
    model : MatrixModel or ModalModel
        Where the search begins.
    choice : Choice
        What is fixed, and what is known before.
    base_noise : bool
        Whether the sensor at the base has noise as well.
    say : callable, optional
        Told of each stage in a line.

    Raises
    ------
    ValueError
        For a choice that names what the model lacks, or leaves nothing to seek.
    """
    choice.require_known(model.unknowns)
    space = Space(model.unknowns, choice)
    require_free(space)
    if isinstance(model, MatrixModel):
        space = _scaled(model, space, recordings, say)
    likelihood = Likelihood(model, space, recordings)
    found = search(likelihood, STEPS)
    if say is not None:
        say(f"{len(space)} parameters on {len(recordings)} records: {found.steps} steps")
    noise = likelihood.noise_of(found.theta, likelihood.residuals(found.theta), base_noise)
    for _ in range(2):  # each depends on the other
        likelihood = likelihood.with_noise(noise)
        found = search(likelihood, LAST, found.theta)
        noise = likelihood.noise_of(found.theta, likelihood.residuals(found.theta), base_noise)
    residuals = likelihood.residuals(found.theta)
    known = bounds(space, found.theta, likelihood.derivatives(found.theta, residuals))
    return LinearIdentification(
        model=model,
        channels=tuple(recordings.channels),
        bounds=known,
        noise=noise,
        residuals=residuals,
        r2=r2(recordings, residuals),
        lags=lags(recordings, residuals),
    )


def _scaled(model: MatrixModel, space: Space, recordings: Recordings, say: Say | None) -> Space:
    """The space whose stiffnesses begin with the factor that explains a few records best."""
    few = some_of_all(recordings)
    fixed = set(space.choice.fixed)
    spaces = []
    for factor in FACTORS:
        begun = [
            _times(unknown, factor)
            if unknown.name in model.stiffness and unknown.name not in fixed
            else unknown
            for unknown in model.unknowns
        ]
        spaces.append(Space(begun, space.choice))
    values = []
    for one in spaces:
        likelihood = Likelihood(model, one, few)
        theta = np.zeros(len(one))
        values.append(likelihood.value(theta, likelihood.residuals(theta)))
    best = int(np.argmin(values))
    if say is not None:
        say(f"start: stiffnesses times {FACTORS[best]:.3g}")
    return spaces[best]


def _times(unknown: Unknown, factor: float) -> Unknown:
    return Unknown(
        unknown.name,
        unknown.units,
        factor * unknown.start,
        unknown.positive,
        unknown.lower,
        unknown.upper,
    )
