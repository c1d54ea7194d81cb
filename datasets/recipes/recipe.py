"""A dataset as a frozen description: YAML in, YAML and a hash out.

A recipe determines every number of the dataset. Its hash is the SHA-256 of its canonical JSON,
defaults included, without the conditions of a run (`Recipe.CONDITIONS`): two recipes with one hash
give the same responses.
"""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import xarray as xr
import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from datasets.contract import partition
from datasets.files.costs import Run
from datasets.recipes import safe_yaml


class Description(BaseModel):
    """Base of all parts of a recipe: immutable, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=True,
        serialize_by_alias=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, content: Any) -> Any:
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in content if isinstance(content, dict) else ():
            if key not in known and key not in cls.model_fields:
                raise ValueError(f"{key} is not a key here: choose from {', '.join(known)}")
        if isinstance(content, dict):
            cls._check_truths(content)
        return content

    @classmethod
    def _check_truths(cls, content: dict[str, Any]) -> None:
        """Raise for true and false where a number is meant: Python would take them for 1 and 0."""
        for name, field in cls.model_fields.items():
            value = content.get(field.alias or name, content.get(name))
            values = value if isinstance(value, list) else [value]
            if "bool" not in str(field.annotation) and any(isinstance(v, bool) for v in values):
                raise ValueError(
                    f"{field.alias or name} is {brief(value)}, must not be true or false"
                )


class Recipe(Description):
    """What every dataset has; a subclass says what the records are.

    Parameters
    ----------
    records : int
        Number of records (of samples, for a function).
    seed : int
        Record i draws from ``SeedSequence(seed, spawn_key=(i,))``.
    split : mapping of str to float
        Share of each named part.
    records_per_shard : int
        Records in one file.
    compression : {"none", "lzf", "gzip"}
        Filter for every chunk; gzip writes about 20 times slower than none.
    """

    CONDITIONS: ClassVar[tuple[str, ...]] = ()
    """Keys that say how a run is made, not what comes of it: they may change between two runs."""
    LATER: ClassVar[tuple[str, ...]] = ()
    """Keys that came later: one that is not given is not written, so that a recipe which does
    without it keeps the text and the hash that it had."""

    records: int = Field(ge=1, le=10**9)
    seed: int = Field(0, ge=0, lt=2**63)
    split: dict[str, float] = Field(
        default_factory=lambda: {"train": 0.7, "validation": 0.15, "test": 0.15}
    )
    records_per_shard: int = Field(1000, ge=1, le=10**6)  # a shard is made in memory
    compression: Literal["none", "lzf", "gzip"] = "none"

    @field_validator("split")
    @classmethod
    def _check_split(cls, split: dict[str, float]) -> dict[str, float]:
        if any(share < 0 for share in split.values()) or abs(sum(split.values()) - 1) > 1e-9:
            raise ValueError("shares must be >= 0 and add up to 1")
        if any(len(name.split()) != 1 for name in split):
            raise ValueError("parts are named by one word each")
        for name in split:
            known = partition.canonical(name)
            if known != name:
                raise ValueError(f"{name} is not a name that training looks for: write {known}")
        return split

    @model_serializer(mode="wrap")
    def _leave_out(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = handler(self)
        absent = [name for name in self.LATER if not content.get(name)]
        return {name: value for name, value in content.items() if name not in absent}

    @property
    def shards(self) -> int:
        """Number of files."""
        return -(-self.records // self.records_per_shard)

    def bounds(self, shard: int) -> tuple[int, int]:
        """Return the first record of a shard and the number of its records."""
        first = shard * self.records_per_shard
        return first, min(self.records_per_shard, self.records - first)

    @property
    def unit(self) -> int:
        """Records that one task of a generation makes: a shard, or less where each takes long."""
        return self.records_per_shard

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical description."""
        # The order of vary and split counts.
        content = self.model_dump(mode="json", exclude=set(self.CONDITIONS))
        text = json.dumps(content, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def to_yaml(self) -> str:
        """Return the whole description, defaults included."""
        return yaml.safe_dump(
            self.model_dump(mode="json"), sort_keys=False, width=100, allow_unicode=True
        )

    def accept(self, dataset: xr.Dataset) -> None:
        """Raise ValueError where the whole dataset, made of this recipe, is not to be used."""

    @property
    def may_end_its_process(self) -> bool:
        """Whether code that is not ours runs in the process that makes records."""
        return False

    def expected_costs(self) -> np.ndarray | None:
        """Return what each record is expected to cost, in any unit; None where all cost alike."""
        return None

    def run(self, first: int, count: int) -> tuple[xr.Dataset, list[Run]]:
        """Return what `make` returns, and what each record cost where that is worth knowing."""
        return self.make(first, count), []

    def require_unending(self) -> None:
        """Raise ValueError where there are no records beyond those of the dataset."""
        raise ValueError(
            "records without end are drawn from a recipe of responses to generated motions: "
            "generate a dataset of this one"
        )

    def drawn(self, first: int, count: int) -> xr.Dataset:
        """Return records by their numbers, those beyond the dataset's too; they have no parts."""
        raise NotImplementedError(f"{type(self).__name__} has no records beyond its dataset")

    @abstractmethod
    def make(self, first: int, count: int) -> xr.Dataset:
        """Return the records first ... first + count - 1, the same whatever the other records
        are.
        """


def parse_yaml(text: str, source: str) -> dict[str, Any]:
    """Return the mapping that a YAML text holds; `source` names it in errors.

    Raises
    ------
    ValueError
        With the line, when the text is not a YAML mapping.
    """
    try:
        content = safe_yaml.load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ValueError(
            f"{source}{place} is not YAML: {getattr(error, 'problem', None) or error}"
        ) from None
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise ValueError(f"{source} must hold KEY: VALUE lines, holds {brief(content)}")
    return content


def override(content: Mapping[str, Any], words: Iterable[str]) -> dict[str, Any]:
    """Return `content` with dotted overrides such as ``motion.duration=20``; values are YAML.

    Raises
    ------
    ValueError
        When a word is not KEY=VALUE, or leads through something that is not a mapping.
    """
    result = json.loads(json.dumps(content, default=str))  # a deep copy of plain data
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not all(key.split(".")):
            raise ValueError(
                f"{word!r} is not an override: write KEY=VALUE, as in motion.duration=20"
            )
        _set(result, key.split("."), parse_yaml(f"value: {value}", repr(word))["value"], word)
    return result


def _set(target: Any, path: list[str], value: Any, word: str) -> None:
    step: str | int
    step, *rest = path
    if isinstance(target, dict):
        # A key may hold dots itself, as vary's laws.stiffness does: the longest that is there is
        # meant.
        ends = [end for end in range(len(path), 1, -1) if ".".join(path[:end]) in target]
        if ends:
            step = ".".join(path[: ends[0]])
            rest = path[ends[0] :]
    elif isinstance(target, list) and step.isdigit() and int(step) < len(target):
        step = int(step)
    else:
        raise ValueError(f"{word!r}: {brief(target)} in this recipe has no part {step}")
    if not rest:
        target[step] = value
        return
    if isinstance(target, dict):
        target.setdefault(step, {})
    _set(target[step], rest, value, word)


def brief(value: object) -> str:
    """Return a value for a message: one line, not too long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
