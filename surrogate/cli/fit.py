"""`surrogate fit`: train a surrogate. `--print_config` shows all that can be set."""

from collections.abc import Sequence

from lightning.pytorch.utilities import rank_zero_only

from surrogate.training import run_folder
from surrogate.training.callbacks.interrupt import Stopped
from surrogate.training.run import TrainingResult, train


def main(argv: Sequence[str]) -> int:
    """Run the command.

    Errors of the user are raised as ValueError, FileNotFoundError or FileExistsError.
    """
    try:
        result = train(argv)
    except Stopped as stopped:  # has said how the training goes on
        return stopped.code
    if result.history.sizes["epoch"] and not result.interrupted:
        _tell(result)
    return 0


@rank_zero_only
def _tell(result: TrainingResult) -> None:
    """Say where the surrogate is: Lightning is quiet about it."""
    names = [name for name in run_folder.CHECKPOINTS if (result.run / name).exists()]
    kept = [str(result.run / name) for name in names]
    print(f"\nwritten to {' and '.join(kept) or result.run}")
