"""Readers of recorded motions: the real files, files written here in every format, and damaged
ones.
"""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.excitation.recorded import (
    NotAnAccelerogram,
    read_accelerogram,
    read_recording,
)

GRAVITY = 9.80665
RECORDS = (
    "loma_prieta_1989_0111a.smc",
    "HL.DLFA..HNE.D.20190728.160908.C.ACC.ASC",
    "RSN10590_ComalTX11-10-20_IU.CCM.BH1.00.AT2",
    "AOM0011801241951.EW",
)
SAMPLES = np.round(
    50.0 * np.sin(np.linspace(0.0, 12.0, 83)) * np.linspace(0.2, 1.0, 83), 3
)  # cm/s^2


def rows(values, per_line, form):
    texts = [form(value) for value in values]
    return ["".join(texts[at : at + per_line]) for at in range(0, len(texts), per_line)]


def fortran(value, width=10, digits=4):
    """1PEw.dE1: one digit of exponent, so that numbers may touch."""
    mantissa, exponent = f"{value:.{digits}e}".split("e")
    return f"{mantissa}E{int(exponent):+d}".rjust(width)


def smc(samples=SAMPLES, rate=200.0, kind="2 CORRECTED ACCELEROGRAM", high_precision=False):
    integers = [-32768] * 48
    integers[0:3], integers[15], integers[16] = [-32768, 1989, 291], 2, len(samples)
    integers[46] = 8 if high_precision else -32768
    reals = [1.7e38] * 50
    values = samples if rate else samples[1::2]
    reals[1], reals[29], reals[31] = rate or 1.7e38, max(values), min(values)
    if rate:
        reals[28], reals[30] = np.argmax(values) / rate, np.argmin(values) / rate
    text = [
        kind.ljust(80),
        "*",
        "SAF0A",
        "     1989  10  18    0004 Loma Prieta, CA",
        "Moment Mag=      7.1 Ms=      7.1",
    ]
    text += ["station = San Francisco, 1295 Shafter, F component=    360", *["*"] * 5]
    data = (
        rows(samples, 5, lambda v: fortran(v, 14, 7))
        if high_precision
        else rows(samples, 8, fortran)
    )
    return [
        *text,
        *rows(integers, 8, "{:10d}".format),
        *rows(reals, 5, "{:15.7E}".format),
        "|",
        "|comment",
        *data,
    ]


def at2(samples=SAMPLES, per_line=5, grid=None):
    grid = grid or f"NPTS= {len(samples):6d}, DT=   .0050 SEC,            "
    header = [
        "PEER NGA STRONG MOTION DATABASE RECORD",
        "Loma Prieta, 10/18/1989, Gilroy - Gavilan Coll., 67",
    ]
    data = rows(np.asarray(samples) / 980.665, per_line, "{:15.7E}".format)
    return [*header, "ACCELERATION TIME SERIES IN UNITS OF G", grid, *data]


def esm(samples=SAMPLES, unit="cm/s^2", quantity="ACCELERATION"):
    header = {
        "EVENT_NAME": "GREECE",
        "EVENT_DATE_YYYYMMDD": "20190728",
        "MAGNITUDE_W": "",
        "MAGNITUDE_L": "4.6",
        "NETWORK": "HL",
        "STATION_CODE": "DLFA",
        "SAMPLING_INTERVAL_S": "0.005000",
        "NDATA": str(len(samples)),
        "DURATION_S": f"{0.005 * len(samples):.3f}",
        "STREAM": "HNE",
        "UNITS": unit,
        "PGA_CM/S^2": f"{max(samples, key=abs):.6f}",
        "DATA_TYPE": quantity,
        "DATA_CREATOR": "http://a.b/",
    }
    factor = {"cm/s^2": 1.0, "g": 1.0 / 980.665}[unit]
    return [
        *(f"{key}: {value}" for key, value in header.items()),
        *(f"{value * factor:.6f}" for value in samples),
    ]


def knet(direction="E-W", samples=SAMPLES, rate=100):
    samples = (
        samples[: len(samples) // rate * rate] if len(samples) >= rate else np.resize(samples, rate)
    )
    counts = np.rint(samples * 6182761 / 3920).astype(int) - 12075
    peak = np.abs(counts - counts.mean()).max() * 3920 / 6182761
    header = {
        "Origin Time": "2018/01/24 19:51:00",
        "Lat.": "41.0",
        "Long.": "142.5",
        "Depth. (km)": "30",
        "Mag.": "6.2",
        "Station Code": "AOM001",
        "Station Lat.": "41.5267",
        "Station Long.": "140.9244",
        "Station Height(m)": "39",
        "Record Time": "2018/01/24 19:51:43",
        "Sampling Freq(Hz)": f"{rate}Hz",
        "Duration Time(s)": str(len(samples) // rate),
        "Dir.": direction,
        "Scale Factor": "3920(gal)/6182761",
        "Max. Acc. (gal)": f"{peak:.3f}",
        "Last Correction": "2018/01/24 19:51:43",
        "Memo.": "",
    }
    return [
        *(f"{key:<18}{value}" for key, value in header.items()),
        *rows(counts, 8, "{:8d} ".format),
    ]


@pytest.fixture
def write(tmp_path):
    """Write lines to a file of a name that says nothing about its format; give its path."""

    def write(lines, end="\n"):
        path = tmp_path / "record.txt"
        path.write_bytes((end.join(lines) + end).encode())
        return path

    return write


@pytest.mark.parametrize(
    ("name", "samples", "interval", "peak", "at", "facts"),
    [
        (
            "loma_prieta_1989_0111a.smc",
            6001,
            0.005,
            1.0441,
            10.17,
            {"component": "360", "magnitude": "7.1"},
        ),
        (
            "HL.DLFA..HNE.D.20190728.160908.C.ACC.ASC",
            13876,
            0.005,
            0.00227973,
            36.31,
            {"component": "HNE"},
        ),
        (
            "RSN10590_ComalTX11-10-20_IU.CCM.BH1.00.AT2",
            15306,
            0.05,
            2.58539e-6 * GRAVITY,
            311.05,
            {"station": "CCM"},
        ),
        (
            "AOM0011801241951.EW",
            10200,
            0.01,
            0.04078,
            None,
            {"station": "AOM001", "component": "E-W"},
        ),
    ],
)
def test_real_files(shared_data, name, samples, interval, peak, at, facts):
    motion = read_accelerogram(shared_data / "records" / name)
    assert motion.acceleration.shape == (samples,)
    assert motion.interval == interval
    assert motion.peak == pytest.approx(peak, rel=1e-4)
    if at is not None:
        assert motion.time[np.abs(motion.acceleration).argmax()] == pytest.approx(at)
    assert facts.items() <= motion.metadata.items()
    assert "\n" not in motion.origin


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "form", "tolerance"),
    [
        (smc(), "SMC", 1e-4),
        (smc(high_precision=True), "SMC", 1e-7),
        (at2(), "AT2", 1e-7),
        (at2(per_line=1), "AT2", 1e-7),
        (at2(grid=f"  {len(SAMPLES)}   0.0050  NPTS, DT"), "AT2", 1e-7),
        (at2(grid=f"NPTS={len(SAMPLES)},DT=0.005SEC"), "AT2", 1e-7),
        (esm(), "ESM", 1e-6),
    ],
)
def test_written_files_are_read_back(write, lines, form, tolerance, end):
    motion = read_accelerogram(write([*lines, "", " "], end))
    assert motion.metadata["format"] == form
    assert motion.interval == 0.005
    np.testing.assert_allclose(motion.acceleration, SAMPLES / 100.0, rtol=tolerance, atol=1e-7)


@pytest.mark.filterwarnings("ignore:.*is vertical")
@pytest.mark.parametrize(("direction", "component"), [("N-S", "N-S"), ("2", "EW1"), ("6", "UD2")])
def test_knet_subtracts_the_mean_of_the_record(write, direction, component):
    motion = read_accelerogram(write(knet(direction)))
    samples = np.resize(SAMPLES, 100)
    np.testing.assert_allclose(motion.acceleration, (samples - samples.mean()) / 100.0, atol=1e-5)
    assert motion.interval == 0.01
    assert motion.metadata["component"] == component


def test_fortran_exponents_and_lower_case(write):
    lines = at2()
    lines[4:] = [line.replace("E", "d" if at % 2 else "e") for at, line in enumerate(lines[4:])]
    np.testing.assert_allclose(
        read_accelerogram(write(lines)).acceleration, SAMPLES / 100.0, rtol=1e-6
    )


def test_uncorrected_smc_of_digitised_film_is_put_on_uniform_times(write):
    time = np.sort(np.random.default_rng(0).uniform(0.0, 2.0, 60))
    time[[0, -1]] = 0.0, 2.0
    pairs = np.column_stack([time, 30.0 * time]).ravel()
    motion = read_accelerogram(write(smc(pairs, rate=None, kind="1 UNCORRECTED ACCELEROGRAM")))
    assert motion.interval == pytest.approx(2.0 / 59)
    assert "uneven" in motion.metadata["sampling"]
    np.testing.assert_allclose(motion.acceleration, 0.3 * motion.time, atol=1e-4)


def test_esm_states_its_unit(write):
    np.testing.assert_allclose(
        read_accelerogram(write(esm(unit="g"))).acceleration, SAMPLES / 100.0, atol=1e-5
    )


@pytest.mark.parametrize(
    ("header", "unit", "factor"),
    [
        ("time (s), acceleration (m/s^2)", None, 1.0),
        ("t [s];a [g]", None, GRAVITY),
        ("time_s,acceleration_cm_s2", None, 0.01),
        ("# time acceleration gal", None, 0.01),
        ("time (s),acceleration", "mg", 1e-3 * GRAVITY),
        ("Time, Acc. (cm/sec/sec)", None, 0.01),
        ("time,acceleration\ns,cm/s^2", None, 0.01),
        ("# units: gal\n# time, acceleration", None, 0.01),
        ("t [s], a [m·s⁻²]", None, 1.0),
        (None, "m s-2", 1.0),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", " ", "\t"])
def test_table_with_times(write, header, unit, factor, delimiter):
    table = [f"{at * 0.02:.2f}{delimiter}{value:.3f}" for at, value in enumerate(SAMPLES)]
    motion = read_accelerogram(write(([header] if header else []) + table), unit=unit)
    assert motion.interval == 0.02
    np.testing.assert_allclose(motion.acceleration, SAMPLES * factor, rtol=1e-12)


def test_tables_may_be_sampled_as_slowly_as_once_a_second(write):
    path = write(["t (s), a (g)", "0, 1.0", "1, 2.0", "2, 0.0"])
    with pytest.warns(UserWarning, match="a sample every 1 s is rare in accelerograms"):
        assert read_accelerogram(path).interval == 1.0


def test_decimal_commas_go_with_semicolons(write):
    path = write(["t (s); a (m/s²)", "0,00;1,5", "0,02;-2,25", "0,04;0,5"])
    motion = read_accelerogram(path)
    assert motion.interval == 0.02
    np.testing.assert_array_equal(motion.acceleration, [1.5, -2.25, 0.5])


def test_table_without_times(write):
    path = write([f"{value:.3f}" for value in SAMPLES])
    motion = read_accelerogram(path, "csv", interval=0.02, unit="gal")
    np.testing.assert_allclose(motion.acceleration, SAMPLES * 0.01)
    with pytest.raises(ValueError, match=r"give interval \(--interval\)"):
        read_accelerogram(path, unit="gal")
    with pytest.raises(ValueError, match="give unit"):
        read_accelerogram(path, interval=0.02)
    with pytest.raises(ValueError, match=r"unit must be one of m/s2, .* got 'ft'"):
        read_accelerogram(path, interval=0.02, unit="ft")


def change(lines, old, new):
    text = "\n".join(lines)
    assert old in text
    return text.replace(old, new, 1).split("\n")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (smc()[:-1], "header states 83 samples, the file holds 80"),
        (at2()[:-1], "header states 83 samples, the file holds 80"),
        (esm()[:-1], "header states 83 samples, the file holds 82"),
        (knet()[:-1], "header states 100 samples, the file holds 96"),
        ([*smc()[:-1], smc()[-1][:-2]], "line 40: .* is not a number|cut short"),
        ([*at2()[:-1], at2()[-1][:-1]], "the last number, '.*', is cut short"),
        ([*esm()[:-1], esm()[-1][:-1]], "the last number, '.*', is cut short"),
        ([*knet()[:-1], knet()[-1][:-2]], "the last number, '.*', is cut short"),
        (smc()[:20], "48 integers and 50 reals, it has 48 and 15"),
        (knet()[:9], "the header has 17 lines, the file only 9"),
        (change(at2(), "E-0", "E-x"), r"line 5: '.*E-x\d' is not a number"),
        (change(knet(), "-12075", "-12o75"), r"line 18: '-12o75' is not a number"),
        (
            change(smc(), "E+1", "E+3"),
            "header states a peak of 46.698 cm/s.2, that of the samples is",
        ),
        (change(knet(), "3920(gal)", "2000(gal)"), "header states a peak"),
        (change(knet(), "3920(gal)", "0(gal)"), "Scale Factor must be positive"),
        (change(knet(), "100Hz", "0Hz"), "Sampling Freq must be positive"),
        (
            change(knet(), "Duration Time(s)", "Length"),
            "line 12 of the header must state 'Duration Time'",
        ),
        (change(esm(), "PGA_CM/S^2: -46", "PGA_CM/S^2: -64"), "header states a peak"),
        (
            change(esm(), "UNITS: cm/s^2", "UNITS: counts"),
            "unit must be one of m/s2, .*, got 'counts'",
        ),
        (change(esm(), "NDATA: 83", "NDATA:"), "states no NDATA"),
        (esm(quantity="VELOCITY"), "holds velocity, not acceleration"),
        (smc(kind="3 VELOCITY"), "holds velocity, not acceleration"),
        (change(at2(), "ACCELERATION", "DISPLACEMENT"), "holds displacement, not acceleration"),
        (
            change(at2(), "DT=   .0050", "DT=   0.000"),
            "sampling interval must be positive and at most 0.2 s, got 0 s",
        ),
        (
            change(at2(), "DT=   .0050", "DT=   50.00"),
            "sampling interval must be positive and at most 0.2 s, got 50 s",
        ),
        (
            change(at2(), "E-0", "E+5"),
            r"sample \d+ is .* m/s\^2: no recorded motion exceeds 980.665",
        ),
        (change(at2(), "E-0", " E-0"), "line 5: 'E-0[0-9]' is not a number"),
        (
            at2([*np.sin(np.arange(200.0)), 1e4]),
            r"sample 200 is 10\.197.*, 100 times any other",
        ),
        ([*at2()[:6], " " + at2()[6], *at2()[7:]], "line 7: numbers are shifted"),
        (
            change(esm(), "0.005000", "0.006000"),
            r"header states 0\.4\d+ s, 83 samples at 0.006 s take 0.498 s",
        ),
        ([*esm()[:-9], esm()[-9][:-2], *esm()[-8:]], r"line \d+: numbers are shifted"),
        (
            change(smc(), "2.0000000E+02", "3.0000000E+02"),
            "header states .* cm/s.2 at .* s, where at 300 Hz there is none",
        ),
        (change(at2(), "IN UNITS OF G", ""), "states no unit"),
        (change(at2(), "DT=", "D="), "cannot read NPTS and DT"),
        (change(smc(), " 2.0000000E+02", "-2.0000000E+02"), "sampling rate must be positive"),
        (smc(rate=None), "not pairs of rising time and acceleration"),
        (
            ["t (s), a (g)", "0.0, 1", "0.1, 2", "0.3, 3"],
            "times must rise in equal steps, but sample",
        ),
        (
            ["t,a_g", "0, 1", "10, 2"],
            "the column 't' rises by 10 and states no unit of time: give interval",
        ),
        (["t (s), a (g)", "0.1, 1", "0.1, 2"], "times must rise in equal steps"),
        (["t (s), a (g)", "0.0, 1", "0.1, nan", "0.2, 3"], "not an accelerogram|line 3"),
        (["t (s), a (g)", "0.0, 1", "0.1, 2", "0.2"], "line 4 must have 2 numbers"),
        (["t (s), a (g)", "0.0, 1", "0.1, 2", "0.2, x"], "line 4: 'x' is not a number"),
        (["a poem", "of two lines"], "not an accelerogram of a known format: the file is text"),
    ],
)
def test_damage_is_told_in_one_line(write, lines, message):
    path = write(lines)
    with pytest.raises(ValueError, match=message) as error:
        read_accelerogram(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


def outcome(path):
    """The motion, or the message that refuses the file."""
    try:
        return read_accelerogram(path), None
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        (
            [
                "PEER STRONG MOTION DATABASE RECORD. PROCESSING BY PACIFIC ENGINEERING.",
                "IMPERIAL VALLEY 10/15/79 2319, EL CENTRO ARRAY 6, 230 (UCSB)",
                "ACCELERATION TIME HISTORY IN UNITS OF G. FILTER POINTS: HP=0.1 Hz LP=40.0 Hz",
                "NPTS=  83, DT= .00500 SEC",
            ],
            {"date": "10/15/79", "station": "EL CENTRO ARRAY 6"},
        ),
        (
            [
                "PEER NGA",
                "A, 1/2/2003, B, 90",
                "ACCELERATION TIME SERIES IN UNITS OF G",
                "   83    0.0050   NPTS, DT",
            ],
            {},
        ),
        (
            [
                "PEER NGA",
                "A, 1/2/2003, B, 90",
                "ACCELERATION TIME SERIES IN UNITS OF G",
                "83,.005, NPTS, DT",
            ],
            {},
        ),
        (
            [
                "PEER",
                "A, 1/2/2003, B, 90",
                "ACCELERATION TIME SERIES IN UNITS OF G",
                "npts= 83 , dt= 5.0E-03 sec,",
            ],
            {},
        ),
        (
            [
                "PEER",
                "A, 1/2/2003, B, 90",
                "ACCELERATION TIME SERIES IN UNITS OF G",
                "NPTS=83,DT=.005SEC, CORNER=0.1",
            ],
            {},
        ),
    ],
)
def test_headers_of_at2_that_are_found(write, header, facts):
    motion = read_accelerogram(write([*header, *at2()[4:]]))
    assert motion.interval == 0.005
    assert facts.items() <= motion.metadata.items()
    np.testing.assert_allclose(motion.acceleration, SAMPLES / 100.0, rtol=1e-6)


def test_comments_of_smc_may_be_many_or_none(write):
    lines = smc()
    at = lines.index("|")
    for count in (0, 1, 9):
        header = "\n".join(lines[:at]).replace(f"{2:10d}", f"{count:10d}", 1).split("\n")
        integers = [*header[:12], header[12][:70] + f"{count:10d}", *header[13:]]
        motion = read_accelerogram(write([*integers, *["|a comment"] * count, *lines[at + 2 :]]))
        np.testing.assert_allclose(motion.acceleration, SAMPLES / 100.0, rtol=1e-4)


@pytest.mark.parametrize("lines", [smc(), at2(), esm(), knet()], ids=["SMC", "AT2", "ESM", "K-NET"])
def test_every_tail_cut_off_is_noticed(write, lines):
    """Whole lines, parts of lines, parts of numbers: never a wrong sample in silence."""
    whole = "\n".join(lines)
    expected = read_accelerogram(write([whole])).acceleration
    for cut in range(1, 60):
        motion, message = outcome(write([whole[:-cut]]))
        if message is None:
            assert whole[-cut:].isspace()
            np.testing.assert_array_equal(motion.acceleration, expected)


def test_not_a_text_file(tmp_path):
    path = tmp_path / "record"
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_accelerogram(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_accelerogram(tmp_path)
    for content, message in (
        (b"", "is empty"),
        (b" \r\n\n\x1a", "is empty"),
        (bytes(range(256)) * 20, "is binary"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read_accelerogram(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": None}, "path = None: expected the path of a file"),
        ({"format": 3}, "format = 3: expected a name"),
        ({"unit": ""}, "unit = '': expected a name"),
        ({"unit": 9.81}, "unit = 9.81: expected a name"),
        ({"interval": True}, "interval = True: must be a positive number of seconds"),
        ({"interval": "0.02 s"}, "interval = '0.02 s': must be a positive number of seconds"),
        ({"interval": -0.02}, "interval = -0.02: must be a positive number of seconds"),
    ],
)
def test_wrong_arguments_are_refused(write, arguments, message):
    with pytest.raises(ValueError, match=message):
        read_accelerogram(
            **{"path": write(["1.0", "2.0", "3.0"]), "interval": 0.02, "unit": "g"} | arguments
        )


def test_format_can_be_named(write):
    path = write(smc())
    assert read_accelerogram(path, "smc").metadata["format"] == "SMC"
    with pytest.raises(
        ValueError, match=r"format must be one of .*AT2, .*SMC, .*CSV, SERIES, got 'poem'"
    ):
        read_accelerogram(path, "poem")
    with pytest.raises(ValueError, match=r"unit = 'g': must be that of the file, 'cm/s\^2'"):
        read_accelerogram(path, unit="g")
    for other in ("AT2", "ESM", "K-NET", "CSV"):
        with pytest.raises(ValueError, match=re.escape(str(path))):
            read_accelerogram(path, other, interval=0.1 if other == "CSV" else None)


@pytest.mark.parametrize("name", RECORDS)
def test_damaged_real_files_are_refused_but_for_single_digits(shared_data, tmp_path, name):
    """Cut anywhere, lines lost or doubled, bytes lost or blanked: the record or one line that names
    the file.

    One digit in place of another cannot be noticed where a format has no checksum: of a byte that
    changed, only the length of the record is asked for.
    """
    generator = np.random.default_rng(0)
    data, path = (shared_data / "records" / name).read_bytes(), tmp_path / name
    lines, whole = data.split(b"\n"), read_accelerogram(shared_data / "records" / name)

    def damaged():
        for _ in range(8):
            at, line = generator.integers(len(data)), generator.integers(len(lines))
            count = generator.integers(1, 100)
            yield True, data[:at]
            yield True, data[: -generator.integers(1, 40)]
            yield True, b"\n".join([*lines[:line], *lines[line + 1 :]])
            yield True, b"\n".join([*lines[: line + 1], *lines[line:]])
            yield True, data[:at] + data[at + count :]
            yield True, data[:at] + bytes(count) + data[at + count :]
            yield False, data[:at] + generator.bytes(1) + data[at + 1 :]

    for same, content in damaged():
        path.write_bytes(content)
        motion, message = outcome(path)
        if message is None:
            assert motion.interval == whole.interval
            assert motion.acceleration.shape == whole.acceleration.shape
            if same:
                np.testing.assert_allclose(
                    motion.acceleration, whole.acceleration, rtol=0.0, atol=1e-9 * whole.peak
                )
        else:
            assert message.startswith(f"{path}: ")
            assert "\n" not in message


TABLE = [
    "time (s), acceleration (g)",
    *(f"{at * 0.02:.2f},{value:.3f}" for at, value in enumerate(SAMPLES)),
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.sampled_from([smc(), at2(), esm(), knet(), TABLE]),
    place=st.floats(0.0, 1.0, exclude_max=True),
    removed=st.integers(0, 200),
    inserted=st.binary(max_size=8) | st.text("0123456789.eE+- \n", max_size=8).map(str.encode),
)
def test_damaged_files_give_a_motion_or_one_line(write, lines, place, removed, inserted):
    path = write(lines)
    data = path.read_bytes()
    at = int(place * len(data))
    path.write_bytes(data[:at] + inserted + data[at + removed :])
    motion, message = outcome(path)
    if message is None:
        assert np.isfinite(motion.acceleration).all()
        assert motion.interval > 0.0
    else:
        assert message.startswith(f"{path}: ")
        assert "\n" not in message


@pytest.mark.parametrize(
    ("grid", "interval"),
    [
        ("NPTS= 83, DT= 0.1 MSEC", 1e-4),
        ("NPTS= 83, DT= 5.0 ms,", 0.005),
        ("NPTS= 83, DT= .0050 S", 0.005),
        ("NPTS= 83, DT= 5.0E-03 SEC", 0.005),
    ],
)
def test_units_of_the_interval_of_at2(write, grid, interval):
    assert read_accelerogram(write(at2(grid=grid))).interval == pytest.approx(interval, rel=1e-12)
    message = r"interval = 0\.02: must be that of the file"
    with pytest.raises(ValueError, match=message):
        read_accelerogram(write(at2(grid=grid)), interval=0.02)


def test_an_interval_of_at2_in_a_strange_unit_is_refused(write):
    with pytest.raises(ValueError, match="DT has the unit 'FORTNIGHT'"):
        read_accelerogram(write(at2(grid="NPTS= 83, DT= 1 FORTNIGHT")))


def test_a_unit_of_at2_in_another_sentence_and_none(write):
    head = ["Data for El Centro 1940", "8 points across in a row", "The units are (g)", "*** Begin"]
    lines = [*head, *at2()[3:], "*** End Data ***"]
    recording = read_recording(write(lines))
    assert recording.unit_source == "stated: 'The units are (g)'"
    np.testing.assert_allclose(recording.motion.acceleration, SAMPLES / 100.0, rtol=1e-6)
    path = write([*head[:2], *at2()[3:]])
    with pytest.raises(ValueError, match="states no unit of acceleration: give unit"):
        read_accelerogram(path)
    np.testing.assert_allclose(
        read_accelerogram(path, unit="g").acceleration, SAMPLES / 100.0, rtol=1e-6
    )


def test_negative_numbers_may_touch_the_one_before(write):
    lines = [*at2()[:4], *rows(SAMPLES / 980.665, 8, "{:10.7f}".format)]
    assert any(re.search(r"\d-", line) for line in lines[4:])
    motion = read_accelerogram(write(lines))
    np.testing.assert_allclose(motion.acceleration, SAMPLES / 100.0, atol=1e-6)


@pytest.mark.parametrize(
    "line", ["Max. Vel. (kine)  46.7", "Max. Vel. (cm/s)  46.7", "Max. Disp. (cm)   46.7"]
)
def test_velocities_of_knet_are_refused(write, line):
    lines = [line if old.startswith("Max.") else old for old in knet()]
    with pytest.raises(NotAnAccelerogram, match="not acceleration: its header states 'Max"):
        read_accelerogram(write(lines))


@pytest.mark.parametrize(
    ("lines", "component"),
    [
        (knet("U-D"), "U-D"),
        (change(smc(), "component=    360", "component=    up"), "up"),
        (change(esm(), "STREAM: HNE", "STREAM: HNZ"), "HNZ"),
        (change(at2(), "Gilroy - Gavilan Coll., 67", "Gilroy - Gavilan Coll., DWN"), "DWN"),
        (change(at2(), "Gilroy - Gavilan Coll., 67", "Gilroy - Gavilan Coll., UP"), "UP"),
    ],
)
def test_vertical_components_are_told(write, lines, component):
    path = write(lines)
    assert read_recording(path).notes == (f"component {component} is vertical",)
    with pytest.warns(UserWarning, match=f"component {component} is vertical"):
        motion = read_accelerogram(path)
    assert motion.metadata["notes"] == f"component {component} is vertical"
    assert motion.metadata["file"] == path.name


def test_a_direction_in_the_name_of_the_file(tmp_path):
    path = tmp_path / "RSN1_HELENA.A_A-UP.AT2"
    path.write_text("\n".join([at2()[0], "Helena", *at2()[2:]]))
    assert read_recording(path).component == "UP"


def test_a_flag_of_smc_is_told(write):
    lines = smc()
    flagged = lines[13][:10] + f"{1:10d}" + lines[13][20:]
    recording = read_recording(write([*lines[:13], flagged, *lines[14:]]))
    assert any("flags a problem" in note for note in recording.notes)


def test_a_line_more_than_smc_counts_is_left_out_unless_it_came_in_twice(write):
    lines = smc(np.resize(SAMPLES, 80))
    more = rows(np.full(8, 0.5), 8, fortran)[0]
    recording = read_recording(write([*lines, more]))
    np.testing.assert_allclose(
        recording.motion.acceleration, np.resize(SAMPLES, 80) / 100.0, rtol=1e-4
    )
    assert recording.notes == ("8 numbers beyond the stated 80 were left out",)
    with pytest.raises(ValueError, match="states 80 samples, the file holds 88"):
        read_accelerogram(write([*lines[:-1], lines[-1], lines[-1]]))
    with pytest.raises(ValueError, match="states 80 samples, the file holds 96"):
        read_accelerogram(write([*lines, more, more]))


@pytest.mark.parametrize("at", [20, 60, -1])
def test_a_zero_without_decimals_is_a_number(write, at):
    values = SAMPLES.copy()
    values[at] = 0.0
    lines = esm(values)
    lines[at if at < 0 else len(lines) - len(values) + at] = "0"
    motion = read_accelerogram(write(lines))
    np.testing.assert_allclose(motion.acceleration, values / 100.0, atol=1e-9)


def test_an_at2_file_of_a_spectrum_or_of_doubtful_size(tmp_path):
    lines = at2()
    path = tmp_path / "record.AT2"
    path.write_text("\n".join(line.replace("TIME SERIES", "SPECTRUM") for line in lines) + "\n")
    with pytest.raises(NotAnAccelerogram, match="holds a spectrum, not a history"):
        read_recording(path)
    path.write_text("\n".join(line.replace("OF G", "OF G X 1000") for line in lines) + "\n")
    with pytest.raises(ValueError, match="states a factor"):
        read_recording(path)
    path.write_text("\n".join(line.replace("OF G", "OF G, SCALED BY 2.0") for line in lines) + "\n")
    assert any("SCALED BY 2.0" in note for note in read_recording(path).notes)
