"""Lightning's commands that score and predict, for ensembles too."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
from datasets.contract import partition
from datasets.files.disk import new_file
from surrogate.data import examples
from surrogate.data.endless.records import EndlessRecords
from surrogate.inference import coverage, ensemble
from surrogate.inference.ensemble import Ensemble
from surrogate.training.callbacks.outputs import TestReport
from surrogate.training.command_line import CommandLine
from surrogate.training.command_network import trusted
from surrogate.training.module import Surrogate


class ScoringLine(CommandLine):
    """`surrogate test` and `surrogate predict`: of an ensemble they take the mean of the members.

    A test also tells how often the records lie within the bands and the spread.
    """

    whole: Ensemble | None = None
    coverage_file = "coverage.json"

    def _require_kind(self, content: Mapping[str, Any], path: Path) -> None:
        """Any checkpoint of this package will do."""

    def _restored(self, content: Mapping[str, Any], path: str) -> Surrogate:
        if "members" not in content:
            return super()._restored(content, path)
        trust = trusted(self.config[self.subcommand])
        self.whole = ensemble.made_from(content, path, trust)
        made = self.whole.joined()
        made.source = str(path)
        return made

    def before_test(self) -> None:
        """Refuse to look for the coverage of an ensemble where the test records have no file."""
        super().before_test()
        if self.whole is not None and self.datamodule.known:
            raise ValueError(
                f"data.known = {self.datamodule.known} is for a single checkpoint, this is an "
                "ensemble: its bands begin at rest; test the members"
            )
        of_file = not isinstance(self.datamodule, EndlessRecords) or self.datamodule.has_file(
            "test"
        )
        if self.whole is not None and not of_file:
            raise ValueError(
                "the bands of an ensemble are tested on a file: generate the recipe, and name the "
                "file by --data.test_path"
            )

    def after_test(self) -> None:
        """Write and print how often the records of the test are within what the ensemble says."""
        if self.whole is None or self.whole.interface.classes:
            return
        path = self.datamodule.paths["test"]
        names = partition.names(datasets.open_dataset(path))
        part = examples.read_part(
            self.whole.interface, path, "test" if "test" in names else examples.ALL
        )
        shares = coverage.of_test(self.whole, part, self.datamodule.discard)
        file = Path(self._get(self.config, "run"), TestReport.folder, self.coverage_file)
        with new_file(file, overwrite=True) as temporary:
            temporary.write_text(json.dumps(shares, indent=1) + "\n", encoding="utf-8")
        title = f"{len(part.number)} test records within"
        print(f"\n{coverage.table(shares, title, coverage.labels_of(self.whole))}")
