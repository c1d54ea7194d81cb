"""Optimizers of `torch.optim`: all of them by class path, and a sentence for what one of them
cannot do.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import torch
from lightning.pytorch import Trainer
from torch import Tensor, optim
from torch.optim import Optimizer

from surrogate.optim import groups
from surrogate.optim.muon import Muon


def optimizers() -> dict[str, type[Optimizer]]:
    """Every optimizer of the installed torch.optim by its name, found by inspection."""
    classes = inspect.getmembers(optim, inspect.isclass)
    return {
        name: kind
        for name, kind in classes
        if issubclass(kind, Optimizer) and kind is not Optimizer
    }


def make(
    factory: Callable[..., Optimizer],
    parameters: Iterable[Tensor] | Mapping[str, Tensor],
    parts: groups.Settings | None = None,
) -> Optimizer:
    """Make an optimizer of the parameters.

    Parameters
    ----------
    factory
        Takes the parameters.
    parameters : iterable of Tensor, or mapping of str to Tensor
        By their names, where parts of the network have settings of their own.
    parts : mapping, optional
        Settings by the part, see `surrogate.optim.groups`.

    Raises
    ------
    ValueError
        When it cannot train them: why, and what to use instead.
    """
    names = dict(parameters) if isinstance(parameters, Mapping) else {}
    parameters = list(names.values() if names else parameters)  # type: ignore[arg-type]
    try:
        optimizer = groups.grouped(factory, names, parts) if parts else factory(parameters)
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
    params : iterable of Tensor, or of parameter groups with settings of their own
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
        matrices = _of_dimension(params, True)
        others = _of_dimension(params, False)
        self.parts: list[Optimizer] = []
        if matrices:
            muon = Muon(
                matrices,
                lr=lr,
                weight_decay=weight_decay,
                momentum=momentum,
                adjust_lr_fn="match_rms_adamw",
            )
            self.parts.append(muon)
        if others:
            fused = _on_processor(others) or None  # None: as torch finds best for a GPU
            adamw = optim.AdamW(others, lr=lr, weight_decay=weight_decay, betas=betas, fused=fused)
            self.parts.append(adamw)
        common = {"lr": lr, "weight_decay": weight_decay}
        super().__init__(params, common)
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


def _of_dimension(params: Iterable[Any], matrices: bool) -> list[Any]:
    """The matrices among parameters or in parameter groups, or all that are none."""
    params = list(params)
    if not params or not isinstance(params[0], dict):
        return [parameter for parameter in params if (parameter.ndim == 2) == matrices]
    chosen = [group | {"params": _of_dimension(group["params"], matrices)} for group in params]
    return [group for group in chosen if group["params"]]


def _on_processor(params: Iterable[Any]) -> bool:
    """Whether all parameters, or those of parameter groups, are in the memory of the processor."""
    return all(
        _on_processor(each["params"]) if isinstance(each, dict) else each.device.type == "cpu"
        for each in params
    )
