"""Units in the spellings of accelerograms, tables and laboratories."""

import subprocess
import sys

import pytest

from simulators.units import EXAMPLES, STANDARD_GRAVITY, is_unit, parse_unit, spellings

G = STANDARD_GRAVITY
ACCELERATIONS = {
    1.0: "m/s2 m/s^2 m/s**2 m/s² m·s⁻² m*s^-2 m.s-2 M/S/S m/sec2 m_s2 ms2 mss m/s^(-2) m/(s^2)",
    0.01: "cm/s2 cm/sec/sec cm/second^2 cm_s2 [cm/s2] (cm/s^2) CM/SEC**2 cms2 cm/ss gal Gal GALS",
    1e-3: "mm/s2 MM/S2 mm/sec^2",
    1e-5: "mGal mgal MGAL",
    0.0254: "in/s2 in/sec^2 IN/S/S inch/s²",
    0.3048: "ft/s2 ft/sec/sec FT/SEC2",
    G: "g G [g] (g) g's G's",
    0.01 * G: "%g %G (%g)",
    1e-3 * G: "mg MG milli-g",
}
SPELLINGS = [(text, factor) for factor, texts in ACCELERATIONS.items() for text in texts.split()]
BLANKS = [
    ("m s-2", 1.0),
    ("cm s^-2", 0.01),
    ("m s$^{-2}$", 1.0),
    ("cm per sec per sec", 0.01),
    ("metres per second squared", 1.0),
    ("m / s ^ 2", 1.0),
    ("m s\u22122", 1.0),
    ("% g", 0.01 * G),
    ("percent of g", 0.01 * G),
]


@pytest.mark.parametrize(("text", "factor"), SPELLINGS + BLANKS)
def test_accelerations(text, factor):
    assert parse_unit(text, "m s-2") == pytest.approx(factor, rel=1e-14)
    assert is_unit(text, "m s-2")


@pytest.mark.parametrize(
    ("text", "dimension", "factor"),
    [
        ("mN", "N", 1e-3),
        ("MN", "N", 1e6),
        ("kN", "N", 1e3),
        ("KN", "N", 1e3),
        ("lbf", "N", 4.4482216152605),
        ("kips", "N", 4448.2216152605),
        ("kgf", "N", G),
        ("Mm", "m", 1e6),
        ("mm", "m", 1e-3),
        ("MM", "m", 1e-3),
        ("µm", "m", 1e-6),
        ("ft", "m", 0.3048),
        ("cm/s", "m s-1", 0.01),
        ("kine", "m s-1", 0.01),
        ("msec", "s", 1e-3),
        ("MS", "s", 1e-3),
        ("ns", "s", 1e-9),
        ("kHz", "Hz", 1e3),
        ("1/s", "Hz", 1.0),
        ("mJ", "J", 1e-3),
        ("MJ", "J", 1e6),
        ("kN-m", "J", 1e3),
        ("kN/mm", "N m-1", 1e6),
        ("g", "kg", 1e-3),
    ],
)
def test_other_quantities_by_the_case_of_their_prefix(text, dimension, factor):
    assert parse_unit(text, dimension) == factor


@pytest.mark.parametrize("dimension", EXAMPLES)
def test_what_messages_propose_is_understood(dimension):
    assert all(is_unit(text, dimension) for text in EXAMPLES[dimension])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("kN", ("kN", "N", "MN", "lbf", "kip", "kgf", "tf")),
        ("mm", ("mm", "m", "cm", "um", "in", "ft")),
        ("N", EXAMPLES["N"]),
        ("kN m-1", ("kN m-1",)),  # no list of examples is of its quantity
        ("counts", ("counts",)),
    ],
)
def test_spellings_are_those_of_the_quantity_of_a_unit(unit, expected):
    assert spellings(unit) == expected


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("NS", "s"),  # components of a record
        ("EW", "s"),
        ("H", "s"),
        ("T", "s"),
        ("EW", "m s-2"),
        ("N", "m s-2"),
        ("Imperial Valley-06", "m s-2"),
        ("cm", "m s-2"),
        ("cm/s", "m s-2"),
        ("m/s^3", "m s-2"),
        ("in g", "m s-2"),
        ("counts", "m s-2"),
        ("", "m s-2"),
        ("1", "m s-2"),
        ("nan", "m s-2"),
        ("(cm/s2", "m s-2"),
        ("ms", "m s-1"),
        ("rad/s", "Hz"),  # 2 pi from a hertz
        ("rpm", "Hz"),
        ("lb", "N"),
        ("tonf", "N"),  # one of three
        ("mM", "m"),
    ],
)
def test_what_is_no_such_unit_is_refused(text, dimension):
    assert not is_unit(text, dimension)
    with pytest.raises(
        ValueError, match=f"is not a unit that can be converted to {dimension}: write one"
    ):
        parse_unit(text, dimension)


def test_pint_is_loaded_only_where_something_is_converted():
    program = (
        "import sys, simulators; from simulators.units import parse_unit; parse_unit('s', 's');"
        "assert 'pint' not in sys.modules; parse_unit('ms', 's'); assert 'pint' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
