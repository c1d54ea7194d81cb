"""The cases of practice: every row has one, and what is wrong is called so."""

import pytest

from tools.cases.__main__ import CASES, main
from tools.cases.accelerograms import ACCELEROGRAMS
from tools.cases.case import Case

ROWS = {f"R{number}" for number in range(1, 23)} | {f"T{number}" for number in range(1, 29)}


def fails(place):
    raise KeyError("2.708")


@pytest.fixture
def inputs(shared_data):
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip("needs the inputs in ../shared/cases beside the checkout, which are absent")
    return folder


def test_every_row_has_a_case():
    assert {case.row for case in CASES} == ROWS


@pytest.mark.parametrize(
    ("outcome", "right"),
    [
        (lambda place: "peak 2.708", True),
        (lambda place: "peak 26.56", False),
        (fails, False),
    ],
)
def test_what_does_not_match_and_what_fails_is_wrong(tmp_path, outcome, right):
    case = Case("R3", "a table", "peak 26.56", r"2\.708", outcome)
    assert case.holds(case.now(tmp_path)) == right


def test_an_absent_folder_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["cases", str(tmp_path)])
    assert main() == 0
    assert "skipped" in capsys.readouterr().out


@pytest.mark.parametrize(
    "case",
    [case for case in ACCELEROGRAMS if case.row in ("R3", "R7", "R9", "R11", "R15", "R16", "R20")],
    ids=lambda case: f"{case.row} {case.done}",
)
def test_accelerograms_of_practice(inputs, case):
    found = case.now(inputs)
    assert case.holds(found), found
