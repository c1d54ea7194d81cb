"""Cards: what they say, and that `--verify` finds what is no longer true."""

import json
from functools import partial
from pathlib import Path

import pytest
import torch

import datasets
from datasets.recipes.catalogue import load_recipe
from surrogate import export, inference
from surrogate.card import page
from surrogate.card.facts import Set, measure
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.evaluation import report
from surrogate.networks import LSTM, MLP
from tests.helpers.checkpoints import STATISTICS, save, untrained
from tests.helpers.make_records import make_records, write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
SETS = ["test=records.h5", "validation=records.h5,part=validation,discard=20"]


def card(*arguments):
    return main(["card", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A checkpoint, its data and its card."""
    monkeypatch.chdir(tmp_path)
    save(untrained(partial(LSTM, hidden=4)), Path("a.ckpt"))
    write_records(Path("records.h5"))
    assert (
        card(
            "--checkpoint",
            "a.ckpt",
            "--data",
            *SETS,
            "--out",
            "a.md",
            "--not-for",
            "buildings on Mars",
        )
        == 0
    )
    return tmp_path


def test_a_card_tells_what_it_is_how_good_and_for_what(folder):
    text = Path("a.md").read_text()
    count = sum(parameter.numel() for parameter in inference.load("a.ckpt").network.parameters())
    assert (
        f"LSTM of {count} parameters: base_acceleration (m s-2), stiffness (2 x N m-1) -> drift "
        "(2 x m)" in text
    )
    assert (
        "**validation** (2 records: part validation of `records.h5`, without the first 20 samples)"
        in text
    )
    assert "- base_acceleration: peaks up to 8 m s-2" in text
    assert "- stiffness 2: 2e+04 +- 2e+03 N m-1 (standard deviation)" in text
    assert "- buildings on Mars" in text
    assert (
        "surrogate.networks.lstm.LSTM" in text
    )  # without a configuration, the network of the checkpoint


def test_its_numbers_are_those_of_the_test_report(folder):
    model = inference.load("a.ckpt")
    facts = page.read_facts("a.md")
    found = measure(model, Set("records.h5", "validation", 20))
    assert facts["sets"]["validation"] == json.loads(json.dumps(found))
    row = next(line for line in Path("a.md").read_text().splitlines() if line.startswith("| NRMSE"))
    mean = facts["sets"]["test"]["metrics"]["NRMSE"]["all"]["mean"]
    assert row.split("|")[2].strip() == f"{mean:.4g}"


def test_a_sound_card_holds_wherever_its_files_are(folder, capsys):
    assert card("--verify", "a.md") == 0
    assert (
        "a.md holds: 210 numbers measured anew" in capsys.readouterr().out
    )  # 2 sets x 7 metrics x 3 groups x 5
    export.write("a.ckpt", "small.ckpt")
    Path("elsewhere").mkdir()
    Path("records.h5").rename("elsewhere/data.h5")
    Path("a.ckpt").unlink()
    moved = ["test=elsewhere/data.h5", "validation=elsewhere/data.h5"]
    assert card("--verify", "a.md", "--checkpoint", "small.ckpt", "--data", *moved) == 0


def spoil_weights():
    content = torch.load("a.ckpt")
    content["state_dict"]["network.head.bias"] += 1e-3
    torch.save(content, "a.ckpt")


def spoil_data():
    dataset = make_records()
    dataset["drift"][10, 50, 0] += 1e-4
    datasets.write_dataset(dataset, "records.h5", overwrite=True)


def spoil_numbers():
    """A better number, in the table and in the block."""
    text = Path("a.md").read_text()
    facts = page.read_facts("a.md")
    mean = facts["sets"]["test"]["metrics"]["NRMSE"]["all"]["mean"]
    text = text.replace(repr(mean), repr(0.5 * mean), 1)
    line = next(line for line in text.splitlines() if line.startswith("| NRMSE"))
    Path("a.md").write_text(
        text.replace(line, line.replace(f"{mean:.4g}", f"{0.5 * mean:.4g}", 1), 1)
    )


def spoil_table():
    text = Path("a.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith("| NRMSE"))
    Path("a.md").write_text(text.replace(line, "| NRMSE | 0.01 | 0.01 | 0.01 | 0.01 | 0.01 |"))


def spoil_block():
    Path("a.md").write_text(Path("a.md").read_text().replace('"sets"', '"set'))


def spoil_twice():
    text = Path("a.md").read_text()
    Path("a.md").write_text(text.replace('   "discard"', '   "discard": 0,\n   "discard"', 1))


def spoil_types():
    Path("a.md").write_text(
        Path("a.md").read_text().replace('"discard": 20', '"discard": "twenty"')
    )


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_weights, "a.md: the weights or channels of a.ckpt are not those of the card"),
        (spoil_data, "a.md: set test: the test records of records.h5 are not those of the card"),
        (spoil_numbers, "a.md: set test: NRMSE (all, mean) is"),
        (spoil_table, "a.md: the table of the set test does not show the numbers of the card"),
        (spoil_twice, "a.md is not a card of a surrogate"),
        (spoil_types, "a.md is not a card of a surrogate"),
        (spoil_block, "a.md is not a card of a surrogate: it has no readable block of numbers"),
        (lambda: Path("records.h5").unlink(), "records.h5 does not exist"),
        (lambda: Path("a.ckpt").unlink(), "checkpoint a.ckpt does not exist"),
        (lambda: Path("a.md").unlink(), "card a.md does not exist"),
        (lambda: Path("a.md").write_bytes(b"\xff\x00"), "a.md is not a card of a surrogate"),
    ],
)
def test_what_is_no_longer_true_is_found(folder, capsys, spoil, message):
    spoil()
    assert card("--verify", "a.md") == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {message}")
    assert len(error.splitlines()) == 1


def test_rounding_is_no_difference(folder):
    facts = page.read_facts("a.md")
    text = Path("a.md").read_text()
    value = facts["sets"]["test"]["metrics"]["RMSE"]["drift 1"]["mean"]  # stands in the block alone
    Path("a.md").write_text(text.replace(repr(value), repr(value * (1 + 1e-5))))
    assert card("--verify", "a.md") == 0
    Path("a.md").write_text(text.replace(repr(value), repr(value * (1 + 1e-2))))
    assert card("--verify", "a.md") == 2


def test_the_configuration_that_the_run_has_kept(folder):
    for number in (0, 1):
        Path(f"log/version_{number}").mkdir(parents=True)
        Path(f"log/version_{number}/config.yaml").write_text(f"seed_everything: {number}\n")
    assert card("--checkpoint", "a.ckpt", "--data", SETS[0], "--out", "b.md") == 0
    assert "```yaml\nseed_everything: 1\n```" in Path("b.md").read_text()
    Path("own.yaml").write_text("seed_everything: 7\n")
    assert (
        card("--checkpoint", "a.ckpt", "--data", SETS[0], "--out", "c.md", "--config", "own.yaml")
        == 0
    )
    assert "seed_everything: 7" in Path("c.md").read_text()


def test_a_function_has_a_card_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = load_recipe("radial", ["records=40"])
    datasets.write_dataset(recipe.make(0, 40).assign_attrs(recipe=recipe.to_yaml()), "radial.h5")
    x, y = ChannelGroup("x", "1", "point", "input", 2), ChannelGroup("y", "1", "value", "output", 1)
    numbers = {name: [1.0] * (2 if "input" in name else 1) for name in STATISTICS}
    save(
        untrained(partial(MLP, hidden=[4]), Interface((x,), (y,), None, recipe.to_yaml()), numbers),
        Path("a.ckpt"),
    )
    assert card("--checkpoint", "a.ckpt", "--data", "test=radial.h5", "--out", "a.md") == 0
    assert card("--verify", "a.md") == 0
    assert set(report.STATISTICS) == set(
        page.read_facts("a.md")["sets"]["test"]["metrics"]["RMSE"]["y"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "records.h5"], "--data 'records.h5' must be NAME=PATH"),
        (["--data", "a=records.h5,parts=test"], "'parts' is unknown, choose from part, discard"),
        (["--data", "a=records.h5,discard=few"], "discard must be a number of samples, got 'few'"),
        (
            ["--data", "a=records.h5,discard=500"],
            "records of records.h5 have 200 samples, discard is 500",
        ),
        (["--data", "a=records.h5,part=holdout"], "records.h5 has no holdout part"),
        (["--data", "a=records.h5", "a=records.h5"], "--data names a set twice"),
        (["--data", "a=absent.h5"], "absent.h5 does not exist"),
        (["--data"], "argument --data: expected at least one argument"),
        (
            ["--checkpoint", ""],
            "--checkpoint is missing: a card needs --checkpoint, --data and --out",
        ),
        (["--config", "absent.yaml"], "config absent.yaml does not exist"),
        (["--out", "a.md"], "a.md exists"),
        (["--checkpoint", "records.h5"], "records.h5 is not a checkpoint of this package"),
        (["--verify", "a.md"], "--verify takes only --checkpoint and --data"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(folder, capsys, arguments, message):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    usual = ["--checkpoint", "a.ckpt", "--data", "test=records.h5", "--out", "b.md"]
    assert card(*usual, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_set_that_the_card_does_not_have(folder, capsys):
    assert card("--verify", "a.md", "--data", "other=records.h5") == 2
    assert "a.md has no set 'other', it has test, validation" in capsys.readouterr().err
    assert card("--verify", "a.md", "--data", "test=records.h5,part=train") == 2
    assert (
        "--verify takes only NAME=PATH: part and discard are those of the card"
        in capsys.readouterr().err
    )


def test_what_users_have_named_is_no_markup(folder, capsys):
    """A card is shown by browsers, which would run a script in it."""
    script = "<script>alert(1)</script>"
    Path("config.yaml").write_text("```\n# heading\n")
    words = ["--checkpoint", "a.ckpt", "--out", "b.md", "--config", "config.yaml"]
    assert card(*words, "--data", f"{script}=records.h5", "--not-for", script) == 0
    visible, _, _ = Path("b.md").read_text().rpartition("## Numbers")
    assert "<script>" not in visible
    assert "&lt;script&gt;" in visible
    assert "````yaml\n```\n# heading\n````" in visible
    assert card("--verify", "b.md") == 0
