"""The cross-validation that a card states: that of the same configuration, and of no other."""

import html
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from surrogate import inference
from surrogate.data.channels import Interface
from surrogate.evaluation import crossvalidated
from surrogate.evaluation.crossvalidated import CrossValidation
from surrogate.training import continuing


def stated(folder: str | Path, interface: Interface, checkpoint: str | Path) -> dict[str, Any]:
    """Return what a card states of a cross-validation, as plain values.

    Parameters
    ----------
    folder : str or Path
        Of `surrogate crossvalidate`.
    interface : Interface
        Of the surrogate of the card.
    checkpoint : str or Path
        Its file; of an ensemble the first member counts.

    Raises
    ------
    FileNotFoundError
        Where no cross-validation has ended in the folder.
    ValueError
        For one that was changed since, or is of another configuration or other channels.
    """
    path = Path(folder) / crossvalidated.NAME
    found = crossvalidated.read(path)
    interface.require(Interface.from_dict(dict(found.interface)), str(path))
    content = inference.read(checkpoint)
    first = content.get("members", [content])[0]
    names = _differing(found, first)
    if names:
        raise ValueError(
            f"{path} is of another configuration than {checkpoint}, which differs in "
            f"{', '.join(names)}: cross-validate the one of this training"
        )
    kept = asdict(found)
    return {key: kept[key] for key in ("data", "parts", "by", "folds")} | {
        "metrics": {
            metric: {"mean": found.mean(metric), "spread": found.spread(metric)}
            for metric in found.metrics
        }
    }


def _differing(found: CrossValidation, content: Mapping[str, Any]) -> list[str]:
    """Settings in which a checkpoint differs; without the state of its training, the network's."""
    settings = content.get("settings")
    if settings:
        return list(continuing.changed(found.settings, settings))
    own = crossvalidated.model_of(content["hyper_parameters"])
    kept = dict(continuing.flat(found.model))
    return list(continuing.changed(kept, dict(continuing.flat(own))))


def section(facts: Mapping[str, Any]) -> str:
    """Return the section of a page, empty where the card states no cross-validation."""
    found = facts.get("crossvalidation")
    if not found:
        return ""
    count = len(found["folds"])
    records = sum(fold["records"] for fold in found["folds"])
    by = "records at random" if found["by"] == "records" else f"groups of {found['by']}"
    rows = [
        f"| {html.escape(metric, quote=False)} | {own['mean']:.4g} | {own['spread']:.4g} |"
        for metric, own in found["metrics"].items()
    ]
    lines = [
        f"{records} records of `{found['data']}` in {count} folds ({html.escape(by)}), each "
        "predicted by a training of",
        "this network and optimizer that has not seen it. The spread between folds is no standard "
        "error.",
        "",
        "| metric | mean of the folds | spread between folds |",
        "|---|---|---|",
        *rows,
    ]
    return "\n## Cross-validation\n\n" + "\n".join(lines) + "\n"
