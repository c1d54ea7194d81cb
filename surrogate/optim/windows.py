"""Identification from windows that do not begin at rest: parameters and initial states together.

Of each window alone, with the outputs y of a difference equation from the state x0 before its first
sample, the parameters p, the noise s and a normal prior of p with mean m and precision P:

    minimise |y(p, x0) - target|^2 / s^2 + (p - m)^T P (p - m) + |x0|^2 / d^2

by Levenberg-Marquardt, all windows side by side, each with parameters and damping of its own. The
window grows from its first samples to its whole length: phases of a vibration that is not yet known
would otherwise add up to local minima. The noise is what the fit leaves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call, vmap

from surrogate.networks.sequence import DifferenceEquation

LEAD = 16  # samples before a window by reflection, for networks that look at earlier inputs
STATES = 3.0  # standard deviation d of initial states
STEP = 1e-6  # of the finite differences, in double precision
ShapedLike = dict[str, Tensor]


@dataclass(frozen=True)
class Prior:
    """Mean, shape (parameters,), and precision, shape (parameters, parameters), of a network's
    parameters one after another.
    """

    mean: Tensor
    precision: Tensor

    @classmethod
    def of_members(cls, members: Tensor) -> "Prior":
        """The normal distribution with the moments of members, shape (member, parameters)."""
        spread = torch.cov(members.T) + 1e-9 * torch.eye(members.shape[1], dtype=members.dtype)
        return cls(members.mean(dim=0), torch.linalg.inv(spread))


@dataclass(frozen=True)
class Fitted:
    """What windows have told.

    Attributes
    ----------
    parameters : Tensor, shape (window, parameters)
    states : Tensor, shape (window, states)
        Before the first sample.
    objective : Tensor, shape (window,)
        What was minimised, with the logarithm of the noise: -2 log likelihood but for a constant.
    """

    parameters: Tensor
    states: Tensor
    objective: Tensor


def respond_from(
    network: DifferenceEquation, parameters: Tensor, states: Tensor, input: Tensor
) -> Tensor:
    """Outputs from given states, each window with parameters of its own.

    Parameters
    ----------
    network : DifferenceEquation
        Whose own parameters are not used.
    parameters : Tensor, shape (window, parameters)
    states : Tensor, shape (window, states)
    input : Tensor, shape (window, time, inputs)

    Returns
    -------
    Tensor, shape (window, time, outputs)
    """
    return _run(network, parameters, states, _features(network, input))


@torch.no_grad()
def estimated_states(
    network: DifferenceEquation, parameters: Tensor, input: Tensor, target: Tensor, steps: int = 6
) -> Tensor:
    """States before the first sample by least squares, parameters kept, shape (window, states)."""
    w = _features(network, input)

    def outputs(states: Tensor) -> Tensor:
        count = len(states) // len(parameters)
        every = (value.repeat_interleave(count, dim=0) for value in (parameters, w))
        own, features = every
        return _run(network, own, states, features).flatten(1)

    states = parameters.new_zeros(len(parameters), network.states)
    still = torch.eye(network.states, dtype=states.dtype).expand(len(states), -1, -1) / STATES**2
    zero = torch.zeros_like(states)
    found = _Minimum(outputs, target.flatten(1), states, zero, still, sigma=0.02)
    found.improve(steps)
    return found.point


@torch.no_grad()
def fit_windows(
    network: DifferenceEquation,
    input: Tensor,
    target: Tensor,
    starts: Tensor,
    prior: Prior,
    first: int = 100,
    steps: int = 10,
) -> Fitted:
    """Parameters and initial states of each window.

    Parameters
    ----------
    network : DifferenceEquation
        In double precision.
    input, target : Tensor, shape (window, time, channels)
        Standardised, double precision.
    starts : Tensor, shape (window, parameters)
    prior : Prior
    first : int
        Samples that the fit begins with; they are doubled until the window is whole.
    steps : int
        Of Levenberg-Marquardt for the first length; half as many for each longer one.

    Raises
    ------
    ValueError
        When the shapes do not belong together.
    """
    size = sum(parameter.numel() for parameter in network.parameters())
    if input.shape[:2] != target.shape[:2] or starts.shape != (len(input), size):
        raise ValueError(
            f"input {tuple(input.shape)}, target {tuple(target.shape)} and starts "
            f"{tuple(starts.shape)} must agree, with {size} parameters a window"
        )
    samples = input.shape[1]
    parameters = starts
    length = min(first, samples)
    count = steps
    states = estimated_states(network, parameters, input[:, :length], target[:, :length])
    while True:
        found = _fit(
            network, input[:, :length], target[:, :length], parameters, states, prior, count
        )
        if length == samples:
            return found
        parameters, states = found.parameters, found.states
        length = min(2 * length, samples)
        count = max(2, steps // 2)


def _fit(
    network: DifferenceEquation,
    input: Tensor,
    target: Tensor,
    parameters: Tensor,
    states: Tensor,
    prior: Prior,
    steps: int,
) -> Fitted:
    count = parameters.shape[1]
    w = _features(network, input)

    def outputs(point: Tensor) -> Tensor:
        own, begin = point.split([count, network.states], dim=1)
        features = w.repeat_interleave(len(point) // len(w), dim=0)
        return _run(network, own, begin, features).flatten(1)

    point = torch.cat([parameters, states], dim=1)
    mean = torch.cat([prior.mean, torch.zeros(network.states, dtype=point.dtype)]).expand_as(point)
    still = torch.eye(network.states, dtype=point.dtype) / STATES**2
    precision = torch.block_diag(prior.precision, still).expand(len(point), -1, -1)
    found = _Minimum(outputs, target.flatten(1), point, mean, precision, sigma=0.1)
    found.improve(steps // 2)
    found.take_noise()
    found.improve(steps - steps // 2)
    found.take_noise()
    own, begin = found.point.split([count, network.states], dim=1)
    return Fitted(own, begin, found.likelihood())


class _Minimum:
    """Levenberg-Marquardt on many small problems side by side."""

    def __init__(
        self,
        outputs: Callable[[Tensor], Tensor],
        target: Tensor,
        point: Tensor,
        mean: Tensor,
        precision: Tensor,
        sigma: float,
    ) -> None:
        self.outputs = outputs
        self.target = target
        self.point = point
        self.mean = mean
        self.precision = precision
        self.variance = torch.full((len(point),), sigma**2, dtype=point.dtype)
        self.damping = torch.full((len(point),), 0.1, dtype=point.dtype)

    def improve(self, steps: int) -> None:
        """Take steps; one that does not lower a problem's objective is taken back."""
        value = self.objective(self.point)
        for _ in range(steps):
            slope, products = self._normal_equations()
            diagonal = torch.diag_embed(products.diagonal(dim1=1, dim2=2))
            damped = products + self.damping[:, None, None] * diagonal
            move = torch.linalg.solve_ex(damped, slope).result
            trial = self.point - torch.nan_to_num(move)
            after = self.objective(trial)
            better = after < value
            self.point = torch.where(better[:, None], trial, self.point)
            value = torch.where(better, after, value)
            self.damping *= torch.where(better, 0.2, 6.0)
            self.damping.clamp_(1e-9, 1e9)

    def objective(self, point: Tensor) -> Tensor:
        """What is minimised, shape (problem,); infinite where a response grows without bounds."""
        error = self.outputs(point) - self.target
        away = point - self.mean
        prior = torch.einsum("pi,pij,pj->p", away, self.precision, away)
        value = error.square().sum(dim=1) / self.variance + prior
        return torch.where(value.isfinite(), value, torch.inf)

    def take_noise(self) -> None:
        """Set the noise to what is left of the target."""
        error = self.outputs(self.point) - self.target
        self.variance = error.square().mean(dim=1).clamp(1e-12, 1e6).nan_to_num(1e6)

    def likelihood(self) -> Tensor:
        """Objective with the normalisation by the noise, to compare starts of one window."""
        return self.objective(self.point) + self.target.shape[1] * self.variance.log()

    def _normal_equations(self) -> tuple[Tensor, Tensor]:
        problems, size = self.point.shape
        moved = STEP * torch.eye(size, dtype=self.point.dtype)
        points = self.point[:, None] + torch.cat([torch.zeros_like(moved[:1]), moved])
        outputs = self.outputs(points.flatten(0, 1)).unflatten(0, (problems, size + 1))
        jacobian = (outputs[:, 1:] - outputs[:, :1]) / STEP
        error = outputs[:, 0] - self.target
        weight = 1.0 / self.variance[:, None, None]
        away = (self.point - self.mean)[:, :, None]
        slope = weight * (jacobian @ error[:, :, None]) + self.precision @ away
        products = weight * (jacobian @ jacobian.mT) + self.precision
        return slope[:, :, 0].nan_to_num(0.0, 0.0, 0.0), products.nan_to_num(1.0, 1e30, 1e30)


def _features(network: DifferenceEquation, input: Tensor) -> Tensor:
    """What of the input enters each step, the past of a window being its reflection."""
    lead = min(LEAD, input.shape[1] - 1)
    mirrored = 2.0 * input[:, :1] - input[:, 1 : lead + 1].flip(1)
    return network.features(torch.cat([mirrored, input], dim=1))[:, lead:]


def _run(network: DifferenceEquation, parameters: Tensor, states: Tensor, w: Tensor) -> Tensor:
    """Outputs of each window, shape (window, time, outputs)."""
    own = _as_parameters(network, parameters)
    stepping = _Each(network)

    def one(values: ShapedLike, x: Tensor, features: Tensor) -> Tensor:
        trajectory: Tensor = functional_call(stepping, values, (x[None], features[None]))
        return trajectory[0]

    named = {f"network.{name}": value for name, value in own.items()}
    result: Tensor = vmap(one)(named, states, w)
    return result


class _Each(torch.nn.Module):
    """Runs through a window as a module whose parameters are those of the network."""

    def __init__(self, network: DifferenceEquation) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        trajectory = []
        for features in w.unbind(1):
            x = self.network.step(x, features)
            trajectory.append(x)
        return self.network.read(torch.stack(trajectory, dim=1), w)


def _as_parameters(network: DifferenceEquation, rows: Tensor) -> ShapedLike:
    """Rows of parameters one after another as those of the network, each with a leading window."""
    found = {}
    first = 0
    for name, value in network.named_parameters():
        found[name] = rows[:, first : first + value.numel()].reshape(-1, *value.shape)
        first += value.numel()
    return found
