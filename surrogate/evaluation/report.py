"""The test report: metrics of every record and channel, what they amount to, and figures.

In its folder: `metrics.csv`, a line for each record and channel; `summary.json`, every aggregate;
`summary.txt`, the same to be read; `records.png`, the best, the median and the worst record by
their mean NRMSE; `spectra.png`, the Fourier amplitudes of these three; `errors.png`, the share of
records within each error. Of a classifier, `metrics.csv` has a line for each sample, and
`confusion.png` is the only figure (`surrogate.evaluation.classification`).
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from datasets.contract.lengths import held
from datasets.files.disk import new_file
from simulators.structures.structure import Structure
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.evaluation import classification, energy, figures, metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGHER_IS_BETTER = ("correlation", "R2")
"""Metrics that are not errors: their quantiles are counted from the high end."""
STATISTICS = {"mean": None, "median": 0.5, "90 % within": 0.9, "95 % within": 0.95, "worst": 1.0}
"""Quantiles of the magnitude of an error; of what should be high, counted from the high end."""


def score(
    prediction: np.ndarray,
    reference: np.ndarray,
    number: np.ndarray,
    interface: Interface,
    structure: Structure | None = None,
    samples: np.ndarray | None = None,
) -> xr.Dataset:
    """Metrics of each record and channel.

    Parameters
    ----------
    prediction, reference : ndarray, shape (record, time, channel)
        The samples that count. Points of a function, shape (sample, channel), count as one record.
    number : ndarray of int, shape (record,)
    interface : Interface
        What the channels are.
    structure : Structure, optional
        That of the records, for the energy where the force is not a target.
    samples : ndarray of int, shape (record,), optional
        Samples of each record that count, where they differ; what lies behind is not looked at.

    Returns
    -------
    xarray.Dataset
        Variables of `surrogate.evaluation.metrics.evaluate` with the dimensions record and channel,
        and `energy_error` of the drifts where their energy can be told.
    """
    is_function = prediction.ndim == 2
    if is_function:
        prediction = prediction[None]
        reference = reference[None]
        number = np.array([0])
    values = _metrics(prediction, reference, samples)
    if is_function:  # the order of its points says nothing
        values = {name: value for name, value in values.items() if name not in metrics.SPECTRAL}
    # Nothing is dissipated where nothing moves.
    predicted = _energy(held(prediction, samples), interface, structure)
    measured = _energy(held(reference, samples), interface, structure)
    if predicted is not None and measured is not None:
        drifts = [label.split(" ")[0] == "drift" for label in channels.labels(interface.targets)]
        values["energy_error"] = np.full(values["RMSE"].shape, np.nan)
        values["energy_error"][:, drifts] = metrics.relative_error(predicted, measured)
    return xr.Dataset(
        {name: (("record", "channel"), value) for name, value in values.items()},
        {
            "record": number,
            "channel": channels.labels(interface.targets),
            "units": (
                "channel",
                [signal.units for signal in interface.targets for _ in range(signal.channels)],
            ),
        },
    )


def _metrics(
    prediction: np.ndarray, reference: np.ndarray, samples: np.ndarray | None
) -> dict[str, np.ndarray]:
    """Metrics of each record and channel over the samples that count."""
    if samples is None:
        return metrics.evaluate(prediction, reference)
    found: dict[str, np.ndarray] = {}
    for length in np.unique(samples):
        members = np.flatnonzero(samples == length)
        values = metrics.evaluate(prediction[members, :length], reference[members, :length])
        for name, value in values.items():
            shape = (len(samples), *value.shape[1:])
            found.setdefault(name, np.empty(shape))[members] = value
    return found


def _energy(
    response: np.ndarray, interface: Interface, structure: Structure | None
) -> np.ndarray | None:
    """Hysteretic energy of each storey (J), shape (record, storey); None where it is not
    determined.
    """
    blocks = channels.split(interface.targets, response)
    named = {
        signal.variable: block for signal, block in zip(interface.targets, blocks, strict=True)
    }
    if "drift" not in named or interface.interval is None:
        return None
    drift = named["drift"]
    force = named.get("restoring_force")
    if force is not None and force.shape == drift.shape:
        return energy.absorbed_energy(drift.astype(np.float64), force.astype(np.float64))
    if structure is None or structure.elements != drift.shape[2]:
        return None
    return energy.dissipated_energy(structure, drift)


def aggregate(scores: xr.Dataset) -> dict[str, dict[str, dict[str, float | None]]]:
    """Statistics of each metric over the records: of all channels together, and of each.

    Without a value where none is finite, or where channels of different units would be mixed.
    """
    if classification.is_score(scores):
        return classification.aggregate(scores, tuple(STATISTICS))
    groups = {"all": scores} | {
        str(label): scores.sel(channel=label) for label in scores.channel.values
    }
    result = {}
    for name in map(str, scores):
        result[name] = {group: _statistics(name, own[name].values) for group, own in groups.items()}
    if len(set(scores["units"].values)) > 1:
        result["RMSE"]["all"] = dict.fromkeys(STATISTICS)
    return result


def means(scores: xr.Dataset) -> dict[str, float]:
    """Mean of each metric over all records and channels; without those that have none."""
    if classification.is_score(scores):
        return classification.means(scores)
    found = {str(name): groups["all"]["mean"] for name, groups in aggregate(scores).items()}
    return {name: value for name, value in found.items() if value is not None}


def _statistics(metric: str, values: np.ndarray) -> dict[str, float | None]:
    values = values[np.isfinite(values)]
    if not len(values):
        return dict.fromkeys(STATISTICS)
    high = metric in HIGHER_IS_BETTER
    values = values if high else np.abs(values)
    levels = {
        name: 1.0 - level if high and level is not None else level
        for name, level in STATISTICS.items()
    }
    return {
        name: float(values.mean() if level is None else np.quantile(values, level))
        for name, level in levels.items()
    }


def summary(scores: xr.Dataset) -> str:
    """Two small tables: all records and channels together, and the mean of each channel."""
    statistics = aggregate(scores)
    channels = [str(label) for label in scores.channel.values]
    sizes = f"{scores.sizes['record']} records, {scores.sizes['channel']} channels"
    rows = [f"{sizes:<24}" + "".join(f"{name:>13}" for name in STATISTICS)]
    rows += [f"{name:<24}{_row(groups['all'].values())}" for name, groups in statistics.items()]
    width = 2 + max(11, *map(len, channels))
    rows += [
        "",
        f"{'mean of each channel':<24}" + "".join(f"{channel:>{width}}" for channel in channels),
    ]
    for name, groups in statistics.items():
        rows.append(f"{name:<24}{_row((groups[channel]['mean'] for channel in channels), width)}")
    return "\n".join(rows)


def _row(values: Iterable[float | None], width: int = 13) -> str:
    return "".join(
        f"{'-':>{width}}" if value is None else f"{value:>{width}.4g}" for value in values
    )


def write(
    folder: Path, scores: xr.Dataset, facts: Mapping[str, Any], pictures: Mapping[str, "Figure"]
) -> str:
    """Write the report into `folder`, and return the summary."""
    folder.mkdir(parents=True, exist_ok=True)
    of_classes = classification.is_score(scores)
    told = classification.summary(scores) if of_classes else summary(scores)
    text = f"{_what_was_tested(facts)}{told}"
    found = classification.content(scores) if of_classes else aggregate(scores)
    content = dict(facts) | {"records": scores.sizes["record"], "metrics": found}
    files = {
        "metrics.csv": classification.table(scores) if of_classes else _table(scores),
        "summary.json": json.dumps(content, indent=1) + "\n",
        "summary.txt": text + "\n",
    }
    for name, words in files.items():
        with new_file(folder / name, overwrite=True) as temporary:
            temporary.write_text(words, encoding="utf-8")
    for name, picture in pictures.items():
        figures.save(picture, folder / name)
    return text


def _table(scores: xr.Dataset) -> str:
    return str(scores.to_dataframe().to_csv())


def _what_was_tested(facts: Mapping[str, Any]) -> str:
    """A line with the checkpoint and the data, as far as the facts name them."""
    named = [f"{name} {facts[name]}" for name in ("checkpoint", "data") if facts.get(name)]
    return f"{', '.join(named)}\n\n" if named else ""


def pictures(
    prediction: np.ndarray,
    reference: np.ndarray,
    scores: xr.Dataset,
    interface: Interface,
    skipped: int = 0,
    samples: np.ndarray | None = None,
) -> dict[str, "Figure"]:
    """The figures of a report, by the names of their files; `skipped` samples came before the first
    that counts, and `samples` of each record count where they differ.
    """
    if classification.is_score(scores):
        return {"confusion.png": classification.picture(scores)}
    if prediction.ndim == 2:
        return {}
    traces = best_median_worst(prediction, reference, scores, interface, skipped, samples)
    shown = [name for name in ("NRMSE", "peak_error", "energy_error") if name in scores]
    errors = {name: 100.0 * np.abs(scores[name].values) for name in shown}
    return {
        "records.png": figures.comparison(traces),
        "spectra.png": figures.spectra(traces),
        "errors.png": figures.distributions(errors, list(scores.channel.values)),
    }


def best_median_worst(
    prediction: np.ndarray,
    reference: np.ndarray,
    scores: xr.Dataset,
    interface: Interface,
    skipped: int = 0,
    samples: np.ndarray | None = None,
) -> list[figures.Trace]:
    """Histories of the most loaded channel of three records, ranked by the mean NRMSE over the
    channels.
    """
    if interface.interval is None:
        raise ValueError("histories need records with a sampling interval, these have none")
    time = (skipped + np.arange(reference.shape[1])) * interface.interval
    error = scores["NRMSE"].mean("channel").values
    order = np.argsort(error)
    ranks = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    if len(order) < 3:
        ranks = {"only": order[0]} if len(order) == 1 else {"best": order[0], "worst": order[1]}
    units = [signal.units for signal in interface.targets for _ in range(signal.channels)]
    # Only these have comparable peaks.
    alike = [channel for channel, unit in enumerate(units) if unit == units[0]]
    traces = []
    for rank, place in ranks.items():
        own = slice(None if samples is None else samples[place])
        channel = int(np.abs(reference[place, own][:, alike]).max(axis=0).argmax())
        one = scores.isel(record=place, channel=channel)
        title = (
            f"{rank} record (number {int(one.record)}):   NRMSE {float(one.NRMSE):.2%}   "
            f"correlation {float(one.correlation):.4f}   peak error {float(one.peak_error):+.1%}"
        )
        trace = figures.Trace(
            str(one.channel.values),
            units[channel],
            time[own],
            reference[place, own, channel],
            prediction[place, own, channel],
            title,
        )
        traces.append(trace)
    return traces
