"""Lines of accelerograms of several components, written after the layout of each network."""

import numpy as np

STEP = 0.01
MOTION = np.round(80.0 * np.sin(0.3 * np.arange(96)) * np.exp(-0.02 * np.arange(96)), 3)  # cm/s^2
COMPONENTS = {"360 Deg": 1.0, "Up": 0.5, "90 Deg": -0.7}
G = 980.665


def rows(values, a_line, form):
    texts = [form.format(value) for value in values]
    return ["".join(texts[at : at + a_line]) for at in range(0, len(texts), a_line)]


def csmip_v2(name="360 Deg", factor=1.0, number=1):
    samples = factor * MOTION
    text = [
        f"Corrected accelerogram   89146-L2500-12044.02       Chan  {number}: {name}     from",
        "Uncorrected Accelerogram Data             Processed: 02/13/12, CGS",
        "Record of Mon Feb 13, 2012 13:06:45.0 PST             (Avol1 v9.2,12/11 CSMIP)",
        "CSMIP Preliminary Processing",
        "89146-L2500-12044.02                 Start time",
        "Station No. 89146   40.941N, 123.633W      Etna  s/n 2500  (3 Chns of  3 at Sta)",
        "Willow Creek                              CGS",
        f"Chan  {number}: {name}",
        f"Peak acceleration = {samples[np.abs(samples).argmax()]:9.3f}    cm/sec/sec  at  1.0 sec.",
    ]
    head = (
        f"{len(samples):6d} points of accel data equally spaced at  .010 sec, in cm/sec2. (8f10.3)"
    )
    velocity = (
        f"{len(samples):6d} points of veloc data equally spaced at  .010 sec, in cm/sec.  (8f10.3)"
    )
    data = rows(samples, 8, "{:10.3f}")
    end = f"/&  ----------  End of data for channel  {number}  ----------"
    return [*text, *rows([0] * 40, 16, "{:5d}"), head, *data, velocity, *data, end]


def csmip_v1(name="360 Deg", factor=1.0, number=1):
    samples = factor * MOTION / G
    text = [
        "Uncorrected Accelerogram Data             Processed: 02/13/12, CGS",
        "Record of Mon Feb 13, 2012 13:06:45.0 PST",
        "",
        "",
        "Station No. 89146   40.941N, 123.633W      Etna",
        "Willow Creek",
        f"Chan  {number}: {name}",
    ]
    head = (
        f"{len(samples):6d} Accelerogram points at 100 pts/sec in units of g .      Format: (8f9.6)"
    )
    end = f"/&  ----------  End of Data for Channel  {number}  ----------"
    return [*text, head, *rows(samples, 8, "{:9.6f}"), end]


def csmip_pairs(name="360 Deg", factor=1.0, number=1):
    samples = factor * MOTION / G * 10.0
    integers = [0] * 100
    integers[27] = len(samples)
    pairs = np.column_stack([STEP * np.arange(len(samples)), samples]).ravel()
    text = csmip_v1(name, factor, number)[:7]
    text += ["", "", "", "UNITS OF UNCOR ACCEL ARE SEC AND G/10.     MAX  =  0.082 G", ""]
    end = f"/&  ----------  END OF DATA FOR CHANNEL  {number}  ----------"
    header = [*text, *rows(integers, 16, "{:5d}"), *rows([0.0] * 50, 8, "{:10.3f}")]
    return [*header, *rows(pairs, 10, "{:9.4f}"), end]


def cosmos(name="360 deg", factor=1.0, number=1, kind="Corrected acceleration", unit="cm/sec2(04)"):
    samples = factor * MOTION
    text = [f"{kind}    (Format v01.20 with 13 text lines) Src: a.txt", *[""] * 7]
    text += [f"Sta Chan  {number}: {name} (Rcrdr Chan  {number})", *[""] * 4]
    reals = [-999.0] * 100
    reals[61], reals[62] = 1e3 * STEP, STEP * len(samples)
    reals[63] = samples[np.abs(samples).argmax()]
    return [
        *text,
        " 100 Integer-header values follow on  10 lines, Format= (10I8)",
        *rows([-999] * 100, 10, "{:8d}"),
        " 100 Real-header values follow on  17 lines, Format= (6F13.6)",
        *rows(reals, 6, "{:13.6f}"),
        '  1 Comment line(s) follow, each starting with a "|":',
        "| a comment",
        f"{len(samples):7d}  acceleration pts, approx   1 secs, units={unit},Format=(8F10.3)",
        *rows(samples, 8, "{:10.3f}"),
        f"End-of-data for Chan  {number} acceleration",
    ]


def geonet(name="S16W", factor=1.0, number=1):
    samples = np.round(10.0 * factor * MOTION, 1)  # mm/s^2
    peak = samples[np.abs(samples).argmax()]
    integers = [0] * 40
    integers[33] = len(samples)
    reals = [0.0] * 60
    reals[25] = STEP
    text = [
        "Corrected accelerogram 20180212_211554_WPWS_20 GNS Science",
        "Site WPWS      39 56 38S  176 35 04E",
        "Waipawa District Council",
        *[""] * 3,
        "6 km south of Waipukurau",
        "2018 February 12         21:15:54 UT",
        *[""] * 2,
        "Instrument corrected data at 0.010 sec intervals",
        "",
        f"Component {name}  Longitudinal Accelerometer Axis",
        f"Acceleration:  peak {peak:8.1f} mm/s/s at  43.68 sec     rms      2.2 mm/s/s",
        *[""] * 2,
    ]
    header = [*text, *rows(integers, 10, "{:8d}"), *rows(reals, 10, "{:8.4f}")]
    return [*header, *rows(samples, 10, "{:8.1f}"), *rows(samples / 10, 10, "{:8.2f}")]


def cwb():
    table = np.column_stack([STEP * np.arange(len(MOTION)), *(f * MOTION for f in (0.5, 1, -0.7))])
    extremes = [
        f"#AmplitudeMAX. {name}: {column.max():8.3f}~ {column.min():8.3f}"
        for name, column in zip("UNE", table.T[1:], strict=True)
    ]
    return [
        "#Earthquake Information",
        "#Magnitude(Ml): 6.0",
        "#StationCode: ECU",
        f"#RecordLength(sec): {STEP * len(MOTION):.2f}",
        "#SampleRate(Hz): 100",
        "#AmplitudeUnit:  gal. DCoffset(corr)",
        *extremes,
        "#DataSequence: Time U(+); N(+); E(+)",
        "#Data: 4F10.3 ",
        *("".join(f"{value:10.3f}" for value in row) for row in table),
    ]


def afad():
    columns = [factor * MOTION for factor in (1.0, -0.7, 0.5)]
    peaks = [np.abs(column).max() for column in columns]
    return [
        "STRONG GROUND MOTION RECORDS OF TURKIYE",
        "PLACE                   : AYDIN",
        f"NUMBER OF DATA          : {len(MOTION)}",
        "SAMPLING INTERVAL (sec) : 0.01",
        "RAW PGA VALUES (gal)    : (N-S) {:.6f} (E-W) {:.6f} (U-D) {:.6f}".format(*peaks),
        "       N-S          E-W          U-D",
        *("".join(f"{value:13.6f}" for value in row) for row in zip(*columns, strict=True)),
    ]


def three(make, names=tuple(COMPONENTS)):
    parts = zip(names, COMPONENTS.values(), strict=True)
    return [
        line
        for number, (name, factor) in enumerate(parts, 1)
        for line in make(name, factor, number)
    ]


FILES = {
    "CSMIP": (three(csmip_v2), COMPONENTS),
    "CSMIP volume 1": (three(csmip_v1), COMPONENTS),
    "CSMIP pairs": (three(csmip_pairs), COMPONENTS),
    "COSMOS": (three(cosmos), COMPONENTS),
    "GeoNet": (three(geonet, ("S16W", "Up", "S74E")), {"S16W": 1.0, "Up": 0.5, "S74E": -0.7}),
    "CWB": (cwb(), {"U": 0.5, "N": 1.0, "E": -0.7}),
    "AFAD": (afad(), {"N-S": 1.0, "E-W": -0.7, "U-D": 0.5}),
}
