"""python -m studies.sequence_models"""

from studies.framework.command import main_of
from studies.sequence_models import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
