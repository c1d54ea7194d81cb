"""YAML that says one thing, and not more than it seems to: no key twice, no text that unfolds.

PyYAML keeps the last of two equal keys, and lets an alias stand for a part that holds aliases, so
that a few lines unfold to billions of values.
"""

from typing import Any

import yaml

MOST_VALUES = 100_000
"""Values of a text with its aliases unfolded."""


class StrictLoader(yaml.SafeLoader):
    """The safe loader of PyYAML, which refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node.

        Raises
        ------
        yaml.constructor.ConstructorError
            With the line of the second of two equal keys.
        """
        seen: dict[Any, int] = {}
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name != "<<" and name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name} stands on line {seen[name]} too", key.start_mark
                )
            seen[name] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


def load(text: str) -> Any:
    """Return what a YAML text holds.

    Raises
    ------
    yaml.YAMLError
        When it is no YAML, has a key twice, or unfolds to more than `MOST_VALUES` values.
    """
    loader = StrictLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        count = _unfolded(node, {}, ())
        if count > MOST_VALUES:
            raise yaml.YAMLError(f"aliases unfold to {count:.3g} values, at most {MOST_VALUES:,}")
        return loader.construct_document(node)
    except RecursionError:
        raise yaml.YAMLError("parts lie too deep within one another") from None
    finally:
        loader.dispose()


def _unfolded(node: yaml.Node, known: dict[int, int], above: tuple[int, ...]) -> int:
    """Return the number of values in a node, those behind aliases counted each time."""
    if id(node) in above:
        raise yaml.YAMLError("an alias stands within the part that it names")
    if id(node) not in known:
        within = (*above, id(node))
        known[id(node)] = 1 + sum(_unfolded(n, known, within) for n in _children(node))
    return known[id(node)]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return []
