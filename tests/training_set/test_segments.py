"""Segments: what is written is read again, the last record of an image counts, few are kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.domain.errors import StoreError
from plugin.domain.prediction import Prediction
from plugin.domain.splitting import digest64
from plugin.stores.backends.folder import FolderStore
from plugin.training_set.compacting import FAN_IN, to_merge
from plugin.training_set.examples import Example, Provenance
from plugin.training_set.known import Known
from plugin.training_set.segments import PAGE, Record, Row, Segments
from plugin.training_set.versions import Segment


def example(image_id: str, width: int) -> Example:
    return Example(
        image_id=image_id, file_name=f"{image_id}.jpg", sha256="", width=width, height=1,
        content_type="image/jpeg", split="train", group="", truth=Prediction(),
        provenance=Provenance("review"),
    )  # fmt: skip


def entry(image_id: str, width: int | None) -> tuple[Record, Row]:
    record = Record(image_id, None if width is None else example(image_id, width))
    return record, Row(digest64(image_id), 2**64 - 1, 0, 1, 2, has_look=True)


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    return Segments(FolderStore(tmp_path / "store", synced=False))


@pytest.mark.parametrize("number", [1, PAGE, PAGE + 1, 9 * PAGE + 3])
def test_what_is_written_is_read_again(segments: Segments, number: int) -> None:
    entries = [entry(f"{at:06d}", at) for at in range(number)]
    segment = segments.write("parts", "one", iter(entries))
    assert segment is not None
    assert segment.records == number
    assert list(segments.merged("parts", [segment])) == entries
    assert list(segments.changed("parts", segment)) == []
    known = Known(segments, "parts", [segment])
    wanted = [f"{at:06d}" for at in range(0, number + 5, 7)]
    found = known.examples(known.places(wanted))
    assert found == {each: example(each, int(each)) for each in wanted if int(each) < number}


def test_nothing_is_no_segment(segments: Segments) -> None:
    assert segments.write("parts", "one", []) is None
    assert list(segments.merged("parts", [])) == []
    assert Known(segments, "parts", []).places(["a"]) == {}


changes = st.lists(
    st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 99), min_size=1),
    min_size=1, max_size=6,
)  # fmt: skip


@given(changes)
def test_the_last_word_on_an_image_counts(
    tmp_path_factory: pytest.TempPathFactory, given_changes: list[dict[str, int | None]]
) -> None:
    segments = Segments(FolderStore(tmp_path_factory.mktemp("store"), synced=False))
    written: list[Segment] = []
    expected: dict[str, int | None] = {}
    for at, each in enumerate(given_changes):
        entries = [entry(image_id, each[image_id]) for image_id in sorted(each)]
        written += filter(None, [segments.write("parts", f"s{at}", entries)])
        expected |= each
    merged = [record for record, _ in segments.merged("parts", written)]
    assert [each.image_id for each in merged] == sorted(expected)
    assert {each.image_id: each.example.width if each.example else None for each in merged} == (
        expected
    )
    known = Known(segments, "parts", written)
    found = known.examples(known.places(list("abcdefghxyz")))
    live = {image_id: width for image_id, width in expected.items() if width is not None}
    assert {image_id: each.width for image_id, each in found.items()} == live


@pytest.mark.parametrize("part", ["index", "00000.jsonl", "digests.json"])
def test_what_was_changed_by_hand_is_named(segments: Segments, tmp_path: Path, part: str) -> None:
    segment = segments.write("parts", "one", [entry("a", 1)])
    assert segment is not None
    path = tmp_path / "store/datasets/parts/segments/one" / part
    content = path.read_bytes()
    path.write_bytes(content[:-3] + b"xyz")
    assert list(segments.changed("parts", segment)) == [f"datasets/parts/segments/one/{part}"]
    path.unlink()
    assert list(segments.changed("parts", segment)) == [f"datasets/parts/segments/one/{part}"]


@pytest.mark.parametrize(
    ("part", "content"), [("index", b"short"), ("00000.jsonl", b"{"), ("00000.jsonl", None)]
)
def test_what_cannot_be_read_is_the_stores_fault(
    segments: Segments, tmp_path: Path, part: str, content: bytes | None
) -> None:
    segment = segments.write("parts", "one", [entry("a", 1)])
    assert segment is not None
    path = tmp_path / "store/datasets/parts/segments/one" / part
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(StoreError, match=r"segments/one|segment one"):
        list(segments.merged("parts", [segment]))


def test_there_are_few_segments_however_many_builds_there_were() -> None:
    """And what is written again is a few times what was written first."""
    kept = [Segment("first", 10_000)]
    written = merged_beginning = 0
    for _ in range(1000):
        kept.append(Segment("", 10))
        while count := to_merge(kept):
            merged_beginning += kept[-count].name == "first"
            written += sum(each.records for each in kept[-count:])
            kept[-count:] = [Segment("", sum(each.records for each in kept[-count:]))]
        assert len(kept) <= 5 * FAN_IN
    assert sum(each.records for each in kept) == 20_000
    assert merged_beginning <= 1, "the beginning is left alone until as much came since"
    assert written <= 5 * 10_000 + 20_000
