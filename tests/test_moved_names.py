"""Names of earlier versions are followed: in imports, in class paths, in the checkpoints and
configs of the last version.
"""

import importlib
import sys
import warnings

import pytest

import datasets.moved_names
import simulators.moved_names
import surrogate.moved_names
from simulators.hysteresis import Law

MOVED = simulators.moved_names.MOVED | datasets.moved_names.MOVED | surrogate.moved_names.MOVED


@pytest.fixture
def unloaded(monkeypatch):
    """No old name has been imported yet."""
    for old in MOVED:
        monkeypatch.delitem(sys.modules, old, raising=False)


@pytest.mark.parametrize("old", MOVED)
@pytest.mark.usefixtures("unloaded")
def test_an_old_module_is_the_new_one_with_a_warning(old):
    with warnings.catch_warnings(record=True, action="always") as caught:
        found = importlib.import_module(old)
    assert f"{old} is now {MOVED[old]}: use that name" in [
        str(warning.message) for warning in caught
    ]
    new = importlib.import_module(MOVED[old])
    public = [name for name in vars(new) if not name.startswith("_")]
    assert public
    assert all(getattr(found, name) is getattr(new, name) for name in public)


@pytest.mark.usefixtures("unloaded")
def test_no_module_is_loaded_twice():
    with warnings.catch_warnings(action="ignore"):
        laws = importlib.import_module("simulators.laws.bouc_wen")
    assert laws.BoucWen is simulators.BoucWen
    assert len(Law.__subclasses__()) == len({law.__name__ for law in Law.__subclasses__()})


def test_other_absent_modules_stay_absent():
    with pytest.raises(ModuleNotFoundError, match=r"surrogate\.optimise"):
        importlib.import_module("surrogate.optimise")
