"""python -m studies.optimizers"""

from studies.framework.command import main_of
from studies.optimizers import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
