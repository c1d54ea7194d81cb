"""Records of different lengths as training input: what is padding is never read as a value."""

import numpy as np
import pytest
import torch

from datasets import write_dataset
from datasets.contract import lengths as lengths_of_files
from datasets.files.window_reader import WindowReader
from surrogate.data import lengths
from surrogate.data.datamodule import Records
from surrogate.data.samplers import Batch, cut
from surrogate.data.similar import SimilarLengths
from surrogate.data.storage import StoredRecords
from tests.helpers.make_records import make_records, write_records
from tests.helpers.ragged import LENGTHS, ragged_records, write_ragged

PADDINGS = (np.nan, 0.0, 1e30)
PLACEMENTS = ("memory", "disk")
TRAIN = np.array(LENGTHS[:8])


def records(path, **options) -> Records:
    options = {"parameters": ["stiffness"], "batch_size": 3} | options
    made = Records(str(path), ["base_acceleration"], ["drift"], **options)
    made.setup("fit")
    return made


def batches(data: Records, epoch: int = 0) -> list[Batch]:
    loader = data.train_dataloader()
    loader.set_epoch(epoch)
    return list(loader)


def same(one: list[Batch], other: list[Batch]) -> bool:
    return len(one) == len(other) and all(
        torch.equal(a.input, b.input)
        and torch.equal(a.target, b.target)
        and (a.samples is b.samples or torch.equal(a.samples, b.samples))
        for a, b in zip(one, other, strict=True)
    )


@pytest.fixture
def files(tmp_path, monkeypatch):
    """One dataset with three paddings, of which the first alone is sound."""
    return [
        write_ragged(tmp_path / f"{number}.h5", monkeypatch, padding)
        for number, padding in enumerate(PADDINGS)
    ]


@pytest.mark.parametrize("window", [None, 50])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_neither_batches_nor_statistics_nor_digests_see_the_padding(files, placement, window):
    found = [records(path, placement=placement, window=window) for path in files]
    for other in found[1:]:
        assert other.statistics() == found[0].statistics()
        assert other.bounds() == found[0].bounds()
        assert other.digests == found[0].digests
        assert same(batches(other), batches(found[0]))
        for one, twin in zip(found[0].val_dataloader(), other.val_dataloader(), strict=True):
            assert same([one], [twin])


@pytest.mark.parametrize("options", [{}, {"washout": 20}, {"window": 50, "washout": 5}])
def test_records_in_memory_give_the_batches_of_records_on_disk(files, options):
    held, stored = (records(files[0], placement=place, **options) for place in PLACEMENTS)
    assert same(batches(held), batches(stored))


def test_statistics_are_those_of_the_samples_that_count(tmp_path, files):
    whole = write_records(tmp_path / "whole.h5")
    data = records(whole, parameters=[])
    values = [data.parts["train"].input[i, :n] for i, n in enumerate(TRAIN)]
    found = records(files[0], parameters=[]).statistics()
    assert found["input_mean"] == pytest.approx([torch.cat(values).double().mean().item()])
    assert found["input_peak"] == [torch.cat(values).abs().max().item()]


def test_every_record_is_in_a_batch_once_with_its_length_and_zeros_behind(files):
    found = batches(records(files[0]))
    assert sorted(torch.cat([batch.samples for batch in found]).tolist()) == sorted(TRAIN)
    for batch in found:
        assert batch.input.shape[1] == batch.samples.max()
        for input, target, samples in zip(batch.input, batch.target, batch.samples, strict=True):
            assert not input[samples:].any()
            assert not target[samples:].any()
            assert input[:samples].all()


def test_a_washout_shortens_what_is_scored(files):
    for batch in batches(records(files[0], washout=20)):
        assert torch.equal(batch.scored, batch.samples - 20)
        assert batch.weight == int(batch.scored.sum())


def test_windows_lie_within_their_records_and_records_come_by_their_length(files):
    data = records(files[0], window=50, windows_per_epoch=4 * int(np.sum(-(-TRAIN // 50))))
    loader = data.train_dataloader()
    visits = np.zeros(len(TRAIN), int)
    for windows in loader.sampler:
        assert windows.samples is None
        assert (windows.start + 50 <= TRAIN[windows.record]).all()
        np.add.at(visits, windows.record, 1)
    assert visits.tolist() == (4 * -(-TRAIN // 50)).tolist()


def test_a_window_or_washout_longer_than_the_shortest_record_is_refused(files):
    with pytest.raises(ValueError, match="have 60 to 200 samples: too few for window = 61"):
        records(files[0], window=61)
    with pytest.raises(ValueError, match="too few for washout = 60"):
        records(files[0], washout=60)
    with pytest.raises(ValueError, match="first piece of 15 samples of the shortest record"):
        records(files[0], truncation=50, washout=15)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_part_of_records_of_one_length_is_read_without_the_padding(tmp_path, placement):
    dataset = make_records(records=6)
    dataset["drift"].values[:4, 90:] = np.nan
    dataset["base_acceleration"].values[:4, 90:] = np.nan
    samples = lengths_of_files.label([90] * 4 + [200] * 2)
    write_dataset(dataset.assign(samples=samples), tmp_path / "parts.h5")
    data = records(tmp_path / "parts.h5", placement=placement)
    assert not data.pads
    assert [part.samples for part in data.parts.values()] == [90, 200, 200]
    for batch in batches(data):
        assert batch.samples is None
        assert batch.input.shape[1] == 90


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_records_without_targets_and_parts_without_records(tmp_path, placement):
    dataset = ragged_records().drop_vars(["drift", "split"])
    write_dataset(dataset, tmp_path / "asked.h5")
    data = Records(
        str(tmp_path / "asked.h5"),
        ["base_acceleration"],
        ["drift"],
        test_path=str(tmp_path / ".." / tmp_path.name / "asked.h5"),
        placement=placement,
    )
    data.setup("predict")
    (batch,) = data.predict_dataloader()
    assert batch.target.shape == (12, 200, 0)
    assert batch.samples.tolist() == list(LENGTHS)
    empty = StoredRecords(
        WindowReader(tmp_path / "asked.h5"),
        ["base_acceleration"],
        [],
        np.empty((0, 0), np.float32),
        np.array([], int),
        0,
        np.array([], int),
    )
    assert len(empty) == 0


@pytest.mark.parametrize("ranks", [1, 2])
def test_similar_lengths_go_together_and_leave_little_padding(ranks):
    own = np.random.default_rng(0).integers(100, 1000, 400)
    samplers = [SimilarLengths(own, 400, 8, 0, rank, ranks) for rank in range(ranks)]
    found = [windows for sampler in samplers for windows in sampler]
    read = sum(windows.length * len(windows.record) for windows in found)
    assert own.sum() / read > 0.85
    order = np.random.default_rng(0).permutation(400).reshape(-1, 8)
    assert own.sum() / (8 * own[order].max(axis=1).sum()) < 0.7
    assert sorted(np.concatenate([w.record for w in found])) == list(range(400))


def test_batches_change_from_epoch_to_epoch_and_are_reproducible(files):
    data = records(files[0])
    assert same(batches(data, 3), batches(data, 3))
    assert not same(batches(data, 3), batches(data, 4))


@pytest.mark.parametrize("options", [{}, {"truncation": 50}])
def test_an_epoch_is_resumed_at_its_batch(files, options):
    data = records(files[0], **options)
    everything = batches(data, 2)
    loader = data.train_dataloader()
    loader.set_epoch(2)
    loader.load_state_dict({"epoch": 2, "delivered": 2})
    assert same(list(loader), everything[2:])


def test_pieces_count_what_is_left_of_each_record():
    input = torch.ones(2, 100, 1)
    found = cut(Batch(input, input[:, 10:], samples=torch.tensor([100, 30])), 4)
    assert [piece.samples.tolist() for piece in found] == [[25, 25], [25, 5], [25, 0], [25, 0]]
    assert [piece.scored.tolist() for piece in found] == [[15, 15], [25, 5], [25, 0], [25, 0]]


def test_a_function_by_length_sees_the_true_end_of_each_record():
    input = torch.randn(4, 9, 2)
    samples = torch.tensor([9, 3, 9, 5])
    seen = []

    def backwards(values):
        seen.append(tuple(values.shape))
        return values.flip(1).cumsum(1).flip(1)

    found = lengths.by_length(backwards, input, samples)
    assert seen == [(1, 3, 2), (1, 5, 2), (2, 9, 2)]
    for values, own, length in zip(found, input, samples, strict=True):
        torch.testing.assert_close(values[:length], own[:length].flip(0).cumsum(0).flip(0))
        assert not values[length:].any()


def test_a_function_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"records of 3 samples have an output of \(1, 1, 2\)"):
        lengths.by_length(lambda x: x[:, :1], torch.zeros(2, 5, 2), torch.tensor([3, 5]))


def test_a_mean_weighs_samples_or_records():
    one = torch.tensor([[[1.0], [1.0], [7.0]], [[4.0], [4.0], [4.0]]])
    samples = torch.tensor([2, 3])
    square = torch.nn.functional.mse_loss
    zero = torch.zeros_like(one)
    assert lengths.mean(square, one, zero, samples).item() == pytest.approx((2 + 48) / 5)
    assert lengths.mean(square, one, zero, samples, weighs_records=True).item() == 8.5
    assert lengths.total(lambda a, b: (a - b).sum(), one, zero, samples).item() == 14.0
