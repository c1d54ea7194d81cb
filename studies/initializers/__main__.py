"""python -m studies.initializers"""

from studies.framework.command import main_of
from studies.initializers import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
