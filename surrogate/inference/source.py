"""The records of one file that a surrogate is asked for, and how the file was read."""

from dataclasses import dataclass, replace

from surrogate.inference.histories import Excitation


@dataclass(frozen=True, eq=False)
class Source:
    """The records of a file as the surrogate takes them.

    Parameters
    ----------
    records : tuple of Excitation
    line : str
        How its file was read, and where each fact stands.
    notes : tuple of str
        What the user should know of the records, each worth a warning.
    numbers : tuple of int
        Of the records in their file; by default it has a single one.
    """

    records: tuple[Excitation, ...]
    line: str
    notes: tuple[str, ...] = ()
    numbers: tuple[int, ...] = (0,)

    def scaled(self, peak: float) -> "Source":
        """The records with a peak of the input, in the unit of the surrogate.

        Raises
        ------
        ValueError
            For a record that is zero everywhere.
        """
        records = []
        for record in self.records:
            if not record.peaks[0] > 0.0:
                raise ValueError(
                    f"{record.origin} is zero everywhere and cannot be scaled to a peak of {peak:g}"
                )
            records.append(replace(record, values=record.values * (peak / record.peaks[0])))
        line = f"{self.line}, scaled to a peak of {peak:g}"
        made = replace(self, records=tuple(records), line=line)
        return made.not_compared("it is that to the record before it was scaled")

    def not_compared(self, why: str) -> "Source":
        """The records without the responses that the file states, with a note that says why."""
        if all(record.truth is None for record in self.records):
            return self
        records = tuple(replace(record, truth=None) for record in self.records)
        note = f"the response that the file states is not compared: {why}"
        return replace(self, records=records, notes=(*self.notes, note))
