"""Descriptions of the simulators' dataclasses: the same fields, the class's name as a tag, checked
by the class itself.

A process or a law is written once, in `simulators`; what a recipe may say of it follows from its
fields.
"""

import dataclasses
from collections.abc import Sequence
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import Field, create_model, model_validator

from datasets.recipes.recipe import Description


class Mirror(Description):
    """Description of an object of the class `target`."""

    target: ClassVar[type]

    @model_validator(mode="after")
    def _check(self) -> "Mirror":
        self.build()  # the class refuses what it cannot take, and says why
        return self

    def build(self, **changes: Any) -> Any:
        """Make the object, with some fields changed."""
        values = {
            f.name: changes.get(f.name, getattr(self, f.name))
            for f in dataclasses.fields(self.target)
        }
        return self.target(
            **{name: v.build() if isinstance(v, Mirror) else v for name, v in values.items()}
        )


def mirror(
    target: type,
    tag: str,
    base: type[Mirror] = Mirror,
    types: dict[Any, Any] | None = None,
    omit: tuple[str, ...] = (),
) -> type[Mirror]:
    """Return the description of a dataclass.

    Parameters
    ----------
    target : type
        The dataclass; its docstring describes its fields.
    tag : str
        Field that holds the name of the class.
    base : type
        Description that adds fields of its own.
    types : dict
        What to write in YAML for types that YAML does not have, e.g. a list of numbers for an
        array.
    omit : tuple of str
        Fields that a recipe does not set.
    """
    hints = get_type_hints(target)
    members: dict[str, Any] = {tag: (Literal[target.__name__], ...)}
    for f in dataclasses.fields(target):
        if f.name not in omit:
            members[f.name] = (_written(hints[f.name], types or {}), _default(f))
    model = create_model(target.__name__, __base__=base, __doc__=target.__doc__, **members)
    model.target = target
    return model


def one_of(models: Sequence[type[Description]], tag: str) -> Any:
    """Return the type of a description that is one of `models`, told apart by the field `tag`."""
    if len(models) < 2:
        return models[0] if models else None
    return Annotated[Union[tuple(models)], Field(discriminator=tag)]  # noqa: UP007 - the classes are known at run time


def _default(f: dataclasses.Field) -> Any:
    if f.default_factory is not dataclasses.MISSING:
        return Field(default_factory=f.default_factory)
    return ... if f.default is dataclasses.MISSING else f.default


def _written(hint: Any, types: dict[Any, Any]) -> Any:
    if hint in types:
        return types[hint]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(_written(part, types) for part in get_args(hint))]  # noqa: UP007 - made at run time
    return hint
