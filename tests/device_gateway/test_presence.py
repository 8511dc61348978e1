from datetime import timedelta
from typing import Any

import orjson
import pytest

from alerts.contract import Presence as PresenceShape
from device_gateway import presence as module
from device_gateway.pipeline import Stranger
from device_gateway.presence import Presence
from device_gateway.strangers import MOST
from tests.device_gateway.times import NINE


def body(presence: Presence) -> dict[str, Any]:
    report = presence.report({"version": "1"})
    PresenceShape.model_validate_json(report.body)
    read: dict[str, Any] = orjson.loads(report.body)
    return read


def names(said: dict[str, Any]) -> list[str]:
    return sorted(one["device"] for one in said["devices"])


def test_only_what_changed_since_the_last_report_is_told() -> None:
    presence = Presence()
    presence.heard("a-1", NINE, 300)
    presence.said_status("a-1", "online")
    first = body(presence)
    presence.heard("b-1", NINE, 300)
    assert first["devices"] == [
        {"device": "a-1", "last_heard": NINE.isoformat(), "status": "online"}
    ]
    assert names(body(presence)) == ["b-1"]
    assert names(body(presence)) == []


def test_a_report_the_hub_did_not_take_is_told_again_with_what_is_newer() -> None:
    presence = Presence()
    presence.heard("a-1", NINE, 300)
    presence.heard_stranger(Stranger("own_mqtt", "x-1", "sos"), NINE)
    lost = presence.report({})
    presence.heard("b-1", NINE, 300)
    presence.heard_stranger(Stranger("own_mqtt", "x-1", None), NINE + timedelta(seconds=5))
    presence.put_back(lost)
    said = body(presence)
    assert names(said) == ["a-1", "b-1"]
    assert said["unknown"] == [
        {
            "protocol": "own_mqtt",
            "address": "x-1",
            "last_heard": (NINE + timedelta(seconds=5)).isoformat(),
            "count": 2,
            "kind": "sos",
        }
    ]


def test_a_last_will_is_a_hint_and_no_beat() -> None:
    presence = Presence()
    presence.said_status("a-1", "offline")
    assert names(body(presence)) == []
    presence.heard("b-1", NINE, 300)
    body(presence)
    presence.said_status("b-1", "offline")
    assert body(presence)["devices"][0]["status"] == "offline"


@pytest.mark.parametrize(
    ("gap_s", "will", "missed", "was_away"),
    [
        (10, False, False, False),
        (400, False, False, False),
        (460, False, False, True),
        (10, True, False, True),
        (10, False, True, True),
    ],
)
def test_away_is_a_last_will_a_missed_reply_or_a_missed_beat(
    gap_s: int, will: bool, missed: bool, was_away: bool
) -> None:
    presence = Presence()
    presence.heard("a-1", NINE, 300)
    if will:
        presence.said_status("a-1", "offline")
    if missed:
        presence.missed("a-1")
    later = NINE + timedelta(seconds=gap_s)
    assert presence.heard("a-1", later, 300) is was_away
    assert presence.heard("a-1", later, 300) is False


def test_a_stranger_that_pressed_stays_listed_among_any_number_of_others() -> None:
    presence = Presence()
    presence.heard_stranger(Stranger("own_mqtt", "first", "sos"), NINE)
    for number in range(MOST + 50):
        presence.heard_stranger(Stranger("own_mqtt", f"x-{number}", None), NINE)
    presence.heard_stranger(Stranger("own_mqtt", "last" * 100, "fall"), NINE)
    said = body(presence)["unknown"]
    assert len(said) == MOST
    assert {one["address"] for one in said if one["kind"]} == {"first", ("last" * 100)[:128]}


def test_refusals_are_counted_by_reason_and_the_reasons_are_bounded() -> None:
    presence = Presence()
    presence.refused("not_json")
    presence.refused("not_json")
    for number in range(module.REASONS + 10):
        presence.refused(f"reason-{number}")
    counted = body(presence)["refused"]
    assert counted["not_json"] == 2
    assert counted["other"] == 11


def test_a_crowd_is_told_in_several_bodies_below_the_hubs_limit() -> None:
    presence = Presence()
    for number in range(module.DEVICES + 1):
        presence.heard(f"{number:064d}", NINE, 300)
    first = presence.report({})
    assert first.more
    assert len(first.body) < 1024 * 1024
    second = presence.report({})
    assert not second.more
    assert len(first.devices | second.devices) == module.DEVICES + 1
