"""Levenberg-Marquardt: the optimizer of system identification, for networks of a few hundred
parameters.

With the residuals r of a batch, shape (N,), their Jacobian J by the P parameters, and the damping
lambda:

    (J^T J + lambda diag(J^T J)) step = J^T r

(Levenberg 1944; Marquardt 1963). A step that does not lower the loss of the batch is taken back and
the damping raised; one that does lowers it. J comes from the sensitivities of a difference
equation, or for any other network from forward-mode differentiation by all parameters. A step is as
dear as a few gradients (some dozens in forward mode) and worth thousands of them where a network of
few parameters has to become exact.
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, jvp, vmap
from torch.optim import Optimizer

from surrogate.networks.sequence import DifferenceEquation
from surrogate.optim import sensitivity
from surrogate.optim.divergence import Diverged
from surrogate.optim.patience import told

MOST_PARAMETERS = 5_000
"""Of one equation: a solution takes four seconds of a core, a step up to six of them, and both grow
with the cube.
"""


def require_few(network: nn.Module) -> None:
    """Raise ValueError for a network of more parameters than an equation is solved for."""
    count = sum(parameter.numel() for parameter in _trained(network).values())
    if count > MOST_PARAMETERS:
        raise ValueError(
            f"LevenbergMarquardt solves an equation of all {count} parameters of "
            f"{type(network).__name__} at every step, must be at most {MOST_PARAMETERS}: "
            "freeze most of them (--freeze), take a smaller network, or MuonAdamW"
        )


class LevenbergMarquardt(Optimizer):
    """Damped Gauss-Newton steps on the mean squared error of each batch.

    `attach` names the network. A batch must have many more scored samples than the
    network parameters.

    Parameters
    ----------
    params : iterable of Tensor
        Of the network, which is attached; those that are frozen stay.
    lr : float
        Length of a step, relative to the one of the equation.
    damping : float
        lambda at the start.
    attempts : int
        Dampings tried for a batch, each `raised` times the one before.
    raised, lowered : float
        Factors on the damping after a failure and after a success.
    columns : int
        Parameters whose derivatives are computed at once: memory grows with them.

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.levenberg_marquardt import LevenbergMarquardt
    >>> network = torch.nn.Linear(1, 1)
    >>> optimizer = LevenbergMarquardt(network.parameters(), damping=0.1)
    >>> optimizer.attach(network)
    >>> input = torch.linspace(-1.0, 1.0, 50).reshape(1, 50, 1)
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (network(input) - (3.0 * input + 1.0)).square().mean()
    ...     loss.backward()
    ...     return loss
    ...
    >>> for _ in range(8):
    ...     loss = optimizer.step(closure)
    ...
    >>> loss.item() < 1e-6
    True
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1.0,
        damping: float = 1.0,
        attempts: int = 6,
        raised: float = 4.0,
        lowered: float = 0.3,
        columns: int = 256,
    ) -> None:
        if min(lr, damping) <= 0.0 or not 0.0 < lowered < 1.0 < raised:
            raise ValueError(
                "lr and damping must be positive and 0 < lowered < 1 < raised, got "
                f"{lr}, {damping}, {lowered} and {raised}"
            )
        super().__init__(params, {"lr": lr, "damping": damping})
        self.attempts = attempts
        self.raised = raised
        self.lowered = lowered
        self.columns = columns
        self.network: nn.Module | None = None
        self._call: tuple[Tensor, Tensor] | None = None

    def attach(self, network: nn.Module) -> None:
        """Tell the network whose parameters these are; ValueError as of `require_few`."""
        require_few(network)
        self.network = network
        self._call = None
        network.register_forward_hook(self._keep)

    def _keep(self, network: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        if network.training and output.requires_grad:
            output.retain_grad()
            self._call = inputs[0], output

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step on the batch of the closure.

        Raises
        ------
        ValueError
            When no network is attached, the closure does not train it, or the loss is not the mean
            squared error alone; `Diverged` where it is no number.
        """
        if closure is None or self.network is None:
            raise ValueError("LevenbergMarquardt needs a closure and the network: attach(network)")
        network = self.network
        with torch.enable_grad():
            loss = closure()
        input, output, gradient = self._last_call()
        if not gradient.any():
            return loss  # nothing is left to improve
        skip, residual = _residual(loss, gradient)
        target = output.detach()[:, skip:] - residual
        before = [parameter.detach().clone() for parameter in _trained(network).values()]
        products, slope = self._normal_equations(network, input, skip, residual)
        if not (products.isfinite().all() and slope.isfinite().all()):
            raise Diverged(
                f"the response of {type(network).__name__} to its parameters grows without bounds: "
                "start nearer to the data (its period, more damping), or with shorter windows"
            )
        group = self.param_groups[0]
        for _ in range(self.attempts):
            move = _damped(products, slope, group["damping"])
            _move(network, before, -group["lr"] * move)
            with torch.no_grad():
                after = (network(input)[:, skip:] - target).square().mean()
            if after < loss:
                group["damping"] *= self.lowered
                return loss
            group["damping"] *= self.raised
        _move(network, before, torch.zeros_like(slope))
        return loss

    def _last_call(self) -> tuple[Tensor, Tensor, Tensor]:
        """Input and output of the network in the closure, and the gradient by the output."""
        if self._call is not None:
            input, output = self._call
            if output.grad is not None:
                return input, output, output.grad
        raise ValueError(
            "LevenbergMarquardt needs a closure that runs the attached network in training mode, "
            "and then the backward pass of the loss"
        )

    def _normal_equations(
        self, network: nn.Module, input: Tensor, skip: int, residual: Tensor
    ) -> tuple[Tensor, Tensor]:
        """J^T J and J^T r in double precision."""
        network.eval()  # the hook keeps calls in training alone
        with torch.no_grad():
            if isinstance(network, DifferenceEquation):
                result = sensitivity.normal_equations(network, input, residual)
            else:
                jacobian = forward_jacobian(network, input, skip, self.columns)
                result = (jacobian @ jacobian.T).double(), (jacobian @ residual.flatten()).double()
        network.train()
        return result


def forward_jacobian(network: nn.Module, input: Tensor, skip: int, columns: int) -> Tensor:
    """J of any network by forward-mode differentiation, transposed.

    Parameters
    ----------
    network : Module
    input : Tensor, shape (batch, time, inputs)
    skip : int
        Samples at the start of each record that do not count.
    columns : int
        Parameters whose derivatives are computed at once.

    Returns
    -------
    Tensor, shape (parameters, batch x scored time x outputs)

    Raises
    ------
    ValueError
        For a network with an operation that torch cannot differentiate forwards.
    """
    parameters = {name: parameter.detach() for name, parameter in _trained(network).items()}
    point = tuple(parameters.values())
    sizes = [parameter.numel() for parameter in point]

    def outputs(*values: Tensor) -> Tensor:
        own = dict(zip(parameters, values, strict=True))
        return functional_call(network, own, input)[:, skip:].flatten()

    def column(direction: Tensor) -> Tensor:
        parts = direction.split(sizes)
        tangent = tuple(part.view_as(value) for part, value in zip(parts, point, strict=True))
        return jvp(outputs, point, tangent)[1]

    directions = torch.eye(sum(sizes), dtype=input.dtype, device=input.device)
    try:
        with _plain_kernels():
            blocks = told(directions.split(columns), f"blocks of {columns} derivatives")
            return torch.cat([vmap(column)(block) for block in blocks])
    except NotImplementedError as error:
        operation = re.search(r"forward AD with (\S+)", str(error))
        raise ValueError(
            f"LevenbergMarquardt needs derivatives forwards, which torch has not for "
            f"{operation[1] if operation else 'an operation'} of {type(network).__name__}: use "
            "another optimizer, such as MuonAdamW, or a network without it"
        ) from None


@contextmanager
def _plain_kernels() -> Iterator[None]:
    """Recurrent layers by single operations: their kernels of oneDNN and cuDNN have no forward
    derivative.
    """
    with warnings.catch_warnings():
        # Torch uses it itself, and warns of a card of Intel's that is not there.
        warnings.filterwarnings("ignore", "`torch.jit.script`", DeprecationWarning)
        warnings.filterwarnings("ignore", "TF32 acceleration on top of oneDNN")
        with torch.backends.mkldnn.flags(enabled=False), torch.backends.cudnn.flags(enabled=False):
            yield


def _trained(network: nn.Module) -> dict[str, nn.Parameter]:
    """Parameters that are not frozen, by their names."""
    return {name: each for name, each in network.named_parameters() if each.requires_grad}


@torch.no_grad()
def _move(network: nn.Module, before: list[Tensor], move: Tensor) -> None:
    """Set the parameters that are trained to what they were before, plus their parts of a move."""
    parts = move.split([parameter.numel() for parameter in before])
    trained = _trained(network).values()
    for parameter, start, part in zip(trained, before, parts, strict=True):
        parameter.copy_(start + part.view_as(start).to(start.dtype))


def _damped(products: Tensor, slope: Tensor, damping: float) -> Tensor:
    """Solution of the equation; scaled, so that a parameter without influence stays and the others
    do not suffer.
    """
    size = products.diagonal().sqrt()
    has_influence = size > 0.0
    scale = torch.where(has_influence, size, 1.0)
    matrix = products / torch.outer(scale, scale)
    damped = matrix + damping * torch.ones_like(slope).diag()
    solution = torch.linalg.lstsq(damped, slope / scale).solution / scale
    # What the factorisation leaves there by rounding is no move.
    return torch.where(has_influence, solution, 0.0)


def _residual(loss: Tensor, gradient: Tensor) -> tuple[int, Tensor]:
    """Samples that do not count, and r of the others, from the gradient 2 r / N of mean(r^2); else
    ValueError.

    Since 4 loss = N sum(gradient^2), the two tell N. Samples without a gradient do not: they may be
    met exactly, as the rest at the start of a record is.
    """
    if not loss.isfinite():
        raise Diverged(f"the loss is {loss:g}: the response of the network grows without bounds")
    batch, samples, outputs = gradient.shape
    count = 4.0 * loss.detach().double() / gradient.double().square().sum() / (batch * outputs)
    scored = round(count.item())
    first = int(gradient.abs().amax(dim=(0, 2)).nonzero()[0])
    if abs(count - scored) > 1e-5 * samples or not samples - first <= scored <= samples:
        raise ValueError(
            "LevenbergMarquardt needs the mean squared error and no penalty: loss and gradient "
            f"are those of {count:.6g} scored samples of {samples}"
        )
    return samples - scored, 0.5 * scored * batch * outputs * gradient[:, samples - scored :]
