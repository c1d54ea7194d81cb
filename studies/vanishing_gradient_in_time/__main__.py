"""python -m studies.vanishing_gradient_in_time"""

import sys

from studies.frame.__main__ import main
from studies.vanishing_gradient_in_time import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
