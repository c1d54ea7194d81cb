"""python -m studies.depth_vs_width"""

import sys

from studies.depth_vs_width import STUDY
from studies.frame.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
