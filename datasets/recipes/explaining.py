"""What pydantic has against a recipe, in one line for the person who wrote it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from datasets.recipes.recipe import brief

# What pydantic calls by the names of Python, in the words of YAML.
WORDS = {
    r"^Value error, ": "",
    r"^Input should be ": "must be ",
    r"^Tuple should have at least (\d+) items? after validation, not \d+": r"must hold at least \1",
    r"a valid (dictionary|mapping)( or object to extract fields from)?|an object": (
        "a mapping, KEY: VALUE"
    ),
    r"a valid (tuple|list|array)": "a list",
    r"a valid string": "text",
    r"a valid (integer|number|boolean)": r"of the kind \1",
    r", unable to parse string as an? \w+": "",
    r"must be of the kind integer": "must be a whole number",
    r"must be of the kind number": "must be a number",
    r"must be of the kind boolean": "must be true or false",
}


def explain(error: ValidationError, content: Mapping[str, Any], source: str) -> str:
    """Return the first complaint: source, key, what is wrong with it, what it is.

    Parameters
    ----------
    error : pydantic.ValidationError
        Raised for `content`.
    content : mapping
        The recipe as it was read.
    source : str
        Its name for the message.
    """
    complaints = error.errors(include_url=False)
    places = [_place(complaint["loc"], content) for complaint in complaints]
    # A value that fits none of several kinds has a complaint of each; the deepest knows most.
    beside = [i for i, place in enumerate(places) if place[: len(places[0])] == places[0]]
    deepest = max(beside, key=lambda i: len(places[i]))
    same = [complaints[i] for i in beside if places[i] == places[deepest]]
    return f"{source}: {_line(places[deepest], same)}"


def _line(place: tuple[str, ...], complaints: Sequence[Mapping[str, Any]]) -> str:
    first = complaints[0]
    key = ".".join(place)
    if first["type"] in ("missing", "union_tag_not_found"):
        missing = str(first["loc"][-1])
        if first["type"] == "union_tag_not_found":
            missing = first["ctx"]["discriminator"].strip("'")
        return f"{'.'.join([*place, missing])} is missing"
    if first["type"] == "union_tag_invalid":
        tag = first["ctx"]["discriminator"].strip("'")
        context = first["ctx"]
        return f"{key}.{tag} must be one of {context['expected_tags']}, got {context['tag']!r}"
    messages = dict.fromkeys(_message(complaint) for complaint in complaints)
    message = " or ".join(messages).replace(" or must be ", " or ")
    given = "" if isinstance(first["input"], dict) else f", got {brief(first['input'])}"
    return f"{key + ': ' if key else ''}{message}{given}"


def _message(complaint: Mapping[str, Any]) -> str:
    message = complaint["msg"]
    for pattern, words in WORDS.items():
        message = re.sub(pattern, words, message)
    return message


def _place(loc: tuple[str | int, ...], content: Any) -> tuple[str, ...]:
    """Return the keys on the way to a complaint, without the names of classes that pydantic puts
    between them.
    """
    place = []
    for step in loc:
        in_list = isinstance(content, list) and isinstance(step, int) and step < len(content)
        if in_list or (isinstance(content, dict) and step in content):
            place.append(str(step))
            content = content[step]
    return tuple(place)
