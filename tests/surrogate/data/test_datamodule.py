"""Parts by record, statistics of the training part alone, windows as a function of seed and
epoch.
"""

import numpy as np
import pytest
import torch
import xarray as xr

from datasets import write_dataset
from datasets.contract import partition
from surrogate.data.datamodule import Records
from surrogate.data.samplers import RecordSampler, WindowSampler, loader
from tests.helpers.make_records import make_records, write_records

NAMES = {"inputs": ["base_acceleration"], "targets": ["drift"]}


@pytest.fixture
def path(tmp_path):
    return str(write_records(tmp_path / "records.h5"))


def read(path, **options):
    records = Records(path, **NAMES, **options)
    records.setup("fit")
    return records


def test_every_record_is_in_one_part_and_in_the_part_that_the_file_names(path):
    parts = read(path).parts
    numbers = np.concatenate([part.number for part in parts.values()])
    assert sorted(numbers) == list(range(12))
    dataset = make_records()
    for name, part in parts.items():
        members = partition.members(dataset, name)
        assert np.array_equal(part.number, members)
        assert np.array_equal(part.target.numpy(), dataset["drift"].values[members])


def test_statistics_do_not_change_when_the_test_part_changes(tmp_path, path):
    dataset = make_records()
    dataset["drift"][partition.members(dataset, "test")] *= 100.0
    dataset["drift"][partition.members(dataset, "validation")] += 1.0
    write_dataset(dataset, tmp_path / "other.h5")
    assert read(str(tmp_path / "other.h5")).statistics() == read(path).statistics()


def test_statistics_are_those_of_the_training_part(path):
    records = read(path)
    drift = make_records()["drift"].values[:8].astype(np.float64)
    statistics = records.statistics()
    np.testing.assert_allclose(statistics["target_mean"], drift.mean(axis=(0, 1)), rtol=1e-6)
    np.testing.assert_allclose(statistics["target_scale"], drift.std(axis=(0, 1)), rtol=1e-6)


def test_the_same_record_in_two_files_is_refused(tmp_path, path):
    """A test file made with the seed of the training file would be scored from memory."""
    copy = write_records(tmp_path / "copy.h5", split=False)
    with pytest.raises(
        ValueError, match="record 0 of the test part is also record 0 of the train part"
    ):
        read(path, test_path=str(copy))
    other = write_records(tmp_path / "other.h5", split=False, seed=5)
    assert len(read(path, test_path=str(other)).parts["test"]) == 12


def test_quiet_records_in_two_parts_are_no_leak(tmp_path):
    dataset = make_records()
    for part in ("train", "test"):
        quiet = partition.members(dataset, part)[0]
        for name in dataset.data_vars:
            if dataset[name].dims[:2] == ("record", "time"):
                dataset[name][quiet] = 0.0
    write_dataset(dataset, tmp_path / "quiet.h5")
    assert len(read(str(tmp_path / "quiet.h5")).parts["train"]) == 8


def test_a_file_without_a_split_is_all_training_data(tmp_path):
    plain = str(write_records(tmp_path / "plain.h5", split=False))
    records = read(plain)
    assert list(records.parts) == ["train"]
    assert len(records.parts["train"]) == 12
    assert records.val_dataloader() == []
    with pytest.raises(
        ValueError, match=r"plain\.h5 has no test part, .*: name a file for test by data\.test_path"
    ):
        Records(plain, **NAMES).setup("test")


def test_windows_are_pieces_of_records_without_their_washout(path):
    records = read(path, window=50, washout=20, batch_size=5, windows_per_epoch=13)
    train = records.parts["train"]
    batches = list(records.train_dataloader())
    assert [len(batch.input) for batch in batches] == [5, 5, 3]
    for windows, batch in zip(records.train_dataloader().sampler, batches, strict=True):
        for i, (record, start) in enumerate(zip(windows.record, windows.start, strict=True)):
            assert torch.equal(batch.input[i], train.input[record, start : start + 50])
            assert torch.equal(batch.target[i], train.target[record, start + 20 : start + 50])


def test_evaluation_runs_whole_records_in_order_and_discards_their_start(path):
    records = read(path, window=50, washout=20, discard=30, batch_size=16)
    (batch,) = records.val_dataloader()
    part = records.parts["validation"]
    assert torch.equal(batch.input, part.input)
    assert torch.equal(batch.target, part.target[:, 30:])


def test_parameters_are_constant_channels(path):
    records = read(path, parameters=["stiffness"])
    train = records.parts["train"].input.numpy()
    stiffness = make_records()["stiffness"].values[:8]
    assert train.shape == (8, 200, 3)
    assert np.array_equal(train[:, :, 1:], np.repeat(stiffness[:, None], 200, axis=1))
    assert [signal.constant for signal in records.interface.inputs] == [False, True]


def test_functions_are_batches_of_points(tmp_path):
    attrs = {"units": "1", "long_name": "for a test"}
    x = np.random.default_rng(0).uniform(-1, 1, (30, 2)).astype(np.float32)
    dataset = xr.Dataset(
        {"x": (("sample", "input"), x, attrs), "y": (("sample", "output"), x[:, :1] ** 2, attrs)}
    )
    dataset["split"] = partition.label(np.repeat([0, 1, 2], 10), dim="sample")
    write_dataset(dataset, tmp_path / "function.h5")
    records = Records(str(tmp_path / "function.h5"), ["x"], ["y"], batch_size=4)
    records.setup("fit")
    assert records.interface.interval is None
    points = torch.cat([batch.input for batch in records.train_dataloader()])
    assert points.shape == (10, 2)
    assert torch.equal(points.sort(dim=0).values, torch.from_numpy(x[:10]).sort(dim=0).values)


def sampler(seed=3, rank=0, ranks=1, **changes):
    options = {"records": 7, "samples": 100, "window": 30, "count": 28, "batch_size": 5} | changes
    return WindowSampler(**options, seed=seed, rank=rank, ranks=ranks)


def drawn(one, epoch):
    one.set_epoch(epoch)
    return [
        (int(r), int(s))
        for windows in one
        for r, s in zip(windows.record, windows.start, strict=True)
    ]


def test_windows_depend_on_seed_and_epoch_and_on_nothing_else():
    one, other = sampler(), sampler()
    drawn(one, 0)
    np.random.default_rng().random()
    assert drawn(one, 4) == drawn(other, 4)
    assert drawn(one, 4) != drawn(one, 5)
    assert drawn(one, 4) != drawn(sampler(seed=4), 4)


def test_every_record_is_visited_equally_often_and_every_start_can_occur():
    places = [place for epoch in range(300) for place in drawn(sampler(), epoch)]
    records, starts = map(np.array, zip(*places, strict=True))
    assert set(np.bincount(records)) == {4 * 300}
    assert set(starts) == set(range(71))  # the last window ends with the record


def test_ranks_share_the_windows_of_one_process():
    whole = drawn(sampler(count=30), 2)
    shares = [drawn(sampler(count=30, rank=rank, ranks=3), 2) for rank in range(3)]
    assert sorted(whole) == sorted(place for share in shares for place in share)
    assert len({len(share) for share in shares}) == 1


def test_whole_records_are_shared_between_ranks():
    shares = [
        np.concatenate([w.record for w in RecordSampler(7, 100, 2, rank, 3)]) for rank in range(3)
    ]
    assert sorted(np.concatenate(shares)) == list(range(7))


def test_a_loader_resumes_within_its_epoch_only(path):
    records = read(path, window=50, batch_size=4, windows_per_epoch=20)
    undisturbed = records.train_dataloader()
    undisturbed.sampler.set_epoch(6)
    expected = [batch.input for batch in undisturbed]
    stopped = records.train_dataloader()
    stopped.sampler.set_epoch(6)
    batches = iter(stopped)
    next(batches), next(batches)
    resumed = records.train_dataloader()
    resumed.load_state_dict(stopped.state_dict())
    resumed.sampler.set_epoch(6)
    rest = [batch.input for batch in resumed]
    assert len(rest) == 3
    assert all(torch.equal(a, b) for a, b in zip(rest, expected[2:], strict=True))
    resumed.sampler.set_epoch(7)
    assert len(list(resumed)) == 5


def test_starting_a_loader_draws_nothing_from_the_global_stream(path):
    one = loader(read(path).parts["train"], RecordSampler(8, 200, 4))
    state = torch.get_rng_state()
    list(one)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"targets": ["drfit"]},
            "has no variable 'drfit', it has base_acceleration, drift, stiffness, split",
        ),
        (
            {"targets": ["stiffness"]},
            r"stiffness of .* runs along \(record, storey\), must .* belongs in data.parameters",
        ),
        (
            {"parameters": ["base_acceleration"]},
            r"runs along \(record, time\), must run along \(record\[",
        ),
        ({"inputs": []}, "inputs must name at least one variable, got none"),
        (
            {"targets": ["base_acceleration"]},
            "base_acceleration is a target and cannot be an input",
        ),
        (
            {"window": 50, "washout": 50},
            "washout must be less than the window of 50 samples, got 50",
        ),
        ({"washout": -1}, "washout must be at least 0, got -1"),
        ({"washout": 200}, "have 200 samples: too few for washout = 200"),
        ({"discard": -1}, "discard must be at least 0, got -1"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        (
            {"truncation": 50, "washout": 60},
            "washout must end within the first piece of 50 samples",
        ),
        ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
        ({"window": 201}, "have 200 samples: too few for window = 201"),
        ({"discard": 200}, "have 200 samples: too few for discard = 200"),
        ({"path": "absent.h5"}, "absent.h5 does not exist"),
    ],
)
def test_wrong_arguments_are_refused_with_field_and_value(path, options, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        Records(**({"path": path} | NAMES | options)).setup("fit")


def test_another_interval_in_the_test_file_is_refused(tmp_path, path):
    dataset = make_records(seed=9)
    dataset["time"] = ("time", dataset["time"].values * 2, dataset["time"].attrs)
    write_dataset(dataset, tmp_path / "slow.h5")
    with pytest.raises(
        ValueError, match=r"interval of the surrogate is 0.02 s, .*slow.h5 has 0.04 s"
    ):
        read(path, test_path=str(tmp_path / "slow.h5"))
