"""Tables as spreadsheets, loggers and Fortran write them."""

import numpy as np
import pytest

from datasets.measured.sources import open_content, read_arrays

TIMES = [0.0, 0.5, 1.0, 1.5]
FORCES = [1.25, -20.0, 0.001, 3e5]


def read(folder, text, names=("time", "force"), encoding="utf-8"):
    (folder / "table.csv").write_bytes(text.encode(encoding))
    return read_arrays(folder / "table.csv", names)


SPELLINGS = {
    "comma": "time (s),force [kN]\n0,1.25\n0.5,-20\n1,0.001\n1.5,3e5\n",
    "decimal comma": "time (s);force [kN]\n0,0;1,25\n0,5;-20,0\n1;,001\n1,5;3e5\n",
    "decimal comma, blanks": "time(s) force(kN)\n0,0 1,25\n0,5 -20,0\n1,0 0,001\n1,5 300000,0\n",
    "tabs": "time (s)\tforce (kN)\n0\t1.25\n0.5\t-20\n1\t0.001\n1.5\t3e5\n",
    "blanks": "time (s)   force (kN)\n  0.0  1.25\n  0.5 -20.\n  1.0 .001\n  1.5 3e5\n",
    "a line of units": "time,force\ns,kN\n0,1.25\n0.5,-20\n1,0.001\n1.5,3e5\n",
    "units in brackets": "time,force\n(s),[kN]\n0,1.25\n0.5,-20\n1,0.001\n1.5,3e5\n",
    "quotes": '"time (s)","force (kN)"\n"0","1.25"\n"0.5","-20"\n"1","0.001"\n"1.5","3e5"\n',
    "quoted decimal commas": (
        '"time (s)","force (kN)"\n"0,0","1,25"\n"0,5","-20"\n"1","0,001"\n"1,5","3e5"\n'
    ),
    "Fortran": "time (s),force (kN)\n0D0,1.25D+00\n5.0D-1,-0.2D2\n1.D0,1.0D-3\n1.5d0,3.0d5\n",
    "lines above": (
        "Test 7\nLab, hall 2, 2024\ntime (s),force (kN)\n0,1.25\n0.5,-20\n1,0.001\n1.5,3e5\n"
    ),
    "a comment": "# time (s), force (kN)\n0,1.25\n# paused\n0.5,-20\n1,0.001\n1.5,3e5\n",
    "a sign at the end": "time (s),force (kN),\n0,1.25,\n0.5,-20,\n1,0.001,\n1.5,3e5,\n",
    "another column of text": (
        "time (s),station,force (kN)\n0,a,1.25\n0.5,b,-20\n1,c,0.001\n1.5,d,3e5\n"
    ),
    "CR CR LF": "time (s),force (kN)\r\r\n0,1.25\r\r\n0.5,-20\r\r\n1,0.001\r\r\n1.5,3e5\r\r\n",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_one_table_in_many_spellings(tmp_path, text):
    found = read(tmp_path, text)
    assert found["time"].values.tolist() == TIMES
    assert found["force"].values.tolist() == FORCES
    assert found["time"].unit == "s"
    assert found["force"].unit == "kN"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig"])
def test_encodings(tmp_path, encoding):
    text = "Prüfstand Ü\n" + SPELLINGS["comma"]
    assert read(tmp_path, text, encoding=encoding)["force"].values.tolist() == FORCES


@pytest.mark.parametrize(
    "times",
    [
        [
            "2024-05-01T23:59:59.000",
            "2024-05-01 23:59:59.5",
            "2024-05-02T00:00:00Z",
            "2024-05-02 00:00:00.500",
        ],
        ["23:59:59", "23:59:59.5", "00:00:00", "00:00:00,5"],
    ],
    ids=["calendar", "clock"],
)
def test_times_of_the_calendar_are_seconds_from_the_first(tmp_path, times):
    sign = ";" if any("," in time for time in times) else ","
    rows = "\n".join(f"{time}{sign}{number}" for number, time in enumerate(times))
    found = read(tmp_path, f"time{sign}force\n{rows}\n")
    np.testing.assert_allclose(found["time"].values, TIMES)
    assert found["time"].unit == "s"


def test_columns_by_number_where_titles_are_alike(tmp_path):
    text = "time,force,force\n0,1,2\n0.5,3,4\n"
    with pytest.raises(ValueError, match=r"'force' is the title of columns 2 and 3: choose one"):
        read(tmp_path, text)
    found = read(tmp_path, text, ["time", "3"])
    assert found["3"].values.tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,force\n0,1\n0.5,\n1,2\n", r"line 3: force is missing"),
        ("time,force\n0,1\n0.5,NaN\n1,2\n", r"line 3: force is missing"),
        ("time,force\n,\n0.5,4\n1,2\n", r"line 2: time is missing"),
        ("time,force\n0,1\n0.5,1.2.3\n", r"line 3: force is not a number: '1\.2\.3'"),
        ("time,force\n0,1\n0.5\n1,2\n", r"line 3 has 1 cells, line 2 has 2"),
        ("time,force\n0,1,2\n0.5,1,2\n", r"2 titles over 3 columns"),
        ("time;force\n0;1.234,5\n0.5;2.000,1\n", r"line 3: force is not a number: '2\.000,1'"),
        ("t,force\n0,1\n0.5,2\n", r"has no array 'time': choose from force, t|t, force"),
        ("time,force\n", r"no numbers under its titles"),
        ("", r"empty"),
        ("time,force\n2024-05-01 12:00:00,1\nlater,2\n", r"line 3: time is not a time like that"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ('0.5,"1,234"', 1234.0),
        ('0.5,"-1,234,567.25"', -1234567.25),
        ("0,5;1.234", 1234.0),
        ("0,5;1.234,5", 1234.5),
        ("0,5\t0.001", 0.001),  # no thousands begin with a zero
    ],
)
def test_signs_between_thousands(tmp_path, row, value):
    sign = next(sign for sign in (";", "\t", ",") if sign in row)
    found = read(tmp_path, f"time{sign}force\n{row}\n{row}\n")
    assert found["force"].values.tolist() == [value, value]
    assert found["time"].values.tolist() == [0.5, 0.5]


def test_numbers_as_titles_are_no_sample(tmp_path):
    """As pandas writes columns without names."""
    text = "0,1\n0.0,1.5\n0.1,2.5\n"
    with pytest.raises(ValueError, match="line 1, '0 1', would be a sample, but looks like titles"):
        read(tmp_path, text, ["1", "2"])
    load = "0,1\n0.01,1\n0.02,1\n"  # a constant load from the start
    assert read(tmp_path, load, ["2"])["2"].values.tolist() == [1.0, 1.0, 1.0]


def test_a_title_that_is_the_number_of_another_column_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'2' is the title of column 3 and the number of another"):
        read(tmp_path, "t,1,2\n0.0,1.5,2.5\n0.1,2.5,3.5\n", ["t", "2"])


def test_a_title_and_a_line_of_units_that_differ_are_refused(tmp_path):
    with pytest.raises(ValueError, match="a title states the unit 'kN', the line under it 'N'"):
        read(tmp_path, "time (s),force [kN]\ns,N\n0.0,1.5\n0.1,2.5\n")


ROWS = [f"{0.5 * n},{n}.5" for n in range(9)]


@pytest.mark.parametrize(
    ("rows", "broken"),
    [
        (ROWS, ""),
        ([*ROWS[:4], "", *ROWS[5:]], "line 6 is blank"),
        (
            [*ROWS[:4], "# 2.0,4.5", *ROWS[5:]],
            "line 6 is a comment that holds numbers, '# 2.0,4.5'",
        ),
        ([*ROWS[:4], "# paused", *ROWS[4:]], ""),
        ([*ROWS, "", "# 1.0,2.5"], ""),  # below the numbers
        ([line for row in ROWS for line in (row, "")], ""),
    ],
)
def test_where_samples_may_be_missing_is_known(tmp_path, rows, broken):
    (tmp_path / "table.csv").write_text("\n".join(["time,force", *rows]) + "\n")
    content = open_content(tmp_path / "table.csv", ["time", "force"])
    assert content.broken == broken
    if broken:
        with pytest.raises(ValueError, match="without times a sample that is missing there"):
            content.require_unbroken()


@pytest.mark.parametrize(("stated", "agrees"), [("0.5 s", True), ("500 ms", True), ("2", False)])
def test_the_interval_above_the_numbers_must_agree(tmp_path, stated, agrees):
    (tmp_path / "table.csv").write_text(f"dt = {stated}\n" + SPELLINGS["comma"])
    content = open_content(tmp_path / "table.csv", ["time", "force"])
    if agrees:
        content.require_agreement(0.5, "as given", ["force"])
        return
    with pytest.raises(ValueError, match=r"is 0\.5 s \(as given\), but the file states 2 s"):
        content.require_agreement(0.5, "as given", ["force"])


def test_a_number_that_has_lost_digits_is_refused(tmp_path):
    rows = [f"{0.01 * n:.2f},{np.sin(n):.6f}" for n in range(1, 60)]
    text = "\n".join(["time,force", *rows]) + "\n"
    assert len(read(tmp_path, text)["force"].values) == 59
    with pytest.raises(ValueError, match=r"line 31: force is cut short, '-0\.98': all other"):
        read(tmp_path, text.replace(rows[29], rows[29][:-4]))


@pytest.mark.parametrize(
    "text", ["scale factor: 0.001\ntime,force [N]\n", "time,force x1000 [N]\n"]
)
def test_a_factor_is_refused(tmp_path, text):
    name = "force x1000" if "x1000" in text else "force"
    with pytest.raises(ValueError, match=r"table\.csv: '.*' states a factor, but not whether"):
        read(tmp_path, text + "0.0,1.5\n0.1,2.5\n", ["time", name])
