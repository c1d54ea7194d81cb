"""The page of a card: Markdown for people, with the facts as a block of JSON for `surrogate card
--verify`.
"""

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from surrogate.card import folds
from surrogate.card.facts import Set, flat, flat_shares
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup
from surrogate.evaluation import report
from surrogate.inference.joined import MeanOfMembers
from surrogate.training.module import Surrogate

PAGE = """\
# {title}

{network} of {count} parameters: {inputs} -> {targets}{interval}.

## How good it is

{tables}

Errors by their magnitude over all channels; definitions in `surrogate/evaluation/metrics.py` and
`surrogate/evaluation/energy.py`.
{folds}
## Range of validity

{valid}

## Not to be used for

{not_for}

## Training data

{data}

## Configuration

{config}

## Numbers

`surrogate card --verify {file}` measures them anew{but}.

```json
{facts}
```
"""
CONFUSION = "confusion"
"""Metric of a classifier: counts of each true class, by the predicted one."""
FACTS = re.compile(r"^## Numbers\n.*?^```json\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def render(
    title: str, surrogate: Surrogate, facts: Mapping[str, Any], config: str, not_for: Sequence[str]
) -> str:
    """Text of a card."""
    interface = surrogate.interface
    recipe = "Measured, or made without a recipe."
    if interface.recipe:
        recipe = f"{_drawn(surrogate)}{_fenced(interface.recipe)}"
    interval = "" if interface.interval is None else f", every {interface.interval:g} s"
    return PAGE.format(
        title=_shown(title),
        network=_network(surrogate),
        count=sum(parameter.numel() for parameter in surrogate.network.parameters()),
        inputs=_named(interface.inputs),
        targets=_named(interface.targets),
        interval=interval,
        folds=folds.section(facts),
        tables="\n\n".join(_table(name, own) for name, own in facts["sets"].items()),
        valid=_listed(validity(surrogate)),
        not_for=_listed([*exclusions(surrogate), *not_for]),
        data=recipe,
        config=_fenced(config),
        file=f"{title}.md",
        but=", but for the cross-validation" if "crossvalidation" in facts else "",
        facts=json.dumps(facts, indent=1),
    )


def _drawn(surrogate: Surrogate) -> str:
    """How training records were drawn from the recipe, empty where they were those of a dataset."""
    words = surrogate.bounds.get("drawn", "")
    if not words:
        return ""
    return (
        f"Simulated while it was trained: {_shown(words)}. A dataset of the recipe has none of "
        "these records.\n\n"
    )


def _network(surrogate: Surrogate) -> str:
    """Kind of the network, or of those whose mean is the answer."""
    if not isinstance(surrogate.model, MeanOfMembers):
        return type(surrogate.network).__name__
    kinds = [type(member.network).__name__ for member in surrogate.model.members]
    return f"Mean of {len(kinds)} networks ({', '.join(dict.fromkeys(kinds))})"


def read_facts(path: str | Path) -> dict[str, Any]:
    """Facts of a card; FileNotFoundError without it, ValueError for a page that is none or whose
    tables differ.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"card {path} does not exist")
    try:
        text = Path(path).read_text(encoding="utf-8")
        facts = json.loads(_block(text), object_pairs_hook=_once_each)
        tables = {name: _table(name, own) for name, own in facts["sets"].items()}
        for own in facts["sets"].values():
            _ = Set(own["path"], own["part"], own["discard"]), own["digest"]
            # A sum fails where one of them is not a number.
            numbers = flat(own["metrics"]) | flat_shares(own.get("coverage") or {})
            sum(value for value in numbers.values() if value is not None)
        _ = facts["checkpoint"], facts["weights"]
        tables["crossvalidation"] = folds.section(facts)
    except (TypeError, ValueError, KeyError, AttributeError):  # a spoilt block may hold anything
        raise ValueError(
            f"{path} is not a card of a surrogate: it has no readable block of numbers"
        ) from None
    for name, table in tables.items():
        if table not in text:
            raise ValueError(
                f"{path}: the table of the set {name} does not show the numbers of the card"
            )
    return facts


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of names that stand once; json would take the last of several."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _block(text: str) -> str:
    """The block of JSON with the numbers."""
    found = FACTS.search(text)
    if found is None:
        raise ValueError("there is no block of numbers")
    return found[1]


def validity(surrogate: Surrogate) -> list[str]:
    """What the training data cover, a sentence for each input."""
    mean = surrogate.input_scaling.mean.tolist()
    scale = surrogate.input_scaling.scale.tolist()
    units = [signal.units for signal in surrogate.interface.inputs for _ in range(signal.channels)]
    constant = [
        signal.constant for signal in surrogate.interface.inputs for _ in range(signal.channels)
    ]
    sentences = []
    for number, label in enumerate(channels.labels(surrogate.interface.inputs)):
        if constant[number] and surrogate.bounds:
            low = surrogate.bounds["low"][number]
            high = surrogate.bounds["high"][number]
            sentences.append(f"{label}: {low:.4g} to {high:.4g} {units[number]}")
        elif constant[number]:
            sentences.append(
                f"{label}: {mean[number]:.4g} +- {scale[number]:.2g} {units[number]} (standard "
                "deviation)"
            )
        else:
            peak = surrogate.input_peak[number].item()
            sentences.append(
                f"{label}: peaks up to {peak:.4g} {units[number]}, with a standard deviation of "
                f"{scale[number]:.3g}"
            )
    if surrogate.interface.interval is not None:
        sentences.append(
            f"records that start from rest, sampled every {surrogate.interface.interval:g} s"
        )
    return sentences


def exclusions(surrogate: Surrogate) -> list[str]:
    """Uses that the training data rule out."""
    own = "that of the recipe below" if surrogate.interface.recipe else "the measured one"
    building = f"another structure than {own}"
    return [
        "inputs beyond the range above, or of another kind (frequencies, durations) than the "
        "training data: nothing bounds the error there",
        f"{building}, or a changed state of it (damage, retrofit)",
        "decisions on the safety of people without a simulation of the governing cases",
    ]


def _table(name: str, own: Mapping[str, Any]) -> str:
    start = f", without the first {own['discard']} samples" if own["discard"] else ""
    rows = [
        f"**{_shown(name)}** ({own['records']} records: part {_shown(own['part'])} of "
        f"`{_shown(own['path'])}`{start})",
        "",
        "| | " + " | ".join(report.STATISTICS) + " |",
        "|---" * (1 + len(report.STATISTICS)) + "|",
    ]
    metrics = own["metrics"]
    for metric, groups in metrics.items():
        if metric == CONFUSION:
            continue
        numbers = ("-" if value is None else f"{value:.4g}" for value in groups["all"].values())
        rows.append(f"| {_shown(metric)} | " + " | ".join(numbers) + " |")
    return "\n".join(
        [*rows, *_confusion(metrics.get(CONFUSION, {})), *_shares(own.get("coverage") or {})]
    )


def _confusion(counts: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lines of the confusion matrix of a classifier; none for any other surrogate."""
    if not counts:
        return []
    names = [_shown(name) for name in counts]
    rows = ["", "| true, predicted | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    for name, row in zip(names, counts.values(), strict=True):
        rows.append(f"| {name} | " + " | ".join(f"{count:g}" for count in row.values()) + " |")
    return rows


def _shares(coverage: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Rows of a second table: how often records lie within the bands and the spread."""
    if not coverage:
        return []
    labels = list(next(iter(coverage.values())))
    rows = [
        "",
        "Within the bands (share of the records, with their whole history) and within the spread "
        "of the members (share of the samples):",
        "",
        "| | " + " | ".join(coverage) + " |",
        "|---" * (1 + len(coverage)) + "|",
    ]
    for label in labels:
        numbers = " | ".join(f"{own[label]:.1%}" for own in coverage.values())
        rows.append(f"| {_shown(label)} | {numbers} |")
    return rows


def _named(described: tuple[ChannelGroup, ...]) -> str:
    return ", ".join(map(_name, described))


def _name(group: ChannelGroup) -> str:
    if group.classes:
        return _shown(f"{group.variable} ({', '.join(group.classes)})")
    count = f"{group.channels} x " if group.channels > 1 else ""
    return _shown(f"{group.variable} ({count}{group.units})")


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {_shown(sentence)}" for sentence in sentences)


def _shown(text: str) -> str:
    """What users have named, as one line that no browser takes for markup."""
    return html.escape(" ".join(str(text).split()), quote=False).replace("`", "'")


def _fenced(text: str) -> str:
    """A block of YAML that ends where the text does, whatever the text holds."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}yaml\n{text.rstrip()}\n{fence}"
