"""The options of `surrogate respond`."""

from pathlib import Path

from surrogate.cli.parser import Parser, add_trust


def add_to(parser: Parser) -> None:
    """Add all options to a parser."""
    _add_what_is_asked(parser)
    _add_reading(parser)
    _add_comparison(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace existing output")
    add_trust(parser)


def _add_what_is_asked(parser: Parser) -> None:
    add = parser.add_argument
    add(
        "--checkpoint",
        required=True,
        nargs="+",
        help="trained surrogates, of which the mean is taken, or an ensemble",
    )
    add(
        "--record",
        required=True,
        nargs="+",
        type=Path,
        help="accelerograms of any usual format, tables with a column for each input of the "
        "surrogate, datasets (HDF5) with them as variables, or folders of files",
    )
    add(
        "--out",
        required=True,
        type=Path,
        help="file to write (.h5), a figure goes beside it (.png); or a folder",
    )


def _add_reading(parser: Parser) -> None:
    """Options on what files do not state, and on what is taken from them."""
    add = parser.add_argument
    add(
        "--parameter",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="structural parameters, a value or one for each channel parted by commas (default: "
        "those of the file, or else nominal values of the recipe of the training data)",
    )
    add(
        "--parameters",
        type=Path,
        metavar="TABLE",
        help="table of structural parameters: a first column with the names of the files or the "
        "numbers of the records, from 0, and a column for each channel",
    )
    add(
        "--input",
        nargs="+",
        default=[],
        metavar="NAME=COLUMN",
        help="column, array or component of an input, a parameter or time, where it has another "
        "name; several channels are parted by commas",
    )
    add("--part", help="part of a dataset, such as test (default: all its records)")
    add("--peak", type=float, help="scale each record to this peak, in the unit of its input")
    add(
        "--known",
        type=float,
        metavar="S",
        help="records do not begin at rest: estimate the state from the responses that the "
        "datasets hold over their first S seconds, which the metrics then leave out",
    )
    add(
        "--interval",
        type=float,
        metavar="S",
        help="sampling interval of files that state none",
    )
    add(
        "--unit",
        nargs="+",
        default=[],
        metavar="UNIT",
        help="unit of files that state none, e.g. g or kN; of several inputs NAME=UNIT",
    )
    add(
        "--component",
        metavar="NAME",
        help="of accelerograms with several: its name, or its number",
    )
    add("--format", metavar="NAME", help="format of the records, if not to be recognised")
    add("--pattern", default="*", metavar="GLOB", help="records of a folder, e.g. *.AT2")
    add(
        "--response",
        type=Path,
        metavar="STATION.xml",
        help="StationXML with the response of the instrument, for miniSEED and SAC files of counts",
    )


def _add_comparison(parser: Parser) -> None:
    """Options on the band of an ensemble and on the response of the simulator."""
    add = parser.add_argument
    add(
        "--coverage",
        type=float,
        help="draw the band that holds whole histories with this probability, e.g. 0.9",
    )
    add("--calibration", type=Path, help="dataset whose validation part calibrates the band")
    words = "simulate the structure too and compare: batch or a method of SciPy (default DOP853)"
    add("--reference", nargs="?", const="DOP853", metavar="METHOD", help=words)
