import json
import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import EVENT_BYTES, HUB_KINDS, IS_DEVICE, LIFE_KINDS, Event, Kind, Reading
from device_gateway.frame import Decoded, Frame
from device_gateway.protocols.own_mqtt import decode
from tests.device_gateway.times import NINE

AT = "2026-11-24T08:59:58Z"
HEAD = b'{"id":"e-1","kind":"sos","data":'


def frame(payload: bytes | Any, topic: str = "yj/1/pendant-1/event", **named: Any) -> Frame:
    raw = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return Frame("mqtt", "own_mqtt", "", topic, raw, named.pop("received_at", NINE), **named)


def reading(payload: bytes | Any) -> Decoded:
    return decode(frame(payload, "yj/1/band-1/reading"))


def test_an_event_is_passed_on_as_it_was_said() -> None:
    said = decode(frame({"id": "e-1", "kind": "sos", "at": AT, "data": {"presses": 2}}))
    assert said == Decoded(
        "pendant-1",
        events=(
            {
                "device": "pendant-1",
                "id": "e-1",
                "kind": "sos",
                "at": AT,
                "received_at": "2026-11-24T09:00:00+00:00",
                "data": {"presses": 2},
            },
        ),
    )


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in HUB_KINDS])
def test_every_kind_of_a_device_is_taken(kind: Kind) -> None:
    said = decode(frame({"id": "e-1", "kind": kind.value, "firmware": "2.1"}))
    assert [event["kind"] for event in said.events] == [kind.value]


@pytest.mark.parametrize(
    ("payload", "kind", "own_id", "at"),
    [
        ({"id": "e-1", "kind": "sos", "at": "yesterday"}, "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "at": 1764000000}, "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "at": "2026-11-24T08:59:58"}, "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "at": "0001-01-01T00:00:00+14:00"}, "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "at": "1970-01-01T00:00:00Z"}, "sos", "e-1", "1970"),
        ({"id": "e-1", "kind": "SOS "}, "sos", "e-1", None),
        ({"id": 7, "kind": "fall"}, "fall", "7", None),
        ({"kind": "smoke", "at": AT}, "smoke", None, AT),
        ({"id": "", "kind": "gas"}, "gas", None, None),
        ({"id": "x" * 500, "kind": "help"}, "help", None, None),
        ({"id": None, "kind": "carbon_monoxide"}, "carbon_monoxide", None, None),
        ({"id": "e-1", "kind": "sos", "data": [1]}, "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "data": {"note": "a\x00b"}}, "sos", "e-1", None),
        (b'{"id": "e-1", "kind": "sos", "data": {"pulse_bpm": NaN}}', "sos", "e-1", None),
        (b'{"id": "e-1", "kind": "sos", "data": {"name": "\\ud800"}}', "sos", "e-1", None),
        (b'{"id": "e-1", "kind": "sos", "data": {"name": "\xff"}}', "sos", "e-1", None),
        (b'{"id": "e-1", "kind": "sos", "at": "' + AT.encode() + b'", "da', "sos", "e-1", AT),
        (b'{"kind": "fall", "id": "e-', "fall", "e-", None),
        (b'{"id":"e-1","kind":"sos', "sos", "e-1", None),
        (b"{kind: sos, id: e-1}", "sos", "e-1", None),
        (b"{'kind': 'smoke'}", "smoke", None, None),
        (b'"{\\"id\\":\\"e-1\\",\\"kind\\":\\"sos\\"}"', "sos", "e-1", None),
        (b'[{"id": "e-1", "kind": "sos"}]', "sos", "e-1", None),
        (b'{"kind": ["sos"], "id": "e-1"}', "sos", "e-1", None),
        (b"sos", "sos", None, None),
        (b' "SOS"\n', "sos", None, None),
        (b"\xef\xbb\xbf" + b'{"id": "e-1", "kind": "sos"}', "sos", "e-1", None),
        ({"id": "e-1", "kind": "sos", "data": {"x": "y" * EVENT_BYTES}}, "sos", "e-1", None),
        (HEAD + b'{"a":' * 500 + b"1" + b"}" * 501, "sos", "e-1", None),
        (HEAD + b"[" * 9000 + b"]" * 9000 + b"}", "sos", "e-1", None),
    ],
)  # fmt: skip
def test_a_press_is_never_lost_to_bad_data(
    payload: Any, kind: str, own_id: str | None, at: str | None
) -> None:
    said = decode(frame(payload))
    (event,) = said.events
    Event.model_validate_json(orjson.dumps(event))
    assert event["kind"] == kind
    assert own_id is None or event["id"] == own_id
    assert event["at"] is None if at is None else str(event["at"]).startswith(at)
    assert said.refused == ()


def test_what_was_wrong_with_a_press_stands_in_its_data() -> None:
    (event,) = decode(frame({"kind": "sos", "at": "?", "data": {"presses": 1}})).events
    assert event["data"] == {"presses": 1, "trouble": ["no_id", "bad_time"]}


def test_a_press_without_an_id_gets_the_same_one_for_a_minute() -> None:
    def made(payload: bytes, seconds: int, device: str = "pendant-1") -> str:
        at = NINE + timedelta(seconds=seconds)
        topic = f"yj/1/{device}/event"
        return decode(frame(payload, topic, received_at=at)).events[0]["id"]

    first = made(b'{"kind":"sos"}', 0)
    assert made(b'{"kind":"sos"}', 59) == first
    others = {
        made(b'{"kind":"sos"}', 60),
        made(b'{"kind":"sos","data":{}}', 0),
        made(b'{"kind":"sos"}', 0, "pendant-2"),
    }
    assert first not in others
    assert len(others) == 3


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b'{"id": "e-1", "kind": "door_open"', "not_json"),
        (b'{"id":"e-1","kind":"cleared","data":{"kind":"smoke"', "not_json"),
        (b'{"id":"e-1","kind":"door_open","data":{"n":NaN}}', "not_a_number"),
        (b'{"id":"e-1","kind":"door_open","data":{"n":"\xff"}}', "not_json"),
        (b"[]", "not_an_event"),
        (b"5", "not_an_event"),
        (b"{}", "no_kind"),
        ({"id": "e-1", "kind": 5}, "no_kind"),
        ({"id": "e-1", "kind": "party"}, "unknown_kind"),
        ({"id": "e-1", "kind": "silence"}, "unknown_kind"),
        ({"kind": "door_open"}, "no_id"),
        ({"id": 5, "kind": "door_open"}, "no_id"),
        ({"id": "a\nb", "kind": "door_open"}, "no_id"),
        ({"id": "x" * 129, "kind": "door_open"}, "no_id"),
        ({"id": "e-1", "kind": "door_open", "at": "2026-13-01T00:00:00Z"}, "bad_time"),
        ({"id": "e-1", "kind": "door_open", "at": 5}, "bad_time"),
        ({"id": "e-1", "kind": "door_open", "data": "open"}, "bad_data"),
        ({"id": "e-1", "kind": "door_open", "data": {"note": "\x00"}}, "bad_data"),
        ({"id": "e-1", "kind": "door_open", "data": {"x": "y" * EVENT_BYTES}}, "too_long"),
    ],
)  # fmt: skip
def test_everything_else_that_is_wrong_is_refused_with_a_reason(payload: Any, reason: str) -> None:
    said = decode(frame(payload))
    assert (said.events, said.refused) == ((), (reason,))
    assert said.answer == orjson.dumps({"error": reason})


def test_a_press_kept_by_the_broker_is_history() -> None:
    said = decode(frame({"id": "e-1", "kind": "sos"}, retained=True))
    assert (said.events, said.refused) == ((), ("retained",))


@pytest.mark.parametrize("device", ["Pendant", "p", "按钮", "a" * 65, "a b", "pendant-1\n"])
def test_a_name_that_is_none_speaks_for_nobody(device: str) -> None:
    event = decode(frame({"id": "e-1", "kind": "door_open"}, f"yj/1/{device}/event"))
    measured = decode(frame({"id": "r", "values": {"steps": 1}}, f"yj/1/{device}/reading"))
    assert (event.refused, measured.refused) == (("bad_device",), ("bad_device",))


def test_a_press_under_a_bad_name_is_still_seen_as_a_press() -> None:
    said = decode(frame({"id": "e-1", "kind": "sos"}, "yj/1/Pendant/event"))
    assert (said.device, said.life) == ("Pendant", Kind.SOS)


@pytest.mark.parametrize(
    "topic", [None, "", "yj/1/a/b/event", "yj/2/pendant-1/event", "yj/1/pendant-1/party", "x"]
)
def test_a_topic_of_another_format_is_refused(topic: str | None) -> None:
    said = decode(Frame("mqtt", "own_mqtt", "", topic, b'{"id":"1","kind":"test"}', NINE))
    assert said.refused in (("no_topic",), ("bad_topic",))


@pytest.mark.parametrize("word", ["online", "offline"])
def test_status_is_a_bare_word(word: str) -> None:
    said = decode(frame(word.encode(), "yj/1/band-1/status", retained=True))
    assert (said.status, said.refused) == (word, ())
    assert decode(frame(b"asleep", "yj/1/band-1/status")).refused == ("bad_status",)


def test_a_reading_or_a_list_of_readings_is_taken() -> None:
    one = {"id": "r-1", "at": AT, "values": {"pulse_bpm": 72, "spo2_percent": 97.5}}
    two = {"id": "r-2", "values": {"temperature_c": 36.6}}
    assert [item["id"] for item in reading(one).readings] == ["r-1"]
    assert [item["id"] for item in reading([one, two]).readings] == ["r-1", "r-2"]
    for item in reading([one, two]).readings:
        Reading.model_validate_json(orjson.dumps(item))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"id": "r", "values": {"pulse_bpm": 900}}, "implausible:pulse_bpm"),
        ({"id": "r", "values": {"pulse_bpm": 72, "steps": -1}}, "implausible:steps"),
        (b'{"id":"r","values":{"pulse_bpm":NaN}}', "not_a_number"),
        (b'{"id":"r","values":{"pulse_bpm":-Infinity}}', "not_a_number"),
        (b'{"id":"r","values":{"pulse_bpm":1e999}}', None),
        ({"id": "r", "values": {"pulse_bpm": "72"}}, "not_a_number"),
        ({"id": "r", "values": {"pulse_bpm": True}}, "not_a_number"),
        ({"id": "r", "values": {"pulse_bpm": None}}, "not_a_number"),
        ({"id": "r", "values": {"mood": 3}}, "unknown_value"),
        ({"id": "r", "values": {}}, "no_values"),
        ({"id": "r"}, "no_values"),
        ({"values": {"steps": 1}}, "no_id"),
        ({"id": "r", "at": "08:00", "values": {"steps": 1}}, "bad_time"),
        ("text", "not_a_reading"),
        ([], "not_a_reading"),
        ([5], "not_a_reading"),
        (b"{", "not_json"),
        (b" " * (EVENT_BYTES + 1), "too_long"),
    ],
)
def test_a_reading_that_is_no_measurement_is_refused(payload: Any, reason: str | None) -> None:
    said = reading(payload)
    assert said.readings == ()
    assert reason is None or said.refused == (reason,)
    assert said.refused


def test_one_bad_reading_spoils_no_other() -> None:
    said = reading(
        [{"id": "r-1", "values": {"steps": 1}}, {"id": "r-2", "values": {"pulse_bpm": 900}}]
    )
    assert [item["id"] for item in said.readings] == ["r-1"]
    assert said.refused == ("implausible:pulse_bpm",)
    assert said.answer == b'{"error":"implausible:pulse_bpm"}'


TOPICS = st.sampled_from(
    ["yj/1/band-1/event", "yj/1/band-1/reading", "yj/1/band-1/status", "yj/1/X/event", "z", None]
) | st.text(max_size=40)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


@given(topic=TOPICS, payload=st.binary(max_size=300), retained=st.booleans())
def test_no_bytes_break_the_decoder(topic: str | None, payload: bytes, retained: bool) -> None:
    said = decode(Frame("mqtt", "own_mqtt", "", topic, payload, NINE, retained))
    assert said.events or said.readings or said.refused or said.status


@given(
    kind=st.sampled_from(sorted(LIFE_KINDS)),
    rest=st.dictionaries(
        st.sampled_from(["id", "at", "data", "values", "battery", "x"]), ANY_JSON, max_size=6
    ),
)
def test_no_json_around_a_life_kind_has_it_refused(kind: Kind, rest: dict[str, Any]) -> None:
    said = decode(frame(json.dumps({**rest, "kind": kind.value}).encode()))
    assert [event["kind"] for event in said.events] == [kind.value]
    Event.model_validate_json(orjson.dumps(said.events[0]))


@given(before=st.binary(max_size=60), after=st.binary(max_size=60))
def test_a_life_kind_among_rubbish_is_raised(before: bytes, after: bytes) -> None:
    said = decode(frame(before + b' "kind": "sos" ' + after))
    assert said.life is Kind.SOS or re.search(rb"kind", before)


@given(cut=st.integers(min_value=0, max_value=60))
def test_a_message_cut_after_its_kind_is_still_a_press(cut: int) -> None:
    whole = b'{"id": "e-1", "kind": "sos", "at": "' + AT.encode() + b'", "data": {"presses": 1}}'
    said = decode(frame(whole[: len(b'{"id": "e-1", "kind": "sos') + cut]))
    assert said.life is Kind.SOS


@given(payload=st.binary(max_size=200))
def test_what_is_passed_on_is_what_the_hub_can_read(payload: bytes) -> None:
    said = decode(frame(b'{"kind":"sos",' + payload + b"}"))
    for event in said.events:
        assert IS_DEVICE.fullmatch(event["device"])
        Event.model_validate_json(orjson.dumps(event))
