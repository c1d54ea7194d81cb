"""The numbers of a card: which weights, which records, which metrics."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from datasets.contract.lengths import filled
from datasets.contract.renamed import past_text
from surrogate import inference
from surrogate.data import examples, structures
from surrogate.evaluation import classification, report
from surrogate.inference import coverage
from surrogate.inference.ensemble import Ensemble
from surrogate.training.module import Surrogate

RELATIVE = 1e-3
ABSOLUTE = 1e-6
"""By how much a metric may differ, since other processors round otherwise; the second if it has no
unit.
"""
SHARE = 5e-3
"""By how much a share of samples may differ: some lie at the edge of the spread."""
WITHIN = "within"


@dataclass(frozen=True)
class Set:
    """Records that a surrogate is measured on.

    Attributes
    ----------
    path : str
        Dataset.
    part : str
        Part of it, or `surrogate.data.examples.ALL`.
    discard : int
        Samples at the start of each record that do not count.
    """

    path: str
    part: str = "test"
    discard: int = 0

    def __post_init__(self) -> None:
        if self.discard < 0:
            raise ValueError(f"discard must be at least 0 samples, got {self.discard}")


def measure(surrogate: Surrogate, own: Set, members: Ensemble | None = None) -> dict[str, Any]:
    """Metrics of a surrogate on a set, and a digest of its records.

    Of an ensemble, whose `members` give the mean as `surrogate`, also the shares of the records
    within its bands and its spread.
    """
    interface = surrogate.interface
    part = examples.read_part(interface, own.path, own.part)
    if part.target.ndim == 3 and own.discard >= part.shortest:
        raise ValueError(
            f"records of {own.path} have {part.shortest} samples, discard is {own.discard}"
        )
    prediction = inference.respond(surrogate, part.input, part.samples)
    target = part.target
    if target.ndim == 3:
        prediction = prediction[:, own.discard :]
        target = target[:, own.discard :]
    structure = None
    if interface.interval is not None:
        structure = structures.structure_of_records(
            own.path, part.number, (part.recipe, interface.recipe)
        )
    samples = None if part.samples is None else part.samples - own.discard
    if interface.classes:
        names = list(interface.classes)
        scores = classification.score(prediction, target[:, 0], part.number, names)
    else:
        scores = report.score(prediction, target, part.number, interface, structure, samples)
    found = asdict(own) | {
        "records": len(part.number),
        "digest": _digest(part),
        "metrics": report.aggregate(scores),
    }
    if members is None or interface.classes:
        return found
    return found | {"coverage": coverage.of_test(members, part, own.discard)}


def _digest(part: examples.Examples) -> str:
    """SHA-256 over the values of the records, and their lengths where they differ."""
    digest = hashlib.sha256()
    for values in (part.input, part.target):
        digest.update(filled(values, part.samples).tobytes())
    if part.samples is not None:
        digest.update(part.samples.astype(np.int64).tobytes())
    return digest.hexdigest()


def weights_digest(surrogate: Surrogate) -> str:
    """SHA-256 over channels, scaling and weights: the same for a checkpoint and its export without
    training.
    """
    return _weights_digest(surrogate, _channels(surrogate))


def has_digest(surrogate: Surrogate, stated: str) -> bool:
    """Tell whether a digest is that of a surrogate; one from before version 0.2 was taken over the
    names of then.
    """
    channels = _channels(surrogate)
    texts = (channels, past_text(channels))
    return stated in [_weights_digest(surrogate, text) for text in texts]


def _channels(surrogate: Surrogate) -> str:
    return json.dumps(surrogate.interface.described(), sort_keys=True)


def _weights_digest(surrogate: Surrogate, channels: str) -> str:
    digest = hashlib.sha256(channels.encode())
    for name, tensor in sorted(surrogate.state_dict().items()):
        digest.update(name.encode() + tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def compare(stated: Mapping[str, Any], found: Mapping[str, Any], where: str) -> int:
    """Number of metrics that agree; ValueError for the first that does not, or for other
    records.
    """
    if (stated["digest"], stated["records"]) != (found["digest"], found["records"]):
        raise ValueError(
            f"{where}: the {found['part']} records of {found['path']} are not those of the card"
        )
    old = flat(stated["metrics"]) | flat_shares(stated.get("coverage") or {})
    new = flat(found["metrics"]) | flat_shares(found.get("coverage") or {})
    for name in sorted(old.keys() | new.keys()):
        a = old.get(name)
        b = new.get(name)
        absolute = 0.0 if name.startswith("RMSE") else ABSOLUTE
        absolute = SHARE if name.startswith(WITHIN) else absolute
        if not _alike(a, b, absolute):
            raise ValueError(f"{where}: {name} is {_brief(b)}, the card says {_brief(a)}")
    return len(old)


def flat(metrics: Mapping[str, Any]) -> dict[str, float | None]:
    """Every number of the metrics by one name."""
    numbers = {}
    for metric, groups in metrics.items():
        for group, statistics in groups.items():
            for statistic, value in statistics.items():
                numbers[f"{metric} ({group}, {statistic})"] = value
    return numbers


def flat_shares(shares: Mapping[str, Mapping[str, float]]) -> dict[str, float | None]:
    """Every share of the records within a band or a spread by one name."""
    numbers: dict[str, float | None] = {}
    for name, channels in shares.items():
        for channel, value in channels.items():
            numbers[f"{WITHIN} {name} ({channel})"] = value
    return numbers


def _alike(one: float | None, other: float | None, absolute: float) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=RELATIVE, abs_tol=absolute)


def _brief(value: float | None) -> str:
    return "missing" if value is None else f"{value:.6g}"
