import orjson
import pytest

from tests.device_gateway.fake_hub import FakeHub, eventually, listed
from tests.device_gateway.place import Place


def test_a_press_reaches_the_hub_and_its_device_hears_received(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    pendant.press("e-1", at="2026-11-24T08:00:00Z", data={"presses": 1})
    told = eventually(lambda: pendant.heard)[0]
    assert {key: hub.events[0][key] for key in ("device", "id", "kind", "at", "data")} == {
        "device": "pendant-1",
        "id": "e-1",
        "kind": "sos",
        "at": "2026-11-24T08:00:00Z",
        "data": {"presses": 1},
    }
    assert (told["event"], told["stage"], told["text"], told["by"]) == (
        "e-1",
        "received",
        "已收到",
        None,
    )
    assert told["at"] < told["expires_at"]


def test_a_repetition_is_answered_too_and_stays_one_event(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    pendant.press("e-1")
    eventually(lambda: len(pendant.stages) == 1)
    pendant.press("e-1")
    eventually(lambda: len(pendant.stages) == 2)
    assert hub.event_ids == ["e-1"]


def test_readings_reach_the_hub_in_batches(place: Place, hub: FakeHub) -> None:
    band = place.device("band-1")
    band.flood(300)
    eventually(lambda: len(hub.readings) == 300)
    assert hub.asked.count("POST /v1/readings") < 100
    assert band.heard == []


@pytest.mark.parametrize(
    ("what", "payload", "reason"),
    [
        ("event", b"rubbish", "not_json"),
        ("event", {"id": "e-1", "kind": "party"}, "unknown_kind"),
        ("event", b'{"id":"e-1","kind":"test","data":"' + b"x" * 20_000 + b'"}', "too_long"),
        ("reading", {"id": "r-1", "values": {"pulse_bpm": 900}}, "implausible:pulse_bpm"),
        ("reading", b'{"id":"r-1","values":{"pulse_bpm":NaN}}', "not_a_number"),
        ("status", b"asleep", "bad_status"),
    ],
)
def test_a_bad_message_is_answered_counted_and_holds_up_nothing(
    place: Place, hub: FakeHub, what: str, payload: object, reason: str
) -> None:
    pendant = place.device()
    pendant.say(what, payload)
    eventually(lambda: pendant.errors == [reason])
    eventually(lambda: hub.presences and hub.presences[-1]["refused"] == {reason: 1})
    pendant.press("e-2")
    pendant.measure("r-2")
    eventually(lambda: hub.event_ids == ["e-2"] and hub.readings)
    place.stop_gateway()
    place.start_gateway()
    pendant.press("e-3")
    eventually(lambda: hub.event_ids == ["e-2", "e-3"])
    assert pendant.errors == [reason]


def test_what_the_hub_refuses_is_answered_and_not_sent_again(place: Place, hub: FakeHub) -> None:
    hub.refused = {"e-1": "not_in_roster", "r-1": "implausible:pulse_bpm"}
    pendant = place.device()
    pendant.press("e-1", kind="door_open")
    pendant.measure("r-1")
    eventually(lambda: sorted(pendant.errors) == ["implausible:pulse_bpm", "not_in_roster"])
    pendant.press("e-2")
    eventually(lambda: hub.event_ids == ["e-2"])
    assert hub.asked.count("POST /v1/events") == 2


def test_a_press_the_hub_refuses_is_listed_as_a_strangers(place: Place, hub: FakeHub) -> None:
    hub.refused = {"e-1": "not_in_roster"}
    place.device().press("e-1")
    eventually(
        lambda: (
            [u["kind"] for p in hub.presences for u in p["unknown"] if u["address"] == "pendant-1"]
            == ["sos"]
        )
    )


def test_an_event_that_spoils_its_body_is_found_and_a_press_is_kept(
    place: Place, hub: FakeHub
) -> None:
    hub.broken = True
    pendant = place.device()
    pendant.press("e-1", kind="door_open", data={"note": "POISON"})
    pendant.press("e-2", data={"note": "POISON"})
    pendant.press("e-3", kind="tamper")
    pendant.press("e-4")
    hub.poison = "POISON"
    hub.broken = False
    eventually(lambda: sorted(hub.event_ids) == ["e-3", "e-4"])
    eventually(lambda: pendant.errors == ["hub_400"])
    hub.poison = None
    place.monotonic.seconds += 61
    eventually(lambda: "e-2" in hub.event_ids)


def test_a_stranger_is_refused_and_its_press_is_told_at_once(
    quiet_place: Place, hub: FakeHub
) -> None:
    quiet_place.start_gateway(report_s=3600)
    stranger = quiet_place.device("stranger-1")
    stranger.press("e-1")
    eventually(lambda: stranger.errors == ["unknown_device"])
    eventually(lambda: [u["kind"] for p in hub.presences for u in p["unknown"]] == ["sos"])
    assert hub.events == []


def test_a_device_added_to_the_roster_is_heard_soon(place: Place, hub: FakeHub) -> None:
    hub.roster = [*hub.roster, *listed("new-1")]
    new = place.device("new-1")
    assert place.gateway is not None
    roster = place.gateway.roster
    eventually(lambda: "new-1" in roster.now.by_device)
    new.press("e-1")
    eventually(lambda: new.stages == [("e-1", "received")])


def test_a_retained_press_is_history(quiet_place: Place, hub: FakeHub) -> None:
    pendant = quiet_place.device()
    pendant.say("event", {"id": "e-old", "kind": "sos"}, retain=True)
    quiet_place.start_gateway()
    eventually(lambda: pendant.errors == ["retained"])
    pendant.press("e-1")
    eventually(lambda: hub.event_ids == ["e-1"])


def test_beats_status_and_last_will_are_told(place: Place, hub: FakeHub) -> None:
    pendant = place.device(will=True)
    pendant.say("status", "online", retain=True)

    def said() -> list[str]:
        return [
            one["status"]
            for presence in list(hub.presences)
            for one in presence["devices"]
            if one["device"] == "pendant-1"
        ]

    eventually(lambda: said() == ["online"])
    pendant.vanish()
    eventually(lambda: said() == ["online", "offline"])
    state = hub.presences[-1]["state"]
    assert (state["mqtt_events_up"], state["events_waiting"]) == (True, 0)


def test_the_client_ids_are_secrets_and_stay_the_same(quiet_place: Place) -> None:
    quiet_place.start_gateway()
    path = quiet_place.state_dir / "client_ids.json"
    first = orjson.loads(path.read_bytes())
    quiet_place.stop_gateway()
    quiet_place.start_gateway()
    assert orjson.loads(path.read_bytes()) == first
    assert path.stat().st_mode & 0o077 == 0
    assert min(map(len, first.values())) > 30
