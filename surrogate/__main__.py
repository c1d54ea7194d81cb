"""Command line of the learning half: `fit`, `validate`, `test`, `predict` (Lightning's) and `respond`.

Every class is chosen by its path: `--model.network.class_path`, `--optimizer`, `--lr_scheduler`. `--print_config` shows
all that can be set.
"""

import logging
import sys
import warnings
from argparse import ArgumentError
from collections.abc import Sequence
from pathlib import Path

from lightning.pytorch.cli import LightningArgumentParser, LightningCLI, LRSchedulerCallable, OptimizerCallable
from lightning.pytorch.loggers import CSVLogger

from surrogate import predict
from surrogate.monitor import RunCheckpoints, TestReport
from surrogate.records import Records
from surrogate.task import Surrogate

COMMANDS = ("fit", "validate", "test", "predict")
# Lightning's advice that does not apply: the data are in memory, and a resumed run shares the folder of the first.
NEEDLESS_WARNINGS = (".*does not have many workers.*", "Checkpoint directory .* exists and is not empty")


class CommandLine(LightningCLI):
    """Lightning's command line, with one folder for each run and the optimizer at the top level."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.add_argument("--run", default="runs/surrogate", help="Folder of the run: checkpoints, logs, test report.")
        parser.add_argument("--overwrite", default=False, type=bool, help="Train anew in the folder of an earlier run.")
        parser.add_argument("--optimizer", default=None, type=OptimizerCallable | None, help="Optimizer of the weights.")
        parser.add_argument("--lr_scheduler", default=None, type=LRSchedulerCallable | None, help="Learning-rate law.")
        parser.link_arguments("run", "trainer.default_root_dir")
        parser.link_arguments("optimizer", "model.optimizer")
        parser.link_arguments("lr_scheduler", "model.lr_scheduler")

    def parse_arguments(self, parser: LightningArgumentParser, args: Sequence[str]) -> None:
        self.config = parser.parse_args(args)

    def before_instantiate_classes(self) -> None:
        """Find the checkpoint of the run, or make sure that there is none to lose."""
        config = self.config[self.subcommand]
        run = Path(config.run)
        if self.subcommand != "fit":
            config.ckpt_path = config.ckpt_path or _trained(run)
            config.trainer.logger = False
        elif (run / "last.ckpt").exists() and not config.ckpt_path and not config.overwrite:
            raise FileExistsError(
                f"{run} holds a trained surrogate: go on with --ckpt_path {run / 'last.ckpt'}, name another folder "
                "with --run, or pass --overwrite true"
            )
        if config.ckpt_path:
            predict.require_checkpoint(config.ckpt_path)

    def instantiate_trainer(self, **kwargs):
        run = self._get(self.config, "run")
        if self.subcommand == "fit" and self._get(self.config, "trainer").logger is None:
            kwargs["logger"] = CSVLogger(run, name="log")
        return super().instantiate_trainer(**kwargs)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 after one line on stderr for an error of the user."""
    argv = list(sys.argv[1:] if argv is None else argv)
    logging.getLogger("lightning.pytorch.utilities.rank_zero").setLevel(logging.WARNING)
    try:
        if argv[:1] == ["respond"]:
            return predict.main(argv[1:])
        _train(argv)
    except (ValueError, FileNotFoundError, FileExistsError, ArgumentError) as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def _train(argv: Sequence[str]) -> None:
    strict = {"exit_on_error": False}
    with warnings.catch_warnings():
        for message in NEEDLESS_WARNINGS:
            warnings.filterwarnings("ignore", message)
        CommandLine(
            Surrogate,
            Records,
            args=argv,
            auto_configure_optimizers=False,
            save_config_kwargs={"overwrite": True},
            seed_everything_default=0,
            parser_kwargs={**strict, **{command: dict(strict) for command in COMMANDS}},
            trainer_defaults={
                "callbacks": [RunCheckpoints(), TestReport()],
                "max_epochs": 50,
                "num_sanity_val_steps": 0,
                "use_distributed_sampler": False,  # the samplers share the records out themselves
                "log_every_n_steps": 1,
            },
        )


def _trained(run: Path) -> str:
    """Checkpoint of a run: the best one, or the last where none is known to be best."""
    for name in ("best.ckpt", "last.ckpt"):
        if (run / name).exists():
            return str(run / name)
    raise FileNotFoundError(f"{run} has no best.ckpt and no last.ckpt: train first, or name one with --ckpt_path")


if __name__ == "__main__":
    raise SystemExit(main())
