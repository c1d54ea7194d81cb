"""What a sweep may vary: keys of a `surrogate fit` configuration and their values.

config: configs/five_storey_lstm.yaml
space:
  optimizer.init_args.lr: {low: 1.0e-4, high: 1.0e-1, log: true}  floats, over the logarithm
  model.network.init_args.hidden: {low: 16, high: 128, step: 16}  integers, as the bounds are
  optimizer.class_path: [torch.optim.Adam, torch.optim.RMSprop]   choices; also whole mappings
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from optuna import Trial

from datasets.recipes import safe_yaml

DECIDE_RECORDS = (
    "data",
    "data.path",
    "data.recipe",
    "data.validation_path",
    "data.targets",
    "data.discard",
    "data.weights",
    "trainer",
    "trainer.limit_val_batches",
)
"""Keys that decide what is predicted in a validation, and on which records."""
FIELDS = {"low", "high", "log", "step"}


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included: integers where both are."""

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            if isinstance(getattr(self, name), bool) or not isinstance(
                getattr(self, name), int | float
            ):
                raise ValueError(
                    f"{name} must be a number, in YAML 1.0e-4 and not 1e-4, got "
                    f"{getattr(self, name)!r}"
                )
        if not self.low < self.high:
            raise ValueError(f"low must be below high = {self.high}, got {self.low}")
        if self.log and self.low <= 0:
            raise ValueError(f"low must be positive for a logarithmic range, got {self.low}")
        if self.step is not None and (self.log or not 0 < self.step <= self.high - self.low):
            raise ValueError(
                f"step must be positive, fit the range and have no log beside it, got {self.step}"
            )
        if self.whole and not isinstance(self.step, int | None):
            raise ValueError(f"step must be an integer between integers, got {self.step}")

    @property
    def whole(self) -> bool:
        return isinstance(self.low, int) and isinstance(self.high, int)

    def suggest(self, trial: Trial, key: str) -> float:
        if self.whole:
            step = int(self.step or 1)
            return trial.suggest_int(key, int(self.low), int(self.high), log=self.log, step=step)
        return trial.suggest_float(key, self.low, self.high, log=self.log, step=self.step)

    def samples(self) -> list[Any]:
        return [self.low, self.high]


@dataclass(frozen=True)
class Choice:
    """One of several values; a value that is not a plain one is stored in Optuna as JSON."""

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        if len(self.values) < 2:
            raise ValueError(f"choices must be at least two, got {list(self.values)}")

    def suggest(self, trial: Trial, key: str) -> Any:
        labels = {_label(value): value for value in self.values}
        return labels[trial.suggest_categorical(key, list(labels))]

    def samples(self) -> list[Any]:
        return list(self.values)


@dataclass(frozen=True)
class Space:
    """A base configuration and what varies.

    Attributes
    ----------
    config : str
        Path of a configuration of `surrogate fit`.
    parameters : mapping of str to Range or Choice
        By the dotted key, in the order in which they override the configuration.
    """

    config: str
    parameters: Mapping[str, Range | Choice]

    @classmethod
    def read(cls, path: Path) -> "Space":
        """Read a YAML file; ValueError for the first thing that is wrong in it, FileNotFoundError
        without it.
        """
        if not path.is_file():
            raise FileNotFoundError(f"space {path} does not exist or is not a file")
        try:
            content = safe_yaml.load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is not YAML: {error}") from None
        if not isinstance(content, dict) or set(content) != {"config", "space"}:
            raise ValueError(f"{path} must hold the keys config and space, got {_keys(content)}")
        config = str(content["config"])
        space = content["space"]
        if not Path(config).is_file():
            raise FileNotFoundError(f"{path}: the configuration config = {config} does not exist")
        if not isinstance(space, dict) or not space:
            raise ValueError(
                f"{path}: space must hold at least one key of the configuration, got {space!r}"
            )
        for key in space:
            _require_comparable(path, str(key))
        return cls(config, {str(key): _parameter(path, key, value) for key, value in space.items()})

    def suggest(self, trial: Trial) -> dict[str, Any]:
        """Values that a trial tries, by their key."""
        return {key: parameter.suggest(trial, key) for key, parameter in self.parameters.items()}

    def plan(self) -> dict[str, Any]:
        """What makes it the same space: the configuration itself, and what varies."""
        varied = {key: asdict(parameter) for key, parameter in self.parameters.items()}
        return {"config": Path(self.config).read_text(encoding="utf-8"), "parameters": varied}

    def corners(self) -> list[dict[str, Any]]:
        """Settings that together have every choice and every bound in them."""
        first = {key: parameter.samples()[0] for key, parameter in self.parameters.items()}
        others = [
            first | {key: value}
            for key, parameter in self.parameters.items()
            for value in parameter.samples()[1:]
        ]
        return [first, *others]


def _require_comparable(path: Path, key: str) -> None:
    """Raise a ValueError for a key with which trials would be scored on different records."""
    if key in DECIDE_RECORDS or key.startswith(("data.recipe.", "data.targets.")):
        raise ValueError(
            f"{path}: {key} decides what the validation scores, so that trials could not be "
            "compared: make a sweep for each value"
        )


def _parameter(path: Path, key: str, value: Any) -> Range | Choice:
    try:
        if isinstance(value, list):
            return Choice(tuple(value))
        if isinstance(value, dict) and {"low", "high"} <= set(value) <= FIELDS:
            return Range(**value)
    except ValueError as error:
        raise ValueError(f"{path}: {key}: {error}") from None
    raise ValueError(
        f"{path}: {key} must be a list of choices or a mapping of {', '.join(sorted(FIELDS))}, "
        f"got {value!r}"
    )


def _keys(content: Any) -> str:
    return ", ".join(map(str, content)) if isinstance(content, dict) else repr(content)


def _label(value: Any) -> Any:
    return (
        value if value is None or isinstance(value, bool | int | float | str) else json.dumps(value)
    )
