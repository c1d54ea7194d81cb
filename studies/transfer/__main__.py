"""python -m studies.transfer"""

from studies.framework.command import main_of
from studies.transfer import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
