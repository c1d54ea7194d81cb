"""Run the cases and print the table; exit code 1 where one is wrong."""

import argparse
import sys
from pathlib import Path

from tools.cases import __doc__ as about
from tools.cases.accelerograms import ACCELEROGRAMS
from tools.cases.case import Case
from tools.cases.imports import IMPORTS
from tools.cases.trainings import TRAININGS

CASES = (*ACCELEROGRAMS, *IMPORTS, *TRAININGS)
WIDTH = 240  # of what came out; the rest of a long line is left out


def main() -> int:
    """Print a row for each case."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("cases", type=Path, help="folder with records, training and README.md")
    parser.add_argument("--rows", nargs="+", help="rows to run, e.g. R3 T10; all by default")
    options = parser.parse_args()
    if not (options.cases / "records").is_dir():
        print(f"skipped: {options.cases} holds no folder records with the inputs of the cases")
        return 0
    chosen = [case for case in CASES if options.rows is None or case.row in options.rows]
    print("| row | what is done | before | now | right? |\n|---|---|---|---|---|")
    wrong = [
        case for case in sorted(chosen, key=_order) if not _told(case, options.cases.resolve())
    ]
    print(f"\n{len(chosen)} cases, {len(wrong)} wrong")
    return 1 if wrong else 0


def _order(case: Case) -> tuple[str, int]:
    return case.row[0], int(case.row[1:])


def _told(case: Case, cases: Path) -> bool:
    """Run a case and print its row; returns whether it is right."""
    found = case.now(cases)
    right = case.holds(found)
    shown = (_shortened(text) for text in (case.done, case.before, found))
    print(f"| {case.row} | {' | '.join(shown)} | {'yes' if right else 'NO'} |", flush=True)
    return right


def _shortened(text: str) -> str:
    text = text.replace("|", "\\|")
    return text if len(text) <= WIDTH else f"{text[:WIDTH]} ..."


if __name__ == "__main__":
    sys.exit(main())
