"""The table of `benchmarks.simulation` and its summary."""

import sys
from time import perf_counter

from benchmarks import scaling
from benchmarks.comparison import Comparison, Effort, rate_at_error

FULL = Effort(motions=512, slow_motions=3, exact=6, rounds=7, newmark_steps=(1, 8, 32))
QUICK = Effort(motions=256, slow_motions=1, exact=2, rounds=3, newmark_steps=(1, 8))


def measure(quick, cores):
    """Run all measurements, print them, and return the summary: dict of str to float or None."""
    effort, start = QUICK if quick else FULL, perf_counter()
    _note(f"exact solutions of {effort.exact} motions")
    comparison = Comparison(effort)
    _note("package and yardstick")
    compiled = comparison.compiled()
    _note("SciPy and OpenSees")
    rivals, newmark = comparison.python(), _opensees(comparison)
    summary = _compare(compiled, rivals, newmark)
    _note("scaling")
    summary |= _scale(effort, cores)
    print(
        f"best of {effort.rounds} rounds of {effort.motions} motions; "
        f"{perf_counter() - start:.0f} s in all"
    )
    return {
        name: value if value is None else float(f"{value:.5g}") for name, value in summary.items()
    }


def _note(words):
    print(f"... {words}", file=sys.stderr, flush=True)


def _opensees(comparison):
    try:
        return comparison.opensees()
    except ImportError as failure:
        _note(f"without OpenSees: {failure}")
        return {}


def _compare(compiled, rivals, newmark):
    """Print the table of rivals; return the headline figures."""
    package, plain, corrected = compiled["package"], compiled["plain"], compiled["corrected"]
    ratios = {
        tolerance: [_ratio(row, curve) for curve in (plain, corrected)]
        for tolerance, row in package.items()
    }
    print(f"{'':44}{'responses/s':>12}{'error':>10}{'ours / C':>11} {'/ corrected':>11}")
    for tolerance, row in package.items():
        _print_row(f"this package, tolerance {tolerance:.0e}, error proved", row, ratios[tolerance])
    for name, curve in (("RK4", plain), ("RK4 corrected", corrected)):
        for steps, row in curve.items():
            _print_row(f"C, {name}, {steps} steps a sample", row)
    _print_row("SciPy RK45 with NumPy, rtol 1e-6", rivals["scipy"])
    _print_row("odeint (LSODA) with numba, rtol 1e-6", rivals["odeint"])
    for steps, row in newmark.items():
        _print_row(f"OpenSees, Newmark, {steps} steps a sample", row)
    if any(outside for pair in ratios.values() for _, outside in pair):
        print("* the error lies outside those of C: its rate is extrapolated")
    return _headline(package, ratios, rivals, newmark)


def _print_row(name, row, ratios=()):
    cells = (
        "-" if ratio is None else f"{ratio:.2f}{'*' if outside else ' '}"
        for ratio, outside in ratios
    )
    print(f"{name:44}{row.rate:12.4g}{row.error:10.1e}", *(f"{cell:>11}" for cell in cells))


def _ratio(row, curve):
    """Our rate over the yardstick's at our error, and whether it was extrapolated; None without
    gcc.
    """
    if not curve:
        return None, False
    rate, outside = rate_at_error(curve.values(), row.error)
    return row.rate / rate, outside


def _headline(package, ratios, rivals, newmark):
    print()
    fastest = {limit: _fastest(package, limit) for limit in (1e-4, 1e-6)}
    for limit, (rate, tolerance) in fastest.items():
        print(
            f"error <= {limit:.0e}: {rate:.0f} responses/s (tolerance {tolerance:.0e}) as "
            "measured, ",
            end="",
        )
        print(f"{package[limit].rate:.0f} with the tolerance {limit:.0e} proved for every record")
    ours, tight = package[1e-4], package[1e-6]
    return {
        "responses_per_second": ours.rate,
        "max_error": ours.error,
        "ratio_scipy": ours.rate / rivals["scipy"].rate,
        "ratio_odeint": ours.rate / rivals["odeint"].rate,
        "ratio_opensees": ours.rate / max(row.rate for row in newmark.values())
        if newmark
        else None,
        "ratio_c": ratios[1e-4][0][0],
        "ratio_c_corrected": ratios[1e-4][1][0],
        "responses_per_second_1e-6": fastest[1e-6][0],
        "responses_per_second_1e-6_proved": tight.rate,
        "max_error_1e-6_proved": tight.error,
        "ratio_c_1e-6_proved": ratios[1e-6][0][0],
    }


def _fastest(package, limit):
    """Highest rate whose measured error is at most `limit`, and its tolerance."""
    enough = [(row.rate, tolerance) for tolerance, row in package.items() if row.error <= limit]
    return max(enough, default=(float("nan"), float("nan")))


def _scale(effort, cores):
    """Print what the speed depends on; return it."""
    count, rounds = effort.motions // 2, effort.rounds
    speedup = scaling.two_threads(cores, 2 * effort.motions, rounds)
    storeys = scaling.fifty_storeys(count // 2, rounds)
    mixed, baber_noori = scaling.laws(count, rounds)
    first, cached = scaling.first_calls()
    print(
        "two threads against one: "
        + ("-, one core" if speedup is None else f"{speedup:.2f} times the speed")
    )
    print(f"50 storeys against 5, equal steps: {storeys:.1f} times the cost of a response")
    print(f"exponents 2.3 and 2.7 against 2 and 3, equal steps: {mixed:.2f} times the cost")
    print(
        "Baber-Noori, degrading and pinching, against Bouc-Wen, equal steps: "
        f"{1 / baber_noori:.2f} times the speed"
    )
    print(
        f"first response in a new process: {first:.1f} s with an empty cache, {cached:.2f} s from "
        "the cache"
    )
    return {
        "two_threads": speedup,
        "fifty_storeys_cost": storeys,
        "mixed_exponents_cost": mixed,
        "baber_noori_speed": 1.0 / baber_noori,
        "first_call_seconds": first,
        "cached_call_seconds": cached,
    }
