"""What all studies share: a claim and its verdict, parts that are measured once, the report, the command line."""

from studies.frame.claim import Claim, Verdict
from studies.frame.parts import Parts
from studies.frame.study import Picture, Settings, Study

__all__ = ["Claim", "Parts", "Picture", "Settings", "Study", "Verdict"]
