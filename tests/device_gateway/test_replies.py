"""Later stages, from the hub's stream to the device that may not be there."""

from tests.device_gateway.fake_hub import FakeHub, eventually
from tests.device_gateway.place import Place
from tests.device_gateway.times import now


def is_away(place: Place, device: str) -> bool:
    assert place.gateway is not None
    return place.gateway.presence.is_away(device)


def test_a_later_stage_reaches_the_device_without_the_streams_own_fields(
    place: Place, hub: FakeHub
) -> None:
    pendant = place.device()
    line = hub.reply("pendant-1", "e-1", "accepted")
    told = eventually(lambda: pendant.heard)[0]
    assert set(told) == {"event", "stage", "by", "text", "at", "expires_at", "topic"}
    assert (told["stage"], told["text"]) == ("accepted", line["text"])


def test_a_device_that_was_away_hears_the_newest_reply_when_it_speaks(
    place: Place, hub: FakeHub
) -> None:
    hub.reply("pendant-1", "e-1", "accepted")
    hub.reply("pendant-1", "e-1", "on_the_way")
    eventually(lambda: is_away(place, "pendant-1"))
    pendant = place.device()
    pendant.say("status", "online", retain=True)
    eventually(lambda: pendant.stages == [("e-1", "on_the_way")])
    pendant.say("status", "online", retain=True)
    pendant.press("e-2")
    eventually(lambda: ("e-2", "received") in pendant.stages)
    assert pendant.stages.count(("e-1", "on_the_way")) == 1


def test_an_expired_reply_is_never_sent(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    hub.reply("pendant-1", "e-old", "accepted", expires_s=-1)
    hub.reply("band-1", "e-short", "accepted", expires_s=1)
    eventually(lambda: is_away(place, "band-1"))
    assert place.gateway is not None
    slots = place.gateway.slots
    eventually(lambda: slots.newest("band-1", now()) is None)
    band = place.device("band-1")
    band.say("status", "online", retain=True)
    pendant.press("e-1")
    band.press("e-2")
    eventually(lambda: pendant.stages == [("e-1", "received")])
    eventually(lambda: band.stages == [("e-2", "received")])


def test_a_repeated_press_is_told_what_is_newer_than_received(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    pendant.press("e-1")
    eventually(lambda: pendant.stages == [("e-1", "received")])
    hub.reply("pendant-1", "e-1", "accepted")
    eventually(lambda: len(pendant.stages) == 2)
    pendant.press("e-1")
    eventually(lambda: pendant.stages[2:] == [("e-1", "received"), ("e-1", "accepted")])


def test_the_place_in_the_stream_survives_the_gateway(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    hub.reply("pendant-1", "e-1", "accepted")
    hub.reply("nobody-1", "e-9", "accepted")
    eventually(lambda: place.gateway is not None and place.gateway.slots.seq == "2")
    place.stop_gateway()
    hub.reply("pendant-1", "e-1", "arrived")
    place.start_gateway()
    eventually(lambda: ("e-1", "arrived") in pendant.stages)
    assert hub.followed_from == [None, "2"]


def test_the_stream_is_taken_up_where_it_broke(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    hub.reply("pendant-1", "e-1", "accepted")
    eventually(lambda: pendant.stages == [("e-1", "accepted")])
    hub.stop()
    hub.reply("pendant-1", "e-1", "arrived")
    hub.start()
    eventually(lambda: pendant.stages == [("e-1", "accepted"), ("e-1", "arrived")])


def test_a_stream_that_fell_silent_is_opened_anew(quiet_place: Place, hub: FakeHub) -> None:
    quiet_place.start_gateway(silence_s=0.2)
    eventually(lambda: len(hub.followed_from) >= 2)


def test_replies_that_came_while_the_broker_was_gone_follow_when_it_is_back(
    place: Place, hub: FakeHub
) -> None:
    pendant = place.device()
    gateway = place.gateway
    assert gateway is not None
    place.broker.kill()
    eventually(lambda: not gateway.mqtt.events_session.is_up)
    hub.reply("pendant-1", "e-1", "accepted")
    eventually(lambda: gateway.slots.seq == "1")
    place.broker.start()
    pendant.say("status", "online", retain=True)
    eventually(lambda: ("e-1", "accepted") in pendant.stages)


def test_a_line_that_is_no_reply_is_passed(place: Place, hub: FakeHub) -> None:
    pendant = place.device()
    with hub.changed:
        hub.replies.append({"seq": 1, "party": True})
    hub.reply("pendant-1", "e-1", "accepted")
    eventually(lambda: pendant.stages == [("e-1", "accepted")])
