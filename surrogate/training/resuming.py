"""Where a training stands within its epoch: what a checkpoint keeps of it, and how the trainer
takes it up again.

The state of the optimizer and of the law is Lightning's affair; what a training may change when it
goes on is said in `surrogate.training.continuing`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from lightning.pytorch import Trainer
from torch import Tensor

from surrogate.data.samplers import RecordLoader


def progress_of(trainer: Trainer, losses: Sequence[Tensor], state: Any) -> dict[str, Any]:
    """The entry `progress` of a checkpoint.

    Parameters
    ----------
    trainer : Trainer
    losses : sequence of Tensor
        Of the steps of this epoch so far.
    state
        Of the network at the end of the last piece, in truncated back-propagation.
    """
    loader = trainer.train_dataloader
    return {
        "epoch": trainer.current_epoch,
        "losses": list(losses),
        "state": state,
        "random_state": torch.get_rng_state(),
        "loader": loader.state_dict() if isinstance(loader, RecordLoader) else None,
    }


def restore_streams(progress: Mapping[str, Any], trainer: Trainer) -> None:
    """Bring the random numbers and the batches to where the checkpoint was written."""
    torch.set_rng_state(progress["random_state"].cpu())  # of dropout
    # Lightning restores a loader too, but not one that was made early, to count the steps of a
    # schedule.
    loader = trainer.train_dataloader
    if progress["loader"] is not None and isinstance(loader, RecordLoader):
        loader.load_state_dict(progress["loader"])
