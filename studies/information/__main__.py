"""python -m studies.information"""

from studies.framework.command import main_of
from studies.information import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
