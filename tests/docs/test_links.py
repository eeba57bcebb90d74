"""Links, pictures and names in documents lead somewhere, on GitHub and in the built site."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from plugin.config import Config
from scripts.site_links import on_page_markdown
from tests.docs.blocks import DOCS, PAGES, ROOT, name_of, prose_of

LINK = re.compile(r"\]\(([^)\s]+?)(?:\s\"[^\"]*\")?\)")
SOURCES = "".join(
    path.read_text()
    for folder in ("plugin", "tests", "webhook_server")
    for path in (ROOT / folder).rglob("*.py")
)


def anchors_of(page: Path) -> set[str]:
    """The anchors that GitHub makes of headings; the site's slugs are set to be the same."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(prose_of(page)):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not anchor or anchor in anchors_of(found), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_that_it_names_are_read(page: Path) -> None:
    known = {str(field.validation_alias) for field in Config.model_fields.values()}
    for name in set(re.findall(r"\bLSAL_[A-Z_]+[A-Z]\b", page.read_text())) - known:
        assert f'"{name}"' in SOURCES, name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see [this](../../CHANGELOG.md#now)", "see this"),
        ("see [this](../../README.md)", "see this"),
        ("see [this](../api.md#errors)", "see [this](../api.md#errors)"),
        ("![a picture](../images/task.png)", "![a picture](../images/task.png)"),
    ],
)
def test_links_that_leave_the_site_are_words_there(written: str, shown: str) -> None:
    page: Any = SimpleNamespace(file=SimpleNamespace(src_uri="connect/camera.md"))
    config: Any = SimpleNamespace(docs_dir=str(DOCS))
    files: Any = None
    assert on_page_markdown(written, page=page, config=config, files=files) == shown
