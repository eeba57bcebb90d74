"""A set as a ZIP archive that is made while it is sent: one file in memory at a time.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. Every file's size and checksum stand
before it, so that what reads an archive from its beginning can read this one. The same version
gives the same bytes.
"""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO

from plugin.training_set.formats.contents import File

_PACKED = (".jpg", ".jpeg", ".png", ".webp")
"""What does not get smaller."""

_READABLE = 0o644 << 16


class _Window(BytesIO):
    """What was written since it was last emptied, at its place in all that was written."""

    def __init__(self) -> None:
        super().__init__()
        self._start = 0

    def tell(self) -> int:
        return self._start + super().tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0:
            offset -= self._start
        return self._start + super().seek(offset, whence)

    def empty(self) -> bytes:
        """All of it; what is written from now on comes after it."""
        data = self.getvalue()
        self._start += len(data)
        super().seek(0)
        self.truncate()
        return data


def zipped(files: Iterable[File], at: datetime) -> Iterator[bytes]:
    """Yield an archive of the files piece by piece, all of them dated `at`."""
    window = _Window()
    with zipfile.ZipFile(window, "w") as archive:
        for path, data in files:
            entry = zipfile.ZipInfo(path, at.astimezone(UTC).timetuple()[:6])
            entry.external_attr = _READABLE
            packed = path.endswith(_PACKED)
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
            yield window.empty()
    yield window.empty()
