"""Scores of a classifier: how often it is right, how sure it is, and what it takes for what.

With the scores a_k of the classes of a sample and its class c,

    probability     p_k = exp(a_k) / sum_j exp(a_j)
    cross-entropy   -log p_c, in nats: log K where K classes are guessed alike
    accuracy        share of the samples whose likeliest class is c
    confusion       C_ij, the samples of class i that are taken for class j
    recall          C_ii / sum_j C_ij, of class i
    precision       C_jj / sum_i C_ij, of class j

A class that does not occur has no recall, one that is never answered no precision: these are NaN.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CORNER = "true, predicted"
MOST_IN_TEXT = 20
"""Classes of which a confusion matrix is printed."""


def score(
    scores: np.ndarray, classes: np.ndarray, number: np.ndarray, names: list[str]
) -> xr.Dataset:
    """Scores of each sample, and the confusion matrix.

    Parameters
    ----------
    scores : ndarray, shape (sample, class)
    classes : ndarray of int, shape (sample,)
        Counted from zero.
    number : ndarray of int, shape (sample,)
        Of each sample in its file.
    names : list of str
        Of the classes.

    Returns
    -------
    xarray.Dataset
        ``true``, ``predicted`` and ``cross_entropy`` along ``record``, ``confusion`` along
        ``true_class`` and ``predicted_class``.
    """
    scores = np.asarray(scores, dtype=np.float64)
    predicted = scores.argmax(axis=1)
    largest = scores.max(axis=1)
    # log sum exp about the largest, which does not overflow.
    normaliser = largest + np.log(np.exp(scores - largest[:, None]).sum(axis=1))
    own = np.take_along_axis(scores, classes[:, None], axis=1)[:, 0]
    confusion = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(confusion, (classes, predicted), 1)
    return xr.Dataset(
        {
            "true": ("record", classes),
            "predicted": ("record", predicted),
            "cross_entropy": ("record", normaliser - own),
            "confusion": (("true_class", "predicted_class"), confusion),
        },
        {"record": number, "true_class": names, "predicted_class": names},
    )


def is_score(scores: xr.Dataset) -> bool:
    """Tell whether scores are those of a classifier."""
    return "confusion" in scores


def means(scores: xr.Dataset) -> dict[str, float]:
    """Accuracy and mean cross-entropy."""
    right = scores["true"].values == scores["predicted"].values
    return {
        "accuracy": float(right.mean()),
        "cross_entropy": float(scores["cross_entropy"].mean()),
    }


def of_classes(scores: xr.Dataset) -> dict[str, dict[str, float]]:
    """Recall and precision of each class."""
    confusion = scores["confusion"].values.astype(float)
    with np.errstate(invalid="ignore"):
        recall = np.diag(confusion) / confusion.sum(axis=1)
        precision = np.diag(confusion) / confusion.sum(axis=0)
    found = {}
    for place, name in enumerate(map(str, scores["true_class"].values)):
        found[name] = {"recall": float(recall[place]), "precision": float(precision[place])}
    return found


def aggregate(
    scores: xr.Dataset, statistics: Sequence[str]
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Accuracy, cross-entropy, recall and precision laid out as the statistics of other metrics.

    `confusion` has a group for each true class, with the counts of the predicted ones.
    """
    nothing: dict[str, float | None] = dict.fromkeys(statistics)
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for name, value in means(scores).items():
        found[name] = {"all": nothing | {"mean": value}}
    for name, own in content(scores)["classes"].items():
        for metric, value in own.items():
            found[f"{metric} of {name}"] = {"all": nothing | {"mean": value}}
    names = list(map(str, scores["true_class"].values))
    found["confusion"] = {}
    for name, row in zip(names, scores["confusion"].values.tolist(), strict=True):
        found["confusion"][name] = dict(zip(names, row, strict=True))
    return found


def content(scores: xr.Dataset) -> dict[str, Any]:
    """Everything as plain values for JSON: null for what a class does not have."""
    classes = {
        name: {metric: value if np.isfinite(value) else None for metric, value in own.items()}
        for name, own in of_classes(scores).items()
    }
    return means(scores) | {
        "classes": classes,
        "confusion": scores["confusion"].values.tolist(),
    }


def summary(scores: xr.Dataset) -> str:
    """Accuracy, cross-entropy, recall and precision of each class, and the confusion matrix."""
    total = scores.sizes["record"]
    names = list(map(str, scores["true_class"].values))
    overall = means(scores)
    right = round(overall["accuracy"] * total)
    lines = [
        f"accuracy       {overall['accuracy']:.4f} ({right} of {total} samples)",
        f"cross-entropy  {overall['cross_entropy']:.4g} (guessing: {np.log(len(names)):.4g})",
    ]
    return "\n".join([*lines, "", *_class_rows(scores), *_confusion_rows(scores, names)])


def _class_rows(scores: xr.Dataset) -> list[str]:
    found = of_classes(scores)
    width = max(map(len, [*found, "class"]))
    rows = [f"{'class':<{width}}  {'recall':>9}  {'precision':>9}"]
    for name, own in found.items():
        cells = [
            f"{own[metric]:>9.4f}" if own[metric] == own[metric] else f"{'-':>9}" for metric in own
        ]
        rows.append("  ".join([f"{name:<{width}}", *cells]))
    return rows


def _confusion_rows(scores: xr.Dataset, names: list[str]) -> list[str]:
    if len(names) > MOST_IN_TEXT:
        return []
    width = max(map(len, [*names, CORNER]))
    cells = [max(len(name), 5) for name in names]
    head = "  ".join(f"{name:>{cell}}" for name, cell in zip(names, cells, strict=True))
    rows = ["", f"{CORNER:<{width}}  {head}"]
    for name, row in zip(names, scores["confusion"].values, strict=True):
        counts = "  ".join(f"{count:>{cell}}" for count, cell in zip(row, cells, strict=True))
        rows.append(f"{name:<{width}}  {counts}")
    return rows


def table(scores: xr.Dataset) -> str:
    """Each sample with its class, the one that it is taken for, and the cross-entropy, as CSV."""
    return scores[["true", "predicted", "cross_entropy"]].to_dataframe().to_csv()


def picture(scores: xr.Dataset) -> "Figure":
    """The confusion matrix: shares of each true class."""
    from matplotlib.figure import Figure

    counts = scores["confusion"].values
    names = list(map(str, scores["true_class"].values))
    shares = 100.0 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = 2.6 + 0.4 * len(names)
    figure = Figure(figsize=(size + 0.8, size), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=100.0)
    figure.colorbar(image, label="share of the true class (%)", shrink=0.8)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            color = "white" if shares[row, column] > 50.0 else "black"
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=color)
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlabel="predicted class", ylabel="true class")
    return figure
