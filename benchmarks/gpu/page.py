"""The page docs/gpu.md, from what was measured."""

from collections.abc import Iterable, Sequence

from benchmarks.gpu.measured import Measured, shown

HEAD = """# On a GPU

Made by `python -m benchmarks.gpu` (`make gpu`) on one {card}, torch {torch}, beside one thread of
that machine's processor. Records of the five-storey building, 251 samples, {batch} in a batch, held
on the device; a step is one of Lightning's with the package's own module.

"""
NETWORKS = """## Networks

Milliseconds of a step of AdamW. *Difference*: largest relative difference of the losses of the
first {compared} steps between the two devices, from the same weights and batches. *Waits*: where a
step makes the processor wait for the GPU (`torch.cuda.set_sync_debug_mode`), between the third
step and the last. Networks of this size do not fill a GPU; many records in a batch do more (last
columns: {large} records). RNN (in both directions BRNN), PeepholeLSTM, NARX, Oscillator,
ShearBuilding, NeuralStateSpace and HystereticStateSpace loop over time in Python.

"""
OPTIMIZERS = """## Optimizers

On the LSTM. Those that are refused say why; LBFGS and Levenberg-Marquardt look at their loss within
a step, for which the processor has to wait.

"""
PRECISION = """## Precision

Loss after the steps over that of single precision, and milliseconds of a step.

"""
ACCURACY = """The demo (`configs/five_storey_lstm.yaml`) trained whole in each: NRMSE of the
test records, which it answers in single precision, and minutes of all epochs but the first.

"""
COMPILED = """## torch.compile

Milliseconds of a step without and with `model.compile: true` after the first steps, in which it is
compiled.

"""


def render(measured: Measured) -> str:
    """The page in Markdown."""
    facts = measured.facts
    parts = [
        HEAD.format(card=facts["card"], torch=facts["torch"], batch=facts["batch"]),
        NETWORKS.format(compared=facts["compared"], large=facts["large"]),
        _table(
            (
                "network",
                "GPU (ms)",
                "CPU (ms)",
                "CPU / GPU",
                "difference",
                "waits",
                "GPU, large (ms)",
                "CPU / GPU, large",
            ),
            measured.networks,
        ),
        OPTIMIZERS,
        _table(
            ("optimizer", "first loss", "last loss", "difference", "waits"), measured.optimizers
        ),
        PRECISION,
        _table(("network", "precision", "loss ratio", "ms"), measured.precisions),
        ACCURACY,
        _table(("precision", "NRMSE", "minutes"), measured.accuracies),
        COMPILED,
        _table(("network", "plain (ms)", "compiled (ms)", "ratio"), measured.compiled),
        f"## Two GPUs\n\n{measured.distributed}\n",
    ]
    return "".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(shown(value) for value in line)} |\n" for line in lines) + "\n"
