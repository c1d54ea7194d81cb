"""Which loss goes with which targets: classes and values ask for different ones.

The losses of torch that are for one kind alone are refused with the other by their names. A loss of
the user's own is taken at its word.
"""

import copy

from torch import Tensor, nn

from surrogate.data.channels import Interface
from surrogate.training.losses.errors import (
    DifferencedSquaredError,
    GaussianNLL,
    RelativeSquaredError,
)

OF_CLASSES = (nn.CrossEntropyLoss, nn.NLLLoss, nn.MultiMarginLoss)
OF_VALUES = (
    nn.MSELoss,
    nn.L1Loss,
    nn.HuberLoss,
    nn.SmoothL1Loss,
    nn.PoissonNLLLoss,
    nn.GaussianNLLLoss,
    nn.BCELoss,
    nn.BCEWithLogitsLoss,
    nn.KLDivLoss,
    nn.SoftMarginLoss,
    nn.MultiLabelSoftMarginLoss,
    DifferencedSquaredError,
    GaussianNLL,
    RelativeSquaredError,
)


def default(interface: Interface) -> nn.Module:
    """The loss where none is chosen: cross-entropy of classes, mean squared error of values."""
    return nn.CrossEntropyLoss() if interface.classes else nn.MSELoss()


def require_fits(loss: nn.Module, interface: Interface) -> None:
    """Raise ValueError for a loss of values on classes, or of classes on values."""
    target = interface.targets[0].variable
    name = type(loss).__name__
    if interface.classes and isinstance(loss, OF_VALUES):
        raise ValueError(
            f"loss is {name}, which compares values, and {target} holds classes: choose "
            "torch.nn.CrossEntropyLoss"
        )
    if not interface.classes and isinstance(loss, OF_CLASSES):
        raise ValueError(
            f"loss is {name}, which tells classes apart, and {target} holds values: choose "
            "torch.nn.MSELoss, or store the classes as a label (whole numbers with flag_meanings)"
        )


def require_weighs(loss: nn.Module) -> None:
    """Raise ValueError for a loss that cannot count each sample by a weight of its own."""
    name = type(loss).__name__
    if getattr(loss, "reduction", None) != "mean":
        raise ValueError(
            f"loss is {name}, which does not take weights of samples: choose a loss of torch.nn "
            "with the reduction mean, or set data.weights to false"
        )
    if getattr(loss, "weight", None) is not None:
        raise ValueError(
            f"loss is {name} with weights of classes, and the data have weights of samples: leave "
            "one of them out (data.weights false)"
        )


def weighted(loss: nn.Module, output: Tensor, target: Tensor, importance: Tensor) -> Tensor:
    """Mean of a loss over samples, each counted by its importance, shape (batch,).

    With importances of mean one over all samples it is their weighted mean, sum w l / sum w.
    """
    each = copy.copy(loss)
    each.reduction = "none"  # type: ignore[assignment]
    values = each(output, target)
    return (importance * values.reshape(len(values), -1).mean(dim=1)).mean()
