"""Forms of a page, read as a browser reads them and ready to be posted."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

Attributes = list[tuple[str, str | None]]


@dataclass
class HtmlForm:
    """Where a form is posted to, and what it would send as it stands."""

    action: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)


class _Reader(HTMLParser):
    """Collects forms; what stands in a <template> is no part of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._inside: HtmlForm | None = None
        self._templates = 0
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._templates += 1
        if self._templates:
            return
        if tag == "form":
            self._inside = HtmlForm(given.get("action", ""))
            self.forms.append(self._inside)
        elif self._inside is not None:
            self._field(self._inside, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._templates -= 1
        elif tag == "form":
            self._inside = None
        elif tag == "select":
            self._select = None

    def _field(self, form: HtmlForm, tag: str, given: dict[str, str]) -> None:
        if tag == "input" and "name" in given:
            if given.get("type") != "checkbox" or "checked" in given:
                form.fields.add(given["name"], given.get("value", "on"))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select is not None:
            first = self._select not in form.fields
            if first or "selected" in given:
                form.fields[self._select] = given["value"]


def forms_of(html: str) -> list[HtmlForm]:
    """Every form of a page, in its order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_of(html: str, ending: str) -> HtmlForm:
    """The form that is posted to a path with this ending; there must be one."""
    [found] = [each for each in forms_of(html) if each.action.endswith(ending)]
    return found
