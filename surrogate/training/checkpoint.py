"""What a checkpoint file holds, read as data: no network is made here."""

import errno
import zipfile
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from pydoc import locate
from typing import Any

import torch

from surrogate.data.channels import Interface, count
from surrogate.training import trust as trusting

KEPT = (
    "state_dict",
    "hyper_parameters",
    "hparams_name",
    "interface",
    "outputs_per_target",
    "bounds",
    "pytorch-lightning_version",
)
"""What prediction needs of a checkpoint."""
LONGEST = 200
"""Letters of a reason that a file may bring into a message."""


def read(path: str | Path) -> dict[str, Any]:
    """Content of a checkpoint, whose bytes have been compared with its checksums.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is not a checkpoint of this package, or damaged.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"checkpoint {path} does not exist")
    require_whole(path)
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        Interface.from_dict(content["interface"])
        for part in content.get("members", [content]):
            _check_state(part)
    except ValueError as error:
        reason = " ".join(str(error).split())[:LONGEST]
        raise ValueError(f"{path} is not a checkpoint of this package: {reason}") from None
    except Exception:  # torch raises whatever its unpickler stumbles over
        raise ValueError(f"{path} is not a checkpoint of this package") from None
    return content


def _check_state(content: Mapping[str, Any]) -> None:
    """Raise for weights that are no tensors by their names."""
    state = content["state_dict"]
    if not all(isinstance(name, str) for name in state) or not all(
        isinstance(value, torch.Tensor) for value in state.values()
    ):
        raise ValueError("state_dict must hold tensors by their names")
    _check_scaling(state)
    _check_lengths(content)
    _check_bounds(content)
    if content["outputs_per_target"] not in (1, 2):
        raise ValueError("outputs_per_target must be 1 or 2")


def _check_scaling(state: Mapping[str, torch.Tensor]) -> None:
    """Raise for scales that are not positive, and for numbers of the training that are not finite:
    the answer would be zero, or no extrapolation be told.
    """
    for name, value in state.items():
        is_scale = name.endswith("_scaling.scale")
        if (is_scale or name == "input_peak") and not bool(torch.isfinite(value).all()):
            raise ValueError(f"{name} must be finite")
        if is_scale and not bool((value > 0).all()):
            raise ValueError(f"{name} must be positive")


def _check_lengths(content: Mapping[str, Any]) -> None:
    """Raise for statistics of the inputs that are not one number for each channel."""
    inputs = count(Interface.from_dict(content["interface"]).inputs)
    for name in ("input_peak", "input_scaling.mean", "input_scaling.scale"):
        value = content["state_dict"].get(name)
        if value is not None and value.shape[:1] != (inputs,):
            raise ValueError(f"{name} must hold {inputs} numbers, got {value.numel()}")


def _check_bounds(content: Mapping[str, Any]) -> None:
    """Raise for bounds of the training that are no numbers, one for each input channel."""
    bounds = content.get("bounds")
    if not bounds:
        return
    inputs = count(Interface.from_dict(content["interface"]).inputs)
    for side in ("low", "high"):
        if len(bounds[side]) != inputs or not all(map(_is_finite, bounds[side])):
            raise ValueError(f"bounds must hold {inputs} numbers for {side}")
    if bounds["duration"] is not None and not _is_finite(bounds["duration"]):
        raise ValueError("duration must be a number")
    if not isinstance(bounds.get("drawn", ""), str):
        raise ValueError("drawn must be a text")


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and isfinite(value)


def require_whole(path: str | Path) -> None:
    """Raise ValueError for a file that is no archive of torch, or whose checksums do not hold.

    Torch itself does not look at them: a bit that has flipped on a disk would change the answers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in archive.infolist())
            damaged = None if packed else archive.testzip()
    except zipfile.BadZipFile as error:
        if "CRC" in str(error) or "header" in str(error).lower():
            raise ValueError(f"{path} is damaged: {error}") from None
        raise ValueError(f"{path} is not a checkpoint of this package") from None
    except (NotImplementedError, RuntimeError, ValueError, EOFError, OverflowError):
        raise ValueError(f"{path} is damaged, or not a checkpoint of this package") from None
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        raise ValueError(f"{path} is damaged: a part of it lies before its start") from None
    if packed:  # torch never does it, and a small file could unfold to any size
        raise ValueError(f"{path} is not a checkpoint of this package: it is compressed")
    if damaged is not None:
        raise ValueError(f"{path} is damaged: the checksum of its part {damaged} does not hold")


def read_interface(path: str | Path) -> Interface:
    """Read from a checkpoint what its surrogate takes and gives; errors as in `read`."""
    return interface_of(read(path), path)


def interface_of(content: Mapping[str, Any], path: str | Path) -> Interface:
    """What the surrogate of a checkpoint takes and gives; ValueError for an ensemble."""
    if "members" in content:
        raise ValueError(
            f"{path} is an ensemble, which `surrogate respond`, test, predict, card and export "
            "take: give the checkpoint of a member"
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


def require_network(path: str | Path, asked: Mapping[str, Any], trust: Sequence[str] = ()) -> None:
    """Raise ValueError for a network with other settings than the checkpoint's.

    Parameters
    ----------
    path : str or Path
        Errors as in `read`.
    asked : mapping
        Its class_path and init_args; what the checkpoint does not tell is not compared.
    trust : sequence of str
        Modules that the checkpoint may name beside those of this package.
    """
    settings = read(path).get("hyper_parameters")
    kept = settings.get("network") if isinstance(settings, dict) else None
    if not isinstance(kept, dict):  # made in Python
        return
    given = _flat(asked)
    trained = _flat(kept)
    for name, value in given.items():
        if name in trained and not same(value, trained[name], trust):
            own = f"{trained[name]} in {path}, from which the training continues"
            raise ValueError(f"model.network.{name} is {value}, and {own}")


def _flat(network: Mapping[str, Any]) -> dict[str, Any]:
    return {"class_path": network.get("class_path")} | dict(network.get("init_args") or {})


def same(asked: Any, kept: Any, trust: Sequence[str] = ()) -> bool:
    """Tell whether two settings are equal, or paths of one class.

    A class that was given in Python goes by the module that defines it, one that was given on the
    command line by the path that the user wrote. Only what the user asks for is imported.
    """
    if asked == kept:
        return True
    if not (isinstance(asked, str) and isinstance(kept, str)):
        return False
    found = locate(asked)
    if found is None:
        return False
    if kept == f"{getattr(found, '__module__', '')}.{getattr(found, '__qualname__', '')}":
        return True
    try:
        return trusting.resolve(kept, trust) is found
    except ValueError:
        return False
