"""Table of which network goes into which format; `python tools/exporting.py` writes it into the
docs.
"""

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from torch import nn

from surrogate import export
from surrogate.networks import (
    CNN,
    FNO,
    GRU,
    LSTM,
    MCGRU,
    MLP,
    NARX,
    RCNN,
    RNN,
    TCN,
    DeepONet,
    EncoderDecoder,
    FiLMLSTM,
    HystereticStateSpace,
    InstrumentedBuilding,
    Modal,
    NeuralStateSpace,
    Oscillator,
    PeepholeLSTM,
    RecurrentCNN,
    SelectiveStateSpace,
    ShearBuilding,
    ShearFamily,
    StateSpace,
    Transformer,
    WindowMLP,
)
from surrogate.training.module import Surrogate
from tests.helpers.checkpoints import INTERFACE, STATISTICS, save, shaken, untrained

DOCS = Path(__file__).parents[1] / "docs" / "export.md"
START, END = "<!-- made by tools/exporting.py -->", "<!-- end -->"
FORMATS = {"ONNX": ".onnx", "torch.export": ".pt2", "checkpoint": ".ckpt"}
NETWORKS = {
    "MLP": partial(MLP, hidden=[8]),
    "WindowMLP": partial(WindowMLP, window=10, hidden=[8]),
    "CNN": partial(CNN, channels=[4, 4], kernel=3),
    "CNN, centred": partial(CNN, channels=[4, 4], kernel=3, causal=False),
    "TCN": partial(TCN, channels=4, blocks=2, kernel=3),
    "EncoderDecoder": partial(EncoderDecoder, channels=[4, 4], pooling=nn.MaxPool1d),
    "RNN": partial(RNN, hidden=8, layers=2, transition_layers=2, skip=True),
    "RNN, bidirectional": partial(RNN, hidden=8, bidirectional=True),
    "RNN, direct output": partial(RNN, hidden=8, direct_output=True),
    "RecurrentCNN": partial(RecurrentCNN, channels=[4, 4], kernel=3, iterations=2),
    "RCNN": partial(RCNN, channels=[4, 4], kernel=3),
    "LSTM": partial(LSTM, hidden=8, layers=2, dropout=0.3),
    "LSTM, odd, learnt start": partial(LSTM, hidden=8, odd=True, learn_start=True),
    "LSTM, bidirectional": partial(LSTM, hidden=8, bidirectional=True),
    "PeepholeLSTM": partial(PeepholeLSTM, hidden=8),
    "PeepholeLSTM, bidirectional": partial(PeepholeLSTM, hidden=8, bidirectional=True),
    "GRU": partial(GRU, hidden=8, layers=2),
    "RNN, stacked samples": partial(RNN, hidden=8, skip=True, stack=3),
    "LSTM, stacked samples": partial(LSTM, hidden=8, layers=2, odd=True, stack=4),
    "PeepholeLSTM, stacked samples": partial(PeepholeLSTM, hidden=8, stack=4),
    "GRU, stacked samples": partial(GRU, hidden=8, stack=5),
    "StateSpace": partial(StateSpace, width=4, states=4, blocks=2),
    "NeuralStateSpace": partial(NeuralStateSpace, states=3, hidden=8),
    "HystereticStateSpace": partial(HystereticStateSpace, hidden=8, taps=3),
    "Oscillator": partial(Oscillator, gain=1.0),
    "Oscillator, band-limited": partial(Oscillator, gain=1.0, interpolation="band_limited"),
    "Modal": partial(Modal),
    "Modal, from rest": partial(Modal, at_rest=True),
    "ShearBuilding": partial(ShearBuilding),
    "ShearFamily": partial(ShearFamily, mass=20.0, yield_displacement=0.01),
    "InstrumentedBuilding": partial(InstrumentedBuilding),
    "InstrumentedBuilding, iwan": partial(InstrumentedBuilding, law="iwan"),
    "InstrumentedBuilding, menegotto_pinto": partial(
        InstrumentedBuilding, law="menegotto_pinto", yield_displacement=0.005
    ),
    "FiLMLSTM": partial(FiLMLSTM, hidden=8, layers=2),
    "FiLMLSTM, odd": partial(FiLMLSTM, hidden=8, odd=True),
    "MCGRU": partial(MCGRU, hidden=8, layers=2),
    "NARX": partial(NARX, hidden=[8]),
    "SelectiveStateSpace": partial(SelectiveStateSpace, width=4, states=3, blocks=2),
    "Transformer": partial(Transformer, width=8, heads=2, blocks=2, window=10),
    "FNO": partial(FNO, width=4, modes=8, blocks=2, period=120),
    "DeepONet": partial(DeepONet, sensors=120, basis=4, hidden=8, frequencies=4),
}


def example(name: str) -> Surrogate:
    """An untrained surrogate of channels that its network takes."""
    if name.startswith(
        "InstrumentedBuilding"
    ):  # base accelerations and what sensors see, no parameters
        return untrained(NETWORKS[name], *shaken(INTERFACE, STATISTICS))
    return untrained(NETWORKS[name])


def outcome(name: str, suffix: str, folder: Path) -> str:
    """`exact to 1e-5`, or the sentence of the refusal."""
    checkpoint = save(example(name), folder / "checkpoint.ckpt")
    try:
        export.write(checkpoint, folder / f"exported{suffix}", overwrite=True)
    except ValueError as error:
        return f"refused: {error}"
    return "exact to 1e-5"


def table(folder: Path) -> str:
    """Markdown table of all networks and formats."""
    rows = [
        "| network | "
        + " | ".join(f"{name} ({suffix})" for name, suffix in FORMATS.items())
        + " |",
        "|---" * 4 + "|",
    ]
    for name in NETWORKS:
        rows.append(
            f"| {name} | "
            + " | ".join(outcome(name, suffix, folder) for suffix in FORMATS.values())
            + " |"
        )
    return "\n".join(rows)


def cells(page: str) -> dict[tuple[str, str], str]:
    """What the docs say of each network and suffix."""
    _, _, *rows = page.split(START)[1].split(END)[0].strip().splitlines()
    split = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {
        (name, suffix): cell
        for name, *own in split
        for suffix, cell in zip(FORMATS.values(), own, strict=True)
    }


if __name__ == "__main__":
    before, rest = DOCS.read_text().split(START)
    with TemporaryDirectory() as temporary:
        made = table(Path(temporary))
    DOCS.write_text(f"{before}{START}\n{made}\n{END}{rest.split(END)[1]}")
    sys.exit(0)
