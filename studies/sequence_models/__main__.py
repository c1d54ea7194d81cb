"""python -m studies.sequence_models"""

import sys

from studies.frame.__main__ import main
from studies.sequence_models import STUDY

if __name__ == "__main__":
    raise SystemExit(main([STUDY.name, *sys.argv[1:]]))
