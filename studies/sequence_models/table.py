"""What a practitioner decides from: errors and costs of every network, and the best network for
each need.
"""

from dataclasses import dataclass

import xarray as xr

from studies.sequence_models.contenders import CONTENDERS

NEARLY = 1.25  # times the lowest error still counts as accurate


def errors(results: xr.Dataset) -> xr.Dataset:
    """Median NRMSE over the records of each kind, dimensions network and seed."""
    found = {
        case: results.nrmse.sel(case=case, drop=True).median("record")
        for case in ("test", "strong")
    }
    if "earthquake_nrmse" in results:
        found["earthquakes"] = results.earthquake_nrmse.median("earthquake")
    return xr.Dataset(found)


def training_seconds(results: xr.Dataset) -> xr.DataArray:
    """Of one thread of the processor, wherever it was trained: steps times the time of one."""
    return results.steps * results.step_seconds


def summary(results: xr.Dataset) -> xr.Dataset:
    """Medians over seeds for each network, the most accurate first.

    Returns
    -------
    Dataset
        Dimension network: errors `test`, `strong`, and `earthquakes` where there were some; `peak`
        error on the test records; `training` (s) and its `steps`; `converged`, the share of the
        trainings that ended by the rule; `alone` and `together`, ms of a response; `parameters`;
        `causal`; `rate`, the best learning rate.
    """
    found = errors(results).median("seed")
    peak = results.peak_error.sel(case="test", drop=True).median("record").median("seed")
    answers = {
        batch: 1e3 * results.response_seconds.sel(batch=batch, drop=True)
        for batch in ("alone", "together")
    }
    course = {
        "training": training_seconds(results).median("seed"),
        "steps": results.steps.median("seed"),
        "converged": results.converged.mean("seed"),
    }
    found = found.assign(peak=peak, **course, **answers)
    found["parameters"] = results.parameters.isel(seed=0)
    found["rate"] = results.rate
    found["causal"] = "network", [CONTENDERS[str(name)].causal for name in results.network.values]
    return found.sortby("test")


@dataclass(frozen=True)
class Advice:
    """A need, the network that serves it best, and by how much."""

    need: str
    network: str
    reason: str


def advise(results: xr.Dataset) -> list[Advice]:
    """The best network for each need, by medians."""
    table = summary(results)
    causal = table.where(table.causal, drop=True)
    accurate = table.where(table.test <= NEARLY * table.test.min(), drop=True)
    share = f"error within {NEARLY - 1.0:.0%} of the lowest"
    advice = [
        _lowest("the lowest error", table, "test", "NRMSE {:.3f}"),
        _lowest(
            "the lowest error while the record is still running (causal)",
            causal,
            "test",
            "NRMSE {:.3f}",
        ),
        _lowest(f"the shortest training with an {share}", accurate, "training", "{:.0f} s"),
        _lowest(
            f"the soonest answer with an {share}", accurate, "alone", "{:.2g} ms for a motion alone"
        ),
        _lowest(
            f"most answers a second with an {share}",
            accurate,
            "together",
            "{:.2g} ms for one of 64 motions",
        ),
        _lowest("the right peak", table, "peak", "mean error of the storeys' peaks {:.1%}"),
        _lowest(
            "motions stronger than those of the training",
            table,
            "strong",
            "NRMSE {:.2f} at twice the strength",
        ),
    ]
    if "earthquakes" in table:
        advice.append(_lowest("recorded earthquakes", table, "earthquakes", "NRMSE {:.2f}"))
    return [*advice, *_with_few_records(results)]


def _with_few_records(results: xr.Dataset) -> list[Advice]:
    """What to take where the fewest records are all there are."""
    count = int(results["count"][0])
    error = results.few_nrmse.sel(case="test").isel(count=0).median("record").median("seed")
    table = xr.Dataset({"few": error.rename(few_network="network")})
    advice = [
        _lowest(f"the lowest error from {count} training records", table, "few", "NRMSE {:.3f}")
    ]
    if "physics_nrmse" in results:
        error = results.physics_nrmse.sel(case="test").median("record").median("seed")
        off, on = (float(error.sel(physics=word)) for word in ("off", "on"))
        word = "with" if on < off else "without"
        reason = (
            f"NRMSE {on:.3f} with and {off:.3f} without (LSTM, factor "
            f"{float(results.physics_factor):g})"
        )
        advice.append(
            Advice(
                "the same, and the structure's equations are known",
                f"{word} physics in the loss",
                reason,
            )
        )
    return advice


def _lowest(need: str, table: xr.Dataset, column: str, reason: str) -> Advice:
    best = table.isel(network=int(table[column].argmin("network")))
    return Advice(need, str(best.network.values), reason.format(float(best[column])))
