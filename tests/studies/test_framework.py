"""The framework of the studies: verdicts, measurements that are made once, folders,
reports, the command line.
"""

import csv
import json
import math
import shutil
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from studies.framework import Cache, Claim, Picture, Settings, Study, catalogue, readme
from studies.framework.report import write_gallery, write_report
from studies.framework.run import complete, finished, load, measure, publish, same_setup
from studies.framework.style import new_figure
from surrogate.cli.main import main
from tests.helpers.numbers import assert_same_but_for_rounding

GROWTH = Claim(
    "Squares grow.", "arithmetic", "largest square over the number of steps", at_least=2.0
)


@dataclass(frozen=True, kw_only=True)
class Steps(Settings):
    steps: int = 4


def toy(calls, fail_at=None):
    """A study of three seeds that counts its calls and may be stopped at one of them."""

    def one(seed, steps):
        calls.append(seed)
        if seed == fail_at:
            raise KeyboardInterrupt
        return xr.Dataset({"square": ("step", np.arange(steps) ** 2 + float(seed))})

    def measured(settings, seeds, cache):
        jobs = {f"seed_{seed}": lambda seed=seed: one(seed, settings.steps) for seed in seeds}
        found = cache.measure(jobs)
        return xr.concat(found.values(), "seed").assign_coords(seed=list(seeds)[: len(found)])

    def draw(results):
        figure = new_figure()
        figure.subplots().plot(results.square.values.T)
        return [Picture("squares", "Squares over steps.", figure)]

    presets = {"tiny": Steps(seeds=3), "cpu": Steps(seeds=3, steps=8), "full": Steps(seeds=5)}
    return Study(
        "toy",
        "A toy",
        presets,
        measured,
        lambda r: [GROWTH.judge(r.square.max("step") / r.step.size)],
        draw,
    )


@pytest.mark.parametrize(
    ("values", "word", "measured"),
    [
        ([2.5], "held", "2.5"),
        ([2.0, 3.0, 7.0], "held", "3 (2 to 7, 3 seeds)"),
        ([1.0, 3.0, 7.0], "partly", "3 (1 to 7, 3 seeds)"),
        ([1.0, 1.5], "failed", "1.25 (1 to 1.5, 2 seeds)"),
        ([math.nan], "failed", "nan"),
        ([-6.1e-17, 3.5e-17, 0.25], "failed", "0 (0 to 0.25, 3 seeds)"),
        ([1e-17, 1e-10, math.inf], "partly", "1e-10 (0 to inf, 3 seeds)"),
    ],
)
def test_verdict_follows_from_the_values(values, word, measured):
    verdict = GROWTH.judge(values)
    assert (verdict.word, verdict.measured) == (word, measured)
    assert verdict.holds == (word == "held")


def test_what_is_zero_to_rounding_is_judged_as_zero():
    not_below_zero = Claim("No loss.", "nobody", "difference", at_least=0.0)
    assert not_below_zero.judge([-1e-16, 1.0]).holds
    assert not not_below_zero.judge([-1e-16, 1e-10]).holds
    exact = Claim("Exact.", "nobody", "relative difference", at_most=1e-12)
    assert exact.judge([1.8e-15, 3.4e-16]).measured == "1.07e-15 (3.4e-16 to 1.8e-15, 2 seeds)"


def test_texts_are_compared_by_words_and_by_numbers_within_rounding():
    assert_same_but_for_rounding("1.25 (1.2 to 1.3, 5 seeds)", "1.24 (1.2 to 1.3, 5 seeds)")
    for other in (
        "1.27 (1.2 to 1.3, 5 seeds)",
        "1.25 (1.2 to 1.3, 4 seeds)",
        "1.25 (1.2, 5 seeds)",
    ):
        with pytest.raises(AssertionError):
            assert_same_but_for_rounding("1.25 (1.2 to 1.3, 5 seeds)", other)


def test_claim_needs_bounds_and_values():
    with pytest.raises(ValueError, match="bounds"):
        Claim("Anything.", "nobody", "nothing")
    with pytest.raises(ValueError, match="bounds"):
        Claim("Nothing.", "nobody", "nothing", at_least=2.0, at_most=1.0)
    with pytest.raises(ValueError, match="no values"):
        GROWTH.judge([])


def test_study_needs_all_presets_and_a_seed():
    with pytest.raises(ValueError, match="presets of half must be tiny, cpu, full, got tiny"):
        Study("half", "Half", {"tiny": Settings()}, None, None, None)
    with pytest.raises(ValueError, match="seeds must be at least 1, got 0"):
        Settings(seeds=0)


def test_stopped_measurement_goes_on_where_it_was(tmp_path):
    calls = []
    with pytest.raises(KeyboardInterrupt):
        measure(toy(calls, fail_at=1), "tiny", 0, tmp_path)
    assert not finished(tmp_path)
    measure(toy(calls), "tiny", 0, tmp_path)
    assert calls == [0, 1, 1, 2]
    assert finished(tmp_path)
    assert not (tmp_path / "cache").exists()


def test_parts_of_other_settings_are_not_mixed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        measure(toy([], fail_at=1), "tiny", 0, tmp_path)
    with pytest.raises(FileExistsError, match="other settings"):
        measure(toy([]), "cpu", 0, tmp_path)
    calls = []
    measure(toy(calls), "cpu", 0, tmp_path, overwrite=True)
    assert calls == [0, 1, 2]


@pytest.mark.parametrize("kept", [None, "{"], ids=["lost", "torn"])
def test_parts_of_unknown_settings_are_not_taken(tmp_path, kept):
    with pytest.raises(KeyboardInterrupt):
        measure(toy([], fail_at=1), "tiny", 0, tmp_path)
    setup = tmp_path / "cache/setup.json"
    setup.unlink()
    if kept is not None:
        setup.write_text(kept)
    for study in (toy([]), replace(toy([]), partial=True)):
        with pytest.raises(FileExistsError, match="settings, or with some that are lost"):
            measure(study, "tiny", 0, tmp_path, so_far=study.partial)


@pytest.mark.parametrize("content", [b"", b"no netCDF", None], ids=["empty", "other", "torn"])
def test_a_damaged_part_is_named(tmp_path, content):
    with pytest.raises(KeyboardInterrupt):
        measure(toy([], fail_at=1), "tiny", 0, tmp_path)
    (part,) = (tmp_path / "cache").glob("*.nc")
    part.write_bytes(part.read_bytes()[:1000] if content is None else content)
    with pytest.raises(ValueError, match=f"{part.name} is damaged, .* delete it"):
        measure(toy([]), "tiny", 0, tmp_path)
    part.unlink()
    measure(toy([]), "tiny", 0, tmp_path)
    assert finished(tmp_path)


def test_what_is_finished_is_judged_and_the_rest_measured_later(tmp_path):
    """The toy concatenates what there is, so that its results may be partial."""
    with pytest.raises(KeyboardInterrupt):
        measure(toy([], fail_at=1), "tiny", 0, tmp_path)
    study = replace(toy([]), partial=True)
    measure(study, "tiny", 0, tmp_path, so_far=True)
    verdicts, _ = publish(study, tmp_path)
    assert [len(verdict.values) for verdict in verdicts] == [1]
    assert load(tmp_path)["so_far"] is True
    assert finished(tmp_path)
    assert not complete(tmp_path)
    calls = []
    measure(toy(calls), "tiny", 0, tmp_path)
    assert calls == [1, 2]
    assert complete(tmp_path)
    assert "so_far" not in load(tmp_path)


def test_nothing_is_judged_before_something_is_finished(tmp_path):
    study = replace(toy([]), partial=True)
    with pytest.raises(FileNotFoundError, match=r"no measurement in .* is finished; begin without"):
        measure(study, "tiny", 0, tmp_path, so_far=True)
    with pytest.raises(ValueError, match="--so_far: toy is judged by all its measurements alone"):
        measure(toy([]), "tiny", 0, tmp_path, so_far=True)
    assert list(tmp_path.iterdir()) == []


def test_results_are_not_overwritten_unless_asked(tmp_path):
    measure(toy([]), "tiny", 0, tmp_path)
    with pytest.raises(FileExistsError, match="--overwrite"):
        measure(toy([]), "tiny", 0, tmp_path)
    measure(toy([]), "tiny", 5, tmp_path, overwrite=True)
    assert load(tmp_path)["seeds"] == [5, 6, 7]
    assert same_setup(toy([]), "tiny", 5, tmp_path)
    assert not same_setup(toy([]), "tiny", 0, tmp_path)


@dataclass(frozen=True, kw_only=True)
class Shaken(Settings):
    earthquakes: Path | None = None


def test_earthquakes_reach_a_study_that_takes_them_and_leave_no_path_behind(tmp_path):
    def measured(settings, seeds, cache):
        return xr.Dataset(
            {"records": len(list(settings.earthquakes.iterdir())) if settings.earthquakes else 0}
        )

    study = Study(
        "shaken", "Shaken", dict.fromkeys(("tiny", "cpu", "full"), Shaken()), measured, None, None
    )
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    (recorded / "one.AT2").touch()
    measure(study, "tiny", 0, tmp_path / "with", earthquakes=recorded)
    measure(study, "tiny", 0, tmp_path / "without")
    found = [
        int(xr.load_dataset(tmp_path / name / "results.nc").records) for name in ("with", "without")
    ]
    assert found == [1, 0]
    assert (
        load(tmp_path / "with")["command"]
        == "surrogate study shaken --preset tiny --earthquakes recorded"
    )
    assert str(tmp_path) not in (tmp_path / "with" / "run.json").read_text()
    assert same_setup(study, "tiny", 0, tmp_path / "with", recorded)
    assert not same_setup(study, "tiny", 0, tmp_path / "without", recorded)
    assert same_setup(study, "tiny", 0, tmp_path / "with")


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("a", "b"):
        measure(toy([]), "tiny", 0, tmp_path / name)
        publish(toy([]), tmp_path / name)
    for file in ("verdicts.csv", "squares.png"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    results = [xr.load_dataset(tmp_path / name / "results.nc", engine="h5netcdf") for name in "ab"]
    assert results[0].identical(results[1])


def test_report_and_gallery_need_no_network(tmp_path):
    measure(toy([]), "tiny", 0, tmp_path / "toy")
    verdicts, _ = publish(toy([]), tmp_path / "toy")
    report = write_report(tmp_path / "toy", "Squares.\n\nThey grow & grow.", verdicts).read_text()
    gallery = write_gallery(
        [tmp_path / "toy"], tmp_path, {"toy": "Squares."}, {"toy": "1 of 1"}
    ).read_text()
    for page in (report, gallery):
        assert 'src="data:image/png;base64,' in page
        assert "http" not in page.replace("https://", "http://").split("<body>")[0]
        assert "src=" in page
        assert page.count("src=") == page.count('src="data:')
    assert "They grow &amp; grow." in report
    assert "surrogate study toy --preset tiny" in report
    assert GROWTH.statement in report
    assert 'href="toy/report.html"' in gallery


def test_table_has_a_row_for_each_claim(tmp_path):
    measure(toy([]), "tiny", 0, tmp_path / "toy")
    publish(toy([]), tmp_path / "toy")
    page = readme.render(tmp_path)
    assert "| A toy | `surrogate study toy --preset tiny` |" in page
    assert "| literature: 1 of 1 |" in page
    literature = page.split("## What other publications say")[1].split("##")[0]
    (row,) = [line for line in literature.splitlines() if "Squares grow" in line]
    measured = "largest square over the number of steps: 2.5 (2.25 to 2.75, 3 seeds), demanded ≥ 2"
    assert row == f"| [toy](results/toy) | Squares grow. | arithmetic | {measured} | **held** |"


def test_verdict_says_in_how_many_it_held():
    assert GROWTH.judge([1.0, 3.0, 7.0]).phrase == "held in 2 of 3 seeds"
    assert GROWTH.judge([1.0, 3.0], "starts").phrase == "held in 1 of 2 starts"
    assert GROWTH.judge([1.0]).phrase == "failed"


def test_readme_is_up_to_date():
    written = readme.README.read_text(encoding="utf-8")
    assert written == readme.render(), "run python -m studies.framework.readme"


def test_every_committed_result_belongs_to_a_study():
    assert {folder.name for folder in catalogue.COMMITTED.iterdir() if folder.is_dir()} <= set(
        catalogue.names()
    )


@pytest.mark.parametrize("name", catalogue.names())
def test_committed_results_belong_to_the_study_as_it_is(name):
    folder, study = catalogue.COMMITTED / name, catalogue.find(name)
    assert finished(folder), f"run surrogate study {name} --preset cpu --out studies/results"
    preset = load(folder)["preset"]
    assert preset in ("cpu", "full")
    assert same_setup(study, preset, 0, folder)
    verdicts = study.judge(xr.load_dataset(folder / "results.nc", engine="h5netcdf"))
    with (folder / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        committed = list(csv.DictReader(file))
    for row, verdict in zip(committed, verdicts, strict=True):
        assert (row["claim"], row["verdict"]) == (verdict.claim.statement, verdict.phrase)
        assert_same_but_for_rounding(verdict.measured, row["measured"])
    assert [folder / f"{picture}.png" for picture in load(folder)["pictures"]] == sorted(
        folder.glob("*.png"), key=lambda path: list(load(folder)["pictures"]).index(path.stem)
    )


def test_command_line_lists_the_studies(capsys):
    assert main(["study", "list"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in catalogue.names())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stdy"], "study = 'stdy': expected one of"),
        (["all", "--preset", "huge"], "invalid choice: 'huge'"),
        (["all", "--seed", "-1"], "seed must be at least 0, got -1"),
        (["all", "--workers", "0"], "workers must be at least 1, got 0"),
        (["all", "--so_far"], "--so_far is of one study, without --overwrite and --redraw"),
        (["optimizers", "--so_far"], "--so_far: optimizers is judged by all its measurements"),
        ([], "required: name"),
        (
            ["optimizers", "--earthquakes", "recorded"],
            "--earthquakes recorded: optimizers uses none",
        ),
    ],
)
def test_mistakes_get_one_line_and_code_2(words, message, capsys):
    assert main(["study", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert message in error


def test_settings_survive_json():
    settings = asdict(Steps(seeds=2))
    assert json.loads(json.dumps(settings)) == settings


def test_part_keeps_its_time(tmp_path):
    cache = Cache(tmp_path)
    cache.measure({"one": lambda: xr.Dataset({"x": ("n", [1.0, 2.0])})})
    again = Cache(tmp_path)
    (part,) = again.measure({"one": lambda: pytest.fail("was measured")}).values()
    assert again.seconds == cache.seconds > 0.0
    assert part.attrs == {}


def test_workers_measure_what_is_missing_as_one_process_does(tmp_path):
    jobs = {str(seed): partial(draw, seed) for seed in range(3)}
    alone = Cache(tmp_path / "alone").measure(jobs)
    Cache(tmp_path / "together").measure({"1": jobs["1"]})
    together = Cache(tmp_path / "together", workers=2).measure(jobs)
    assert list(together) == list(alone)
    for name, one in alone.items():
        xr.testing.assert_identical(one, together[name])


def draw(seed):
    """A measurement that another process can make."""
    return xr.Dataset({"x": ("n", np.random.default_rng(seed).normal(size=4))})


def test_all_reports_what_is_there_and_builds_the_gallery(tmp_path, monkeypatch, capsys):
    name = "vanishing_gradient_in_time"
    shutil.copytree(catalogue.COMMITTED / name, tmp_path / name)
    monkeypatch.setattr(catalogue, "names", lambda: [name])
    assert main(["study", "all", "--preset", "cpu", "--out", str(tmp_path)]) == 0
    gallery = (tmp_path / "index.html").read_text()
    assert f'href="{name}/report.html"' in gallery
    assert catalogue.summary(name).replace("'", "&#39;") in gallery
    assert main(["study", "all", "--preset", "tiny", "--out", str(tmp_path)]) == 2
    assert (
        f"{name} holds the results of surrogate study {name} --preset cpu"
        in capsys.readouterr().err
    )
