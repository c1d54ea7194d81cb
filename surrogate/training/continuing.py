"""What a training may change when it continues from a checkpoint.

A checkpoint of the command line holds the settings of its training and digests of its records. A
training that continues keeps the state of the optimizer, of the learning-rate law and of the
batches: most settings belong to that state. Those that do not are taken anew, and the rest is
refused by name, so that the configuration that is kept tells what was done.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from torch.optim import Optimizer

from surrogate.optim.groups import OWN
from surrogate.training.checkpoint import same

FREE = (
    "model.network",  # compared by the weights and `surrogate.training.checkpoint`
    "model.compile",
    "model.monitor",
    "model.optimizer",  # the top-level ones once more
    "model.lr_scheduler",
    "model.groups",
    "data.path",  # the records count, not where they lie
    "data.validation_path",
    "data.test_path",
    "data.split_file",
    "data.recipe",  # its content counts
    "data.overrides",
    "data.threads",
    "data.placement",
    "data.workers",
)
LAWS_OWN = ("lr", "momentum", "betas")
"""Numbers of an optimizer that a learning-rate law may set."""
TRAINER = ("accumulate_grad_batches", "gradient_clip_val", "gradient_clip_algorithm", "precision")
"""Settings of the trainer that decide a step."""
SECTIONS = ("model", "data", "optimizer", "lr_scheduler", "groups")
REMEDY = "to train on with other settings, start anew with --init_from"


def settings_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a training that a checkpoint keeps, by their dotted key.

    Parameters
    ----------
    config : mapping
        What the parser has understood, as plain values.
    """
    sections = {name: config.get(name) for name in SECTIONS}
    if config.get("freeze"):  # where there are none, as in checkpoints that do not know the key
        sections["freeze"] = config["freeze"]
    trainer = config.get("trainer") or {}
    sections["trainer"] = {name: trainer.get(name) for name in TRAINER}
    known = dict(flat(sections))
    return {key: value for key, value in known.items() if not key.startswith(FREE)}


def changed(
    kept: Mapping[str, Any], asked: Mapping[str, Any], trust: Sequence[str] = ()
) -> dict[str, tuple[Any, Any]]:
    """Old and new value of each setting that differs; None stands for one that is not set.

    Two paths of one class are one setting: a class that Python gave goes by the module that defines
    it, and a module may have moved since.
    """
    pairs = {key: (kept.get(key), asked.get(key)) for key in sorted(kept.keys() | asked.keys())}
    return {key: (old, new) for key, (old, new) in pairs.items() if not same(new, old, trust)}


def not_compared(asked: Mapping[str, Any]) -> str:
    """Names of the settings that a checkpoint would have to state, for a message."""
    return ", ".join(key for key, value in asked.items() if value not in (None, [], {}))


def require_continuable(
    kept: Mapping[str, Any], asked: Mapping[str, Any], source: str, trust: Sequence[str] = ()
) -> dict[str, Any]:
    """Numbers of the optimizer that change, by their name.

    Parameters
    ----------
    kept, asked : mapping
        From `settings_of`, of the checkpoint and of the command.
    source : str
        Names the checkpoint.
    trust : sequence of str
        Modules of the user that the checkpoint may name.

    Raises
    ------
    ValueError
        For the settings that cannot change.
    """
    numbers = {}
    refused = []
    by_law = any(key.startswith("lr_scheduler") and value for key, value in asked.items())
    for key, (old, new) in changed(kept, asked, trust).items():
        name = key.removeprefix("optimizer.init_args.")
        is_number = name != key and not isinstance(new, str | None)
        if is_number and not (by_law and name in LAWS_OWN):
            numbers[name] = new
        else:
            refused.append(f"{key} is {_word(new)}, was {_word(old)}")
    if refused:
        raise ValueError(f"{source} cannot continue: {'; '.join(refused)}; {REMEDY}")
    return numbers


def require_records(kept: Mapping[str, str], found: Mapping[str, str], source: str) -> None:
    """Raise ValueError where the records of training or validation are not those of the checkpoint.

    Parameters
    ----------
    kept, found : mapping of str to str
        A digest for each part, see `surrogate.data.datamodule.Records.digests`.
    source : str
        Names the checkpoint.
    """
    for part in ("train", "validation"):
        if kept.get(part) != found.get(part):
            raise ValueError(
                f"{source} cannot continue: the {part} records are not those of its training; "
                f"{REMEDY}"
            )


def set_numbers(optimizer: Optimizer, numbers: Mapping[str, Any]) -> None:
    """Give the groups of an optimizer the numbers that have changed, and keep those of their
    own.
    """
    for group in optimizer.param_groups:
        for name, value in numbers.items():
            if name in group and name not in group.get(OWN, ()):
                group[name] = tuple(value) if isinstance(value, list) else value


def flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested mappings by their dotted key."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from flat(item, f"{prefix}.{name}" if prefix else str(name))
    else:
        yield prefix, list(value) if isinstance(value, tuple) else value


def _word(value: Any) -> str:
    return "not set" if value is None else str(value)
