"""The commands beside Lightning's; each module has one `main` that takes the words after the command."""

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors of the user like all others."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see `{self.prog} --help`)")
