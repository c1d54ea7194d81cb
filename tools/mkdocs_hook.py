"""Hook of MkDocs: which files the site has, and how their links are read.

The site mirrors the repository: a page lies where its file lies, so that a link between two files
is right on the hosting page, in an editor and on the site. The pages of the studies, of the laws
and of the API are generated and have no file in the repository.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.documentation import laws, links, reference, studies

ROOT = Path(__file__).resolve().parents[1]
PICTURES = TemporaryDirectory(prefix="documentation-")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Append the generated pages to the navigation."""
    config.nav = [
        *(config.nav or []),
        {"Studies": ["studies/README.md", *studies.pages()]},
        {"API": reference.navigation()},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace the files of docs/ by those of the site, each under its path in the repository."""
    theme = [file for file in files if file.src_uri.startswith("assets/")]
    text = {**studies.pages(), **reference.pages()}
    folder = Path(PICTURES.name)
    text[laws.PAGE] = laws.page(folder)
    copied = {path.relative_to(ROOT).as_posix(): path for path in _committed()}
    copied |= {f"{laws.FOLDER}/{path.name}": path for path in folder.glob("*.png")}
    generated = [File.generated(config, uri, content=content) for uri, content in text.items()]
    kept = [
        File.generated(config, uri, abs_src_path=str(path))
        for uri, path in copied.items()
        if uri not in text
    ]
    return Files([*theme, *kept, *generated])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let a link to a folder lead to the page of that folder."""
    return links.follow_folders(markdown, (ROOT / page.file.src_uri).parent)


def _committed() -> list[Path]:
    """Pages and pictures of the repository that the site shows, and the files that they link to."""
    patterns = (
        "*.md",
        "docs/**/*.md",
        "docs/**/*.png",
        "configs/**/*.md",
        "configs/**/*.yaml",
        "benchmarks/*.md",
        "trained/*.md",
        "studies/README.md",
        "studies/results/*/*.md",
        "studies/results/*/*.png",
    )
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))
