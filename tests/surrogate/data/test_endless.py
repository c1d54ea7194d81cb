"""Training records that are drawn from a recipe: which they are, that none comes twice, and that
nothing depends on threads, processes or a restart.
"""

import threading
import time
from itertools import chain

import numpy as np
import pytest
import torch

from datasets.generation.executors import InProcess
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe
from surrogate.data.datamodule import Records
from surrogate.data.endless import fixed
from surrogate.data.endless.numbering import PIECE, Numbering
from surrogate.data.endless.records import EndlessRecords
from surrogate.data.endless.supply import Supply

torch.set_num_threads(1)
LITTLE = ["records=20", "motion.duration=2"]
NAMES = {"inputs": ["base_acceleration"], "targets": ["drift"]}


def endless(**options):
    return EndlessRecords("five_storey", **(NAMES | {"overrides": LITTLE} | options))


def opened(**options):
    records = endless(**options)
    records.setup("fit")
    return records


def epochs(records, numbers):
    """Batches of some epochs, each joined to one tensor of inputs and one of targets."""
    loader = records.train_dataloader()
    found = []
    for number in numbers:
        loader.set_epoch(number)
        batches = list(loader)
        inputs = torch.cat([batch.input for batch in batches])
        found.append((inputs, torch.cat([batch.target for batch in batches])))
    records.teardown("fit")
    return found


@pytest.mark.parametrize("ranks", [1, 2, 3])
@pytest.mark.parametrize("repeats", [1, 3])
@pytest.mark.parametrize("records", [5, 2 * PIECE + 7])
def test_no_record_has_two_places(records, repeats, ranks):
    """Over four rounds and all processes every number comes as often as it is to be repeated."""
    seen = []
    for rank in range(ranks):
        numbering = Numbering(100, records, repeats, rank, ranks)
        for epoch in range(4 * repeats):
            places = numbering.order(epoch, seed=0)
            pieces, positions = numbering.pieces_of(places)
            firsts = np.array([numbering.span(int(piece))[0] for piece in pieces])
            seen.append(firsts + positions)
    numbers, times = np.unique(np.concatenate(seen), return_counts=True)
    assert len(numbers) == 4 * ranks * (records // ranks)
    assert set(times) == {repeats}
    assert numbers.min() == 100
    assert numbers.max() < 100 + 4 * records


def test_repetitions_have_an_order_of_their_own():
    numbering = Numbering(0, 50, repeats=3)
    orders = [numbering.order(epoch, seed=1) for epoch in range(4)]
    assert [set(order) for order in orders] == 3 * [set(range(50))] + [set(range(50, 100))]
    assert not np.array_equal(orders[1], orders[2])


def test_pieces_that_may_come_again_are_kept():
    numbering = Numbering(0, 3 * PIECE, repeats=2)
    assert numbering.oldest_needed(5) == 3
    assert Numbering(0, 3 * PIECE).oldest_needed(5) == 5


def test_epochs_have_new_records_and_repetitions_the_old_ones():
    first, again, second = epochs(opened(repeats=2), range(3))
    assert torch.equal(_sorted(first[0]), _sorted(again[0]))
    assert not torch.equal(first[0], again[0])
    both = torch.cat([first[0], second[0]])
    assert len(torch.unique(both, dim=0)) == len(both) == 28


@pytest.mark.parametrize("threads", [0, 2])
def test_threads_do_not_change_a_bit(threads):
    usual = epochs(opened(), range(2))
    other = epochs(opened(threads=threads), range(2))
    for one, two in zip(chain(*usual), chain(*other), strict=True):
        assert torch.equal(one, two)


def test_training_records_are_those_of_the_stated_seed():
    """`fixed.fresh` tells the seed with which `generate` writes them."""
    ((input, target),) = epochs(opened(skip=3), range(1))
    seed = fixed.fresh(load_recipe("five_storey", LITTLE)).seed
    written = load_recipe("five_storey", [*LITTLE, f"seed={seed}"]).make(3, 14)
    np.testing.assert_array_equal(input[..., 0], written["base_acceleration"])
    np.testing.assert_array_equal(target, written["drift"])


def test_validation_and_test_are_the_records_of_the_file(tmp_path):
    path = tmp_path / "five_storey.h5"
    generate(load_recipe("five_storey", LITTLE), path, InProcess())
    of_file = Records(str(path), **NAMES)
    of_file.setup("fit")
    of_recipe = opened()
    for part in ("validation", "test"):
        assert torch.equal(of_recipe.parts[part].input, of_file.parts[part].input)
        assert torch.equal(of_recipe.parts[part].target, of_file.parts[part].target)
        np.testing.assert_array_equal(of_recipe.parts[part].number, of_file.parts[part].number)
    assert of_recipe.interface == of_file.interface
    from_path = opened(path=str(path))
    assert torch.equal(from_path.parts["test"].input, of_file.parts["test"].input)


def test_statistics_and_bounds_are_those_of_the_first_records():
    records = opened()
    first = fixed.fresh(records.recipe).drawn(0, 1000)
    acceleration = first["base_acceleration"].values.astype(np.float64)
    stated = records.statistics()
    np.testing.assert_allclose(stated["input_mean"], acceleration.mean(), atol=1e-9)
    np.testing.assert_allclose(stated["input_scale"], acceleration.std(), rtol=1e-6)
    assert records.bounds()["low"] == [acceleration.min()]
    assert records.bounds()["duration"] == pytest.approx(2.0)


def test_parameters_go_in_too():
    vary = "vary.mass={distribution: uniform, low: 0.9, high: 1.1}"
    records = opened(parameters=["mass"], overrides=[*LITTLE, vary])
    ((input, _),) = epochs(records, range(1))
    masses = input[:, :, 1:]
    assert masses.shape[-1] == 5
    assert torch.equal(masses[:, :1].expand_as(masses), masses)
    assert len(torch.unique(masses[:, 0], dim=0)) == len(masses)


WRONG = [
    ({"repeats": 0}, "repeats must be at least 1, got 0"),
    ({"records_per_epoch": 0}, "records_per_epoch must be at least 1, one for each process, got 0"),
    ({"skip": -1}, "skip must be at least 0, got -1"),
    ({"threads": -1}, "threads must be at least 0, got -1"),
    ({"batch_size": 0}, "batch_size must be at least 1, got 0"),
    ({"overrides": ["seed"]}, "'seed' is not an override"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_wrong_settings_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        endless(**options)


def test_recipes_that_end_are_refused():
    cube = ["sampling=latin_hypercube", "vary.mass={distribution: uniform, low: 0.9, high: 1.1}"]
    with pytest.raises(ValueError, match="recipe five_storey: sampling is latin_hypercube"):
        endless(overrides=cube)
    with pytest.raises(ValueError, match="recipe radial: records without end are drawn from"):
        EndlessRecords("radial", ["x"], ["y"])


def test_parts_of_a_recipe_that_are_too_large_are_refused(monkeypatch, capsys):
    """They are held in memory, as those of a file are up to 2 GiB."""
    many = [*LITTLE, "records=1000000000"]
    with pytest.raises(ValueError, match="the validation and test records of the recipe"):
        opened(overrides=many)
    assert "note: 1000000000 records are made to find" in capsys.readouterr().err


def test_what_the_recipe_lacks_is_named():
    with pytest.raises(ValueError, match="five_storey has no variable 'velocity'"):
        opened(targets=["velocity"])
    records = endless(overrides=[*LITTLE, "split={train: 1.0}"])
    with pytest.raises(ValueError, match="five_storey has no test part: name a file"):
        records.setup("test")


def test_a_supply_tells_how_long_was_waited():
    def slow(number):
        time.sleep(0.02)
        return number

    alone = Supply(slow, threads=0)
    assert [alone.get(number, number) for number in range(3)] == [0, 1, 2]
    assert alone.waiting() > 0.9
    assert alone.waiting() == 0.0
    ahead = Supply(slow, threads=1)
    ahead.get(0, 0)
    made = threading.Event()
    ahead._blocks[2].add_done_callback(lambda _: made.set())
    assert made.wait(10)
    ahead.waiting()
    ahead.get(1, 1)
    time.sleep(0.1)
    ahead.get(2, 2)
    assert ahead.waiting() < 0.5
    ahead.close()


def test_an_error_in_a_thread_is_raised_where_the_block_is_used():
    def broken(number):
        raise ValueError(f"no block {number}")

    supply = Supply(broken, threads=1)
    with pytest.raises(ValueError, match="no block 7"):
        supply.get(7, 7)
    supply.close()


def test_the_face_has_it():
    import surrogate

    assert surrogate.EndlessRecords is EndlessRecords


def _sorted(records):
    return records[torch.argsort(records[:, 1, 0])]
