"""Spoilt and hostile files end in one line, and touch nothing outside the output."""

import pytest

from tools.fuzz import fuzz

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("seed", [3])
def test_no_spoilt_file_ends_in_a_traceback(tmp_path, seed):
    found = fuzz(tmp_path / "fuzz", 8, seed)
    for name, counts in found.items():
        assert counts["traceback"] == counts["wrong"] == 0, name
        assert counts["one line"] > 0, name
