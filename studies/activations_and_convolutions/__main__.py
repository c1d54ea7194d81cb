"""python -m studies.activations_and_convolutions"""

from studies.activations_and_convolutions import STUDY
from studies.framework.command import main_of

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
