"""A shard is written while the next one is computed, and nothing else tells it from one at a
time.
"""

import threading

import pytest

from datasets import write_dataset
from datasets.files.store import shard_name
from datasets.generation import tasks
from datasets.generation.behind import one_behind
from datasets.generation.claiming import RECIPE_NAME
from datasets.generation.scheduling import Schedule
from datasets.generation.sources import sources_hash
from datasets.recipes.catalogue import load_recipe
from datasets.recipes.recipe import Recipe

SOON = 30.0  # seconds that a test waits before it fails


@pytest.fixture
def recipe():
    return load_recipe("five_storey", ["records=6", "records_per_shard=2", "motion.duration=1.0"])


@pytest.fixture
def folder(recipe, tmp_path):
    (tmp_path / RECIPE_NAME).write_text(recipe.to_yaml())
    return tmp_path


def make(recipe, folder, numbers=(0, 1, 2)):
    return tasks.make_shards(recipe.to_yaml(), numbers, str(folder), sources_hash())


def test_the_next_shard_is_computed_while_one_is_written(recipe, folder, monkeypatch):
    """A write that waits until the next shard is under way would wait for ever otherwise."""
    begun = {first: threading.Event() for first in (0, 2, 4, 6)}
    begun[6].set()  # behind the last
    compute = Recipe.run

    def run(self, first, count):
        begun[first].set()
        return compute(self, first, count)

    def write(dataset, path, **options):
        assert begun[dataset.attrs["first_record"] + 2].wait(SOON)
        write_dataset(dataset, path, **options)

    monkeypatch.setattr(Recipe, "run", run)
    monkeypatch.setattr(tasks, "write_dataset", write)
    made = make(recipe, folder)
    assert [(one.first, one.count, one.fresh) for one in made] == [
        (0, 2, True),
        (2, 2, True),
        (4, 2, True),
    ]
    assert all((folder / shard_name(number, 3)).is_file() for number in range(3))


def test_shards_have_the_bytes_of_those_made_one_by_one(recipe, folder, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    make(recipe, folder)
    together = [(folder / shard_name(number, 3)).read_bytes() for number in range(3)]
    for number in range(3):
        (folder / shard_name(number, 3)).unlink()
        (made,) = make(recipe, folder, [number])
        assert made.fresh
    assert [(folder / shard_name(number, 3)).read_bytes() for number in range(3)] == together


def test_an_error_of_a_write_is_that_of_the_task(recipe, folder, monkeypatch):
    written = []

    def write(dataset, path, **options):
        written.append(path.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(tasks, "write_dataset", write)
    with pytest.raises(OSError, match="No space left"):
        make(recipe, folder)
    assert written == [shard_name(0, 3), shard_name(1, 3)]


def test_one_call_is_under_way_and_the_last_is_waited_for():
    under_way = []
    most = []

    def call(number, release):
        under_way.append(number)
        most.append(len(under_way))
        assert release.wait(SOON)
        under_way.remove(number)

    done = threading.Event()
    done.set()
    with one_behind() as begin:
        for number in range(5):
            begin(call, number, done)
    assert most == [1] * 5
    assert under_way == []


@pytest.mark.parametrize(
    ("shards", "workers", "together"), [(3, 1, 1), (8, 2, 1), (16, 2, 2), (1000, 2, 8)]
)
def test_shards_of_a_task_leave_work_for_all_until_the_end(tmp_path, shards, workers, together):
    recipe = load_recipe("five_storey", [f"records={shards}", "records_per_shard=1"])
    found = [what for _, what in Schedule(recipe, tmp_path)._tasks(None, workers)]
    assert [number for numbers in found for number in numbers] == list(range(shards))
    assert {len(numbers) for numbers in found[:-1]} == {together}
