"""Settings of an optimizer for parts of a network, chosen by the names of its parameters.

A part is a module (`recurrent` for `recurrent.weight_hh_l0` and its siblings), one parameter, or a
pattern such as `*bias*`. A parameter that lies in several parts has the settings of all of them,
those of a later part first. What lies in none has the settings of the optimizer.
"""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

Settings = Mapping[str, Mapping[str, Any]]
OWN = "own"
"""Key of a parameter group: the names of the settings that it does not share."""


def grouped(
    factory: Callable[..., Optimizer],
    parameters: Mapping[str, Tensor],
    parts: Settings,
) -> Optimizer:
    """An optimizer whose parts of the network have settings of their own.

    Parameters
    ----------
    factory
        Takes parameter groups.
    parameters : mapping of str to Tensor
        By their name in the network.
    parts : mapping of str to mapping
        Settings by the part.

    Raises
    ------
    ValueError
        For a part that has no parameter, a setting that the optimizer does not have for a group,
        and an optimizer that takes no groups.
    """
    groups = _groups(parameters, parts)
    try:
        optimizer = factory([dict(group) for group in groups])
    except ValueError as error:
        if "per-parameter options" not in str(error):
            raise
        raise ValueError(f"groups: {_name(factory)} has one setting for all parameters") from None
    _require_settings(optimizer, parts)
    for group in groups:
        own = {name: group[name] for name in group.get(OWN, ())}
        if own:  # torch looks at the values of the whole optimizer alone
            factory(group["params"], **own)
    return optimizer


def _groups(parameters: Mapping[str, Tensor], parts: Settings) -> list[dict[str, Any]]:
    """Parameter groups of torch, that of the settings of all first."""
    members: dict[tuple[str, ...], list[Tensor]] = {(): []}
    found: set[str] = set()
    for name, parameter in parameters.items():
        chosen = tuple(part for part in parts if _lies_in(name, part))
        found.update(chosen)
        members.setdefault(chosen, []).append(parameter)
    for part in parts:
        if part not in found:
            raise ValueError(
                f"groups: no parameter lies in {part!r}: the network has {', '.join(parameters)}"
            )
    return [_group(chosen, params, parts) for chosen, params in members.items() if params]


def _group(chosen: Sequence[str], params: list[Tensor], parts: Settings) -> dict[str, Any]:
    group: dict[str, Any] = {}
    for part in chosen:
        group |= parts[part]
    return {"params": params, OWN: sorted(group)} | group if group else {"params": params}


def _lies_in(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.") or fnmatchcase(name, part)


def _require_settings(optimizer: Optimizer, parts: Settings) -> None:
    known = [name for name in optimizer.defaults if name != "params"]
    for part, settings in parts.items():
        for name in settings:
            if name not in known:
                raise ValueError(
                    f"groups: {part} has {name}, which {type(optimizer).__name__} does not have "
                    f"for a group: choose from {', '.join(known)}"
                )


def _name(factory: Any) -> str:
    made = getattr(factory, "func", factory)
    return str(getattr(made, "__name__", "this optimizer"))
