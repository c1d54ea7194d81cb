"""What a run keeps."""

import pytest
from make_records import write_records
from train import fit

from surrogate.monitor import RunCheckpoints

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore:Total length of `list`"),  # no validation part
]


@pytest.mark.parametrize("split", [True, False])
def test_a_run_keeps_the_best_and_the_last_network(tmp_path, split):
    """Without a validation part nothing tells which is best."""
    path = str(write_records(tmp_path / "records.h5", split=split))
    options = {"default_root_dir": str(tmp_path / "run"), "enable_checkpointing": True}
    fit(path, epochs=3, callbacks=[RunCheckpoints()], trainer=options)
    found = {file.name for file in (tmp_path / "run").glob("*.ckpt")}
    assert found == ({"best.ckpt", "last.ckpt"} if split else {"last.ckpt"})
