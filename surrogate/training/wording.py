"""What jsonargparse says of a wrong option, in one line that names the option, what it takes and
what it got.

Its messages quote Python's types, tell every alternative of a union, and repeat the whole of a
nested value:

    Parser key "model.network": Parser key "hidden": Expected a <class 'int'>. Got value: big. Got
    value: Namespace(...) model.network.hidden: expected int, got big
"""

import re
from argparse import ArgumentError
from collections.abc import Sequence
from difflib import get_close_matches
from pydoc import locate

from jsonargparse import ArgumentParser

REWRITTEN = (
    # Alternatives and repetitions that tell nothing.
    (r"Does not validate against any of the Union subtypes Subtypes: \[.*?\] Errors: (?=-)", ""),
    (r"- Expected a <class 'NoneType'> ?", ""),
    (r"- Expected a path but \S+ either not accessible or invalid ", ""),
    (r"(- )?Type \S*Callable\[.*?\] expects a function or a callable class: ", ""),
    (r" - Not a valid subclass of .*", ""),
    (r" Given value type: <class '[^']*'>", ""),
    (r"(has no attribute '\w+').*", r"\1"),
    (r"\.? (Got|Given) value: (Namespace\(|\{).*", ""),
    (r"\.? Given value: NestedArg\(key='[^']*', val='([^']*)'\).*", r" Given value: \1"),
    # The option.
    (r"Problem with given class_path '[^']*': (?=Parser key|.*has no attribute)", ""),
    (r"Problem with given class_path '([^']*)': (?=\1 has no argument)", ""),
    (r"Problem with given class_path '([^']*)'", r"\1"),
    (r'Parser key "([^"]*)":( -(?= ))*', r"\1:"),
    (r"^([\w.]+): (\w+)(?=: )", r"\1.\2"),
    (r"argument (\w+) --> (model\.\w+): invalid .*", r"--\2 is chosen by --\1"),
    # What it takes.
    (
        r"Option 'class_path' is not accepted",
        "the arguments beside class_path belong into init_args",
    ),
    (r"Expected a dot import path string: (\S+)", r"expected a class path, got \1"),
    (r"Unable to load config '([^']*)'.*", r"expected a YAML file, got \1"),
    (r"<class '(?:[\w.]+\.)?(\w+)'>", r"\1"),
    (r"Expected a typing\.Literal", "expected one of "),
    (r"Expected (a )?", "expected "),
    (r" - expected", " or expected"),
    # What it got.
    (r"\.? (?:Got|Given) value: (\S+)", r", got \1"),
    (r"(, got ([^\s,]+))(, got \2)+", r"\1"),
    (r"( or expected (Iterable|bool))+$", ""),
    (r"expected float(, got \S+)? or expected a class path(?=, got)", "expected float"),
    (r"the following arguments are required: save_dir$", "name its folder by save_dir"),
    (r"^- |\.$", ""),
)
FILLED_IN = ("params", "optimizer", "inputs", "outputs")
"""Arguments that the training gives."""
EXAMPLES = {
    "optimizer": "torch.optim.Adam",
    "lr_scheduler": "torch.optim.lr_scheduler.OneCycleLR",
    "model.network": "surrogate.networks.LSTM",
    "model.loss": "torch.nn.HuberLoss",
}
"""A class path for each option that takes one."""


def of_the_parser(error: Exception) -> bool:
    """Tell whether an error has the words of jsonargparse."""
    return isinstance(error, ArgumentError) or str(error).lstrip().startswith("Does not validate")


def one_line(error: Exception) -> str:
    """Message of an error of the parser, in the words of this package."""
    text = _with_arguments(" ".join(str(error).split()))
    for pattern, words in REWRITTEN:
        text = re.sub(pattern, words, text)
    option = text.partition(": expected a class path")[0]
    return text.replace(
        "a class path,", f"a class path such as {EXAMPLES.get(option, 'torch.nn.Tanh')},"
    )


def with_nearest(message: str, options: Sequence[str]) -> str:
    """Message of a parser, with the nearest of its options where it does not know one."""
    key = re.match(r"Subcommand '\w+' does not accept option '([^']*)'", message)
    if key:
        known = [option.removeprefix("--") for option in options]
        return f"{key[1]} is no key of a configuration{nearest(key[1], known)}"
    unknown = re.match(r"unrecognized arguments: (--[^\s=]+)", message)
    near = get_close_matches(unknown[1], options, n=1) if unknown else []
    return f"{message}: the nearest option is {near[0]}" if near else message


def nearest(key: str, known: Sequence[str]) -> str:
    """The end of a message on a key: the nearest one that there is, where one is near.

    The beginning of a key may be what is misspelt, as in `optimiser.class_path`.
    """
    begins = {option.partition(".")[0] for option in known}
    first = key.partition(".")[0]
    if first in begins:
        near = get_close_matches(key, known, n=1)
    else:
        near = get_close_matches(first, sorted(begins), n=1)
    return f": the nearest is {near[0]}" if near else ""


def _with_arguments(text: str) -> str:
    """A message on an argument that a class does not take, with those that it takes."""
    unknown = re.search(r"Option '(\w+)' is not accepted", text)
    chosen = re.search(r"class_path[= ]'([\w.]+)'", text)
    if not unknown or not chosen or unknown[1] == "class_path":
        return text
    if chosen[1] == "torch.nn.Module":  # the parser names the kind of the option, not its class
        return text.replace(unknown[0], f"{unknown[1]} is not an option of its class", 1)
    names = _arguments(chosen[1])
    near = get_close_matches(unknown[1], names, n=1)
    advice = f"the nearest is {near[0]}" if near else f"it takes {', '.join(names) or 'none'}"
    return text.replace(unknown[0], f"{chosen[1]} has no argument {unknown[1]}: {advice}", 1)


def _arguments(path: str) -> list[str]:
    """Names of the arguments that a configuration can give to a class."""
    parser = ArgumentParser(exit_on_error=False)
    try:
        names = [str(name) for name in parser.add_class_arguments(locate(path))]
    except Exception:  # of the user's module: the message then goes without them
        return []
    return [name for name in names if name not in FILLED_IN]
