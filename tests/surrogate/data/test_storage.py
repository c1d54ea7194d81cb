"""The same batches wherever the records are, in workers and ranks too; nothing is read that is not
needed.
"""

import socket

import numpy as np
import pytest
import torch
from torch import distributed, multiprocessing

import datasets
from datasets.files.store import shard_name
from surrogate.data import placing
from surrogate.data.datamodule import Records
from surrogate.data.storage import HeldRecords, StoredRecords
from tests.helpers.make_records import make_records, write_records
from tests.helpers.train import NAMES, Save, fit

WINDOWS = {"window": 50, "washout": 20, "discard": 10, "batch_size": 4, "windows_per_epoch": 22}
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:.*use of fork"),
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # Lightning 2.6 with jsonargparse 4.53
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Twelve records in three shards, the parts mixed: 8 train, 2 validation, 2 test."""
    folder, whole = tmp_path_factory.mktemp("shards"), make_records()
    whole = whole.isel(record=np.random.default_rng(2).permutation(12))
    for number in range(3):
        datasets.write_dataset(
            whole.isel(record=slice(4 * number, 4 * number + 4)), folder / shard_name(number, 3)
        )
    return str(folder)


def opened(path, placement, **options):
    data = Records(path, **NAMES, **(WINDOWS | options), placement=placement)
    data.setup("fit")
    return data


def batches(data):
    loader = data.train_dataloader()
    loader.sampler.set_epoch(3)
    return [*loader, *data.val_dataloader(), *data.test_dataloader()]


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert torch.equal(one.input, other.input)
        assert torch.equal(one.target, other.target)


@pytest.mark.parametrize(
    "options", [{}, {"window": None}, {"parameters": ["stiffness"]}, {"truncation": 30}], ids=str
)
def test_placements_give_the_same_batches_and_statistics(path, options):
    disk, *held = (
        opened(path, placement, **options) for placement in ("disk", "memory", "device", "auto")
    )
    assert all(isinstance(part, StoredRecords) for part in disk.parts.values())
    assert all(isinstance(part, HeldRecords) for data in held for part in data.parts.values())
    for data in held:
        assert_same(batches(disk), batches(data))
        assert disk.statistics() == data.statistics()


@pytest.mark.parametrize(
    ("placement", "method"), [("disk", "fork"), ("disk", "spawn"), ("memory", "fork")]
)
def test_workers_give_the_same_batches(path, placement, method):
    expected = batches(opened(path, "memory"))
    data = opened(path, placement, workers=2)
    loader = data.train_dataloader()
    loader.multiprocessing_context = method
    loader.sampler.set_epoch(3)
    assert_same(list(loader), expected[: len(loader)])


def test_small_sets_are_held_and_large_ones_stay_on_disk(path, monkeypatch):
    size = 12 * 200 * 3 * 4  # records, samples, channels, bytes
    monkeypatch.setattr(placing, "HELD_BYTES", size)
    assert isinstance(opened(path, "auto").parts["train"], HeldRecords)
    monkeypatch.setattr(placing, "HELD_BYTES", size - 1)
    assert isinstance(opened(path, "auto").parts["train"], StoredRecords)


def test_trainings_do_not_depend_on_the_placement(path, tmp_path):
    """With dropout, and cut and resumed within the second epoch."""
    _, expected = fit(path, data={"placement": "memory"})
    cut = Save(4, tmp_path / "cut.ckpt")
    _, disk = fit(path, data={"placement": "disk"}, callbacks=[cut])
    data = {"placement": "disk", "workers": 1}
    _, resumed = fit(path, checkpoint=tmp_path / "cut.ckpt", data=data)
    assert disk.losses == expected.losses
    assert resumed.losses == expected.losses[4:]


def test_a_resumed_epoch_does_not_read_the_batches_before(path, monkeypatch):
    loader = opened(path, "disk").train_dataloader()
    loader.load_state_dict({"epoch": 0, "delivered": 4})
    read = []
    original = StoredRecords.__getitem__
    monkeypatch.setattr(
        StoredRecords,
        "__getitem__",
        lambda part, windows: read.append(windows) or original(part, windows),
    )
    assert len(list(loader)) == len(read) == 2
    assert loader.state_dict()["delivered"] == 6
    assert len(list(loader)) == 6


def test_a_batch_on_disk_reads_its_windows_and_nothing_else(path, monkeypatch):
    data = opened(path, "disk")
    part, sizes = data.parts["train"], []
    original = part.reader.read
    monkeypatch.setattr(
        part.reader, "read", lambda *wanted: sizes.append(original(*wanted)) or sizes[-1]
    )
    batch = part[next(iter(data.train_dataloader().sampler))]
    assert [values.shape for values in sizes] == [
        (4, 50, 1),
        (4, 30, 2),
    ]  # targets after the washout only
    assert batch.input.shape == (4, 50, 1)


def test_a_part_on_disk_can_be_had_whole(path):
    disk, memory = (opened(path, placement).parts["validation"] for placement in ("disk", "memory"))
    assert torch.equal(disk.input, memory.input)
    assert torch.equal(disk.target, memory.target)


@pytest.mark.parametrize("placement", ["disk", "memory"])
def test_a_damaged_shard_is_named_before_the_training(tmp_path, placement):
    path = write_records(tmp_path / "records.h5")
    content = bytearray(path.read_bytes())
    place = content.find(make_records()["drift"].values[5].tobytes())
    content[place + 1000] ^= 4
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"records\.h5 is damaged"):
        opened(str(path), placement)


@pytest.mark.parametrize("placement", ["disk", "memory"])
def test_a_value_that_is_not_finite_is_refused(tmp_path, placement):
    import h5py

    path = write_records(tmp_path / "records.h5")
    with h5py.File(path, "r+") as file:
        file["drift"][10, 7, 1] = np.nan  # as another program may have written it
    with pytest.raises(ValueError, match=r"drift of .*records\.h5 has values that are not finite"):
        opened(str(path), placement)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"placement": "tape"}, "placement must be one of auto, device, memory, disk, got 'tape'"),
        ({"workers": -1}, "workers must be at least 0"),
        (
            {"workers": 2, "placement": "device"},
            "workers must be at least 0, and 0 for records on the device, got 2",
        ),
    ],
)
def test_wrong_placements_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Records("absent.h5", **NAMES, **options)


def windows_of_a_rank(rank, path, port, results):
    distributed.init_process_group("gloo", f"tcp://127.0.0.1:{port}", rank=rank, world_size=2)
    data = opened(path, "disk", window=None, washout=0, windows_per_epoch=None, batch_size=2)
    data.trainer = type(
        "Trainer",
        (),
        {"global_rank": distributed.get_rank(), "world_size": distributed.get_world_size()},
    )
    loader = data.train_dataloader()
    rows = torch.cat([batch.input[:, :, 0] for batch in loader])
    everything = [torch.empty_like(rows) for _ in range(2)]
    distributed.all_gather(everything, rows)
    distributed.destroy_process_group()
    if rank == 0:
        torch.save(everything, results)


def test_two_ranks_read_disjoint_records_of_one_dataset(path, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    arguments = (path, port, str(tmp_path / "rows.pt"))
    multiprocessing.start_processes(windows_of_a_rank, arguments, nprocs=2, start_method="fork")
    shares = torch.load(tmp_path / "rows.pt")
    assert [len(share) for share in shares] == [4, 4]
    expected = opened(path, "memory").parts["train"].input[:, :, 0]
    found = torch.cat(shares)
    assert torch.equal(found[found[:, 0].argsort()], expected[expected[:, 0].argsort()])
