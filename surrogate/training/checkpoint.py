"""What a checkpoint file holds, read as data: no network is made here."""

from collections.abc import Mapping
from pathlib import Path
from pydoc import locate
from typing import Any

import torch

from surrogate.data.channels import Interface

KEPT = (
    "state_dict",
    "hyper_parameters",
    "hparams_name",
    "interface",
    "outputs_per_target",
    "pytorch-lightning_version",
)
"""What prediction needs of a checkpoint."""


def read(path: str | Path) -> dict[str, Any]:
    """Content of a checkpoint.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is not a checkpoint of this package.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"checkpoint {path} does not exist")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        Interface.from_dict(content["interface"])
    except Exception:  # torch raises whatever its unpickler stumbles over
        raise ValueError(f"{path} is not a checkpoint of this package") from None
    return content


def read_interface(path: str | Path) -> Interface:
    """Read from a checkpoint what its surrogate takes and gives; errors as in `read`."""
    content = read(path)
    if "members" in content:
        raise ValueError(
            f"{path} is an ensemble, which only `surrogate respond` takes: give the checkpoint of "
            "a member"
        )
    return Interface.from_dict(content["interface"])


def without_training(path: str | Path) -> dict[str, Any]:
    """Content of a checkpoint without the state of the training; errors as in `read`."""
    content = read(path)
    return {name: content[name] for name in KEPT if name in content} | {"progress": None}


def require_training_state(path: str | Path) -> None:
    """Raise ValueError for a checkpoint from which no training can go on; errors as in `read`."""
    if "optimizer_states" not in read(path):
        raise ValueError(
            f"{path} was exported without the state of its training, which cannot continue from it"
        )


def require_network(path: str | Path, asked: Mapping[str, Any]) -> None:
    """Raise ValueError for a network with other settings than the checkpoint's.

    Parameters
    ----------
    path : str or Path
        Errors as in `read`.
    asked : mapping
        Its class_path and init_args; what the checkpoint does not tell is not compared.
    """
    kept = read(path).get("hyper_parameters", {}).get("network")
    if not isinstance(kept, dict):  # made in Python
        return
    given = _flat(asked)
    trained = _flat(kept)
    for name, value in given.items():
        if name in trained and not _same(value, trained[name]):
            own = f"{trained[name]} in {path}, from which the training continues"
            raise ValueError(f"model.network.{name} is {value}, and {own}")


def _flat(network: Mapping[str, Any]) -> dict[str, Any]:
    return {"class_path": network["class_path"]} | network.get("init_args", {})


def _same(one: Any, other: Any) -> bool:
    """Tell whether two settings are equal, or paths of one class.

    A class that was given in Python goes by the module that defines it, one that was given on the
    command line by the path that the user wrote.
    """
    paths = isinstance(one, str) and isinstance(other, str)
    return one == other or (paths and locate(one) is not None and locate(one) is locate(other))
