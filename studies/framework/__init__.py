"""What all studies share: a claim and its verdict, measurements that are made once and kept, the
report, the command line.
"""

from studies.framework.cache import Cache
from studies.framework.claim import Claim, Verdict
from studies.framework.grid import Search, best_on
from studies.framework.study import Picture, Settings, Study

__all__ = ["Cache", "Claim", "Picture", "Search", "Settings", "Study", "Verdict", "best_on"]
