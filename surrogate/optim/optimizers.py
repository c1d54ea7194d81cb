"""Optimizers of `torch.optim`: all of them by class path, and a sentence for what one of them
cannot do.
"""

import inspect
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import torch
from lightning.pytorch import Trainer
from torch import Tensor, optim
from torch.optim import Optimizer


def optimizers() -> dict[str, type[Optimizer]]:
    """Every optimizer of the installed torch.optim by its name, found by inspection."""
    classes = inspect.getmembers(optim, inspect.isclass)
    return {
        name: kind
        for name, kind in classes
        if issubclass(kind, Optimizer) and kind is not Optimizer
    }


def make(
    factory: Callable[[Iterable[Tensor]], Optimizer], parameters: Iterable[Tensor]
) -> Optimizer:
    """Make an optimizer of the parameters.

    Raises
    ------
    ValueError
        When it cannot train them: why, and what to use instead.
    """
    parameters = list(parameters)
    try:
        optimizer = factory(parameters)
    except ValueError as error:
        if any(parameter.ndim != 2 for parameter in parameters) and "2D parameters" in str(error):
            raise ValueError(
                "Muon optimizes only matrices and the network has other parameters too: use "
                "surrogate.optim.optimizers.MuonAdamW, which leaves the others to AdamW"
            ) from None
        raise
    except TypeError as error:  # a null in the place of a number
        raise ValueError(f"optimizer: its settings cannot be used: {error}") from None
    if isinstance(optimizer, optim.SparseAdam):
        raise ValueError(
            "SparseAdam needs sparse gradients, which no layer here produces: use torch.optim.Adam"
        )
    return optimizer


def require_full_batch(optimizer: Optimizer, trainer: Trainer) -> None:
    """Raise ValueError where a trainer would feed LBFGS changing batches or clipped gradients.

    Its line search and its curvature compare values of one function; minibatches, accumulation and
    clipping change the function between two calls.
    """
    if not isinstance(optimizer, optim.LBFGS):
        return
    if trainer.num_training_batches > 1:
        raise ValueError(
            f"LBFGS needs the full batch and an epoch has {trainer.num_training_batches} batches: "
            "raise data.batch_size"
        )
    if trainer.gradient_clip_val is not None:
        raise ValueError(
            "LBFGS needs true gradients: remove trainer.gradient_clip_val = "
            f"{trainer.gradient_clip_val}"
        )


class MuonAdamW(Optimizer):
    """Muon (Jordan et al. 2024) for the matrices of a network, AdamW for all its other parameters.

    Parameters
    ----------
    params : iterable of Tensor
    lr : float
        Learning rate of both: Muon's is adjusted to the size of each matrix so that AdamW's fits.
    momentum : float
        Of Muon.
    betas : tuple of float
        Of AdamW.
    weight_decay : float
        Decoupled, of both.

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.optimizers import MuonAdamW
    >>> network = torch.nn.Linear(2, 1)
    >>> optimizer = MuonAdamW(network.parameters(), lr=1e-3)
    >>> len(optimizer.param_groups)
    2
    """

    def __init__(
        self,
        params: Iterable[Tensor],
        lr: float = 1e-3,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.999),
        weight_decay: float = 0.0,
    ) -> None:
        params = list(params)
        matrices = [parameter for parameter in params if parameter.ndim == 2]
        others = [parameter for parameter in params if parameter.ndim != 2]
        self.parts: list[Optimizer] = []
        if matrices:
            muon = optim.Muon(
                matrices,
                lr=lr,
                weight_decay=weight_decay,
                momentum=momentum,
                adjust_lr_fn="match_rms_adamw",
            )
            self.parts.append(muon)
        if others:
            self.parts.append(optim.AdamW(others, lr=lr, weight_decay=weight_decay, betas=betas))
        super().__init__(params, {"lr": lr})
        self._share_groups()

    def _share_groups(self) -> None:
        """One list of groups, the parts' own: a scheduler that changes a learning rate changes it
        in its part.
        """
        self.param_groups = list(chain.from_iterable(part.param_groups for part in self.parts))

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for part in self.parts:
            part.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        return {"parts": [part.state_dict() for part in self.parts]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for part, state in zip(self.parts, state_dict["parts"], strict=True):
            part.load_state_dict(state)
        self._share_groups()
