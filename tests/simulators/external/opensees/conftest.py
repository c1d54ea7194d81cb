"""OpenSees is an extra: where it is missing, its tests are skipped with the reason."""

import pytest

from simulators.external.opensees.model import load_opensees


@pytest.fixture(scope="session", autouse=True)
def _opensees():
    try:
        load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
