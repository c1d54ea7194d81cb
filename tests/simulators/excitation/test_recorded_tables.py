"""Tables of accelerations: what their columns are, and where unit and interval come from."""

import re

import numpy as np
import pytest

from simulators.excitation.recorded import (
    Given,
    NotAnAccelerogram,
    read_accelerogram,
    read_recording,
    read_recordings,
)

TIME = 0.01 * np.arange(200)
MOTION = np.round(2.7 * np.sin(7.0 * TIME) * np.exp(-0.5 * TIME), 6)  # m/s^2
PEAK = float(np.abs(MOTION).max())
G = 9.80665


@pytest.fixture
def write(tmp_path):
    """Write lines to a file of a name that says nothing; give its path."""

    def write(lines, name="record.txt", end="\n", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes((end.join(lines) + end).encode(encoding))
        return path

    return write


def columns(header, *series, sign=",", forms=None):
    forms = forms or ["{:.2f}"] + ["{:.6f}"] * (len(series) - 1)
    rows = [
        sign.join(form.format(value) for form, value in zip(forms, row, strict=True))
        for row in zip(*series, strict=True)
    ]
    return [*header, *rows]


def numbered(title, start=0, step=1):
    index = range(start, start + step * len(MOTION), step)
    return columns([title], index, MOTION, forms=["{:d}", "{:.6f}"])


@pytest.mark.parametrize(
    "title", [",a (m/s2)", "n,a (m/s2)", "Step,a (m/s2)", "index,a (m/s2)", "No.,acc_m/s2"]
)
@pytest.mark.parametrize("start", [0, 1, 500])
def test_row_numbers_are_no_times(write, title, start):
    path = write(numbered(title, start))
    with pytest.raises(ValueError, match=r"holds row numbers, which are no times: give interval"):
        read_accelerogram(path)
    motion = read_accelerogram(path, interval=0.01)
    assert motion.interval == 0.01
    np.testing.assert_array_equal(motion.acceleration, MOTION)


def test_row_numbers_without_any_title(write):
    path = write(numbered("")[1:])
    with pytest.raises(ValueError, match="row numbers"):
        read_accelerogram(path, unit="m/s2")
    np.testing.assert_array_equal(
        read_accelerogram(path, unit="m/s2", interval=0.01).acceleration, MOTION
    )


def test_row_numbers_before_times_are_left_out(write):
    forms = ["{:d}", "{:.2f}", "{:.6f}"]
    lines = columns([",time (s),acc (g)"], range(200), TIME, MOTION / 10, forms=forms)
    motion = read_accelerogram(write(lines))
    assert motion.interval == 0.01
    np.testing.assert_allclose(motion.acceleration, MOTION / 10 * G, atol=1e-5)


@pytest.mark.parametrize("title", ["t,a_g", "time,a_g"])
@pytest.mark.parametrize("step", [1, 5, 10])
def test_unlabelled_milliseconds_are_asked_about(write, title, step):
    path = write(numbered(title, step=step))
    with pytest.raises(ValueError, match=f"rises by {step} and states no unit of time: give"):
        read_accelerogram(path)
    assert read_accelerogram(path, interval=1e-3 * step).interval == 1e-3 * step
    if step > 1:  # what rises by one may be row numbers under a title of times
        with pytest.raises(ValueError, match=r"interval = 0\.3: must be that of the file"):
            read_accelerogram(path, interval=0.3)


@pytest.mark.parametrize(
    "title", ["t (ms), a (g)", "time_ms,a_g", "ms,g", "Time [msec], Acc [g]", "TIME (MS),ACC (G)"]
)
def test_labelled_milliseconds_are_understood(write, title):
    assert read_accelerogram(write(numbered(title, step=10))).interval == pytest.approx(0.01)


@pytest.mark.parametrize(
    "title",
    [
        "El Centro 1940, PGA = 0.31 g",
        "El Centro 1940, PGA 0.31 (g)",
        "Northridge, scaled to 0.57 g",
        "Kobe, Japan, M 6.9, 0.8 g",
        "Gilroy, peak 35 gal",
        "Peak acceleration in g: 0.31",
        "PGA in units of g = 0.31",
    ],
)
@pytest.mark.parametrize("sign", [" ", ","])
def test_the_last_word_of_a_title_is_no_unit(write, title, sign):
    path = write(columns([title], TIME, MOTION, sign=sign))
    with pytest.raises(ValueError, match="states no unit of acceleration"):
        read_accelerogram(path)
    assert read_accelerogram(path, unit="m/s^2").peak == PEAK


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        (["time (s),acc (in/s^2)"], 0.0254),
        (["time (s),acc (ft/s2)"], 0.3048),
        (["time (s),acc (%g)"], G / 100),
        (["time (s),acc (g's)"], G),
        (["# acceleration in cm/s^2", "time,acc"], 0.01),
        (["Units: gal", "t,NS"], 0.01),
        (["The units are (g)", "t,a"], G),
        (["time,acc", "s,mm/s2"], 1e-3),
        (['"time","acc (gal)"'], 0.01),
    ],
)
def test_where_units_stand(write, header, factor):
    recording = read_recording(write(columns(header, TIME, MOTION)))
    np.testing.assert_allclose(recording.motion.acceleration, MOTION * factor, rtol=1e-9)
    assert recording.unit_source
    assert recording.line.startswith("record.txt: CSV, component ")


@pytest.mark.parametrize("header", [["units: g", "units: gal", "t,a"], ["units: g", "t,a (gal)"]])
def test_two_units_in_one_header_are_refused(write, header):
    path = write(columns(header, TIME, MOTION))
    with pytest.raises(ValueError, match="two units"):
        read_accelerogram(path)


@pytest.mark.parametrize(
    ("header", "component"),
    [
        (["Time NS"], "NS"),
        (["T H"], "H"),
        (["Time (s),Acceleration (EW)"], "EW"),
        (["Time (s),Acceleration (Imperial Valley-06)"], ""),
    ],
)
def test_names_of_components_are_no_units(write, header, component):
    sign = "," if "," in header[0] else " "
    path = write(columns(header, TIME, MOTION, sign=sign))
    with pytest.raises(ValueError, match="states no unit of acceleration"):
        read_accelerogram(path)
    recording = read_recording(path, Given(unit="m/s^2"))
    assert recording.component == component
    assert recording.motion.interval == 0.01
    assert recording.motion.peak == PEAK


@pytest.mark.parametrize(
    "leading", [["200"], ["200 0.01"], ["0.01 200"], ["200", "0.01"], ["0.01", "200"]]
)
def test_a_count_and_an_interval_above_the_numbers(write, leading):
    path = write([*leading, *(f"{value:.6f}" for value in MOTION)])
    interval = None if len(" ".join(leading).split()) == 2 else 0.01
    motion = read_accelerogram(path, unit="m/s2", interval=interval)
    assert motion.interval == 0.01
    np.testing.assert_array_equal(motion.acceleration, MOTION)
    if interval is None:
        with pytest.raises(ValueError, match=r"interval = 0\.02: must be that of the file, 0\.01"):
            read_accelerogram(path, unit="m/s2", interval=0.02)


def test_a_count_above_whole_numbers(write):
    values = np.rint(100 * MOTION).astype(int)
    motion = read_accelerogram(write(["200", *map(str, values)]), unit="gal", interval=0.01)
    np.testing.assert_allclose(motion.acceleration, values / 100.0, rtol=1e-12)


def test_a_first_number_that_counts_nothing_is_refused(write):
    path = write(["4000", *(f"{value:.6f}" for value in MOTION)])
    with pytest.raises(ValueError, match="'4000', is written unlike the 200 lines"):
        read_accelerogram(path, unit="m/s2", interval=0.01)


def test_a_count_of_the_header_is_checked(write):
    lines = [f"{value:.6f}" for value in MOTION]
    header = "# npts = 200, dt = 0.01, units: m/s2"
    motion = read_accelerogram(write([header, *lines]))
    assert motion.interval == 0.01
    assert motion.peak == PEAK
    with pytest.raises(ValueError, match="states 200 samples, the file holds 199"):
        read_accelerogram(write([header, *lines[:-1]]))
    with pytest.raises(ValueError, match=r"interval = 0\.02: must be that of the file, 0\.01 s"):
        read_accelerogram(write([header, *lines]), interval=0.02)


@pytest.mark.parametrize(
    ("header", "interval"),
    [
        ("dt = 5 ms", 0.005),
        ("Sampling rate: 128 Hz", 1 / 128),
        ("sampling interval (sec): 0.02", 0.02),
        ("1559 things at equal spacing of 0.02 sec", 0.02),
        ("Sampling Freq(Hz), 100", 0.01),
        ("DT= 0.1 MSEC", 1e-4),
        ("125 samples per second", 0.008),
        ("recorded with 125 samples/s", 0.008),
        ("125 sps", 0.008),
        ("sampled at 125Hz", 0.008),
        ("SAMPLING_RATE_HZ: 125", 0.008),
        ("dt = 0,008", 0.008),
    ],
)
def test_intervals_that_a_header_states(write, header, interval):
    path = write([header, *(f"{value:.6f}" for value in MOTION)])
    assert read_accelerogram(path, unit="g").interval == pytest.approx(interval, rel=1e-12)


def test_times_that_contradict_the_header_are_refused(write):
    path = write(columns(["dt = 0.005 s", "t (s),a (g)"], TIME, MOTION / 10))
    with pytest.raises(ValueError, match=r"the times rise by 0\.01 s .* header states 0\.005 s"):
        read_accelerogram(path)


@pytest.mark.parametrize(
    ("form", "interval"),
    [
        ("{:.3f}", 1 / 128),
        ("{:.5g}", 1 / 200),
        ("{:.2f}", 1 / 200),
        ("{:.4f}", 1 / 256),
        ("{:.8f}", 1 / 300),
        ("{:.4f}", 1 / 300),
        ("{:.17g}", 1 / 300),
        ("{:.6g}", 0.0039),
    ],
)
def test_rounded_times(write, form, interval):
    time = interval * np.arange(3000)
    values = np.resize(MOTION, time.size)
    path = write(columns(["t (s),a (m/s2)"], time, values, forms=[form, "{:.6f}"]))
    assert read_accelerogram(path).interval == pytest.approx(interval, rel=1e-12)


def test_times_in_single_precision(write):
    time = (np.float32(0.02) * np.arange(2000, dtype=np.float32)).tolist()
    values = np.resize(MOTION, 2000)
    path = write(columns(["t (s),a (m/s2)"], time, values, forms=["{!r}", "{:.6f}"]))
    assert read_accelerogram(path).interval == 0.02


def test_a_missing_sample_is_no_rounding(write):
    lines = columns(["t (s),a (m/s2)"], TIME, MOTION)
    del lines[100]
    with pytest.raises(ValueError, match="times must rise in equal steps, but sample"):
        read_accelerogram(write(lines))


@pytest.mark.parametrize(
    ("end", "encoding"),
    [("\r\r\n", "utf-8"), ("\r\n", "utf-16"), ("\n", "utf-8-sig"), ("\n", "latin-1")],
)
def test_line_ends_and_encodings(write, end, encoding):
    lines = columns(["# Düzce", "t (s),a (m/s²)"], TIME, MOTION)
    assert read_accelerogram(write(lines, end=end, encoding=encoding)).peak == PEAK


@pytest.mark.parametrize("sign", [";", "\t", " "])
def test_decimal_commas(write, sign):
    lines = columns([f"t (s){sign}a (m/s2)"], TIME, MOTION, sign=sign)
    lines = [lines[0], *(line.replace(".", ",") for line in lines[1:])]
    motion = read_accelerogram(write(lines))
    assert motion.interval == 0.01
    np.testing.assert_array_equal(motion.acceleration, MOTION)


def test_decimal_commas_in_one_column(write):
    path = write([f"{value:.6f}".replace(".", ",") for value in MOTION])
    motion = read_accelerogram(path, unit="m/s2", interval=0.01)
    np.testing.assert_array_equal(motion.acceleration, MOTION)


@pytest.mark.parametrize("zero", ["0", "0.000000"])
def test_a_last_zero_is_a_number(write, zero):
    path = write([*(f"{value:.6f}" for value in MOTION), zero])
    motion = read_accelerogram(path, unit="m/s2", interval=0.01)
    assert motion.acceleration.size == 201
    assert motion.acceleration[-1] == 0.0


def test_several_values_a_line(write):
    texts = [f"{value:10.5f}" for value in MOTION]
    lines = ["".join(texts[at : at + 8]) for at in range(0, 197, 8)]
    path = write(lines, "record.dat")
    recording = read_recording(path, Given(unit="m/s^2", interval=0.01))
    assert recording.format == "SERIES"
    np.testing.assert_allclose(recording.motion.acceleration, MOTION, atol=5e-6)
    with pytest.raises(ValueError, match="give unit"):
        read_accelerogram(path, interval=0.01)
    with pytest.raises(ValueError, match="give interval"):
        read_accelerogram(path, unit="g")


def test_three_numbers_a_line_may_be_components(write):
    path = write(columns([], MOTION, MOTION / 2, MOTION / 4, sign=" ", forms=["{:.6f}"] * 3))
    how = {"unit": "m/s2", "interval": 0.01}
    with pytest.raises(ValueError, match=r"holds 3 components .* choose one"):
        read_accelerogram(path, **how)
    assert read_accelerogram(path, component="1", **how).peak == PEAK
    assert read_accelerogram(path, "series", **how).acceleration.size == 600


@pytest.mark.parametrize(
    "header",
    [
        ["time (s),N-S (gal),E-W (gal),U-D (gal)"],
        ["# Time, N-S (gal), E-W (gal), U-D (gal)"],
        ["UNIT = gal(cm/s/s)", "t,NS,EW,UD"],
    ],
)
def test_components_are_chosen_by_name(write, header):
    values = [np.round(factor * MOTION * 100, 4) for factor in (1.0, 0.8, 0.4)]
    path = write(columns(header, TIME, *values))
    with pytest.raises(ValueError, match=r"holds 3 components \(N-?S, E-?W, U-?D\): choose one"):
        read_accelerogram(path)
    for name, expected in zip(("NS", "E-W", "3"), values, strict=True):
        recording = read_recording(path, Given(component=name))
        np.testing.assert_allclose(recording.motion.acceleration, expected / 100, rtol=1e-9)
        assert bool(recording.notes) == (name == "3")
    assert len(read_recordings(path)) == 3
    with pytest.raises(ValueError, match="component = 'HNE': must be one of"):
        read_accelerogram(path, component="HNE")


def test_times_of_day(write):
    start = 23 * 3600 + 59 * 60 + 59.0
    clock = [(start + time) % 86400 for time in TIME]
    texts = [f"{int(t // 3600):02d}:{int(t // 60 % 60):02d}:{t % 60:05.2f}" for t in clock]
    rows = [f"{text},{value:.4f}" for text, value in zip(texts, MOTION * 100, strict=True)]
    motion = read_accelerogram(write(["# Time, N-S (gal)", *rows]))
    assert motion.interval == 0.01
    np.testing.assert_allclose(motion.acceleration, MOTION, atol=1e-6)


@pytest.mark.parametrize(
    "header", ["time (s),velocity (cm/s)", "time (s),v (m/s)", "t (s),disp (cm)", "t,force (kN)"]
)
def test_other_quantities_are_refused(write, header):
    path = write(columns([header], TIME, MOTION))
    with pytest.raises(NotAnAccelerogram, match="acceleration"):
        read_accelerogram(path, unit="m/s^2")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Period (s),pSa (g)", r"Period \(s\)"),
        ("T (s),Sa (g)", r"Sa \(g\)"),
        ("frequency (Hz),acc (g)", r"frequency \(Hz\)"),
        ("T (s),spectral acceleration (g)", "spectral"),
    ],
)
def test_a_spectrum_is_no_history(write, header, column):
    """Its periods rise as evenly as times do."""
    path = write(columns([header], TIME, MOTION))
    with pytest.raises(NotAnAccelerogram, match=f"holds a spectrum, .* column '{column}"):
        read_accelerogram(path)


def test_beside_velocity_and_displacement_the_acceleration_is_taken(write):
    header = ["time (s),acc (m/s2),vel (m/s),disp (m)"]
    motion = read_accelerogram(write(columns(header, TIME, MOTION, MOTION, MOTION)))
    assert motion.peak == PEAK


def test_separators_at_the_ends_of_lines(write):
    lines = [f"{line}," for line in columns(["t (s),a (m/s2)"], TIME, MOTION)]
    assert read_accelerogram(write(lines)).peak == PEAK


def test_a_unit_that_contradicts_the_file_is_refused(write):
    path = write(columns(["t (s),a (g)"], TIME, MOTION / 10))
    message = re.escape("unit = 'gal': must be that of the file, 'g' (title 'a (g)')")
    with pytest.raises(ValueError, match=message):
        read_accelerogram(path, unit="gal")


def test_a_component_in_the_title_of_times_is_no_nanosecond(write):
    path = write(["time (NS),acc (m/s2)", "0.00,0.0", "0.01,0.1", "0.02,0.2", "0.03,0.1"])
    assert read_accelerogram(path).interval == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("header", "interval"),
    [
        ("dt = 1/200", 0.005),
        ("time step: 1/200 s", 0.005),
        ("Sample rate: 10 ms", 0.01),
        ("Sampling rate (ms): 5", 0.005),
        ("Sampling rate = 0.02 s", 0.02),
        ("sampling frequency 0.1 kHz", 0.01),
        ("sampling rate: 200 s^-1", 0.005),
        ("sampling rate: 400/2 Hz", 0.005),
    ],
)
def test_rates_and_intervals_by_their_units(write, header, interval):
    """What is called a rate may be an interval."""
    path = write([header, *(f"{value:.6f}" for value in MOTION)])
    assert read_accelerogram(path, unit="g").interval == pytest.approx(interval, rel=1e-12)


@pytest.mark.parametrize(
    "header",
    ["sampling rate: 200 Hz, decimated to 100 Hz", "original dt = 0.005", "resampled, 200 sps"],
)
def test_the_interval_of_other_samples_is_no_statement(write, header):
    path = write([header, *(f"{value:.6f}" for value in MOTION)])
    with pytest.raises(ValueError, match="states no sampling interval"):
        read_accelerogram(path, unit="g")


@pytest.mark.parametrize(("unit", "seconds"), [("min", 60.0), ("h", 3600.0), ("days", 86400.0)])
def test_minutes_hours_and_days(write, unit, seconds):
    forms = ["{:.13f}", "{:.6f}"]
    labelled = write(columns([f"time ({unit}),a (g)"], TIME / seconds, MOTION / 10, forms=forms))
    assert read_accelerogram(labelled).interval == pytest.approx(0.01, rel=1e-6)
    path = write(columns(["time,a (g)"], TIME / seconds, MOTION / 10, forms=forms))
    with pytest.raises(ValueError, match=r"rises by .*e?-0\d|0\.000\d+ and states no unit of time"):
        read_accelerogram(path)
    recording = read_recording(path, Given(interval=0.01))
    assert recording.motion.interval == 0.01
    assert f"in {unit} by the stated interval" in recording.interval_source


@pytest.mark.parametrize(
    "header",
    [
        ["t (s),acc x1000 (g)"],
        ["t (s),100*acc (m/s2)"],
        ["t (s),acc (10^-3 g)"],
        ["t (s),acc (m/s2 x 100)"],
        ["units: m/s2 (x 0.01)", "t (s),a"],
        ["units: g x 1e-3", "t (s),a"],
        ["# scale factor: 0.001", "t (s),a (g)"],
        ["multiply by 0.01", "t (s),a (g)"],
    ],
)
def test_a_factor_beside_the_unit_is_refused(write, header):
    path = write(columns(header, TIME, MOTION))
    for given in ({}, {"unit": "g"}):
        with pytest.raises(ValueError, match="states a factor, but not whether the numbers"):
            read_accelerogram(path, **given)


@pytest.mark.parametrize(
    "title", ["accX2 (g)", "Acc x 1 (g)", "a (g) ch2", "acc 2 (m*s^-2)", "acc (m*s**-2)"]
)
def test_names_and_powers_are_no_factors(write, title):
    path = write(["scale factor = 1.0", *columns([f"t (s),{title}"], TIME, MOTION / 10)])
    unit = "m/s2" if "*" in title else "g"
    assert read_accelerogram(path, unit=unit).interval == 0.01


@pytest.mark.parametrize("line", ["# gain = 10", "normalised to 1 g"])
def test_what_makes_the_size_doubtful_is_told(write, line):
    recording = read_recording(write([line, *columns(["t (s),a (g)"], TIME, MOTION / 10)]))
    assert recording.notes == (f"{line!r} stands above the numbers, which are taken as they are",)


@pytest.mark.parametrize(
    "header",
    [
        ["t (s),jerk (m/s3)"],
        ["t (s),angular acc (rad/s2)"],
        ["t (s),a (m s-3)"],
        ["Ground velocity of station X", "t (s),value"],
        ["VELOCITY TIME HISTORY IN CM/SEC"],
        ["relative displacement of the roof"],
    ],
)
def test_another_quantity_is_refused_although_a_unit_is_given(write, header):
    path = write(columns(header, TIME, MOTION))
    with pytest.raises(NotAnAccelerogram, match=r"(holds|holds no) acceleration"):
        read_accelerogram(path, unit="m/s^2")


def test_the_velocity_of_waves_is_one_of_the_soil(write):
    path = write(columns(["shear wave velocity 270 m/s", "t (s),a"], TIME, MOTION))
    assert read_accelerogram(path, unit="m/s2").peak == PEAK


@pytest.mark.parametrize("title", [[], ['"t (s)","a (m/s2)"']])
def test_decimal_commas_in_quotes(write, title):
    rows = columns([], TIME, MOTION, sign=";")
    rows = [",".join(f'"{cell}"' for cell in row.replace(".", ",").split(";")) for row in rows]
    how = {} if title else {"unit": "m/s2"}
    motion = read_accelerogram(write([*title, *rows]), **how)
    assert motion.interval == 0.01
    np.testing.assert_array_equal(motion.acceleration, MOTION)


@pytest.mark.parametrize(
    "row", ['{:.2f},"{:,.4f}"', '"{:.2f}";"{:,.4f}"', "{:.2f};{:,.4f}"], ids=str
)
def test_signs_between_thousands(write, row):
    """In English also in quotes, in German beside decimal commas."""
    values = 995.0 + 100.0 * MOTION
    rows = [row.format(*pair) for pair in zip(TIME, values, strict=True)]
    if ";" in row:
        rows = [line.translate(str.maketrans(".,", ",.")) for line in rows]
    title = "t (s);a (gal)" if ";" in row else "t (s),a (gal)"
    motion = read_accelerogram(write([title, *rows]))
    np.testing.assert_allclose(motion.acceleration, values / 100.0, rtol=1e-9)


def test_a_blank_line_among_numbers_without_times_is_refused(write):
    texts = [f"{value:.6f}" for value in MOTION]
    how = {"unit": "g", "interval": 0.01}
    for lines in ([*texts[:50], "", *texts[51:]], [*texts, "", *texts]):
        with pytest.raises(ValueError, match=r"line (51|201) is blank, where a sample may be miss"):
            read_accelerogram(write(lines), **how)
    spaced = [line for text in texts for line in (text, "")]
    assert read_accelerogram(write(spaced), **how).acceleration.size == 200
    counted = ["# 200 points", *texts[:50], "", *texts[50:]]
    assert read_accelerogram(write(counted), **how).acceleration.size == 200


def test_a_number_that_has_lost_digits_is_refused(write):
    lines = columns(["t (s),a (m/s2)"], TIME, MOTION)
    lines[51] = lines[51][:-4]
    with pytest.raises(ValueError, match=r"line 52: '-?[\d.]+' is cut short, all other numbers"):
        read_accelerogram(write(lines))


def test_zeros_that_are_left_out_are_no_lost_digits(write):
    lines = columns(["t (s),a (m/s2)"], TIME, MOTION, forms=["{:.2f}", "{:.12g}"])
    assert read_accelerogram(write(lines)).peak == PEAK
    values = np.round(MOTION, 2)
    values[50] = 0.5
    forms = ["{:.2f}", "{:.6g}"]
    path = write(columns(["t (s),a (m/s2)"], TIME, values, forms=forms))
    assert read_accelerogram(path).acceleration[50] == 0.5
