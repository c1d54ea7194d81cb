"""The gallery of hysteretic laws: a picture of each, drawn while the site is built."""

from pathlib import Path

from tools.gallery import draw_laws

FOLDER = "docs/gallery"
PAGE = f"{FOLDER}/laws.md"
HEAD = """# Hysteretic laws

Each law of `simulators`, driven along a drift history without a structure by
`law.drive(drift, interval)`.
"""


def page(folder: Path) -> str:
    """Draw every law into `folder`, and return the Markdown that shows the pictures beside it."""
    figures = [f"![{caption}]({path.name})\n\n{caption}\n" for path, caption in draw_laws(folder)]
    return "\n".join([HEAD, *figures])
