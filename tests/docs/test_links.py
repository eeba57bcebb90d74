"""Links, pictures and names in documents lead somewhere, on GitHub and in the built site."""

import re
from pathlib import Path

import pytest

from plugin.config import Config
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


@pytest.mark.parametrize("page", [each for each in PAGES if DOCS in each.parents], ids=name_of)
def test_its_links_stay_in_the_site(page: Path) -> None:
    for target in LINK.findall(prose_of(page)):
        if "://" not in target:
            assert (page.parent / target).resolve().is_relative_to(DOCS), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_that_it_names_are_read(page: Path) -> None:
    known = {str(field.validation_alias) for field in Config.model_fields.values()}
    for name in set(re.findall(r"\bLSAL_[A-Z_]+[A-Z]\b", page.read_text())) - known:
        assert f'"{name}"' in SOURCES, name
