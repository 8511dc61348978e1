"""The line between kiosk and hub, with a real hub's manners: down, slow, deaf, mad."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from alerts.contract import Kind, Stage
from kiosk_ui.client import Waits
from kiosk_ui.settings import KioskSettings
from tests.kiosk_ui.fake_hub import FakeHub
from tests.kiosk_ui.stand import QUICK, Stand


def event_of(stand: Stand) -> str:
    request = stand.kiosk.shown
    assert request is not None
    return request.event


def settled(stand: Stand) -> bool:
    return stand.outbox.counts() == (0, 0)


def progress(event: str, stage: str = "received", number: int | None = 12) -> dict[str, object]:
    return {
        "event": event,
        "number": number,
        "stage": stage,
        "by": None,
        "text": "",
        "at": "2026-01-05T01:00:00Z",
        "cancelled": False,
    }


def test_a_press_reaches_the_hub_once_with_all_that_the_contract_asks(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    qtbot.waitUntil(lambda: settled(connected))
    (event,) = hub.events.values()
    assert event["id"] == event_of(connected)
    assert event["device"] == "kiosk-window"
    assert event["kind"] == "help"
    assert event["at"] == event["received_at"]
    assert event["data"] == {}
    assert hub.posts == [["help"]]


def test_a_press_while_the_hub_is_down_is_kept_and_sent_once_when_it_is_back(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: connected.kiosk.client.online is True)
    hub.down()
    qtbot.waitUntil(lambda: connected.kiosk.client.online is False)
    connected.tap("sos")
    assert connected.outbox.counts() == (1, 0)
    hub.up()
    qtbot.waitUntil(lambda: settled(connected))
    (event,) = hub.events.values()
    assert event["data"] == {"offline": True}


def test_a_press_whose_answer_was_lost_is_sent_again_and_is_still_one_event(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.deaf = True
    connected.tap("sos")
    qtbot.waitUntil(lambda: len(hub.posts) >= 2)
    hub.deaf = False
    qtbot.waitUntil(lambda: settled(connected))
    assert hub.kinds() == ["help"]


def test_a_help_press_does_not_wait_behind_a_call_for_staff_that_hangs(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.hold.clear()
    connected.tap("staff")
    qtbot.waitUntil(lambda: hub.posts == [["staff_wanted"]])
    connected.tap("sos")
    qtbot.waitUntil(lambda: hub.posts == [["staff_wanted"], ["help"]])
    hub.hold.set()
    qtbot.waitUntil(lambda: settled(connected))


def test_each_further_tap_is_an_event_of_its_own_that_names_the_first(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    for _ in range(3):
        connected.tap("sos")
    qtbot.waitUntil(lambda: settled(connected))
    first, *others = hub.events.values()
    assert [other["data"] for other in others] == [{"again": first["id"]}] * 2


def test_a_cancel_is_sent_behind_its_press_and_names_it(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    event = event_of(connected)
    connected.tap("cancel")
    qtbot.waitUntil(lambda: hub.kinds() == ["help", "help_cancelled"])
    assert list(hub.events.values())[1]["data"] == {"event": event}


def test_stages_of_the_stream_move_the_request(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    for stage in ("received", "still_calling", "accepted", "on_the_way", "arrived"):
        hub.say(event_of(connected), stage, "张社工")
        qtbot.waitUntil(lambda stage=stage: connected.kiosk.shown.stage == stage)


def test_the_stream_goes_on_after_a_break_from_the_last_id(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    hub.say(event_of(connected), "accepted", "张社工")
    qtbot.waitUntil(lambda: connected.kiosk.shown.stage is Stage.ACCEPTED)
    hub.drop_streams()
    hub.say(event_of(connected), "on_the_way", "张社工")
    qtbot.waitUntil(lambda: connected.kiosk.shown.stage is Stage.ON_THE_WAY)
    assert hub.last_event_ids[:2] == [None, "1"]


def test_a_silent_stream_is_opened_again(
    hub: FakeHub, qapp: object, qtbot: QtBot, tmp_path: Path
) -> None:
    quick = Waits(retry=(0.02,), poll=5, beat=5, probe=5, silence=0.1)
    stand = Stand(tmp_path, hub.url, waits=quick)
    stand.kiosk.start()
    qtbot.waitUntil(lambda: len(hub.last_event_ids) >= 3)
    stand.leave()


def test_without_a_stream_the_hub_is_asked_again_and_again(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.streams = False
    hub.drop_streams()
    connected.tap("sos")
    event = event_of(connected)
    hub.progress[event] = progress(event)
    qtbot.waitUntil(lambda: connected.kiosk.shown.number == 12)
    hub.progress[event] = progress(event, "on_the_way")
    qtbot.waitUntil(lambda: connected.kiosk.shown.stage is Stage.ON_THE_WAY)


def test_the_number_is_asked_for_once_the_press_is_received(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    hub.progress[event_of(connected)] = progress(event_of(connected))
    qtbot.waitUntil(lambda: "12 号求助" in connected.texts())
    asked = len(hub.asked)
    qtbot.wait(round(3000 * QUICK.poll))
    assert len(hub.asked) == asked


@pytest.mark.parametrize("data", ["", "{", "[]", '{"seq": "x"}', "null", "\ufffd" * 5000])
def test_a_line_that_is_no_reply_is_skipped(
    connected: Stand, hub: FakeHub, qtbot: QtBot, data: str
) -> None:
    connected.tap("sos")
    qtbot.waitUntil(lambda: bool(hub.last_event_ids))
    hub.say_raw(data)
    hub.say(event_of(connected), "accepted", "张社工")
    qtbot.waitUntil(lambda: connected.kiosk.shown.stage is Stage.ACCEPTED)


def test_a_hub_that_answers_with_nonsense_loses_no_press(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.mad = True
    connected.tap("sos")
    qtbot.waitUntil(lambda: len(hub.posts) >= 3)
    assert connected.outbox.counts() == (1, 0)
    hub.mad = False
    qtbot.waitUntil(lambda: settled(connected))
    assert hub.kinds() == ["help"]


def test_a_wrong_token_keeps_the_press_and_the_visitor_is_told_what_to_do(
    hub: FakeHub, qapp: object, qtbot: QtBot, tmp_path: Path
) -> None:
    stand = Stand(tmp_path, hub.url, KioskSettings(token="wrong", sound=False))
    stand.kiosk.start()
    stand.tap("sos")
    qtbot.waitUntil(lambda: stand.kiosk.client.online is False)
    stand.wait(3)
    assert "请到 1 号窗口" in stand.texts()
    assert stand.outbox.counts() == (1, 0)
    stand.leave()


def test_the_kiosk_tells_how_it_is_every_beat(connected: Stand, hub: FakeHub, qtbot: QtBot) -> None:
    hub.hold.clear()
    connected.tap("sos")
    qtbot.waitUntil(lambda: any(beat["state"]["outbox"] == 1 for beat in hub.presence))
    beat = hub.presence[-1]
    assert beat["state"]["screen"] == "sent"
    assert beat["state"]["version"]
    assert beat["devices"][0]["device"] == "kiosk-window"


def test_what_an_earlier_run_kept_is_sent_and_its_request_is_on_show(
    hub: FakeHub, qapp: object, qtbot: QtBot, tmp_path: Path
) -> None:
    before = Stand(tmp_path)
    before.tap("sos")
    before.tap("sos")
    event = event_of(before)
    before.leave()
    after = Stand(tmp_path, hub.url, clock=before.clock)
    after.kiosk.start()
    qtbot.waitUntil(lambda: hub.kinds() == ["help", "help"])
    assert after.kiosk.requests[Kind.HELP].presses == 2
    hub.say(event, "accepted", "张社工")
    qtbot.waitUntil(lambda: "您的求助 · 已受理" in after.texts())
    after.leave()
