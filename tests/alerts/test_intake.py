"""An event becomes part of exactly one alert, whatever is wrong with it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from alerts import register, respond
from alerts.contract import LIFE_KINDS, QUIET_KINDS, SEVERITY, Kind
from alerts.intake import honest_time
from alerts.model import Outcome, State
from alerts.store import tables
from tests.alerts.stand import (
    DISTRICT,
    GATEWAY,
    KIOSK,
    NINE,
    VILLAGE,
    ZONE,
    Stand,
)

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
EVENT = tables.event


# ── what is taken and what is refused ────────────────────────────────────────────────────────
async def test_a_press_opens_an_alert_with_person_place_and_first_rung(hub: Stand) -> None:
    alert = await hub.open("sos", data={"presses": 1})
    assert (alert.state, alert.severity, alert.area) == (State.TRIGGERED, 1, VILLAGE)
    assert (alert.resident_id, alert.device, alert.first_event) == (1, "pendant-1", "e1")
    assert hub.told(1) == ["王网格员"]
    assert hub.told(1, "siren") == ["警灯"]
    assert hub.told(1, "sms") == ["王网格员"]


async def test_a_repetition_is_a_duplicate_and_changes_nothing(hub: Stand) -> None:
    press = hub.event("sos")
    for expected in ("accepted", "duplicate", "duplicate"):
        (result,) = await hub.engine.take_events(GATEWAY, [press])
        assert result.status == expected
        hub.clock.forward(4)
    assert len(hub.alerts()) == 1
    assert hub.alert().press_count == 1


async def test_a_repetition_is_known_days_later_when_its_alert_is_long_closed(hub: Stand) -> None:
    press = hub.event("sos")
    await hub.engine.take_events(GATEWAY, [press])
    await hub.accept()
    await hub.does("zhang", respond.settle, 1, Outcome.FALSE_PRESS)
    hub.clock.forward(86400 * 3)
    (result,) = await hub.engine.take_events(GATEWAY, [press])
    assert result.status == "duplicate"
    assert len(hub.alerts()) == 1


async def test_the_same_id_with_other_content_is_a_new_press_and_marked(hub: Stand) -> None:
    await hub.say("sos", id="7", at=NINE)
    await hub.say("sos", id="7", at=NINE + SECOND)
    assert (hub.alert().press_count, hub.alert().marks) == (2, ("same_id",))


@pytest.mark.parametrize(
    ("device", "kind", "source", "reason"),
    [
        ("pendant-9", "sos", GATEWAY, "unknown_device"),
        ("pendant-1", "sos", KIOSK, "not_in_roster"),
        (KIOSK, "help", GATEWAY, "not_in_roster"),
        ("pendant-1", "hub_fault", GATEWAY, "kind_of_the_hub"),
        ("pendant-1", "out_of_bounds", GATEWAY, "kind_of_the_hub"),
        ("pendant-1", "cleared", GATEWAY, "cleared_what"),
    ],
)
async def test_what_nobody_may_say_is_refused_with_a_reason(
    hub: Stand, device: str, kind: str, source: str, reason: str
) -> None:
    (result,) = await hub.engine.take_events(source, [hub.event(kind, device)])
    assert (result.status, result.reason, result.device) == ("refused", reason, device)
    assert hub.alerts() == []


@pytest.mark.parametrize(
    "data", [{}, {"kind": "thirst"}, {"kind": ["fault"]}, {"kind": None}, {"kind": "silence"}]
)
async def test_a_restore_must_say_of_what(hub: Stand, data: dict[str, Any]) -> None:
    assert (await hub.say("cleared", data=data)).reason == "cleared_what"


async def test_a_retired_device_is_refused(hub: Stand) -> None:
    hub.change(lambda work: register.retire(work, "pendant-1"))
    assert (await hub.say("sos")).reason == "unknown_device"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"kind": "thirst"}, "enum:kind"),
        ({"device": "a/b"}, "string_pattern_mismatch:device"),
        ({"id": ""}, "string_too_short:id"),
        ({"id": "x" * 129}, "string_too_long:id"),
        ({"id": "a\0b"}, "string_pattern_mismatch:id"),
        ({"at": "yesterday"}, "datetime_from_date_parsing:at"),
        ({"at": "2026-11-24T08:00:00"}, "timezone_aware:at"),
        ({"received_at": None}, "datetime_type:received_at"),
        ({"data": [1]}, "dict_type:data"),
        ({"more": 1}, "extra_forbidden:more"),
    ],
)
async def test_a_shape_that_is_none_is_refused_naming_the_place(
    hub: Stand, wrong: dict[str, Any], reason: str
) -> None:
    good = hub.event("sos")
    results = await hub.engine.take_events(GATEWAY, [{**good, **wrong}, good])
    assert [r.status for r in results] == ["refused", "accepted"]
    assert results[0].reason == reason


@pytest.mark.parametrize("item", [None, 7, "sos", [], {}])
async def test_what_is_no_event_at_all_does_not_hold_up_its_batch(hub: Stand, item: Any) -> None:
    results = await hub.engine.take_events(GATEWAY, [item, hub.event("sos"), item])
    assert [(r.index, r.status) for r in results] == [
        (0, "refused"), (1, "accepted"), (2, "refused"),
    ]  # fmt: skip


async def test_a_press_whose_data_cannot_be_stored_is_raised_without_it(hub: Stand) -> None:
    deep: dict[str, Any] = {}
    for _ in range(300):
        deep = {"in": deep}
    spoilt = hub.event("sos", data=deep)
    quiet = hub.event("fault", "band-1", data=deep)
    results = await hub.engine.take_events(GATEWAY, [quiet, spoilt, hub.event("fall", "fall-1")])
    assert [r.status for r in results] == ["refused", "accepted", "accepted"]
    assert results[0].reason == "internal_error"
    (again,) = await hub.engine.take_events(GATEWAY, [spoilt])
    assert again.status == "duplicate"
    assert [(a.kind, a.data) for a in hub.alerts()] == [("sos", {}), ("fall", {})]


@pytest.mark.parametrize("kind", [k for k in Kind if k not in QUIET_KINDS and k in SEVERITY])
async def test_every_kind_a_device_may_say_opens_an_alert_of_its_severity(
    hub: Stand, kind: Kind
) -> None:
    result = await hub.say(kind)
    if result.status == "refused":
        assert result.reason == "kind_of_the_hub"
        return
    assert (hub.alert().kind, hub.alert().severity) == (kind, SEVERITY[kind])
    assert hub.alert().due_at is not None


# ── time ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("at", "received_at", "believed", "wrong"),
    [
        (None, 0 * DAY, 0 * DAY, False),
        (-10 * MINUTE, -MINUTE, -10 * MINUTE, False),
        (5 * MINUTE, 0 * DAY, 0 * DAY, False),  # a little ahead: not in the future
        (5 * MINUTE + SECOND, 0 * DAY, 0 * DAY, True),
        (-7 * DAY, 0 * DAY, -7 * DAY, False),
        (-7 * DAY - SECOND, 0 * DAY, 0 * DAY, True),
        (-20_000 * DAY, -MINUTE, -MINUTE, True),  # 1970: the time of receipt counts
        (-20_000 * DAY, -20_000 * DAY, 0 * DAY, True),  # the source's clock is wrong as well
        (None, -20_000 * DAY, 0 * DAY, True),
        (-MINUTE, 10 * MINUTE, -MINUTE, True),
    ],
)
def test_a_time_is_believed_within_five_minutes_ahead_and_seven_days_back(
    at: timedelta | None, received_at: timedelta, believed: timedelta, wrong: bool
) -> None:
    happened = None if at is None else NINE + at
    found, heard_at, was_wrong = honest_time(happened, NINE + received_at, NINE)
    assert (found - NINE, was_wrong) == (believed, wrong)
    assert found <= heard_at <= NINE


async def test_a_late_press_rings_all_the_same_and_says_how_late(hub: Stand) -> None:
    alert = await hub.open("sos", at=NINE - 3 * 60 * MINUTE, received_at=NINE)
    assert (alert.marks, alert.late_s, alert.ladder) == (("late",), 10800, "life")
    assert "延迟 180 分钟" in hub.notices()[0].text
    await hub.later(30)
    assert hub.told() == ["王网格员", "张社工"]


@pytest.mark.parametrize("year", [1970, 2106])
async def test_a_wrong_clock_is_marked_and_the_receipt_counts(hub: Stand, year: int) -> None:
    alert = await hub.open("sos", at=NINE.replace(year=year))
    assert (alert.marks, alert.opened_at, alert.late_s) == (("clock_wrong",), NINE, 0)


async def test_a_kiosk_that_woke_in_1970_still_calls_everybody(hub: Stand) -> None:
    long_ago = NINE.replace(year=1970)
    alert = await hub.open("help", KIOSK, at=long_ago, received_at=long_ago)
    assert (alert.ladder, alert.marks, alert.late_s) == ("life", ("clock_wrong",), 0)


@pytest.mark.parametrize(
    ("minutes", "ladder", "told_at_once"),
    [(9, "life", ["陈社工"]), (11, "window", ["陈社工"])],
)
async def test_an_old_press_at_the_kiosk_concerns_the_window_only(
    hub: Stand, minutes: int, ladder: str, told_at_once: list[str]
) -> None:
    await hub.open("help", KIOSK, at=NINE - minutes * MINUTE)
    assert hub.alert().ladder == ladder
    assert hub.told() == told_at_once
    await hub.later(200)
    assert ("赵科长" in hub.told()) == (ladder == "life")
    assert ("警灯" in hub.told(channel="siren")) == (ladder == "life")


# ── pressed again ────────────────────────────────────────────────────────────────────────────
async def test_a_second_press_while_nobody_has_answered_tells_the_same_people_again(
    hub: Stand,
) -> None:
    await hub.open()
    await hub.later(40)
    before = hub.told()
    await hub.say("sos")
    assert hub.alert().press_count == 2
    assert hub.told() == [*before, "王网格员", "张社工"]
    assert hub.told(channel="siren") == ["警灯", "警灯"]
    assert "第 2 次" in hub.notices()[-1].text
    await hub.later(20)
    assert hub.history().count("rung") == 3, "a press does not slow the ladder down"


async def test_a_second_press_after_an_acceptance_climbs_and_tells_the_owner(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    await hub.say("sos")
    assert hub.told() == ["王网格员", "张社工", "王网格员"]
    assert (hub.alert().state, hub.alert().step) == (State.ACKNOWLEDGED, 2)
    await hub.say("sos")
    assert hub.told()[3:] == ["张社工", "李社工", "王网格员"]


async def test_whoever_presses_again_hears_at_once_how_far_it_is(hub: Stand) -> None:
    await hub.open()
    await hub.accept()
    await hub.say("sos")
    assert (hub.stages("e1"), hub.stages("e2")) == (["accepted"], ["accepted"])
    await hub.does("zhang", respond.dispatch, 1)
    await hub.say("sos")
    assert hub.stages("e3") == ["on_the_way"]
    assert hub.replies()[-1].text == "张社工正在赶来"


@pytest.mark.parametrize("act", [respond.dispatch, respond.arrive])
async def test_a_press_while_somebody_is_coming_tells_that_person(hub: Stand, act: Any) -> None:
    await hub.open()
    await hub.accept()
    await hub.does("zhang", act, 1)
    before = hub.told()
    await hub.say("sos")
    assert hub.told() == [*before, "张社工"]
    assert hub.alert().press_count == 2


@pytest.mark.parametrize("settled", [State.RESOLVED, State.CLOSED])
async def test_a_press_after_the_end_is_a_new_alert(hub: Stand, settled: State) -> None:
    await hub.open()
    await hub.accept()
    await hub.does("zhang", respond.settle, 1, Outcome.FALSE_PRESS)
    if settled is State.CLOSED:
        await hub.does("zhang", respond.close, 1, "电话回访")
    await hub.open()
    assert [(a.number, a.press_count) for a in hub.alerts()] == [(1, 1), (2, 1)]


async def test_a_battery_that_complains_again_counts_but_pushes_nobody(hub: Stand) -> None:
    await hub.open("low_battery", data={"battery_percent": 12})
    await hub.say("low_battery", data={"battery_percent": 11})
    assert hub.alert().press_count == 2
    assert len(hub.told()) == 1
    battery = select(tables.device.c.battery_percent).where(tables.device.c.id == "pendant-1")
    assert hub.rows(battery)[0][0] == 11


async def test_another_class_of_the_same_device_is_an_alert_of_its_own(hub: Stand) -> None:
    await hub.open("sos")
    await hub.open("low_battery")
    await hub.open("smoke")
    assert [a.kind for a in hub.alerts()] == ["sos", "low_battery", "smoke"]


async def test_every_event_belongs_to_exactly_one_alert(hub: Stand) -> None:
    await hub.say("fall", "fall-1")
    await hub.say("sos", "fall-1")
    await hub.say("low_battery", "fall-1")
    events = hub.rows(select(EVENT.c.id, EVENT.c.alert).order_by(EVENT.c.seq))
    assert [tuple(e) for e in events] == [("e1", 1), ("e2", 1), ("e3", 2)]


# ── the other quiet kinds ────────────────────────────────────────────────────────────────────
async def test_a_visitor_who_no_longer_wants_help_still_gets_an_answer(hub: Stand) -> None:
    await hub.open("help", KIOSK)
    await hub.say("help_cancelled", KIOSK, data={"event": "e1"})
    assert (hub.alert().state, hub.alert().cancelled_at) == (State.TRIGGERED, NINE)


async def test_a_technical_alarm_closes_itself_when_the_device_says_so(hub: Stand) -> None:
    await hub.open("mains_lost")
    await hub.say("cleared", data={"kind": "mains_lost"})
    alert = hub.alert()
    assert (alert.state, alert.outcome, alert.active) == (
        State.CLOSED, Outcome.RESTORED, False,
    )  # fmt: skip


@pytest.mark.parametrize("kind", sorted(LIFE_KINDS - {"help"}))
async def test_a_persons_alarm_never_closes_because_a_device_reset(hub: Stand, kind: Kind) -> None:
    await hub.open(kind, data={"pre_alarm": False})
    await hub.say("cleared", data={"kind": kind.value})
    assert (hub.alert().state, hub.alert().active) == (State.TRIGGERED, False)


async def test_a_device_of_the_zone_that_nobody_wears_opens_a_real_alert(hub: Stand) -> None:
    alert = await hub.open("sos", ZONE)
    assert (alert.resident_id, alert.area) == (None, DISTRICT)
    assert hub.told() == ["陈社工"]


async def test_not_needed_takes_back_a_call_for_staff_as_well(lite: Stand) -> None:
    await lite.say("staff_wanted", KIOSK, id="wanted")
    await lite.say("help_cancelled", KIOSK, data={"event": "wanted"})
    assert lite.alert(1).cancelled_at is not None
