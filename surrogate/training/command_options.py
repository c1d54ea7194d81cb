"""The options of the command line beside those of the model, the data and the trainer."""

from typing import Any

from lightning.pytorch.cli import (
    LightningArgumentParser,
    LRSchedulerCallable,
    OptimizerCallable,
)


def add_options(parser: LightningArgumentParser) -> None:
    """Add them to the parser of a command, and say which settings follow from them."""
    _add_run(parser)
    _add_optimizer(parser)
    _add_beginning(parser)
    parser.link_arguments("run", "trainer.default_root_dir")
    parser.link_arguments("optimizer", "model.optimizer")
    parser.link_arguments("lr_scheduler", "model.lr_scheduler")
    parser.link_arguments("groups", "model.groups")


def _add_run(parser: LightningArgumentParser) -> None:
    parser.add_argument(
        "--run",
        default="runs/surrogate",
        help="Folder of the run: checkpoints, logs, test report.",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="Replace what an earlier command left there."
    )


def _add_optimizer(parser: LightningArgumentParser) -> None:
    parser.add_argument(
        "--optimizer",
        default=None,
        type=OptimizerCallable | None,
        help="Optimizer of the weights.",
    )
    parser.add_argument(
        "--lr_scheduler",
        default=None,
        type=LRSchedulerCallable | None,
        help="Learning-rate law.",
    )

    parser.add_argument(
        "--groups",
        default=None,
        type=dict[str, dict[str, Any]] | None,
        help="Settings of the optimizer for parts of the network, by the names of parameters: "
        "{recurrent: {lr: 0.001}, '*bias*': {weight_decay: 0}}.",
    )


def _add_beginning(parser: LightningArgumentParser) -> None:
    """Options that say what a checkpoint may name and what a training takes from another one."""
    parser.add_argument(
        "--trust",
        default=[],
        type=list[str],
        help="Modules whose classes the checkpoint may name, as [my_package].",
    )
    parser.add_argument(
        "--init_from",
        default=None,
        type=str | None,
        help="Checkpoint whose weights the training begins with: fine-tuning, other data, "
        "another learning-rate law. Nothing else is taken from it.",
    )
    parser.add_argument(
        "--init_scaling",
        default=None,
        type=bool | None,
        help="Whether the scaling comes from that checkpoint too, which its weights are made "
        "for, or from the new data. By default it comes with the whole weights, and not with parts "
        "of them.",
    )
    parser.add_argument(
        "--init_parts",
        default=[],
        type=list[str],
        help="Beginnings of the names of parameters that alone are taken from that checkpoint, as "
        "[law]; channels may be others then, unless the scaling comes too.",
    )
    parser.add_argument(
        "--freeze",
        default=[],
        type=list[str],
        help="Beginnings of the names of parameters that stay as they are, as [lstm].",
    )
