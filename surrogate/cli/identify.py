"""`surrogate identify`: from records of a building to its model, with bounds."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasets.files.disk import make_folder, refuse_to_overwrite
from surrogate.cli import identify_linear, identify_settings, identify_track
from surrogate.cli.identify_delays import given, of_channels
from surrogate.cli.parser import Parser, place

MCMC = "mcmc"
STRUCTURES = ("shear_building", identify_track.MODAL, identify_linear.MATRICES)
LAWS = ("bouc_wen", "elastic", "iwan", "menegotto_pinto")
"""Keys of `surrogate.identification.laws.LAWS`, which is slow to import."""
PROCESS_NOISE = ("storeys", "floors")
"""`surrogate.identification.process.PLACES`, which is slow to import."""
ANSWERS = ["drift", "acceleration"]
FILES = {
    "checkpoint": "building.ckpt",
    "draws": "draws.ckpt",
    "page": "building.md",
    "picture": "building.png",
}
"""What the folder of a run holds."""


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    from surrogate.identification import chains, checkpoint, findings, picture, report
    from surrogate.identification.coverage import coverage
    from surrogate.identification.identify import identify
    from surrogate.identification.law_choice import restricted, scores
    from surrogate.identification.likelihood import Likelihood
    from surrogate.identification.reading import Sensors, read

    linear = _linear(options)
    steps = _steps(options)
    settings = identify_settings.merged(options)
    delays = given(options.delay, identify_settings.of_file(options.settings).get("delay", {}))
    sensors = [
        Sensors([word.strip() for word in words.split(",")], options.storeys, of_base=not place)
        for place, words in enumerate(options.sensors)
    ]
    checkpoint.require_answers(options.answers)
    if options.track and len(options.law) > 1:
        raise ValueError(f"--track follows one law, got {', '.join(options.law)}: name one of them")
    if options.track:
        return identify_track.run(options, settings, sensors, delays)
    if options.step is not None:
        raise ValueError("--step is the step of what --track names: give --track too")
    if options.structure != STRUCTURES[0]:
        return identify_linear.run(options, sensors, linear, FILES)
    if options.modes is not None:
        raise ValueError("--modes is for --structure modal")
    for name in FILES.values():
        refuse_to_overwrite(options.out / name, options.overwrite)
    recordings = read(options.data, sensors)
    if recordings is None:
        raise ValueError(f"{options.data[0]} has no record in its training part")
    settings = replace(settings, delay=of_channels(delays, sensors, recordings))
    others = read(options.data, sensors, "test") or read(options.data, sensors, "validation")
    recordings = recordings.within_base(settings.delay)
    others = None if others is None else others.within_base(settings.delay)
    compared = []
    if len(options.law) > 1:
        compared = scores(recordings, settings, options.law, options.folds, print, options.workers)
        settings = restricted(settings, compared[0].law)
        print(f"law: {settings.law}")
    found = identify(recordings, settings, print, options.workers)
    if options.bounds == MCMC:
        likelihood = Likelihood(found.model, found.bounds.space, recordings, found.noise)
        found = replace(found, bounds=chains.chains(likelihood, found.bounds, steps, say=print))
    make_folder(options.out)
    files = {key: options.out / name for key, name in FILES.items()}
    again = options.overwrite
    checkpoint.save(found, recordings, files["checkpoint"], options.answers, again)
    checkpoint.save_draws(found, recordings, files["draws"], options.answers, overwrite=again)
    held = None if others is None else coverage(found, others)
    numbers = report.write(
        found, recordings, files["page"], FILES["picture"], others, compared, held, overwrite=again
    )
    picture.write(found, numbers, recordings, files["picture"], again)
    print(findings.brief(numbers, found))
    for line in findings.notes(found, recordings, held):
        print(f"note: {line}")
    print(f"\nwritten to {options.out}: {', '.join(FILES.values())}")
    return 0


def _linear(options: Namespace) -> Any:
    """Check what goes with the structure, fill in what it tells, and return that of matrices."""
    if options.structure == STRUCTURES[0]:
        if options.matrices is not None:
            raise ValueError("--matrices is for --structure matrices")
        model = None
    elif options.track:
        identify_linear.require_tracked(options)
        model = None
    else:
        identify_linear.require(options)
        model = identify_linear.model_of(options)
    if options.structure == identify_linear.MATRICES and model is not None:
        if options.storeys is not None:
            raise ValueError("--storeys is told by the locations of --matrices: leave it out")
        options.storeys = model.storeys
    if options.storeys is None:
        raise ValueError(f"--structure {options.structure} needs --storeys")
    if options.answers is None:
        options.answers = identify_linear.ANSWERS if model is not None else ANSWERS
    return model


def _steps(options: Namespace) -> int:
    """Steps of the chains; ValueError for what does not go with the bounds that are asked for."""
    from surrogate.identification import chains

    if options.bounds != MCMC:
        if options.chain is not None:
            raise ValueError("--chain is for --bounds mcmc")
        return 0
    if options.track:
        raise ValueError("--bounds mcmc is for one building: --track has bounds of its own")
    chains.require_installed()
    steps = chains.STEPS if options.chain is None else int(options.chain)
    chains.require_steps(steps)
    return steps


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} must be a whole number >= 1")
    return int(text)


def _parser() -> Parser:
    text = (
        "Identify a building from records of its base and of some sensors: the most likely "
        "parameters, what is not determined, and a checkpoint that answers what nobody measured."
    )
    parser = Parser("surrogate identify", description=text)
    add = parser.add_argument
    add(
        "data",
        type=place,
        nargs="+",
        help="dataset with base_acceleration and what the sensors have seen; sensors of other "
        "recorders in datasets of their own, with the same records",
    )
    add(
        "--structure",
        choices=STRUCTURES,
        default=STRUCTURES[0],
        help="kind of the structure: a shear building, modes as the sensors see them, or matrices "
        "with unknown factors",
    )
    add("--storeys", type=_count, help="number of storeys")
    add(
        "--matrices",
        type=Path,
        metavar="YAML",
        help="mass, stiffness, damping and locations of --structure matrices, of which sensors and "
        "answers are numbered",
    )
    add(
        "--modes",
        type=_count,
        metavar="M",
        help="number of modes of --structure modal (default: 1)",
    )
    words = (
        "e.g. base,3,6: floors of the data's acceleration (or displacement), or quantities with "
        "a number such as drift:1; for each dataset one list"
    )
    add("--sensors", nargs="+", required=True, metavar="SENSORS", help=words)
    add("--out", type=place, required=True, help="folder to write into")
    add(
        "--law",
        nargs="+",
        choices=LAWS,
        default=[],
        help="law of the storeys (default: bouc_wen); menegotto_pinto is that of steel, iwan is "
        "learnt; of several the one is taken "
        "that predicts records left out best",
    )
    add("--folds", type=int, default=3, help="folds of the records that laws are compared on")
    add(
        "--starts",
        type=_count,
        metavar="N",
        help="starts of the search, of which the best is kept (default: six, or two where the law "
        "does not yield)",
    )
    add("--workers", type=_count, default=1, metavar="W", help="processes that search from them")
    add("--mass", metavar="M1,M2,...", help="masses from drawings (kg), which then are fixed")
    add(
        "--start",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="starts that are known: stiffness, damping, yield_displacement, ...; one number, or "
        "one a storey with commas",
    )
    add("--fixed", nargs="+", default=[], metavar="NAME", help="parameters that keep their start")
    add("--tied", nargs="+", default=[], metavar="NAME", help="parameters of one factor for all")
    add(
        "--prior",
        nargs="+",
        default=[],
        metavar="NAME=PRIOR",
        help="what is known of a parameter: the standard deviation of its logarithm about its "
        "--start; or lognormal:SPREAD:VALUE, normal:SPREAD:VALUE, smooth:SPREAD (from storey to "
        "storey)",
    )
    add(
        "--bounds",
        choices=("sandwich", MCMC),
        default="sandwich",
        help="how parameters are bounded: by their covariance, or by Markov chains of the "
        "posterior (extra bayes; default: sandwich)",
    )
    add("--chain", type=int, metavar="STEPS", help="most steps of the chains (default: 4000)")
    add(
        "--track",
        nargs="+",
        default=[],
        metavar="NAME",
        help="parameters that may change from record to record, such as stiffness: all records of "
        "the data in their order, which must be that of their time",
    )
    add(
        "--step",
        type=float,
        metavar="DEVIATION",
        help="standard deviation of a change between two records, 0.05 for 5 %% (default: "
        "estimated)",
    )
    add(
        "--delay",
        nargs="+",
        default=[],
        metavar="SENSOR[=SECONDS]",
        help="sensors of --sensors that are late against the base, by a known time or, without "
        "one, by a time that is sought",
    )
    add("--exact-base", action="store_true", help="take the sensor at the base as without noise")
    add(
        "--process-noise",
        choices=PROCESS_NOISE,
        help="take motion that the base does not cause as that of white forces on the storeys "
        "(what their law gets wrong) or on the floors (such as wind), by a Kalman filter, so that "
        "it is not taken for damping",
    )
    add(
        "--settings",
        type=Path,
        metavar="YAML",
        help=f"file with {', '.join(identify_settings.KEYS)}",
    )
    add(
        "--answers",
        nargs="+",
        metavar="QUANTITY",
        help="what the checkpoint answers in all storeys or floors (default: drift acceleration; "
        "of matrices displacement acceleration, at all locations)",
    )
    add("--overwrite", action="store_true", help="replace what the folder holds of an earlier run")
    return parser
