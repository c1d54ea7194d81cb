"""Configurations of a training are read strictly: no key twice, no key that means nothing.

jsonargparse itself drops a key that it does not know when its value is an empty mapping, and takes
the last of two equal keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import Namespace

from datasets.recipes import safe_yaml
from surrogate.training.wording import nearest

ALWAYS = ("class_path", "init_args", "dict_kwargs")
"""Keys of every class."""
HANDLES = (Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd"))
"""Where what a shell has opened has its name: `<(...)` of bash, /dev/stdin."""


def contents(words: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What the configurations among the words of a command hold.

    Raises
    ------
    ValueError
        For one that is no YAML, has a key twice, or unfolds to too much.
    """
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name not in ("--config", "-c"):
            continue
        text = value if equals else next(iter(words[place + 1 :]), "")
        content = _read(text)
        if isinstance(content, dict):
            yield content


def require_known(content: Mapping[str, Any], parsed: Namespace, options: Sequence[str]) -> None:
    """Refuse the keys of a configuration that the parser has dropped.

    Parameters
    ----------
    content : mapping
        Of the configuration.
    parsed : Namespace
        What the parser has understood of it.
    options : sequence of str
        All dotted keys that there are.

    Raises
    ------
    ValueError
        With the dotted key and the nearest of the known ones.
    """
    for key in _dropped(content, parsed, ""):
        raise ValueError(f"{key} is no key of a configuration{nearest(key, options)}")


def _read(text: str) -> Any:
    """Content of a path, or of a text in its place; None for what the parser shall refuse."""
    try:
        is_file = Path(text).is_file()
        is_other = Path(text).exists() and not is_file and Path(text).parent not in HANDLES
    except OSError:  # a text is too long for a name
        is_file = False
        is_other = False
    if is_other:  # reading a pipe would wait for ever
        raise ValueError(f"--config {text} is not a file: give the name of one")
    try:
        return safe_yaml.load(Path(text).read_text(encoding="utf-8") if is_file else text)
    except UnicodeDecodeError:
        raise ValueError("the file that --config names is not a text file") from None
    except yaml.YAMLError as error:
        source = text if is_file else "the configuration"
        raise ValueError(f"{source} is no YAML that can be read: {error}") from None


def _dropped(content: Any, parsed: Any, prefix: str) -> Iterator[str]:
    """Dotted keys of empty mappings that are not there any more."""
    if isinstance(content, list) and isinstance(parsed, list):
        for place, (item, kept) in enumerate(zip(content, parsed, strict=False)):
            yield from _dropped(item, kept, f"{prefix}[{place}]")
    if not isinstance(content, Mapping) or not isinstance(parsed, Mapping | Namespace):
        return
    if content.get("class_path") and not _is_class(parsed, content["class_path"]):
        return  # a later word has chosen another class
    kept = vars(parsed) if isinstance(parsed, Namespace) else parsed
    for name, value in content.items():
        key = f"{prefix}.{name}" if prefix else str(name)
        if name in kept:
            yield from _dropped(value, kept[name], key)
        elif value == {} and name not in ALWAYS:
            yield key


def _is_class(parsed: Any, path: str) -> bool:
    kept = parsed.get("class_path")
    return isinstance(kept, str) and kept.rpartition(".")[2] == str(path).rpartition(".")[2]
