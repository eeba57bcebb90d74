"""Pages of a long list: which one a query string asks for, and where its neighbours are."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

MAX_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in a list of `total` a page is; items are counted from 1, addresses are "" for none."""

    first: int
    last: int
    total: int
    previous: str
    following: str


def page_asked(arguments: Mapping[str, str], notes: list[str]) -> int:
    """The number of the page that is asked for, counted from 1; a note where that is none."""
    asked = arguments.get("page", "")
    if not asked:
        return 1
    if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MAX_PAGE):
        notes.append(f"Page “{asked[:40]}” is none: the first one is shown.")
        return 1
    return int(asked[:9])


def last_page(total: int, size: int) -> int:
    """The number of the last page."""
    return max(1, -(-total // size))


def pages_of(path: str, kept: Mapping[str, str], page: int, size: int, total: int) -> Pages:
    """The place of a page, with the addresses of its neighbours.

    Args:
        path: of the page.
        kept: what the query string says beside the page.
        page: its number, counted from 1.
        size: how many there are on one page.
        total: how many there are in all.
    """
    begin = (page - 1) * size
    return Pages(
        first=min(begin + 1, total),
        last=min(begin + size, total),
        total=total,
        previous=address(path, kept, page=page - 1) if page > 1 else "",
        following=address(path, kept, page=page + 1) if begin + size < total else "",
    )


def address(path: str, kept: Mapping[str, str], **changes: str | int) -> str:
    """An address within the site; what is empty is left out, and so is the first page."""
    said = {name: str(value) for name, value in (dict(kept) | changes).items()}
    said = {name: value for name, value in said.items() if value and (name, value) != ("page", "1")}
    return f"{path}?{urlencode(said)}" if said else path
