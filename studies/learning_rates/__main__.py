"""python -m studies.learning_rates"""

from studies.framework.command import main_of
from studies.learning_rates import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
