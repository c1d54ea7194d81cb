"""checkpoint + record -> labelled response in physical units."""

from pathlib import Path
import torch

def require_checkpoint(path):
    """Raise FileNotFoundError or ValueError unless `path` is a checkpoint of this package."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"checkpoint {path} does not exist")


def main(argv): ...
