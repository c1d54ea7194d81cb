"""python -m studies.optimizers"""

import sys

from studies.frame.__main__ import main
from studies.optimizers import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
