"""Checkpoint + record -> labelled response in physical units."""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from pydoc import locate
from typing import Any

import numpy as np
import torch

from simulators.moved import MovedName
from surrogate.data.channels import Interface
from surrogate.training.module import Surrogate

RECORDS_AT_ONCE = 64
KEPT = (
    "state_dict",
    "hyper_parameters",
    "hparams_name",
    "interface",
    "outputs_per_target",
    "pytorch-lightning_version",
)
"""Entries of a checkpoint that predictions need."""
Run = Callable[[np.ndarray], np.ndarray]
"""Physical input to physical output, as `respond` for one surrogate."""


def load(path: str | Path) -> Surrogate:
    """Read a surrogate from its checkpoint, ready to predict on the CPU.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is no checkpoint of this package, or its network cannot be made.
    """
    read_interface(path)
    try:
        with warnings.catch_warnings(
            action="ignore", category=MovedName
        ):  # a checkpoint keeps the names of its time
            return Surrogate.load_from_checkpoint(path, map_location="cpu").eval()
    except (
        Exception
    ) as error:  # of Lightning, jsonargparse or torch: another class, other shapes, no class at all
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ValueError(
            f"the network of {path} cannot be made as it was trained: {reason}"
        ) from None


def read(path: str | Path) -> dict[str, Any]:
    """Content of a checkpoint; errors as in `load`."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"checkpoint {path} does not exist")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        Interface.from_dict(content["interface"])
    except Exception:  # torch raises whatever its unpickler stumbles over
        raise ValueError(f"{path} is no checkpoint of this package") from None
    return content


def read_interface(path: str | Path) -> Interface:
    """Read from a checkpoint what its surrogate takes and gives; errors as in `load`."""
    content = read(path)
    if "members" in content:
        raise ValueError(
            f"{path} is an ensemble, which only `surrogate respond` takes: give the checkpoint of "
            "a member"
        )
    return Interface.from_dict(content["interface"])


def without_training(path: str | Path) -> dict[str, Any]:
    """Content of a checkpoint without the state of its training; errors as in `load`."""
    content = read(path)
    return {name: content[name] for name in KEPT if name in content} | {"progress": None}


def require_training_state(path: str | Path) -> None:
    """Raise ValueError for a checkpoint from which no training can go on; errors as in `load`."""
    if "optimizer_states" not in read(path):
        raise ValueError(
            f"{path} was exported without the state of its training, which cannot go on from it"
        )


def require_network(path: str | Path, asked: Mapping[str, Any]) -> None:
    """Raise ValueError for a network with other settings than the checkpoint's, which are those of
    its training.

    Parameters
    ----------
    path : str or Path
        Errors as in `load`.
    asked : mapping
        Its class_path and init_args; what the checkpoint does not tell is not compared.
    """
    kept = read(path).get("hyper_parameters", {}).get("network")
    if not isinstance(kept, dict):  # made in Python
        return
    given, trained = (
        {"class_path": each["class_path"]} | each.get("init_args", {}) for each in (asked, kept)
    )
    for name, value in given.items():
        if name in trained and not _same(value, trained[name]):
            own = f"{trained[name]} in {path}, from which the training goes on"
            raise ValueError(f"model.network.{name} is {value}, and {own}")


def respond(surrogate: Surrogate, input: np.ndarray) -> np.ndarray:
    """Responses to whole records, from rest.

    Parameters
    ----------
    surrogate : Surrogate
    input : ndarray, shape (record, time, inputs)
        In physical units, at the sampling interval of the training data.

    Returns
    -------
    ndarray, shape (record, time, targets)
        In physical units, single precision.
    """
    blocks = torch.from_numpy(np.asarray(input, dtype=np.float32)).split(RECORDS_AT_ONCE)
    with torch.inference_mode():
        return torch.cat([surrogate(block) for block in blocks]).numpy()


def _same(one: Any, other: Any) -> bool:
    """Whether two settings are equal, or paths of one class, which goes by its module where it was
    given in Python.
    """
    paths = isinstance(one, str) and isinstance(other, str)
    return one == other or (paths and locate(one) is not None and locate(one) is locate(other))
