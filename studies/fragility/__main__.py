"""python -m studies.fragility"""

from studies.fragility import STUDY
from studies.framework.command import main_of

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
