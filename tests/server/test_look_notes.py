"""What is remembered of looks and webhooks between two runs."""

from redis import Redis

from plugin.stores.review.hook_notes import TRUSTED, HookNotes
from plugin.stores.review.look_notes import LookNote, LookNotes
from tests.samples import NOW


def test_a_note_is_read_as_it_was_written(redis: Redis) -> None:
    notes = LookNotes(redis)
    assert (notes.all(), notes.find(7)) == ({}, None)
    note = LookNote(NOW, 40, 12, 3, more_skipped=-1)
    notes.save(7, note)
    notes.save(8, LookNote(NOW, 1, 0, 0))
    assert (notes.find(7), set(notes.all())) == (note, {7, 8})
    notes.forget(7)
    assert set(notes.all()) == {8}


def test_counting_goes_on_where_it_ended(redis: Redis) -> None:
    notes = LookNotes(redis)
    assert [notes.advance(1000) for _ in range(3)] == [0, 1000, 2000]


def test_webhooks_are_trusted_for_a_day_from_the_first_on(redis: Redis) -> None:
    notes = HookNotes(redis)
    notes.save(7, "one")
    redis.expire("lsal:hooks", 60)
    notes.save(8, "two")
    assert notes.all() == {7: "one", 8: "two"}
    assert 0 < redis.ttl("lsal:hooks") <= 60 < TRUSTED


def test_a_refusal_is_remembered_for_a_while(redis: Redis) -> None:
    notes = HookNotes(redis)
    assert notes.trouble() == ""
    notes.refused("no such address")
    assert notes.trouble() == "no such address"
    assert redis.ttl("lsal:hooks:refused") > 0
