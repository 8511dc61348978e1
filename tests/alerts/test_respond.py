"""What people do with an alert: one owner, a line of history, a stage for the device."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from alerts import respond
from alerts.engine import Engine
from alerts.model import Alert, AlreadyOwned, IllegalMove, Outcome, State
from alerts.respond import HISTORY_TEXT, NoSuchAlert
from alerts.store import tables
from tests.alerts.stand import Clock, Stand


async def test_from_the_press_to_the_call_back_the_device_hears_each_stage(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    await hub.does("wang", respond.dispatch, 1)
    await hub.does("wang", respond.arrive, 1)
    await hub.does("wang", respond.settle, 1, Outcome.REAL_MEDICAL, "已送医")
    alert = await hub.does("wang", respond.close, 1, "电话回访，平安")
    told = [(r.stage, r.by, r.text) for r in hub.replies()]
    assert told == [
        ("accepted", "王网格员", "王网格员已受理"),
        ("on_the_way", "王网格员", "王网格员正在赶来"),
        ("arrived", "王网格员", "王网格员已到"),
        ("closed", "王网格员", "已办结，有事再按"),
    ]
    assert (alert.state, alert.outcome, alert.due_at) == (
        State.CLOSED, Outcome.REAL_MEDICAL, None,
    )  # fmt: skip
    assert hub.history() == [
        "opened", "rung", "acknowledged", "dispatched", "arrived", "resolved", "closed",
    ]  # fmt: skip


async def test_each_act_is_logged_with_who_did_it(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    await hub.does("zhang", respond.annotate, 1, "  家属已通知 ")
    t = tables.audit
    rows = hub.rows(select(t.c.who, t.c.what, t.c.detail).where(t.c.alert == 1).order_by(t.c.seq))
    assert [r.who for r in rows] == ["系统", "系统", "王网格员", "张社工"]
    assert rows[-1].detail == {"text": "家属已通知"}
    assert all(HISTORY_TEXT[r.what] for r in rows)


async def test_the_second_to_accept_is_refused_by_the_name_of_the_first(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    with pytest.raises(AlreadyOwned, match="王网格员已经在处理 1 号报警"):
        await hub.accept("zhang")
    assert hub.alert().owner == "王网格员"
    assert hub.stages("e1") == ["accepted"]


async def test_two_staff_tapping_at_once_are_one_owner_and_one_polite_refusal(
    postgresql_url: str, clock: Clock
) -> None:
    hubs = [Stand(postgresql_url, clock) for _ in range(2)]
    await hubs[0].open()

    async def tap(stand: Stand, login: str) -> Alert | AlreadyOwned:
        try:
            return await stand.accept(login)
        except AlreadyOwned as refusal:
            return refusal

    for round_ in range(1, 9):
        first, second = await asyncio.gather(tap(hubs[0], "wang"), tap(hubs[1], "zhang"))
        owners = [r.owner for r in (first, second) if isinstance(r, Alert)]
        refusals = [r.owner for r in (first, second) if isinstance(r, AlreadyOwned)]
        assert len(owners) == 1, f"round {round_}"
        assert refusals == owners
        assert hubs[0].alert().owner == owners[0]
        await hubs[0].later(300)  # it falls back, and they tap again
    for stand in hubs:
        stand.close()


@pytest.mark.parametrize(
    ("login", "sees"),
    [("wang", True), ("zhang", True), ("chen", True), ("admin", True), ("sun", False)],
)
async def test_staff_act_in_their_own_area_and_below(hub: Stand, login: str, sees: bool) -> None:
    await hub.open()
    if sees:
        assert (await hub.accept(login)).owner == hub.person(login).display
    else:
        with pytest.raises(NoSuchAlert):
            await hub.accept(login)
        with pytest.raises(NoSuchAlert):
            await hub.accept(login, 99)
        assert hub.alert().owner is None


@pytest.mark.parametrize(
    ("act", "more"),
    [
        (respond.dispatch, ()),
        (respond.arrive, ()),
        (respond.settle, (Outcome.TEST,)),
        (respond.close, ()),
        (respond.reopen, ()),
    ],
)
async def test_what_the_state_does_not_allow_changes_nothing(
    hub: Stand, act: Callable[..., Alert], more: tuple[Any, ...]
) -> None:
    before = await hub.open()
    with pytest.raises(IllegalMove, match="1 号报警待受理，不能"):
        await hub.does("zhang", act, 1, *more)
    assert hub.alert() == before
    assert hub.history() == ["opened", "rung"]


# ── hand over ────────────────────────────────────────────────────────────────────────────────
async def hand_over(hub: Stand, by: str, to: str) -> Alert:
    return await hub.does(by, respond.hand_over, 1, hub.person(to))


async def test_a_hand_over_has_a_new_owner_who_is_told_and_a_new_clock(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    await hub.later(200)
    alert = await hand_over(hub, "wang", "zhang")
    assert (alert.owner, alert.state) == ("张社工", State.ACKNOWLEDGED)
    assert hub.told()[-1] == "张社工"
    assert hub.replies()[-1].by == "张社工"
    await hub.later(299)
    assert hub.alert().owner == "张社工"
    await hub.later(1)
    assert hub.alert().state is State.TRIGGERED


async def test_a_hand_over_goes_to_somebody_of_the_place(hub: Stand) -> None:
    await hub.open()
    await hub.accept("wang")
    with pytest.raises(IllegalMove, match="孙社工不负责这个地方"):
        await hand_over(hub, "wang", "sun")
    assert hub.alert().owner == "王网格员"


async def test_nobody_hands_over_what_nobody_has(hub: Stand) -> None:
    await hub.open()
    with pytest.raises(IllegalMove, match="还没有人受理"):
        await hand_over(hub, "wang", "zhang")


# ── reopened ─────────────────────────────────────────────────────────────────────────────────
async def settle(hub: Stand, number: int = 1) -> None:
    await hub.accept("wang", number)
    await hub.does("wang", respond.settle, number, Outcome.FALSE_PRESS)


async def test_a_reopened_alert_calls_everybody_again_and_climbs_on(hub: Stand) -> None:
    await hub.open()
    await settle(hub)
    alert = await hub.does("zhang", respond.reopen, 1, "又说胸闷")
    assert (alert.state, alert.owner, alert.outcome) == (State.TRIGGERED, None, None)
    assert hub.told() == ["王网格员", "王网格员", "张社工"]
    assert hub.told(channel="siren") == ["警灯", "警灯"]
    await hub.later(30)
    assert hub.told()[-2:] == ["张社工", "李社工"]


@pytest.mark.parametrize("kind", ["sos", "test"])
async def test_an_old_alert_is_not_reopened_beside_a_new_one(hub: Stand, kind: str) -> None:
    await hub.open(kind)
    await settle(hub)
    await hub.open(kind)
    with pytest.raises(IllegalMove, match="同一设备已有新的报警，1 号不必重新打开"):
        await hub.does("zhang", respond.reopen, 1)
    assert hub.alert(1).state is State.RESOLVED


# ── notes ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_an_empty_note_is_refused(hub: Stand, text: str) -> None:
    await hub.open()
    with pytest.raises(IllegalMove, match="请先写下"):
        await hub.does("zhang", respond.annotate, 1, text)


async def test_a_note_neither_changes_the_alert_nor_stops_the_ladder(hub: Stand) -> None:
    before = await hub.open()
    await hub.does("zhang", respond.annotate, 1, "x" * 3000)
    assert hub.alert() == before
    t = tables.audit
    (row,) = hub.rows(select(t.c.detail).where(t.c.what == "noted"))
    assert len(row.detail["text"]) == respond.NOTE_LIMIT


# ── the siren falls silent ───────────────────────────────────────────────────────────────────
async def quieted(engine: Engine, act: Callable[[], Any]) -> list[int]:
    """The alerts for which the siren may stop after an act."""
    heard: list[int] = []
    engine.listeners.append(lambda work: heard.extend(a.number for a in work.quiet))
    await act()
    engine.listeners.pop()
    return heard


async def test_the_siren_may_stop_only_when_no_other_life_waits(hub: Stand) -> None:
    await hub.open("sos", "pendant-1")
    await hub.open("sos", "band-1")
    assert await quieted(hub.engine, lambda: hub.accept("wang", 1)) == []
    assert await quieted(hub.engine, lambda: hub.accept("zhang", 2)) == [2]
