"""python -m benchmarks.gpu"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gpu.subjects import NETWORKS

PAGE = Path(__file__).parents[2] / "docs" / "gpu.md"


def main(argv: list[str] | None = None) -> int:
    """Measure on the GPU of this machine and write the page; say so where there is none."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, default=PAGE, help="page to write")
    parser.add_argument(
        "--quick", action="store_true", help="few networks: shows that everything runs"
    )
    parser.add_argument("--networks", nargs="+", metavar="NAME", help="in this order; all")
    options = parser.parse_args(argv)
    unknown = set(options.networks or ()) - set(NETWORKS)
    if unknown:
        parser.error(f"networks: expected some of {', '.join(NETWORKS)}, got {' '.join(unknown)}")

    import torch

    if not torch.cuda.is_available():
        print("benchmarks.gpu: skipped, since torch finds no GPU of NVIDIA on this machine")
        return 0
    torch.set_num_threads(1)  # of the processor, which is the rival
    from benchmarks.gpu.measured import QUICK, Effort, Measured, measure
    from benchmarks.gpu.page import render

    def keep(measured: Measured) -> None:
        options.out.write_text(render(measured), encoding="utf-8")

    with TemporaryDirectory() as folder:
        effort = QUICK if options.quick else Effort()
        if options.networks:
            effort = replace(effort, networks=tuple(options.networks))
        measure(effort, Path(folder), keep)
    print(f"written to {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
