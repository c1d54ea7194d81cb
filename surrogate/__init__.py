"""Networks trained on the datasets of this project: data in, checkpoint out, responses in physical
units.

Importing the package itself loads neither torch nor Lightning; its modules do.
"""

import datasets
from simulators.moved import follow
from surrogate.moved_names import MOVED

if getattr(datasets, "__contract__", None) != "structural-surrogates":
    raise ImportError(
        f"the package `datasets` that was found at {getattr(datasets, '__file__', '?')} is not "
        "the one of this project "
        "(Hugging Face's has the same name): install this project from a clone in an environment "
        "of its own and run "
        "`pip uninstall datasets` there"
    )

follow(MOVED)
