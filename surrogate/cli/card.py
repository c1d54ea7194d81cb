"""`surrogate card`: write the card of a trained surrogate, or verify one."""

from collections.abc import Sequence
from pathlib import Path

from surrogate import card
from surrogate.card.facts import Set
from surrogate.cli.parser import Parser, add_trust


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    options = _parser().parse_args(argv)
    if options.verify is not None:
        if options.out or options.config or options.not_for or options.crossvalidation:
            raise ValueError(
                "--verify takes only --checkpoint and --data, for files that are not where the "
                "card says"
            )
        named = [_split(word) for word in options.data]
        if any(words for _, _, words in named):
            raise ValueError(
                "--verify takes only NAME=PATH: part and discard are those of the card"
            )
        paths = {name: path for name, path, _ in named}
        count = card.verify(options.verify, options.checkpoint, paths, options.trust)
        print(f"{options.verify} holds: {count} numbers measured anew")
        return 0
    for name in ("checkpoint", "data", "out"):
        if not getattr(options, name):
            raise ValueError(f"--{name} is missing: a card needs --checkpoint, --data and --out")
    sets = [(name, _set(path, words)) for name, path, words in map(_split, options.data)]
    if len(dict(sets)) < len(sets):
        raise ValueError(f"--data names a set twice: {', '.join(name for name, _ in sets)}")
    config = _config(options.config, Path(options.checkpoint))
    card.write(
        options.out,
        options.checkpoint,
        dict(sets),
        config,
        options.not_for,
        options.overwrite,
        options.trust,
        options.crossvalidation,
    )
    print(f"written to {options.out}")
    return 0


def _split(word: str) -> tuple[str, str, list[str]]:
    name, equals, rest = word.partition("=")
    path, *words = rest.split(",")
    if not (name and equals and path):
        raise ValueError(
            f"--data {word!r} must be NAME=PATH, or NAME=PATH,part=PART,discard=SAMPLES"
        )
    return name, path, words


def _set(path: str, words: Sequence[str]) -> Set:
    given = dict(word.partition("=")[::2] for word in words)
    for key in given:
        if key not in ("part", "discard"):
            raise ValueError(f"--data: {key!r} is unknown, choose from part, discard")
    discard = given.get("discard", "0")
    if not discard.isdigit():
        raise ValueError(f"--data: discard must be a number of samples, got {discard!r}")
    return Set(path, given.get("part", "test"), int(discard))


def _config(path: Path | None, checkpoint: Path) -> str:
    """Text of the configuration of the training: the one named, or the latest that the run has
    kept.
    """
    if path is None:
        kept = [
            *checkpoint.parent.glob("config.yaml"),
            *checkpoint.parent.glob("log/version_*/config.yaml"),
        ]
        kept.sort(key=lambda file: file.stat().st_mtime)
        return kept[-1].read_text(encoding="utf-8") if kept else ""
    if not path.is_file():
        raise FileNotFoundError(f"config {path} does not exist")
    return path.read_text(encoding="utf-8")


def _parser() -> Parser:
    parser = Parser(
        "surrogate card", description="Write the card of a trained surrogate, or verify one."
    )
    add = parser.add_argument
    add("--checkpoint", help="checkpoint of the surrogate")
    words = (
        "a set to measure on: NAME=PATH for the test part of a dataset, or "
        "NAME=PATH,part=PART,discard=SAMPLES"
    )
    add("--data", nargs="+", default=[], metavar="NAME=PATH", help=words)
    add("--out", help="card to write (.md)")
    add(
        "--config",
        type=Path,
        help="configuration of the training (default: the one that the run has kept)",
    )
    add("--not-for", nargs="+", default=[], metavar="WORDS", help="further uses that are ruled out")
    add(
        "--crossvalidation",
        type=Path,
        metavar="FOLDER",
        help="folder of `surrogate crossvalidate` by the same configuration, whose numbers the "
        "card states",
    )
    words = (
        "measure the numbers of a card anew and compare; --checkpoint and --data NAME=PATH "
        "tell where things are now"
    )
    add("--verify", type=Path, metavar="CARD", help=words)
    add("--overwrite", action="store_true", help="replace an existing card")
    add_trust(parser)
    return parser
