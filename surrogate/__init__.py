"""Networks trained on the datasets of this project: data in, checkpoint out, responses in physical
units::

    result = fit("configs/five_storey_lstm.yaml")
    response = respond(load(result.checkpoint), "record.AT2")

Importing the package itself loads neither torch nor Lightning; its names do when they are used.
"""

import lazy_loader

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

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
follow(MOVED)
