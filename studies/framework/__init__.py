"""What all studies share: a claim and its verdict, parts that are measured once, the report, the
command line.
"""

from studies.framework.claim import Claim, Verdict
from studies.framework.parts import Parts
from studies.framework.study import Picture, Settings, Study

__all__ = ["Claim", "Parts", "Picture", "Settings", "Study", "Verdict"]
