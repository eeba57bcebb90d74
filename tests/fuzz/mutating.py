"""Bytes gone wrong: a good sample with bits, bytes, numbers or pieces of it changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

LONGEST = 100_000
"""Bytes of an input at most, so that no input is slow for being long alone."""

NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)

WORDS = (
    b"", b"\0", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\n\n", b"\t",
    b" ",
    b"0", b"-1", b"1e999", b"-0.0", b"NaN", b"inf", b"9" * 30, b"9" * 5000, b"0x10", b"1_000",
    "٣".encode(), "İ".encode(), b"null", b"true", b"[", b"]", b"{", b"}", b'"', b"'", b"\\",
    b"\\u0000",
    b"\\ud800", b"..", b"../", b"//", b"/\\", b"%00", b"%", b"%ff", b"=", b"&", b";", b",", b":",
    b"<", b">",
    b"&amp;", b"a" * 300, b"[" * 2000, b'{"a":' * 2000, b"*a", b"&a ",
    b"!!python/object:os.system ",
)  # fmt: skip
"""What parsers have stumbled over: bad UTF-8, numbers that are none, marks of every syntax."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is put into inputs: pieces of other samples, and words of the format."""

    others: Sequence[bytes]
    words: Sequence[bytes] = ()

    def word(self, chance: Random) -> bytes:
        """A word, of the format's as often as of everybody's."""
        return chance.choice(self.words if self.words and chance.random() < 0.5 else WORDS)


Change = Callable[[bytes, Random, Material], bytes]


def mutated(data: bytes, chance: Random, material: Material) -> bytes:
    """A sample with one to eight changes; the same seed of `chance` makes the same ones."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        data = chance.choice(_CHANGES)(data, chance, material)
    return data[:LONGEST]


def _flip(data: bytes, chance: Random, _: Material) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def _other_byte(data: bytes, chance: Random, _: Material) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _other_number(data: bytes, chance: Random, _: Material) -> bytes:
    """Lengths and sizes are what binary formats are broken with."""
    size = chance.choice((1, 2, 4))
    number = chance.choice(NUMBERS) & ((1 << 8 * size) - 1)
    at = chance.randrange(len(data) + 1)
    return data[:at] + number.to_bytes(size, chance.choice(("big", "little"))) + data[at + size :]


def _insert(data: bytes, chance: Random, material: Material) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + material.word(chance) + data[at:]


def _replace(data: bytes, chance: Random, material: Material) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + material.word(chance) + data[end:]


def _leave_out(data: bytes, chance: Random, _: Material) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, chance: Random, _: Material) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + data[start:end] * chance.choice((2, 2, 3, 50)) + data[end:]


def _cut(data: bytes, chance: Random, _: Material) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _take_over(data: bytes, chance: Random, material: Material) -> bytes:
    """A piece of another sample in place of one of this."""
    other = chance.choice(material.others)
    (start, end), (begin, stop) = _piece(data, chance), _piece(other, chance)
    return data[:start] + other[begin:stop] + data[end:]


def _piece(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 4, 8, 32, 200)))


_CHANGES: tuple[Change, ...] = (
    _flip, _other_byte, _other_number, _insert, _replace, _leave_out, _repeat, _cut, _take_over,
)  # fmt: skip
