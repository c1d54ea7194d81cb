"""python -m studies.vanishing_gradient"""

import sys

from studies.frame.__main__ import main
from studies.vanishing_gradient import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
