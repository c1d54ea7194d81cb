"""The kinds of files that are spoilt: a sound one of each, and the command that reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import scipy.io
import torch

import datasets
from surrogate import card
from surrogate.card.facts import Set
from surrogate.data.datamodule import Records
from surrogate.inference import ensemble
from surrogate.networks import LSTM
from surrogate.training.module import Surrogate
from tools.spoiling import spoil_bytes, spoil_checkpoint, spoil_text

RECIPE = """\
structure: five_storey
motion: {process: KanaiTajimi, peak: 4.0, duration: 1.0, interval: 0.02}
vary: {mass: {distribution: uniform, low: 0.8, high: 1.2}}
records: 10
records_per_shard: 10
outputs: [drift]
"""
RECORD = "time,base_acceleration (m/s^2)\n" + "".join(
    f"{0.02 * n:.2f},{np.sin(0.3 * n):.6f}\n" for n in range(60)
)
IMPORT = ("--map", "force=u", "displacement=y", "--unit", "force=N", "displacement=m")


@dataclass(frozen=True)
class Subject:
    """A kind of file, and the command that reads it.

    Parameters
    ----------
    file : Path
        The sound one.
    spoil : callable
        Makes a spoilt file from the generator, the sound one and the new path.
    words : callable
        The command that reads a path.
    """

    file: Path
    spoil: Callable[[np.random.Generator, Path, Path], None]
    words: Callable[[Path], list[str]]


def prepare(folder: Path) -> dict[str, Subject]:
    """Make the sound files in a new folder, and say how each is spoilt and read."""
    folder.mkdir(parents=True)
    (folder / "recipe.yaml").write_text(RECIPE)
    datasets.generate(str(folder / "recipe.yaml"), folder / "data.h5")
    (folder / "record.csv").write_text(RECORD)
    members = [_checkpoint(folder, seed) for seed in (0, 1)]
    checkpoint = members[0]
    ensemble.save(ensemble.load(members), members, folder / "both.ckpt")
    card.write(folder / "card.md", checkpoint, {"test": Set(str(folder / "data.h5"))})
    return {
        "checkpoint": Subject(checkpoint, spoil_checkpoint, partial(_respond, folder)),
        "ensemble": Subject(folder / "both.ckpt", spoil_checkpoint, partial(_respond, folder)),
        "recipe": Subject(folder / "recipe.yaml", spoil_text, _generate),
        "card": Subject(folder / "card.md", spoil_text, _verify),
        "dataset": Subject(folder / "data.h5", spoil_bytes, _check),
        "record": Subject(folder / "record.csv", spoil_text, partial(_ask, folder, checkpoint)),
        "MAT": Subject(_mat(folder), spoil_bytes, partial(_import, folder)),
        **_seismological(folder, checkpoint),
    }


def _checkpoint(folder: Path, seed: int) -> Path:
    records = Records(str(folder / "data.h5"), ["base_acceleration"], ["drift"])
    records.setup("fit")
    torch.manual_seed(seed)
    surrogate = Surrogate(partial(LSTM, hidden=4))
    surrogate.build_for(records)
    content = {
        "state_dict": surrogate.state_dict(),
        "hyper_parameters": dict(surrogate.hparams),
        "interface": surrogate.interface.to_dict(),
        "outputs_per_target": 1,
        "progress": None,
    }
    path = folder / f"member_{seed}.ckpt"
    torch.save(content, path)
    return path


def _mat(folder: Path) -> Path:
    generator = np.random.default_rng(0)
    path = folder / "measured.mat"
    u = generator.standard_normal((4, 50))
    y = generator.standard_normal((4, 50))
    scipy.io.savemat(path, {"u": u, "y": y, "fs": 100.0})
    return path


def _seismological(folder: Path, checkpoint: Path) -> dict[str, Subject]:
    """Waveforms with the response of their instrument; none where obspy is not installed."""
    try:
        from tools.waveforms import write_waveforms
    except ImportError:
        return {}
    waveform, station = write_waveforms(folder)
    ask = partial(_ask, folder, checkpoint)
    return {
        "miniSEED": Subject(
            waveform, spoil_bytes, lambda path: [*ask(path), "--response", str(station)]
        ),
        "StationXML": Subject(
            station, spoil_text, lambda path: [*ask(waveform), "--response", str(path)]
        ),
    }


def _respond(folder: Path, path: Path) -> list[str]:
    return _ask(folder, path, folder / "record.csv")


def _ask(folder: Path, checkpoint: Path, record: Path) -> list[str]:
    out = ["--out", str(folder / "out.h5"), "--overwrite"]
    return ["respond", "--checkpoint", str(checkpoint), "--record", str(record), *out]


def _generate(path: Path) -> list[str]:
    return ["generate", "--print-config", str(path)]


def _verify(path: Path) -> list[str]:
    return ["card", "--verify", str(path)]


def _check(path: Path) -> list[str]:
    return ["check", str(path)]


def _import(folder: Path, path: Path) -> list[str]:
    out = ["--out", str(folder / "out.h5"), "--overwrite", "--frequency", "100"]
    return ["import", str(path), *IMPORT, *out]
