"""python -m studies.activations_and_convolutions"""

import sys

from studies.activations_and_convolutions import STUDY
from studies.frame.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
