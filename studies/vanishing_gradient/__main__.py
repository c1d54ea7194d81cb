"""python -m studies.vanishing_gradient"""

from studies.framework.command import main_of
from studies.vanishing_gradient import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
