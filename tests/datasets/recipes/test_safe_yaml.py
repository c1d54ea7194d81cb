"""YAML: no key twice, no text that unfolds, no truth value for a number."""

import pytest

from datasets.recipes.catalogue import load_recipe, read_recipe
from datasets.recipes.recipe import parse_yaml
from surrogate.cli.main import main

BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "records: 3\nseed: 1\nrecords: 4\n",
            r"line 3 is not YAML: the key records stands on line 1",
        ),
        ("motion:\n  duration: 2\n  duration: 3\n", r"line 3 .*the key duration stands on line 2"),
        (BOMB, r"aliases unfold to .* values, at most 100,000"),
        ("a: &a [*a]\n", "an alias stands within the part that it names"),
        ("[" * 5000, "too deep"),
        ("records: !!python/object:os.system x\n", "is not YAML"),
    ],
)
def test_what_does_not_say_one_thing_is_refused(text, message):
    with pytest.raises(ValueError, match=message) as error:
        read_recipe(text, "recipe")
    assert "\n" not in str(error.value)


def test_aliases_that_are_few_are_followed():
    text = "a: &s {train: 0.5, test: 0.5}\nb: *s\nc: {<<: *s, train: 0.1}\n"
    share = {"train": 0.5, "test": 0.5}
    expected = {"a": share, "b": share, "c": {"train": 0.1, "test": 0.5}}
    assert parse_yaml(text, "recipe") == expected


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("records=true", "records is True, must not be true or false"),
        ("seed=false", "seed is False, must not be true or false"),
        ("motion.duration=true", "duration is True, must not be true or false"),
        ("records=1000000000000", "records"),
        ("records_per_shard=1000000000000", "records_per_shard"),
        (
            "split={train: 0.8, val: 0.2}",
            "val is not a name that training looks for: write validation",
        ),
    ],
)
def test_numbers_that_are_none_or_absurd(word, message, capsys, tmp_path):
    with pytest.raises(ValueError, match=message):
        load_recipe("five_storey", [word])
    assert main(["generate", "five_storey", word, "--out", str(tmp_path / "data")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
