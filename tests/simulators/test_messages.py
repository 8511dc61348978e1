"""The published format, written out by hand: what devices send, what they hear."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import messages
from simulators.messages import BadReply, Reading

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_an_event_stands_on_its_topic_as_json() -> None:
    said = messages.event("pendant-0001", "e1", "sos", AT, {"presses": 1})
    assert said.topic == "yj/1/pendant-0001/event"
    assert said.payload == (
        b'{"id":"e1","kind":"sos","at":"2026-11-24T08:00:00.000Z","data":{"presses":1}}'
    )
    assert not said.retain


def test_a_time_of_another_zone_is_sent_in_utc() -> None:
    at = datetime(2026, 11, 24, 16, 0, tzinfo=timezone(timedelta(hours=8)))
    assert messages.stamp(at) == "2026-11-24T08:00:00.000Z"


def test_one_reading_is_an_object_and_several_are_a_list() -> None:
    first = Reading("r1", AT, {"pulse_bpm": 72})
    second = Reading("r2", AT, {"pulse_bpm": 73})
    one = b'{"id":"r1","at":"2026-11-24T08:00:00.000Z","values":{"pulse_bpm":72}}'
    two = b'{"id":"r2","at":"2026-11-24T08:00:00.000Z","values":{"pulse_bpm":73}}'
    assert messages.readings("band-0001", [first]).payload == one
    assert messages.readings("band-0001", [first, second]).payload == b"[" + one + b"," + two + b"]"
    assert messages.readings("band-0001", [first]).topic == "yj/1/band-0001/reading"


@pytest.mark.parametrize(("online", "word"), [(True, b"online"), (False, b"offline")])
def test_the_status_is_one_retained_word(online: bool, word: bytes) -> None:
    said = messages.status("band-0001", online)
    assert (said.topic, said.payload, said.retain) == ("yj/1/band-0001/status", word, True)


def test_a_stage_is_read_with_who_and_what() -> None:
    reply = messages.read_reply(
        '{"event":"e1","stage":"accepted","by":"张社工","text":"张社工已受理",'
        '"at":"2026-11-24T08:00:09Z","expires_at":"2026-11-24T09:00:00Z"}'.encode()
    )
    assert (reply.event, reply.stage, reply.by) == ("e1", "accepted", "张社工")
    assert (reply.text, reply.error) == ("张社工已受理", None)


def test_an_error_is_read_as_one() -> None:
    assert messages.read_reply(b'{"error":"unknown kind"}').error == "unknown kind"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"received"',
        b'{"event":"e1"}',
        b'{"event":"e1","stage":"maybe"}',
        b'{"event":7,"stage":"received"}',
        b'{"stage":"received"}',
        b'{"event":"e1","stage":["received"]}',
    ],
)
def test_anything_else_is_a_bad_reply(payload: bytes) -> None:
    with pytest.raises(BadReply):
        messages.read_reply(payload)


@given(st.binary(max_size=200))
def test_bytes_from_anywhere_are_a_reply_or_a_bad_one(payload: bytes) -> None:
    try:
        reply = messages.read_reply(payload)
    except BadReply:
        return
    assert reply.error is not None or reply.stage in messages.STAGES
