"""What staff see of an alert: the most urgent first, in words, and everything needed to act."""

import re
from typing import Any

import pytest

from alerts import register, respond, views
from alerts.contract import AlertDetail, AlertList, Kind
from alerts.model import Outcome, State
from alerts.respond import HISTORY_TEXT
from alerts.store import tables
from alerts.views import AFTER_TEXT, MARK_TEXT, history_text
from tests.alerts.stand import KIOSK, NINE, VILLAGE, Stand

LATIN = re.compile(r"[A-Za-z_]")


def shown(hub: Stand, login: str = "chen", **options: Any) -> AlertList:
    person = hub.person(login)
    with hub.engine.database.reading() as tx:
        directory = hub.engine.directory.get(tx)
        return views.alert_list(tx, directory, person, hub.clock(), **options)


def detail(hub: Stand, number: int = 1, login: str = "chen") -> AlertDetail:
    person = hub.person(login)
    with hub.engine.database.reading() as tx:
        directory = hub.engine.directory.get(tx)
        found = views.alert_detail(tx, directory, person, number, hub.clock())
    assert found is not None
    return found


# ── the list ─────────────────────────────────────────────────────────────────────────────────
async def test_the_most_urgent_need_comes_first(hub: Stand) -> None:
    await hub.open("low_battery", "pendant-1")  # 1
    await hub.open("sos", "band-1")  # 2: owned
    await hub.open("water_leak", "band-1")  # 3
    hub.clock.forward(5)
    await hub.open("sos", "cuff-1")  # 4: waits
    await hub.open("sos", "fall-1")  # 5: settled, a call back is owed
    await hub.accept("chen", 2)
    await hub.accept("chen", 5)
    await hub.does("chen", respond.settle, 5, Outcome.REAL_FALL)
    listed = shown(hub)
    assert [a.number for a in listed.alerts] == [4, 2, 3, 1, 5]
    assert (listed.waiting, listed.open) == (3, 5)


async def test_a_press_stands_first_before_a_thousand_batteries(hub: Stand) -> None:
    alert = await hub.open("low_battery")
    row = {"kind": "low_battery", "severity": 4, "state": "triggered", "version": 1,
           "area": VILLAGE, "opened_at": NINE, "due_at": alert.due_at, "ladder": "technical",
           "step": 1, "press_count": 1, "late_s": 0, "marks": [], "active": True, "data": {},
           "reminders": 0}  # fmt: skip
    many = [{**row, "key": f"many-{n}:low_battery"} for n in range(1100)]
    hub.change(lambda work: work.tx.execute(tables.alert.insert(), many))
    hub.clock.forward(60)
    await hub.open("sos")
    listed = shown(hub)
    assert listed.alerts[0].kind is Kind.SOS
    assert listed.open == 1102


async def test_a_line_says_who_where_and_what_is_next(hub: Stand) -> None:
    await hub.open("sos", at=NINE.replace(hour=0), received_at=NINE)
    await hub.say("sos")
    (line,) = shown(hub).alerts
    assert (line.title, line.resident, line.area_name) == (
        "紧急按钮", "王阿婆", "招宝山街道 城东社区",
    )  # fmt: skip
    assert (line.device_label, line.press_count, line.marks) == ("客厅", 2, ["延迟"])
    assert (line.state_text, line.owner, line.late_s) == ("待受理", None, 3600)
    assert line.next is not None
    assert (line.next.text, line.next.people) == ("镇街值班", ["张社工"])
    assert (line.next.at - NINE).seconds == 30


@pytest.mark.parametrize(
    ("acts", "text", "people"),
    [
        ([], "镇街值班", ["张社工"]),
        (["accept"], "没有出发就重新找人", ["王网格员"]),
        (["accept", "dispatch"], "没有到场就重新找人", ["王网格员"]),
        (["accept", "arrive"], "提醒处理人", ["王网格员"]),
    ],
)
async def test_the_next_step_is_said_in_every_state(
    hub: Stand, acts: list[str], text: str, people: list[str]
) -> None:
    await hub.open()
    for act in acts:
        await hub.does("wang", getattr(respond, act), 1)
    step = shown(hub).alerts[0].next
    assert step is not None
    assert (step.text, step.people) == (text, people)


async def test_a_countdown_a_test_and_a_closed_alert_have_their_own_next_step(hub: Stand) -> None:
    await hub.open("fall", "fall-1")
    await hub.open("test")
    await hub.open("mains_lost", "band-1")
    await hub.say("cleared", "band-1", data={"kind": "mains_lost"})
    texts = {a.number: a.next and a.next.text for a in shown(hub).alerts}
    assert texts == {1: "没有取消就报警", 2: "自动办结"}
    assert shown(hub, closed=True).alerts[0].next is None


async def test_next_step_calls_whoever_is_on_duty_then(hub: Stand) -> None:
    await hub.open()
    hub.change(lambda work: register.take_over(work, "330211001", 3, 8, "李社工"))
    step = shown(hub).alerts[0].next
    assert step is not None
    assert step.people == ["李社工"]


# ── one alert ────────────────────────────────────────────────────────────────────────────────
async def test_everything_needed_at_the_door_is_on_the_card(hub: Stand) -> None:
    await hub.measure("pendant-1", battery_percent=80)
    await hub.open()
    found = detail(hub)
    card = found.resident_card
    assert card is not None
    assert (card.name, card.age, card.address, card.area_name) == (
        "王阿婆", 86, "一号", "招宝山街道 城东社区",
    )  # fmt: skip
    assert [c.phone for c in card.contacts] == ["13900000001"]
    assert [r.text for r in found.readings] == ["电量 80 %"]
    assert [(n.to, n.channel, n.state) for n in found.notices] == [
        ("警灯", "siren", "sending"),
        ("王网格员", "desk", "sending"),
        ("王网格员", "sms", "sending"),
    ]


async def test_the_newest_value_of_each_quantity_of_all_a_persons_devices(hub: Stand) -> None:
    hub.change(lambda work: register.lend(work, "band-1", 1))
    hub.change(lambda work: register.lend(work, "cuff-1", 1))
    await hub.measure("band-1", pulse_bpm=70, spo2_percent=97)
    hub.clock.forward(60)
    await hub.measure("band-1", pulse_bpm=75)
    await hub.measure("cuff-1", systolic_mmhg=130, diastolic_mmhg=80, mean_mmhg=95)
    await hub.open()
    assert [r.text for r in detail(hub).readings] == ["脉搏 75 次/分", "血压 130/80", "血氧 97 %"]
    hub.clock.forward(86400)
    assert detail(hub).readings == [], "yesterday's pulse says nothing today"


async def test_what_the_device_was_told_last_is_shown(hub: Stand) -> None:
    await hub.open()
    assert detail(hub).device_heard == "已收到"
    await hub.later(60)
    assert detail(hub).device_heard == "还在找人，请别挂心"
    await hub.accept("wang")
    assert detail(hub).device_heard == "王网格员已受理"


async def test_another_areas_alert_is_nobody(hub: Stand) -> None:
    await hub.open()
    sun = hub.person("sun")
    with hub.engine.database.reading() as tx:
        directory = hub.engine.directory.get(tx)
        assert views.alert_detail(tx, directory, sun, 1, hub.clock()) is None


async def test_the_history_of_a_long_story_is_chinese_from_end_to_end(hub: Stand) -> None:
    await hub.open("fall", "fall-1")
    await hub.later(26)
    await hub.say("fall_cancelled", "fall-1")
    await hub.say("sos", "fall-1")
    await hub.accept("wang")
    await hub.later(300)
    await hub.accept("zhang")
    await hub.does("zhang", respond.hand_over, 1, hub.person("li"))
    await hub.does("li", respond.dispatch, 1)
    await hub.does("li", respond.arrive, 1)
    await hub.later(1800)
    await hub.does("li", respond.annotate, 1, "钥匙在邻居家")
    await hub.does("li", respond.settle, 1, Outcome.REAL_FALL, "扶起")
    await hub.does("li", respond.close, 1, "回访平安")
    await hub.does("li", respond.reopen, 1)
    history = detail(hub).history
    assert [line.text for line in history] == [
        "报警",
        "没有取消，报警成立",
        "通知：警灯、本地值班",
        "本人取消",
        "又按了一次，共 2 次",
        "已受理",
        "王网格员之后没有下文，重新找人",
        "通知：警灯、镇街值班",
        "已受理",
        "转给李社工",
        "已出发",
        "已到场",
        "提醒",
        "备注：钥匙在邻居家",
        "处置结果：真实：跌倒：扶起",
        "办结：回访平安",
        "重新打开",
        "通知：警灯、本地值班、镇街值班、镇街全员、告诉本人还在找人",
    ]


async def test_the_other_stories_are_chinese_too(hub: Stand) -> None:
    await hub.open("help", KIOSK)
    await hub.say("help_cancelled", KIOSK)
    await hub.open("fault")
    await hub.say("cleared", data={"kind": "fault"})
    await hub.open("test")
    hub.clock.forward(86400)
    await hub.engine.climb_due()
    for number in (1, 2, 3):
        for line in detail(hub, number).history:
            assert not LATIN.search(line.text), line.what


def test_every_word_of_the_log_that_a_history_shows_is_translated() -> None:
    assert not [what for what, text in HISTORY_TEXT.items() if LATIN.search(text)]
    assert "moved_on" in HISTORY_TEXT
    assert history_text("moved_on", {"step": 1}) == HISTORY_TEXT["moved_on"]
    assert AFTER_TEXT.keys() == set(State) - {State.TRIGGERED, State.CLOSED}
    assert not [text for text in MARK_TEXT.values() if LATIN.search(text)]
