"""python -m studies.frame_fragility"""

from studies.frame_fragility import STUDY
from studies.framework.command import main_of

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
