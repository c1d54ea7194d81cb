"""The device that `--accelerator` asks for."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

AUTOMATIC = "auto"
CPU = "cpu"
GPU = "gpu"
NAMES = (AUTOMATIC, CPU, GPU, "cuda", "mps")
"""Words that `--trainer.accelerator` of Lightning takes too."""


def resolve(accelerator: str) -> "torch.device":
    """Find the device of an accelerator on this machine.

    Parameters
    ----------
    accelerator : str
        `auto` takes what there is, else the CPU.

    Raises
    ------
    ValueError
        For an unknown name, and for one of which this machine has none.

    Examples
    --------
    >>> resolve("cpu")
    device(type='cpu')
    """
    import torch

    if accelerator not in NAMES:
        raise ValueError(f"accelerator = {accelerator!r}: expected one of {', '.join(NAMES)}")
    here = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if accelerator == CPU or (accelerator == AUTOMATIC and here is None):
        return torch.device(CPU)
    if here is None or accelerator not in (AUTOMATIC, GPU, here.type):
        there = "only the CPU" if here is None else f"the CPU and {here.type}"
        raise ValueError(
            f"accelerator = {accelerator!r}: this machine has {there}; take cpu or auto"
        )
    return here


def model(device: "torch.device") -> str:
    """Name of the card, where the device is one of NVIDIA; else its kind.

    Examples
    --------
    >>> model(resolve("cpu"))
    'cpu'
    """
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
