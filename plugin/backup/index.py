"""What is known while a backup is made or put back: in a file, as there may be millions."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from plugin.backup.contents import LINES, Line

_TABLES = """
create table earlier (key text primary key, sha256 text, size integer, modified real) without rowid;
create table line (number integer primary key, key text unique, sha256 text, size integer,
                   modified real);
"""


class Index:
    """Lines of this backup, in their order, and those of the one before. For one thread."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)

    def note_earlier(self, lines: Iterable[Line]) -> None:
        """Note what an earlier backup holds."""
        rows = ((line.key, line.sha256, line.size, line.modified) for line in lines)
        self._database.executemany("insert or replace into earlier values (?, ?, ?, ?)", rows)

    def earlier(self, key: str) -> Line | None:
        """What an earlier backup holds under a key."""
        row = self._one("select key, sha256, size, modified from earlier where key = ?", key)
        return Line(*row) if row else None

    def has(self, key: str) -> bool:
        """Whether this backup has the key already."""
        return self._one("select 1 from line where key = ?", key) is not None

    def add(self, line: Line) -> None:
        """Note one object of this backup.

        Raises:
            sqlite3.IntegrityError: there is one under this key.
        """
        self._database.execute(
            "insert into line (key, sha256, size, modified) values (?, ?, ?, ?)",
            (line.key, line.sha256, line.size, line.modified),
        )

    def take(self, line: Line) -> bool:
        """Take a line away if it is exactly there: same key, same sum, same size."""
        done = self._database.execute(
            "delete from line where key = ? and sha256 = ? and size = ?",
            (line.key, line.sha256, line.size),
        )
        return done.rowcount == 1

    def totals(self) -> tuple[int, int]:
        """How many objects this backup has, and their bytes."""
        row = self._one("select count(*), coalesce(sum(size), 0) from line")
        return (row[0], row[1]) if row else (0, 0)

    def lists(self) -> Iterator[list[Line]]:
        """Yield this backup's lines, in their order, LINES at a time."""
        last = 0
        query = "select * from line where number > ? order by number limit ?"
        while rows := self._database.execute(query, (last, LINES)).fetchall():
            yield [Line(*row[1:]) for row in rows]
            last = rows[-1][0]

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return found


@contextmanager
def open_index() -> Iterator[Index]:
    """An empty index in a file of its own, which is gone afterwards."""
    # "" is SQLite's temporary database: in memory as long as it is small, on disk when it is not.
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("begin")
        yield Index(database)
