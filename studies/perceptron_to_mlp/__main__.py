"""python -m studies.perceptron_to_mlp"""

import sys

from studies.frame.__main__ import main
from studies.perceptron_to_mlp import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
