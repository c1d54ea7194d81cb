"""Responses per second and true error of the package beside its rivals, on one core; the last line
is a JSON object.

`python -m benchmarks.simulation`; README.md beside this file says what is measured.
"""

import argparse
import json
import os


def main(argv=None):
    """Measure, print a table, and as the last line a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.simulation", description=__doc__.split("\n")[0]
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer motions and rounds: under a minute, less certain",
    )
    parser.add_argument(
        "--core", type=int, help="core to run on; the last one that may be used by default"
    )
    options = parser.parse_args(argv)
    cores = os.sched_getaffinity(0)
    core = max(cores) if options.core is None else options.core
    if core not in cores:
        parser.error(f"--core {core}: expected one of {', '.join(map(str, sorted(cores)))}")
    # Before NumPy and numba are imported, whose threads would otherwise be free to run elsewhere.
    os.sched_setaffinity(0, {core})
    from benchmarks.report import measure

    print(json.dumps(measure(options.quick, cores)))


if __name__ == "__main__":
    main()
