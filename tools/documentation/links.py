"""Links between the files of the repository, as the pages of the site follow them."""

import re
from pathlib import Path

HOME = "README.md"
LINK = re.compile(r"(\]\()([^)#\s:]+)")


def follow_folders(markdown: str, here: Path) -> str:
    """Append the name of the page to each link that names a folder, seen from the folder `here`."""

    def follow(match: re.Match[str]) -> str:
        target = match[2].rstrip("/")
        return f"{match[1]}{target}/{HOME}" if (here / target).is_dir() else match[0]

    return LINK.sub(follow, markdown)
