"""python -m studies.depth_vs_width"""

from studies.depth_vs_width import STUDY
from studies.framework.command import main_of

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
