"""Normal equations of a difference equation by propagating its sensitivities.

With the states x, the features w of the input, the parameters p and S = dx/dp:

    x_t = f(x_{t-1}, w_t; p)          S_t = f_x S_{t-1} + f_p
    y_t = g(x_t, w_t; p)          dy_t/dp = g_x S_t + g_p

All f_x, f_p, g_x, g_p of a stretch of time come from one vectorised call, since the states are
known; only the product f_x S runs through time. That is several times faster than differentiating
the loop as it stands.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap

from surrogate.networks.sequence import DifferenceEquation

STRETCH = 50  # samples whose derivatives are in memory at once


class _Local(nn.Module):
    """One step and the read-out after it, as a module whose parameters are those of the network."""

    def __init__(self, network: DifferenceEquation) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        after = self.network.step(x[None], w[None])
        return after[0], self.network.read(after, w[None])[0]


def normal_equations(
    network: DifferenceEquation, input: Tensor, residual: Tensor
) -> tuple[Tensor, Tensor]:
    """J^T J and J^T r in double precision, J being the Jacobian of the last samples of the output
    by the parameters.

    Parameters
    ----------
    network : DifferenceEquation
    input : Tensor, shape (batch, time, inputs)
    residual : Tensor, shape (batch, scored time, outputs)
        Of the last samples.

    Returns
    -------
    products : Tensor, shape (parameters, parameters)
    slope : Tensor, shape (parameters,)
    """
    local = _Local(network)
    batch, samples = input.shape[:2]
    trained = {name: each for name, each in local.named_parameters() if each.requires_grad}
    parameters = {name: each.detach() for name, each in trained.items()}
    count = sum(value.numel() for value in parameters.values())
    skipped = samples - residual.shape[1]
    products = torch.zeros(count, count, dtype=torch.float64, device=input.device)
    slope = products[0].clone()
    x = input.new_zeros(batch, network.states)
    w = network.features(input)
    sensitivity = input.new_zeros(batch, network.states, count)

    def derivatives(x: Tensor, w: Tensor) -> tuple:
        return jacrev(lambda p, x: functional_call(local, p, (x, w)), argnums=(0, 1))(parameters, x)

    for first in range(0, samples, STRETCH):
        times = range(first, min(first + STRETCH, samples))
        before = []
        for t in times:
            before.append(x)
            x = network.step(x, w[:, t])
        states = torch.stack(before, 1).flatten(0, 1)
        (f_by, f_x), (g_by, g_x) = vmap(derivatives)(states, w[:, times].flatten(0, 1))
        every = (_side_by_side(f_by), f_x, _side_by_side(g_by), g_x)
        f_p, f_x, g_p, g_x = (value.unflatten(0, (batch, len(times))) for value in every)
        for place, t in enumerate(times):
            # g is taken of the step: its derivatives run from x_{t-1} to y_t.
            if t >= skipped:
                rows = g_p[:, place] + g_x[:, place] @ sensitivity  # (batch, outputs, parameters)
                rows = rows.flatten(0, 1)
                products += rows.T @ rows
                slope += rows.T @ residual[:, t - skipped].flatten()
            sensitivity = f_p[:, place] + f_x[:, place] @ sensitivity
    return products, slope


def _side_by_side(by_parameter: Mapping[str, Tensor]) -> Tensor:
    """Derivatives by all parameters in one row: (batch, values, parameters)."""
    return torch.cat([value.flatten(2) for value in by_parameter.values()], 2)
