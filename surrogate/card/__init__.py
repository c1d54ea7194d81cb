"""The card of a trained surrogate: a page that says what it is, how good and for what, and that can
be checked.

Its numbers stand once for people, in tables, and once for `verify`, which measures them anew from
the checkpoint and the data.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from datasets.files.disk import new_file, refuse_to_overwrite
from surrogate import inference
from surrogate.card import folds, page
from surrogate.card.facts import Set, compare, has_digest, measure, weights_digest
from surrogate.inference import ensemble
from surrogate.inference.ensemble import Ensemble
from surrogate.training.module import Surrogate


def write(
    path: str | Path,
    checkpoint: str | Path,
    sets: Mapping[str, Set],
    config: str = "",
    not_for: Sequence[str] = (),
    overwrite: bool = False,
    trust: Sequence[str] = (),
    crossvalidation: str | Path | None = None,
) -> None:
    """Measure a surrogate on sets of records and write its card.

    Parameters
    ----------
    path : str or Path
        The card, a Markdown file.
    checkpoint : str or Path
    sets : mapping of str to Set
        Sets of records by the names that the card gives them.
    config : str
        Configuration of the training (YAML); by default what the checkpoint holds of it.
    not_for : sequence of str
        Uses that are ruled out beyond those that follow from the training data.
    overwrite : bool
        Whether the card may replace a file.
    trust : sequence of str
        Modules whose classes the checkpoint may name, see `surrogate.load`.
    crossvalidation : str or Path, optional
        Folder of `surrogate crossvalidate` by the same configuration, whose numbers are stated.

    Raises
    ------
    FileNotFoundError, FileExistsError, ValueError
        Without the checkpoint or a dataset, for a card that exists, for data of other channels,
        and a cross-validation of another network, optimizer or of other channels.
    """
    refuse_to_overwrite(path, overwrite)
    surrogate, members = _loaded(checkpoint, trust)
    stated = None
    if crossvalidation is not None:
        stated = folds.stated(crossvalidation, surrogate.interface, checkpoint)
    facts: dict[str, Any] = {
        "checkpoint": str(checkpoint),
        "weights": weights_digest(surrogate),
        "sets": {name: measure(surrogate, own, members) for name, own in sets.items()},
    }
    if stated is not None:
        facts["crossvalidation"] = stated
    config = config or _settings(checkpoint)
    text = page.render(Path(path).stem, surrogate, facts, config, not_for)
    with new_file(path, overwrite) as temporary:
        temporary.write_text(text, encoding="utf-8")


def verify(
    path: str | Path,
    checkpoint: str | Path | None = None,
    paths: Mapping[str, str] | None = None,
    trust: Sequence[str] = (),
) -> int:
    """Measure the numbers of a card anew and compare them; return how many there are.

    Parameters
    ----------
    path : str or Path
        The card.
    checkpoint : str or Path, optional
        Where the checkpoint is now; by default where the card says.
    paths : mapping of str to str, optional
        Where the datasets of the sets are now.
    trust : sequence of str
        Modules whose classes the checkpoint may name, see `surrogate.load`.

    Raises
    ------
    FileNotFoundError, ValueError
        For the first thing that is not as the card says.
    """
    stated = page.read_facts(path)
    unknown = set(paths or {}) - set(stated["sets"])
    if unknown:
        raise ValueError(f"{path} has no set {min(unknown)!r}, it has {', '.join(stated['sets'])}")
    checkpoint = checkpoint or stated["checkpoint"]
    surrogate, members = _loaded(checkpoint, trust)
    if not has_digest(surrogate, stated["weights"]):
        raise ValueError(
            f"{path}: the weights or channels of {checkpoint} are not those of the card"
        )
    count = 0
    for name, old in stated["sets"].items():
        own = Set((paths or {}).get(name, old["path"]), old["part"], old["discard"])
        count += compare(old, measure(surrogate, own, members), f"{path}: set {name}")
    return count


def _loaded(checkpoint: str | Path, trust: Sequence[str]) -> tuple[Surrogate, Ensemble | None]:
    """The surrogate of a checkpoint; of an ensemble the mean of its members, and these."""
    members = ensemble.load([checkpoint], trust)
    if len(members.members) == 1:
        return members.members[0], None
    return members.joined(), members


def _settings(checkpoint: str | Path) -> str:
    """What a checkpoint holds of its training's configuration (YAML); of members, one is told."""
    content = inference.read(checkpoint)
    first = content.get("members", [content])[0]
    return yaml.safe_dump(_plain(first["hyper_parameters"]), sort_keys=False)


def _plain(value: Any) -> Any:
    """Hyperparameters as mappings, lists, numbers and words."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, bool | int | float | None) else str(value)
