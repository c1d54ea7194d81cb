"""The configuration that a run keeps in its folder, as it can be used again."""

from typing import Any

from jsonargparse import Namespace
from lightning.pytorch.cli import LightningArgumentParser, SaveConfigCallback

OF_ONE_CALL = {"overwrite": False, "ckpt_path": None}
"""Options that belong to one call, with the values that ask for nothing.

A kept `overwrite` would let whoever uses the file again replace the run, and a kept `ckpt_path` of
a training that went on from its last state would have that state tested in place of the best.
"""


class KeptConfig(SaveConfigCallback):
    """Writes `config.yaml` beside the log, without what belongs to one call alone."""

    def __init__(self, parser: LightningArgumentParser, config: Namespace, **options: Any) -> None:
        kept = config.clone()
        for name, value in OF_ONE_CALL.items():
            if name in kept:
                kept[name] = value
        super().__init__(parser, kept, overwrite=True, **options)
