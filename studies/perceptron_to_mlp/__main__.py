"""python -m studies.perceptron_to_mlp"""

from studies.framework.command import main_of
from studies.perceptron_to_mlp import STUDY

if __name__ == "__main__":
    raise SystemExit(main_of(STUDY.name))
