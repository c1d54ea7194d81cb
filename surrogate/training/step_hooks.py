"""Whether anything of a training needs Lightning's whole loop at every step.

The loop calls some thirty hooks of the callbacks, the module and the plugins, most of them empty.
What has something to do at the steps is found here, by what the classes override.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import lightning.pytorch as pl
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.plugins.precision import Precision
from lightning.pytorch.profilers import PassThroughProfiler
from lightning.pytorch.strategies import SingleDeviceStrategy

STEP_HOOKS = (
    "on_train_batch_start",
    "on_train_batch_end",
    "on_before_zero_grad",
    "on_before_backward",
    "on_after_backward",
    "on_before_optimizer_step",
)
TRANSFER_HOOKS = ("on_before_batch_transfer", "transfer_batch_to_device", "on_after_batch_transfer")
MODULE_HOOKS = (
    *STEP_HOOKS,
    *TRANSFER_HOOKS,
    "training_step",
    "backward",
    "optimizer_step",
    "optimizer_zero_grad",
)

Hook = TypeVar("Hook", bound=Callable[..., Any])


def needs_no_turn(hook: Hook) -> Hook:
    """Mark a hook that does without Lightning's loop around every step.

    A callback's hook is then called now and then, at the end of an epoch at the latest; a module's
    `training_step` logs nothing. What overrides it has to be marked again.
    """
    hook.needs_no_turn = True  # type: ignore[attr-defined]
    return hook


def asking(trainer: Any) -> list[str]:
    """What of a trainer, while it fits, needs the whole loop at every step; empty for nothing."""
    return [*_settings(trainer), *_hooks(trainer)]


def _settings(trainer: Any) -> Iterator[str]:
    if type(trainer.strategy) is not SingleDeviceStrategy:
        yield type(trainer.strategy).__name__
    if type(trainer.precision_plugin) is not Precision:
        yield f"precision {trainer.precision}"
    if type(trainer.profiler) is not PassThroughProfiler:
        yield type(trainer.profiler).__name__
    if trainer.accumulate_grad_batches != 1:
        yield "accumulate_grad_batches"
    # A whole number counts batches: 1 is a validation after each of them, 1.0 one an epoch.
    if isinstance(trainer.val_check_interval, int) or trainer.val_check_interval != 1.0:
        yield "val_check_interval"
    if not trainer.lightning_module.automatic_optimization:
        yield "manual optimization"
    for law in trainer.lr_scheduler_configs:
        if law.reduce_on_plateau and law.interval == "step":
            yield type(law.scheduler).__name__


def _hooks(trainer: Any) -> Iterator[str]:
    yield from _overridden(trainer.lightning_module, pl.LightningModule, MODULE_HOOKS)
    if trainer.datamodule is not None:
        yield from _overridden(trainer.datamodule, pl.LightningDataModule, TRANSFER_HOOKS)
    for callback in trainer.callbacks:
        yield from _overridden(callback, pl.Callback, STEP_HOOKS)


def _overridden(instance: Any, base: type, hooks: tuple[str, ...]) -> Iterator[str]:
    """Hooks of an instance that are neither those of `base` nor do without a turn."""
    for hook in hooks:
        found = getattr(instance, hook)
        function = getattr(found, "__func__", found)
        if function is not getattr(base, hook) and not _waits(instance, function):
            yield f"{type(instance).__name__}.{hook}"


def _waits(instance: Any, function: Any) -> bool:
    """Whether a hook need not be called at every step, or does nothing there."""
    if function is ModelCheckpoint.on_train_batch_end:
        return instance._every_n_train_steps < 1 and instance._train_time_interval is None
    return getattr(function, "needs_no_turn", False)
