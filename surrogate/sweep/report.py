"""What came out of a sweep: report.md, trials.csv and report.png in its folder."""

import csv
import html
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from datasets.files.disk import new_file
from surrogate.sweep.figure import draw
from surrogate.sweep.journal import finished
from surrogate.sweep.score import why
from surrogate.sweep.trial import ERROR, Job
from surrogate.training.run import options

REPORT = "report.md"
TABLE = "trials.csv"
FIGURE = "report.png"
BEST = 10  # trials in the table
TRIALS_TO_WEIGH = 10  # complete ones: with fewer an importance says little


def write_report(study: Study, job: Job) -> str:
    """Write the three files; return two lines that say what was best, and where they are."""
    trials = finished(study)
    weights = importance(study)
    with (
        new_file(job.folder / TABLE, overwrite=True) as temporary,
        temporary.open("w", newline="") as file,
    ):
        csv.writer(file, lineterminator="\n").writerows(_rows(trials, job))
    with new_file(job.folder / FIGURE, overwrite=True) as temporary:
        draw(trials, weights, job.score).savefig(temporary, format="png", dpi=130)
    with new_file(job.folder / REPORT, overwrite=True) as temporary:
        temporary.write_text("\n".join(_sections(job, trials, weights)) + "\n", encoding="utf-8")
    return f"{_summary(trials)}\nwritten to {job.folder / REPORT}"


def describe(study: Study, number: int, score: str) -> str:
    """One line on a trial that has finished; `score` names what it has."""
    trial = study.get_trials(deepcopy=False)[number]
    done = f"trial {number} ({len(finished(study))} finished)"
    return f"{done}: {_outcome(trial, score)}; {_settings(trial)}"


def importance(study: Study) -> dict[str, float]:
    """Share of each setting in what sets the better quarter of the trials apart (PED-ANOVA,
    Watanabe et al. 2023).

    Empty where too few trials are complete.
    """
    if len(_ranked(finished(study))) < TRIALS_TO_WEIGH:
        return {}
    evaluator = PedAnovaImportanceEvaluator(target_quantile=0.25)
    return {
        key: float(weight)
        for key, weight in get_param_importances(study, evaluator=evaluator).items()
    }


def _rows(trials: Iterable[FrozenTrial], job: Job) -> Iterable[list[Any]]:
    keys = list(job.space.parameters)
    score = job.score.replace(" ", "_")
    yield ["trial", "state", score, "epochs", "seconds", *keys, "error"]
    for trial in trials:
        value = trial.value if trial.state == TrialState.COMPLETE else ""
        seconds = f"{trial.duration.total_seconds():.1f}" if trial.duration else ""
        error = trial.user_attrs.get(ERROR, "")
        settings = [trial.params[key] for key in keys]
        yield [
            trial.number,
            _state(trial),
            value,
            len(trial.intermediate_values),
            seconds,
            *settings,
            error,
        ]


def _sections(
    job: Job, trials: Sequence[FrozenTrial], weights: Mapping[str, float]
) -> Iterable[str]:
    """Lines of the Markdown page."""
    ranked = _ranked(trials)
    keys = list(job.space.parameters)
    yield from (
        "# Sweep",
        "",
        _summary(trials),
        "",
        f"{why(job.score).capitalize()}.",
        "",
        f"![history, learning curves, importance]({FIGURE})",
    )
    if ranked:
        best = [
            [trial.number, f"{trial.value:.4g}", *(_short(trial.params[key]) for key in keys)]
            for trial in ranked
        ]
        yield from (
            "",
            "## Best trials",
            "",
            *_table(["trial", job.score, *keys], best[:BEST]),
        )
        settings = job.settings(ranked[0].params) | {"run": str(job.folder / "best")}
        command = shlex.join(["surrogate", "fit", *options(job.space.config, settings)])
        yield from ("", "The best one again:", "", "```bash", command, "```")
    if weights:
        rows = [[key, f"{weight:.2f}"] for key, weight in weights.items()]
        yield from ("", "## Importance", "", *_table(["setting", "importance"], rows))
    failed = [
        [trial.number, trial.user_attrs[ERROR], _settings(trial)]
        for trial in trials
        if ERROR in trial.user_attrs
    ]
    if failed:
        yield from ("", "## Failed trials", "", *_table(["trial", "error", "settings"], failed))


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    return [f"| {' | '.join(map(_cell, row))} |" for row in (head, ["---"] * len(head), *rows)]


def _cell(value: Any) -> str:
    """What a user has named, or an error has said, as text in one cell of a table."""
    return html.escape(" ".join(str(value).split()), quote=False).replace("|", "\\|")


def _ranked(trials: Iterable[FrozenTrial]) -> list[FrozenTrial]:
    """Complete trials, the best first."""
    complete = (trial for trial in trials if trial.state == TrialState.COMPLETE)
    return sorted(complete, key=_value)


def _value(trial: FrozenTrial) -> float:
    """Score of a complete trial."""
    return math.inf if trial.value is None else trial.value


def _summary(trials: Sequence[FrozenTrial]) -> str:
    states = [_state(trial) for trial in trials]
    counts = ", ".join(
        f"{states.count(state)} {state}" for state in ("complete", "pruned", "failed")
    )
    best = "".join(
        f"; best: {trial.value:.4g} of trial {trial.number}" for trial in _ranked(trials)[:1]
    )
    return f"{len(trials)} trials finished ({counts}){best}"


def _state(trial: FrozenTrial) -> str:
    return "failed" if ERROR in trial.user_attrs else trial.state.name.lower()


def _outcome(trial: FrozenTrial, score: str) -> str:
    if ERROR in trial.user_attrs:
        return f"failed: {trial.user_attrs[ERROR]}"
    if trial.state == TrialState.PRUNED:
        return f"pruned after {len(trial.intermediate_values)} epochs"
    return f"{score} {trial.value:.4g}"


def _settings(trial: FrozenTrial) -> str:
    return ", ".join(f"{key} = {_short(value)}" for key, value in trial.params.items())


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
