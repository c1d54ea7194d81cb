"""python -m studies.learning_rates"""

import sys

from studies.frame.__main__ import main
from studies.learning_rates import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
