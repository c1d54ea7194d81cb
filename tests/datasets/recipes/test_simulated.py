"""Recipes that name a simulator: any block gives the same records, failures are kept apart, and a
recipe out of a file imports nothing.
"""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from datasets.contract import failures, partition
from datasets.contract.schema import validate
from datasets.files.store import open_dataset, write_dataset
from datasets.generation.generate import generate
from datasets.inspection.checking import findings
from datasets.inspection.summary import describe
from datasets.recipes.catalogue import read_recipe
from simulators.excitation.motion import BaseMotion
from simulators.external import StructureSimulator
from simulators.structures.presets import five_storey

MOTION = {"process": "KanaiTajimi", "peak": 2.0, "duration": 2.0, "interval": 0.02}
OWN = {
    "class_path": "simulators.external.StructureSimulator",
    "init_args": {"build": "simulators.structures.presets.five_storey"},
}
FOREIGN = {"class_path": "tests.helpers.foreign_simulators.Misbehaves"}
FUNCTION = {
    "class_path": "simulators.external.FunctionSimulator",
    "init_args": {
        "function": "tests.helpers.foreign_simulators.oscillate",
        "outputs": {"roof_displacement": {"units": "m"}},
        "parameters": {"frequency": {"units": "Hz", "default": 2.0}},
    },
}
SOME_FAIL = {"way": {"distribution": "choice", "values": [0, 0, 0, 1], "as": "value"}}


def recipe(simulator=OWN, trust=True, **changes):
    content = {"simulator": simulator, "motion": MOTION, "records": 8} | changes
    return read_recipe(yaml.safe_dump(content), "recipe.yaml", trust=trust)


def failing(**changes):
    changes = {"failures": {"allowed": 0.5}, "vary": SOME_FAIL, "seed": 3} | changes
    return recipe(FOREIGN, **changes)


def test_records_are_those_of_the_simulator_itself():
    made = recipe(seed=5).make(0, 3)
    validate(made)
    simulator = StructureSimulator(five_storey)
    for record in range(3):
        motion = BaseMotion(made["base_acceleration"].values[record], 0.02)
        expected = simulator.respond(motion)["drift"].values.astype(np.float32)
        np.testing.assert_array_equal(made["drift"].values[record], expected)
    assert made["drift"].attrs["units"] == "m"


def test_what_can_be_drawn_lies_within_the_declared_range():
    function = FUNCTION["init_args"]
    frequency = {"units": "Hz", "default": 2.0, "minimum": 0.5}
    ranged = {**FUNCTION, "init_args": {**function, "parameters": {"frequency": frequency}}}
    normal = {"distribution": "normal", "mean": 1.0, "standard_deviation": 0.2}
    with pytest.raises(ValueError, match=r"vary\.frequency: .* can draw -0\.64.*from 0\.5 to inf"):
        recipe(ranged, vary={"frequency": normal})
    cut = {**normal, "distribution": "truncated_normal", "low": 0.3}
    made = recipe(ranged, vary={"frequency": cut}).make(0, 8)
    assert np.all(made["frequency"].values >= 0.6)
    assert made["frequency"].attrs["units"] == "Hz"


def test_any_block_gives_the_same_records():
    one = failing(sampling="latin_hypercube")
    whole = one.make(0, 8)
    parts = [one.make(first, count) for first, count in ((0, 1), (1, 4), (5, 3))]
    joined = xr.concat(parts, "record", data_vars="all", coords="minimal", compat="override")
    xr.testing.assert_equal(whole, joined.transpose(*whole.dims))


def test_varied_parameters_reach_the_simulator_and_the_file():
    """Twice the frequency of an oscillator that is stiff beside its motion: a quarter of it."""
    vary = {"frequency": {"distribution": "choice", "values": [20.0], "as": "value"}}
    soft = {"frequency": {"distribution": "choice", "values": [10.0], "as": "value"}}
    stiff = recipe(FUNCTION, vary=vary)
    made = stiff.make(0, 2)
    np.testing.assert_array_equal(made["frequency"], 20.0)
    assert made["frequency"].attrs["units"] == "Hz"
    other = recipe(FUNCTION, vary=soft).make(0, 2)
    np.testing.assert_array_equal(made["base_acceleration"], other["base_acceleration"])
    ratio = np.abs(other["roof_displacement"]).max() / np.abs(made["roof_displacement"]).max()
    assert 3.0 < ratio < 6.0


def test_a_record_that_fails_has_its_reason_and_no_numbers():
    made = failing().make(0, 8)
    failed = made["failed"].values != 0
    assert 0 < failed.sum() < 8
    assert np.isnan(made["drift"].values[failed]).all()
    assert np.isfinite(made["drift"].values[~failed]).all()
    assert failures.counts(made) == {"no_convergence": failed.sum()}
    reasons = failures.reasons(made)
    assert sorted(reasons) == np.flatnonzero(failed).tolist()
    assert set(reasons.values()) == {"Newton's method failed at t = 1.25 s"}


def test_records_that_fail_are_in_no_part_that_is_learnt_from():
    made = failing().make(0, 8)
    failed = np.flatnonzero(made["failed"].values)
    np.testing.assert_array_equal(partition.members(made, failures.PART), failed)
    for part in ("train", "validation", "test"):
        assert not set(partition.members(made, part)) & set(failed)
    assert failures.sound(made).sizes["record"] == 8 - len(failed)


def test_a_dataset_with_failures_is_written_checked_and_summed_up(tmp_path):
    out = tmp_path / "frame"
    with ThreadPoolExecutor(1) as executor:
        generate(failing(), out, executor)
    dataset = open_dataset(out)
    expected = failing().make(0, 8)
    np.testing.assert_array_equal(dataset["drift"], expected["drift"])
    number = int((expected["failed"] != 0).sum())
    assert all(not problem for _, problem in findings(out))
    text = describe(out)
    assert f"{number} no_convergence" in text
    assert "Newton's method failed at t = 1.25 s" in text
    assert "nan" not in text.lower()


def test_numbers_that_are_not_finite_are_refused_where_no_failure_explains_them(tmp_path):
    made = failing().make(0, 8)
    sound = int(np.flatnonzero(made["failed"].values == 0)[0])
    made["drift"].values[sound, 7] = np.nan
    with pytest.raises(ValueError, match=f"drift is nan at record {sound}, time 7"):
        write_dataset(made, tmp_path / "frame.h5")


def test_more_failures_than_allowed_are_refused_and_nothing_is_lost(tmp_path):
    out = tmp_path / "frame"
    strict = failing(failures={"allowed": 0.01})
    message = r"\d of 8 records failed \(\d no_convergence\), failures.allowed = 0.01; record \d: "
    with ThreadPoolExecutor(1) as executor, pytest.raises(ValueError, match=message):
        generate(strict, out, executor)
    assert len(list(out.glob("shard-*.h5"))) == 8


def test_a_simulator_that_ends_its_process_costs_its_record_alone():
    crash = {"way": {"distribution": "choice", "values": [3], "as": "value"}}
    made = recipe(FOREIGN, vary=crash, timeout=60.0).make(0, 1)
    assert failures.counts(made) == {"crash": 1}
    assert failures.reasons(made)[0].startswith("ended its process with the code 3")


def test_a_changed_source_is_another_recipe(tmp_path, monkeypatch):
    module = tmp_path / "a_frame_of_mine.py"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    function = {"function": "a_frame_of_mine.respond", "outputs": {"base_shear": {"units": "N"}}}
    simulator = {"class_path": FUNCTION["class_path"], "init_args": function}
    module.write_text("def respond(a, interval):\n    return 0.0 * a\n")
    before = recipe(simulator)
    assert recipe(simulator).hash == before.hash
    assert read_recipe(before.to_yaml(), "again", trust=True).hash == before.hash
    module.write_text("def respond(a, interval):\n    return 1.0 * a\n")
    assert recipe(simulator).hash != before.hash
    with pytest.raises(ValueError, match="has changed since"):
        read_recipe(before.to_yaml(), "again", trust=True)


def test_a_recipe_out_of_a_file_imports_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_trap.py").write_text("raise SystemExit('sprung')\n")
    content = {"simulator": {"class_path": "a_trap.Frame"}, "motion": MOTION, "records": 1}
    read = read_recipe(yaml.safe_dump(content), "stored")
    assert read.simulator.class_path == "a_trap.Frame"
    assert "a_trap" not in sys.modules


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"simulator": {"class_path": "no.Frame"}}, "module no cannot be imported"),
        ({"simulator": {"class_path": "Frame"}}, "'Frame' is not a path: expected MODULE.NAME"),
        (
            {"simulator": {"class_path": "tests.helpers.foreign_simulators.Colours"}},
            "tests.helpers.foreign_simulators.Colours does not derive from simulators.external",
        ),
        (
            {"simulator": FOREIGN | {"init_args": {"colour": 1}}},
            "simulator: init_args: Misbehaves.. takes no arguments",
        ),
        ({"outputs": ["drifts"]}, "'drifts' is unknown, choose from drift, restoring_force"),
        ({"vary": {"stiffness": SOME_FAIL["way"]}}, "vary.stiffness may not vary: choose from"),
        (
            {"simulator": FOREIGN, "vary": {"way": SOME_FAIL["way"] | {"each": "part"}}},
            "vary.way: each = 'part'",
        ),
        ({"split": {"train": 0.5, "failed": 0.5}}, "the part failed is kept for records without"),
        ({"timeout": 0}, "timeout: must be greater than 0"),
        ({"failures": {"allowed": 2}}, "failures.allowed: must be less than or equal to 1"),
        (
            {
                "simulator": FUNCTION
                | {
                    "init_args": FUNCTION["init_args"]
                    | {"outputs": {"drift": {"units": "m", "component": "storey"}}}
                }
            },
            "output drift states no size, how many of storey there are",
        ),
        (
            {
                "simulator": FUNCTION
                | {"init_args": FUNCTION["init_args"] | {"outputs": {"drift": {"units": "cm"}}}}
            },
            "output drift is in cm along time; a file has it in m along time, storey",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line_before_anything_runs(content, message):
    with pytest.raises(ValueError, match=message) as caught:
        recipe(**content)
    assert "\n" not in str(caught.value)


def function(**outputs):
    """A simulator of a function with these outputs."""
    return FUNCTION | {"init_args": FUNCTION["init_args"] | {"outputs": outputs}}


@pytest.mark.parametrize("name", ["time", "base_acceleration", "force", "split", "samples"])
def test_an_output_may_not_replace_what_the_file_holds_beside_it(name):
    message = f"output {name} has the name of another variable of the file: give it another name"
    with pytest.raises(ValueError, match=message):
        recipe(function(**{name: {"units": "m s-2"}}))


def test_nor_a_parameter_that_varies():
    vary = {"frequency": {"distribution": "uniform", "low": 0.8, "high": 1.2}}
    own = function(frequency={"units": "Hz"})
    assert recipe(own).kept[0].name == "frequency"
    with pytest.raises(ValueError, match="output frequency has the name of another variable"):
        recipe(own, vary=vary)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (float("nan"), "Costs.cost gives nan for record 0: expected a number >= 0"),
        (None, "Costs.cost gives None for record 0"),
        (-1.0, "Costs.cost gives -1.0 for record 0"),
        ("no idea", r"Costs.cost fails for record 0: RuntimeError: no idea \(foreign_simul"),
    ],
)
def test_a_cost_that_is_no_number_is_told_before_any_record(expected, message):
    simulator = {"class_path": FOREIGN["class_path"].replace("Misbehaves", "Costs")}
    simulator["init_args"] = {"expected": expected}
    with pytest.raises(ValueError, match=message):
        recipe(simulator).expected_costs()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "raise SystemExit('usage: FRAME')",
            r"SystemExit: usage: FRAME \(a_broken_frame.py, line 1",
        ),
        ("wrong = undefined", r"NameError: name 'undefined' is not defined \(a_broken_frame.py, l"),
        ("def f(:", r"SyntaxError: invalid syntax \(a_broken_frame.py, line 1\)"),
        ("import no_such_solver", "No module named 'no_such_solver'"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told_with_its_reason(
    source, reason, tmp_path, monkeypatch
):
    (tmp_path / "a_broken_frame.py").write_text(source + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    message = f"module a_broken_frame cannot be imported: {reason}"
    with pytest.raises(ValueError, match=message) as caught:
        recipe({"class_path": "a_broken_frame.Frame"})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["./my_frame.Frame", "..my_frame.Frame", "my_frame.Frame()"])
def test_a_class_path_is_no_file_and_no_call(path):
    with pytest.raises(ValueError, match=r"is not a path: expected MODULE.NAME"):
        recipe({"class_path": path})


def test_a_class_that_cannot_be_made_or_declares_nothing_is_refused():
    path = FOREIGN["class_path"]
    with pytest.raises(ValueError, match="init_args: RuntimeError: no licence of the solver"):
        recipe({"class_path": path.replace("Misbehaves", "Refuses")})
    with pytest.raises(ValueError, match=r"Declares.outputs is empty: declare at least one Output"):
        recipe({"class_path": path.replace("Misbehaves", "Declares"), "init_args": {"outputs": []}})


def test_a_parameter_drawn_outside_its_range_names_the_record():
    far = {"way": {"distribution": "lognormal", "median": 9.0, "sigma": 0.0, "as": "value"}}
    with pytest.raises(ValueError, match=r"record 2: parameter way = 9.0 1: expected a number"):
        recipe(FOREIGN, vary=far).make(2, 1)


def test_the_page_on_own_simulators_works_as_it_stands(tmp_path, monkeypatch):
    page = Path(__file__).resolve().parents[3] / "docs" / "own_simulator.md"
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"^```(python|yaml)\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    blocks = dict(reversed(found))  # the first of each language
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "my_frame", raising=False)  # that of the README
    (tmp_path / "my_frame.py").write_text(blocks["python"])
    made = read_recipe(blocks["yaml"], "my_frame.yaml", trust=True).make(0, 1)
    assert made["failed"].values[0] == 0
    weight = 1e5 * made["base_acceleration"].values
    np.testing.assert_allclose(made["base_shear"], -weight, rtol=1e-5)


def test_heights_go_with_the_histories_that_run_along_storeys():
    made = recipe(heights=3.5).make(0, 1)
    validate(made)
    np.testing.assert_array_equal(made["height"], np.full(5, 3.5))
    with pytest.raises(ValueError, match="heights has 2 numbers, must have 5"):
        recipe(heights=[3.0, 3.0])
    with pytest.raises(ValueError, match="no output that is kept runs along storeys"):
        recipe(FUNCTION, heights=3.0)
