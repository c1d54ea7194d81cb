"""How Lightning's trainer writes and reads checkpoints here: whole or not at all, and as data.

Lightning's own writer puts its temporary file into TMPDIR. Where that is another file system than
the folder of the run, as on clusters, the last step is a copy, and a job that is killed in it
leaves a torn checkpoint in the place of the good one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from datasets.files.disk import new_file
from surrogate.training import checkpoint as checkpoints


class WholeFiles(TorchCheckpointIO):
    """Checkpoints that appear whole, and whose checksums are compared when they are read."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Write beside the target, wait for the disk, and take the target's name."""
        with new_file(path, overwrite=True) as temporary:
            torch.save(checkpoint, temporary)

    def load_checkpoint(
        self,
        path: str | Path,
        map_location: Callable | None = None,
        weights_only: bool | None = None,
    ) -> dict[str, Any]:
        """Read tensors and plain values alone, whatever Lightning asks for."""
        return checkpoints.read(path)
