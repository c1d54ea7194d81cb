"""What is in a dataset, as text: dimensions, variables with units and ranges, parts, provenance."""

from pathlib import Path

import numpy as np
import xarray as xr
from pydantic import TypeAdapter

from datasets.contract import failures, labels, lengths, partition
from datasets.contract.schema import leading_dim, sampling_interval
from datasets.files import costs
from datasets.files.store import open_dataset, shards
from datasets.inspection.joined import source_lines
from datasets.recipes.distributions import Distribution, Drawn
from datasets.recipes.recipe import parse_yaml

REASONS_SHOWN = 5  # of records that failed
LENGTHS_SHOWN = (0.0, 0.25, 0.5, 0.75, 1.0)  # quantiles of the lengths of records
RECORDS_READ = 1000  # ranges of a larger dataset come from so many of its records, evenly spread
PROVENANCE = (
    "recipe_hash",
    "seed",
    "source",
    "imported",
    "integrator",
    "tolerance",
    "software",
    "created",
    "schema_version",
)


def describe(path: str | Path) -> str:
    """Return a table of the dataset at `path`, for a terminal.

    Raises
    ------
    FileNotFoundError, ValueError
        As `datasets.open_dataset`; ValueError also when a value cannot be read.
    """
    dataset = open_dataset(path)
    files = shards(path)
    size = sum(file.stat().st_size for file in files)
    lines = [
        f"{path}: {len(files)} {'file' if len(files) == 1 else 'files'}, {_bytes(size)}",
        "",
        *_dimensions(dataset),
    ]
    if spent := costs.summary(path):
        lines.append(f"cost            {spent}")
    lines += ["", *_aligned(variable_rows(dataset)), ""]
    lines += [f"varied          {line}" for line in variation_lines(dataset)]
    lines += [f"{name:<15} {dataset.attrs[name]}" for name in PROVENANCE if name in dataset.attrs]
    lines += [f"joined from     {line}" for line in source_lines(dataset)]
    if "recipe" in dataset.attrs:
        lines += ["recipe", *("  " + line for line in dataset.attrs["recipe"].splitlines())]
    return printable("\n".join(lines))


def printable(text: str) -> str:
    """Return a text whose control characters are shown, not sent: a terminal would obey them."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text
    )


def variable_rows(dataset: xr.Dataset) -> list[tuple[str, ...]]:
    """Return a row of titles and one for each variable: name, dimensions, type, units, least,
    largest, meaning.
    """
    chosen = spread(dataset, RECORDS_READ)
    total = failures.sound(dataset).sizes[leading_dim(dataset)]
    read = chosen.sizes[leading_dim(dataset)]
    note = "" if read == total else f" (of {read} records)"
    rows: list[tuple[str, ...]] = [
        ("variable", "dimensions", "type", "units", f"least{note}", "largest", "meaning")
    ]
    for name, variable in chosen.variables.items():
        values = _counted(variable, lengths.of(chosen))
        dims = ", ".join(map(str, variable.dims))
        ends = [f"{end:.4g}" for end in (values.min(), values.max())] if values.size else ["", ""]
        units = str(variable.attrs.get("units", ""))
        meaning = str(variable.attrs.get("long_name", ""))
        rows.append((str(name), dims, str(variable.dtype), units, *ends, meaning))
    return rows


def _counted(variable: xr.Variable, samples: np.ndarray | None) -> np.ndarray:
    """Return the values of a variable that count: all but the padding of shorter records."""
    values = variable.values
    if samples is None or not lengths.is_series(variable.dims):
        return values
    return values[lengths.counts(samples, values.shape[1])]


def spread(dataset: xr.Dataset, count: int) -> xr.Dataset:
    """Return at most `count` records that have a response, evenly spread over the dataset."""
    dataset = failures.sound(dataset)
    dim = leading_dim(dataset)
    total = dataset.sizes[dim]
    if total <= count:
        return dataset
    return dataset.isel({dim: np.linspace(0, total - 1, count).astype(int)})


def _dimensions(dataset: xr.Dataset) -> list[str]:
    sizes = ", ".join(f"{name} {size}" for name, size in dataset.sizes.items())
    lines = [f"dimensions      {sizes}"]
    if "time" in dataset:
        time = dataset["time"].values
        step = sampling_interval(dataset)
        lines.append(
            f"time            {time[0]:g} to {time[-1]:g} s every {step:.6g} s ({1 / step:.6g} Hz)"
        )
        lines += [f"lengths         {line}" for line in length_lines(dataset)]
    parts = {part: len(partition.members(dataset, part)) for part in partition.names(dataset)}
    if parts:
        counts = ", ".join(f"{part} {count}" for part, count in parts.items())
        lines.append(f"split           {counts}")
    lines += [f"earthquakes     {line}" for line in earthquake_lines(dataset)]
    lines += [f"classes         {line}" for line in class_lines(dataset)]
    return lines + [f"failed          {line}" for line in failure_lines(dataset)]


def class_lines(dataset: xr.Dataset) -> list[str]:
    """Return how many samples each class has, in a line for each label."""
    lines = []
    for name in labels.found(dataset):
        counts = labels.counts(name, dataset[name])
        lines.append(f"{name}: " + ", ".join(f"{each} {n}" for each, n in counts.items()))
    return lines


def length_lines(dataset: xr.Dataset) -> list[str]:
    """Return how long the records are, in lines; none where all have one length."""
    samples = lengths.of(dataset)
    if samples is None:
        return []
    step = sampling_interval(dataset)
    least, low, middle, high, most = np.quantile((samples - 1) * step, LENGTHS_SHOWN)
    padding = 1.0 - samples.sum() / (samples.size * dataset.sizes["time"])
    return [
        f"{least:g} to {most:g} s, median {middle:g} s, half of the records within {low:g} to "
        f"{high:g} s",
        f"{samples.min()} to {samples.max()} samples; {padding:.0%} of the file's series is "
        "padding",
    ]


def earthquake_lines(dataset: xr.Dataset) -> list[str]:
    """Return the earthquakes of each part, or a warning where parts share recorded motions."""
    if "split" not in dataset or "source_file" not in dataset:
        return []
    if "earthquake" in dataset:
        names = str(dataset["earthquake"].attrs["flag_meanings"]).split()
        found = _of_parts(dataset, "earthquake")
        return [f"{part}: {', '.join(names[i] for i in found[part])}" for part in found]
    used = [number for numbers in _of_parts(dataset, "source_file").values() for number in numbers]
    if len(used) == len(set(used)):
        return []
    return [
        "records of the same file lie in different parts, so that a test has no unseen motions (in "
        "a recipe, motion.earthquake keeps them together)"
    ]


def _of_parts(dataset: xr.Dataset, name: str) -> dict[str, list[int]]:
    """Return the values of a variable that occur in each part, that of failures left aside."""
    parts = [part for part in partition.names(dataset) if part != failures.PART]
    values = {part: dataset[name].values[partition.members(dataset, part)] for part in parts}
    return {part: np.unique(found).tolist() for part, found in values.items() if found.size}


def failure_lines(dataset: xr.Dataset) -> list[str]:
    """Return what failed, in lines: how many records in each way, and the reasons of the first."""
    found = failures.counts(dataset)
    if not found:
        return []
    counts = ", ".join(f"{number} {kind}" for kind, number in found.items())
    reasons = failures.reasons(dataset)
    shown = [f"record {record}: {reasons[record]}" for record in list(reasons)[:REASONS_SHOWN]]
    more = len(reasons) - len(shown)
    return [counts, *shown, *([f"and {more} more"] if more else [])]


def variation_lines(dataset: xr.Dataset) -> list[str]:
    """Return a line for each parameter that the recipe varies: its key and its distribution.

    Nothing else of the recipe is read, so that no folder is that it names. A recipe of another
    version, whose distributions are not known here, gives no line: it is shown as it stands.
    """
    try:
        content = parse_yaml(str(dataset.attrs.get("recipe", "")), "recipe").get("vary", {})
        drawn = TypeAdapter(dict[str, Distribution]).validate_python(content)
    except ValueError:  # a ValidationError is one
        return []
    return [f"{key}: {_drawn(distribution)}" for key, distribution in drawn.items()]


def _drawn(distribution: Drawn) -> str:
    kind = "factor on the nominal value" if distribution.applies == "factor" else "value"
    each = "one a record" if distribution.each == "record" else "one a floor or element"
    return f"{distribution.words}; {kind}, {each}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
    return "  ".join(cells).rstrip()


def _bytes(size: int) -> str:
    value = float(size)
    unit = "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.3g} {unit}"
