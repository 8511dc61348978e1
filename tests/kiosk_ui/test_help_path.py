"""From the tap to the end, as a visitor sees it."""

import sqlite3

import pytest
from pytestqt.qtbot import QtBot

from alerts.contract import Kind, Stage
from kiosk_ui.machine import Screen
from kiosk_ui.request import News
from kiosk_ui.screens.narrator import Narrator
from kiosk_ui.speech import Speaker
from tests.kiosk_ui.fake_hub import FakeHub
from tests.kiosk_ui.stand import Stand, box, find, there


class Listener(Speaker):
    """A speaker that writes down instead of speaking."""

    def __init__(self) -> None:
        super().__init__(None, sound=False)
        self.heard: list[str] = []

    def chime(self) -> None:
        self.heard.append("chime")

    def say(self, text: str) -> None:
        self.heard.append(text)


def told(stand: Stand, stage: Stage, by: str | None = "张社工", number: int | None = 12) -> None:
    request = stand.kiosk.shown
    assert request is not None
    stand.kiosk.hear(News(request.event, stage, by, "", stand.clock.now(), number))
    stand.wait(0)


def test_the_press_is_on_the_disk_before_the_screen_says_so(stand: Stand) -> None:
    on_disk: list[int] = []

    def look() -> None:
        if stand.kiosk.shown is not None and not on_disk:
            with sqlite3.connect(stand.state / "outbox.db") as other:
                on_disk.append(other.execute("SELECT COUNT(*) FROM press").fetchone()[0])

    stand.shown.disc.changed.connect(look)
    stand.kiosk.pressed.connect(look)
    stand.tap("sos")
    assert on_disk == [1]
    assert "已收到" in stand.texts()


def test_the_visitor_follows_help_from_the_tap_to_the_end(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    connected.tap("sos")
    assert "已收到" in connected.texts()
    request = connected.kiosk.shown
    assert request is not None
    for stage, words in [
        ("accepted", "张社工已受理，请在这里等一等。"),
        ("on_the_way", "张社工正在赶来，请在这里等一等。"),
        ("arrived", "张社工已到您身边。"),
        ("closed", "这次求助办好了。需要时请再按。"),
    ]:
        hub.say(request.event, stage, "张社工")
        qtbot.waitUntil(lambda words=words: words in connected.texts())
    connected.wait(20)
    assert connected.kiosk.screen is Screen.HOME
    assert not there(connected.window, "banner")


def test_the_seconds_of_waiting_are_counted_on_the_disc(stand: Stand) -> None:
    stand.tap("sos")
    told(stand, Stage.RECEIVED)
    stand.wait(65)
    assert "已等 1 分 05 秒" in stand.texts()


def test_without_the_hub_the_visitor_is_told_after_three_seconds_what_to_do_now(
    stand: Stand,
) -> None:
    stand.tap("sos")
    stand.wait(2.9)
    assert "已收到" in stand.texts()
    stand.wait(0.1)
    shown = stand.texts()
    assert {"已记下", "已记在本机，联网后自动送出。", "请到 1 号窗口"} <= set(shown)
    assert "打电话 0574-00000000" in shown


def test_when_the_hub_comes_back_the_stages_take_over(stand: Stand) -> None:
    stand.tap("sos")
    stand.wait(5)
    told(stand, Stage.RECEIVED)
    assert "已收到" in stand.texts()
    assert "请到 1 号窗口" not in stand.texts()


def test_taking_it_back_is_the_main_offer_for_ten_seconds_and_a_smaller_one_later(
    stand: Stand,
) -> None:
    stand.tap("sos")
    first = box(find(stand.window, "cancel"))
    stand.wait(10)
    stand.window.grabWindow()
    later = box(find(stand.window, "cancel"))
    assert later.width() < first.width() / 2
    assert later.height() < first.height()
    assert (later.center() - first.center()).manhattanLength() <= 1


@pytest.mark.parametrize("waited", [2.0, 60.0])
def test_taking_it_back_is_noted_calmly_and_leads_home(stand: Stand, waited: float) -> None:
    stand.tap("sos")
    told(stand, Stage.RECEIVED)
    stand.wait(waited)
    stand.tap("cancel")
    assert "已取消" in stand.texts()
    assert not there(stand.window, "cancel")
    stand.wait(20)
    assert stand.kiosk.screen is Screen.HOME
    assert stand.kiosk.requests == {}


def test_a_cancel_is_said_to_have_reached_the_desk_only_when_it_has(
    connected: Stand, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.hold.clear()
    connected.tap("sos")
    connected.tap("cancel")
    assert "已记下，您不用再等。需要时请再按。" in connected.texts()
    hub.hold.set()
    qtbot.waitUntil(lambda: hub.kinds() == ["help", "help_cancelled"])
    qtbot.waitUntil(lambda: connected.outbox.counts() == (0, 0))
    connected.wait(1)
    assert "已告诉值班人员，您不用再等。需要时请再按。" in connected.texts()


def test_news_of_a_request_that_was_taken_back_changes_nothing(stand: Stand) -> None:
    stand.tap("sos")
    event = stand.kiosk.requests[Kind.HELP].event
    stand.tap("cancel")
    stand.kiosk.hear(News(event, Stage.ON_THE_WAY, "张社工", "", stand.clock.now()))
    assert stand.kiosk.screen is Screen.DONE
    assert stand.kiosk.requests == {}


def test_an_open_request_stays_at_home_as_number_and_stage_only(stand: Stand) -> None:
    stand.tap("sos")
    told(stand, Stage.ON_THE_WAY)
    stand.tap("home")
    shown = stand.texts()
    assert "12 号求助 · 正在赶来" in shown
    assert not [text for text in shown if "张社工" in text]
    stand.tap("banner")
    assert stand.kiosk.screen is Screen.HELP_OPEN
    assert "张社工" in stand.texts()


def test_a_visitor_who_leaves_takes_the_large_type_along_but_not_the_request(stand: Stand) -> None:
    stand.tap("sos")
    told(stand, Stage.ACCEPTED)
    stand.tap("size")
    stand.tap("contrast")
    stand.wait(11)
    stand.wait(600)
    assert stand.kiosk.screen is Screen.HOME
    assert stand.kiosk.session.scale == 1.0
    assert there(stand.window, "banner")


def test_calling_the_staff_sends_its_own_kind_and_is_followed_too(stand: Stand) -> None:
    stand.tap("staff")
    told(stand, Stage.ACCEPTED)
    assert "12 号呼叫" in stand.texts()
    assert "救助" in stand.texts(), "the red button is still one tap away"
    assert [kept.kind for kept in stand.outbox.waiting(urgent=False)] == [Kind.STAFF_WANTED]


def test_help_comes_before_a_call_for_staff_on_the_screen(stand: Stand) -> None:
    stand.tap("staff")
    stand.tap("sos")
    assert stand.kiosk.shown is stand.kiosk.requests[Kind.HELP]
    assert "工作人员也知道了" in stand.texts()
    stand.tap("cancel")
    assert stand.kiosk.requests == {}
    assert len(stand.outbox.waiting(urgent=True)) == 3


def test_a_tap_on_the_button_at_home_while_help_is_open_calls_again(stand: Stand) -> None:
    stand.tap("sos")
    stand.tap("home")
    stand.tap("sos")
    assert stand.kiosk.screen is Screen.HELP_OPEN
    assert "×2" in stand.texts()


def test_a_press_after_the_end_is_a_new_request(stand: Stand) -> None:
    stand.tap("sos")
    stand.tap("cancel")
    stand.tap("sos")
    assert "again" not in stand.outbox.waiting(urgent=True)[-1].body
    assert stand.kiosk.screen is Screen.SENT


def test_a_disk_that_takes_nothing_is_not_called_kept_and_the_visitor_is_sent_to_the_window(
    stand: Stand,
) -> None:
    with sqlite3.connect(stand.state / "outbox.db") as other:
        other.execute("DROP TABLE press")
    stand.tap("sos")
    assert "正在送出" in stand.texts()
    stand.wait(3)
    shown = stand.texts()
    assert "这次没能送出，请马上找工作人员。" in shown
    assert "请到 1 号窗口" in shown


def test_a_request_that_never_ended_leaves_the_screen_after_half_a_day(stand: Stand) -> None:
    stand.tap("sos")
    stand.wait(12 * 3600)
    stand.wait(20)
    assert stand.kiosk.requests == {}
    assert stand.outbox.counts() == (1, 0), "its press is still to be sent"


def test_what_happens_is_spoken_and_all_of_it_stands_on_the_screen(stand: Stand) -> None:
    listener = Listener()
    Narrator(stand.kiosk, stand.shown.frame, listener)
    stand.tap("sos")
    stand.wait(3)
    told(stand, Stage.ON_THE_WAY)
    assert listener.heard[0] == "chime"
    assert "已记在本机，联网后自动送出。请到 1 号窗口。打电话 0574-00000000。" in listener.heard
    assert listener.heard[-1] == "张社工正在赶来，请在这里等一等。"
    assert listener.heard[-1] in stand.texts()


def test_home_is_read_aloud_only_for_those_who_ask(stand: Stand) -> None:
    listener = Listener()
    Narrator(stand.kiosk, stand.shown.frame, listener)
    stand.wait(1)
    assert listener.heard == []
    stand.tap("speech")
    assert len(listener.heard) == 1
    for piece in ("一键救助", "按一下", "有人接", "过来帮您"):
        assert piece in listener.heard[0]
