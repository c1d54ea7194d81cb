"""Whose network a command means, where it names a checkpoint: the checkpoint's, or one that the
command asks for and that has to be the same.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import Namespace
from lightning.pytorch.cli import LightningArgumentParser

from surrogate.training import checkpoint
from surrogate.training.trust import network_of


def asks_for_network(parser: LightningArgumentParser, config: Namespace, named: bool) -> bool:
    """Refuse another network than the checkpoint's; tell whether one is asked for.

    One that is nowhere asked for has the default of the parser.

    Parameters
    ----------
    parser : LightningArgumentParser
        Of the command.
    config : Namespace
        What it has understood.
    named : bool
        Whether a word of the command begins with `--model.network`.
    """
    default = parser.get_defaults().model.network
    asked = yaml.safe_load(parser.dump(config))["model"].get("network")
    if not asked or not (named or config.model.network != default):
        return False
    checkpoint.require_network(config.ckpt_path, asked, trusted(config))
    return True


def kept_network(content: Mapping[str, Any], path: Path, trust: Sequence[str]) -> dict[str, Any]:
    """Class path and arguments of a checkpoint's network; ValueError where none can be made."""
    try:
        return network_of(content, trust)
    except ValueError as error:
        raise ValueError(
            f"the network of {path} cannot be made as it was trained: {error}"
        ) from None


def trusted(config: Namespace) -> list[str]:
    """Modules of the user: those of --trust, and that of the network which the command names."""
    path = getattr(config.model.network, "class_path", None)
    own = [path.rpartition(".")[0]] if isinstance(path, str) and "." in path else []
    return [*config.trust, *own]
