"""A hook of MkDocs: links that leave docs/ are words in the site, which has nothing but docs/.

On GitHub they lead to the file; where the repository lies, the site does not know.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)\s#]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: "Page", config: "MkDocsConfig", files: "Files") -> str:
    """A page as Markdown, with what `files` has not as words."""
    del files
    docs = Path(config.docs_dir).resolve()
    folder = docs / Path(page.file.src_uri).parent

    def words(link: re.Match[str]) -> str:
        is_inside = (folder / link[2]).resolve().is_relative_to(docs)
        return link[0] if is_inside else link[1]

    return _LINK.sub(words, markdown)
