"""python -m studies.gradient_descent"""

from studies.framework.command import main_of
from studies.gradient_descent import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
