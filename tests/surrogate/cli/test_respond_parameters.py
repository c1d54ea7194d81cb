"""`surrogate respond --parameters` gives each file or record the structural parameters of a row."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

import datasets
from datasets.contract import partition
from surrogate import inference
from surrogate.cli.main import main
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
TITLES = "name,stiffness 1 (N/m),stiffness 2 (N/m)"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A surrogate of an acceleration and the stiffness of two storeys, and two motions."""
    monkeypatch.chdir(tmp_path)
    save(untrained(partial(LSTM, hidden=4)), Path("s.ckpt"))
    for name, factor in (("a.csv", 1.0), ("b.csv", -2.0)):
        rows = [f"{0.02 * n:.2f},{factor * np.sin(0.3 * n):.7g}" for n in range(40)]
        Path(name).write_text("\n".join(["time (s),base_acceleration (m/s2)", *rows]) + "\n")
    return tmp_path


def table(*rows, titles=TITLES):
    Path("t.csv").write_text("\n".join([titles, *rows]) + "\n")


def respond(*words):
    usual = ["--checkpoint", "s.ckpt", "--parameters", "t.csv"]
    return main(["respond", *usual, *words])


def require_drift(response, record, stiffness):
    """The drift is what the network gives for this stiffness (N/m)."""
    motion = response["base_acceleration"].values[record]
    np.testing.assert_allclose(response["stiffness"][record], stiffness, rtol=1e-6)
    given = np.column_stack([motion, np.tile(stiffness, (len(motion), 1))])[None]
    expected = inference.respond(inference.load("s.ckpt"), given)[0]
    np.testing.assert_allclose(response["drift"][record], expected, rtol=1e-4, atol=1e-8)


def test_each_file_has_its_row(folder, capsys):
    table("b.csv,31e3,21e3", "a.csv,30000,20000", "c.csv,1,2")
    assert respond("--record", "a.csv", "b.csv", "--out", "out") == 0
    require_drift(datasets.open_dataset("out/a.csv.h5"), 0, [30e3, 20e3])
    require_drift(datasets.open_dataset("out/b.csv.h5"), 0, [31e3, 21e3])
    told = capsys.readouterr()
    assert "parameters: stiffness of t.csv in N/m" in told.out
    assert "warning: t.csv has rows of no record that is asked: c.csv" in told.err


@pytest.mark.parametrize(
    ("titles", "unit", "factor"),
    [
        ("name;stiffness 2 [kN/m];stiffness 1 [kN/m]", [], 1e3),
        ("name;stiffness 2;stiffness 1", ["--unit", "stiffness=kN/m"], 1e3),
        ("name;stiffness 2;stiffness 1", [], 1.0),
    ],
)
def test_columns_in_any_order_and_unit(folder, capsys, titles, unit, factor):
    table("a.csv;20,5;30,25", titles=titles)
    assert respond("--record", "a.csv", "--out", "a.h5", *unit) == 0
    response = datasets.open_dataset("a.h5")
    np.testing.assert_allclose(response["stiffness"][0], [30.25 * factor, 20.5 * factor])
    silent = "in N m-1, which the table does not state" in capsys.readouterr().out
    assert silent == (factor == 1.0)


def test_records_of_a_dataset_by_their_number(folder, capsys):
    write_records(folder / "records.h5", records=12, samples=30)
    values = {str(n): (30e3 + n, 20e3 - n) for n in range(12)}
    table(*(f"{n},{one},{two}" for n, (one, two) in reversed(values.items())))
    assert respond("--record", "records.h5", "--part", "test", "--out", "a.h5") == 0
    told = capsys.readouterr()
    assert "stiffness of t.csv in N/m, not that of the file" in told.out
    response = datasets.open_dataset("a.h5")
    numbers = partition.members(datasets.open_dataset("records.h5"), "test")
    assert len(numbers) == response.sizes["record"] == 2
    for record, number in enumerate(numbers):
        require_drift(response, record, values[str(number)])
    others = [str(n) for n in reversed(range(12)) if n not in numbers]
    assert f"rows of no record that is asked: {', '.join(others[:5])} and 5 more" in told.err


def test_a_row_of_a_whole_dataset(folder):
    write_records(folder / "records.h5", records=6, samples=30)
    table("records.h5,30000,20000")
    assert respond("--record", "records.h5", "--out", "a.h5") == 0
    stiffness = datasets.open_dataset("a.h5")["stiffness"]
    np.testing.assert_array_equal(stiffness, np.tile([30e3, 20e3], (6, 1)))


@pytest.mark.parametrize(
    ("rows", "titles", "words", "message"),
    [
        (["b.csv,1,2"], TITLES, [], "t.csv has no row for a.csv: it has b.csv"),
        (["7,1,2"], TITLES, [], "t.csv has no row for 0: it has 7"),
        (["a.csv,1,2", "a.csv,1,3"], TITLES, [], "t.csv has two rows for a.csv"),
        (["a.csv,1"], "name,mass", [], "has the column 'mass': the surrogate takes the parameters"),
        (["a.csv,1"], "name,stiffness 1", [], "lacks the column 'stiffness 2' of stiffness"),
        (["a.csv,1,1"], "name,stiffness 1,stiffness 1", [], "has the column 'stiffness 1' twice"),
        (["a.csv,1,soft"], TITLES, [], "stiffness 2 of a.csv must be a finite number, got 'soft'"),
        (["a.csv,1,"], TITLES, [], "stiffness 2 of a.csv must be a finite number, got ''"),
        (["a.csv,1,1e999"], TITLES, [], "stiffness 2 of a.csv must be a finite number"),
        (["a.csv,1"], TITLES, [], "the row of a.csv has 2 cells, there are 3 titles"),
        (["a.csv,1,2"], TITLES.replace("N/m", "kg"), [], "has the unit 'kg', the surrogate takes"),
        (
            ["a.csv,1,2"],
            "name,stiffness 1 (N/m),stiffness 2 (kN/m)",
            [],
            "t.csv: stiffness has several units: N/m, kN/m",
        ),
        (
            ["a.csv,1,2"],
            TITLES,
            ["--unit", "stiffness=kN/m"],
            "--unit stiffness=kN/m: must be that of the file, N/m, or be left out",
        ),
        ([], TITLES, [], "t.csv must have titles, a column of the names of files"),
        (
            ["a.csv,1,2"],
            TITLES,
            ["--parameter", "stiffness=1,2"],
            "--parameter stiffness is given, and --parameters t.csv has it too: leave one",
        ),
        (["a.csv,1,2"], TITLES, ["--parameters", "no.csv"], "no such file: no.csv"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(
    folder, capsys, rows, titles, words, message
):
    table(*rows, titles=titles)
    assert respond("--record", "a.csv", "--out", "a.h5", *words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert not Path("a.h5").exists()


def test_a_folder_of_datasets_is_answered_one_by_one_with_a_word(folder, capsys):
    Path("many").mkdir()
    for name in ("one.h5", "two.h5"):
        write_records(folder / "many" / name, records=6, samples=30)
    table("one.h5,30000,20000", "two.h5,31000,20000")
    assert respond("--record", "many", "--out", "out") == 0
    told = capsys.readouterr().out
    assert "many: 2 datasets, each answered for itself; shards of one dataset are called" in told
    for name, first in (("one.h5", 30e3), ("two.h5", 31e3)):
        stiffness = datasets.open_dataset(f"out/{name}.h5")["stiffness"]
        np.testing.assert_array_equal(stiffness[:, 0], first)
