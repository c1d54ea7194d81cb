"""Where a training stands within its epoch: what a checkpoint keeps of it, and how the trainer
takes it up again.

Each process of a distributed training has losses, a state of the network and random numbers of its
own; a checkpoint, which the first process writes, keeps those of all. The state of the optimizer
and of the law is Lightning's affair; what a training may change when it goes on is said in
`surrogate.training.continuing`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from lightning.pytorch import Trainer
from lightning.pytorch.utilities import move_data_to_device
from torch import Tensor

from surrogate.data.samplers import RecordLoader
from surrogate.training import rate_law


def progress_of(trainer: Trainer, losses: Sequence[Tensor], state: Any) -> dict[str, Any]:
    """The entry `progress` of a checkpoint, which all processes have to ask for together.

    Parameters
    ----------
    trainer : Trainer
    losses : sequence of Tensor
        Of the steps of this epoch so far.
    state
        Of the network at the end of the last piece, in truncated back-propagation.
    """
    loader = trainer.train_dataloader
    device = trainer.strategy.root_device
    own = {
        "losses": list(losses),
        "state": state,
        "random_state": torch.get_rng_state(),
        "device_random_state": _random_state(device),
    }
    return {
        "epoch": trainer.current_epoch,
        "loader": loader.state_dict() if isinstance(loader, RecordLoader) else None,
        "watched": rate_law.watched(trainer),
        "processes": _gathered(move_data_to_device(own, torch.device("cpu")), trainer.world_size),
    }


def own_part(
    progress: Mapping[str, Any], rank: int, ranks: int, within: bool, device: torch.device
) -> dict[str, Any]:
    """What a checkpoint keeps of one process, its losses and its state on the device that trains.

    Parameters
    ----------
    progress : mapping
        From `progress_of`; one of an earlier version keeps a single process.
    rank, ranks : int
        Of this process, and how many there are now.
    within : bool
        Whether the training goes on within an epoch.
    device : device
        Where the losses of the further steps will be.

    Raises
    ------
    ValueError
        Where it goes on within an epoch by another number of processes: they would share its
        records otherwise.
    """
    kept: list[dict[str, Any]] = progress.get("processes") or [dict(progress)]
    if within and len(kept) != ranks:
        raise ValueError(
            f"the checkpoint was written within an epoch by {len(kept)} processes, got {ranks}: "
            f"go on with {len(kept)} devices in all, or begin anew with --init_from"
        )
    own = kept[rank] if rank < len(kept) else kept[0]
    moved = {name: move_data_to_device(own[name], device) for name in ("losses", "state")}
    return own | moved


def restore_streams(progress: Mapping[str, Any], own: Mapping[str, Any], trainer: Trainer) -> None:
    """Bring the random numbers and the batches to where the checkpoint was written.

    Parameters
    ----------
    progress : mapping
        Of the checkpoint.
    own : mapping
        The part of this process.
    trainer : Trainer
    """
    torch.set_rng_state(own["random_state"].cpu())  # of dropout
    _set_random_state(trainer.strategy.root_device, own.get("device_random_state"))
    # Lightning restores a loader too, but not one that was made early, to count the steps of a
    # schedule.
    loader = trainer.train_dataloader
    if progress["loader"] is not None and isinstance(loader, RecordLoader):
        loader.load_state_dict(progress["loader"])


def _random_state(device: torch.device) -> Tensor | None:
    """State of the random numbers of an accelerator, from which dropout draws there."""
    if device.type == "cpu" or not hasattr(torch.get_device_module(device), "get_rng_state"):
        return None
    state: Tensor = torch.get_device_module(device).get_rng_state()
    return state


def _set_random_state(device: torch.device, state: Tensor | None) -> None:
    if state is not None and device.type != "cpu":
        torch.get_device_module(device).set_rng_state(state.cpu())


def _gathered(own: dict[str, Any], processes: int) -> list[dict[str, Any]]:
    """What all processes have, in their order."""
    if processes == 1:
        return [own]
    parts: list[Any] = [None] * processes
    torch.distributed.all_gather_object(parts, own)
    return parts
