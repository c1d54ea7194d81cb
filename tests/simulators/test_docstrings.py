"""Public names are documented: numpydoc sections, every parameter, units and shapes where there are
any.
"""

import inspect
import re

import pytest

import simulators
from simulators.excitation import motion
from simulators.functions import radial
from simulators.solvers import batch, energy_balance
from simulators.structures import modes, structure

PUBLIC = {name: getattr(simulators, name) for name in simulators.__all__}
HELPERS = {
    f"{module.__name__}.{name}": item
    for module in (batch, energy_balance, modes, motion, radial, structure)
    for name, item in vars(module).items()
    if inspect.isfunction(item) and item.__module__ == module.__name__ and not name.startswith("_")
}
# What tells a reader the size of a parameter: a unit, a shape, or that it has none.
UNIT = re.compile(
    r"\b(m|s|N|kg|J|Hz|rad|m s-2|m/s|N/m|N s/m)\b|shape "
    r"\(|dimensionless|ratio|None|int\b|str\b|Law|Structure"
)


def sections(docstring):
    """Text below each underlined heading of a numpydoc docstring."""
    parts = re.split(r"^(\w+)\n-+\n", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def parameters(item):
    names = inspect.signature(item).parameters
    return [
        name
        for name, p in names.items()
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and name != "self"
    ]


def entries(section):
    """Parameter names that a section describes, several of them with commas before the colon."""
    heads = re.findall(r"^(\S[^:\n]*?)(?: :.*)?$", section, flags=re.MULTILINE)
    return {name.strip() for head in heads for name in head.split(",")}


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_documents_all_its_parameters(name):
    item = PUBLIC[name]
    assert item.__doc__, f"{name} has no docstring"
    found = sections(item.__doc__)
    assert len(found[""].strip()) > 10
    wanted = parameters(item)
    if wanted:
        assert set(wanted) <= entries(found["Parameters"]), set(wanted) - entries(
            found["Parameters"]
        )
        assert UNIT.search(found["Parameters"])
    if inspect.isfunction(item) and wanted:
        assert "Returns" in found
        assert "Raises" in found


@pytest.mark.parametrize("name", HELPERS)
def test_every_function_without_underscore_has_a_docstring(name):
    assert HELPERS[name].__doc__


def methods():
    for name, item in PUBLIC.items():
        for method in dir(item) if inspect.isclass(item) else ():
            if not method.startswith("_") and isinstance(
                vars(item).get(method), property | type(methods)
            ):
                yield pytest.param(getattr(item, method), id=f"{name}.{method}")


@pytest.mark.parametrize("method", list(methods()))
def test_every_public_method_has_a_docstring_of_its_own_or_of_its_base(method):
    assert inspect.getdoc(method)
