"""The first response in a new process: `python -m benchmarks.first_call` prints what `solve` takes
(s).
"""

from time import process_time

from benchmarks.problem import noise
from simulators import solve
from simulators.structures.presets import five_storey


def main():
    """Print the seconds of the processor in the first call of `solve`; imports do not count."""
    building, motions = five_storey(), noise(1)
    start = process_time()
    solve(building, motions, threads=1)
    print(process_time() - start)


if __name__ == "__main__":
    main()
