"""Each command is one transaction; the world hears of it after the commit, and only then."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from alerts.contract import Kind
from alerts.model import State
from alerts.store import tables
from alerts.store.alert_rows import Changed
from alerts.work import Work
from tests.alerts.stand import GATEWAY, WEARERS, Stand

ALERT = tables.alert


def forget(work: Work, state: State) -> None:
    work.tx.execute(update(ALERT).values(state=state.value, due_at=None))


async def prove(hub: Stand) -> list[Any]:
    """The hub has listened for over a minute and proves that nothing is forgotten."""
    await hub.engine.sweep()
    hub.clock.forward(61)
    await hub.heard()
    await hub.engine.sweep()
    return hub.alerts()


# ── promise 2 ────────────────────────────────────────────────────────────────────────────────
async def test_the_database_itself_refuses_an_open_alert_without_a_due_step(hub: Stand) -> None:
    await hub.open()
    for state in set(State) - {State.CLOSED}:
        with pytest.raises(IntegrityError):
            hub.change(partial(forget, state=state))
    assert hub.alert().due_at is not None


async def test_a_due_step_that_nobody_does_is_an_alarm_at_the_district(hub: Stand) -> None:
    await hub.open()
    found = await prove(hub)
    assert [a.kind for a in found] == [Kind.SOS, Kind.HUB_FAULT]
    assert (found[1].severity, found[1].area, found[1].data) == (1, "330211", {"forgotten": [1]})
    assert hub.told(2) == ["陈社工"]
    assert len(await prove(hub)) == 2, "one alarm is enough"


async def test_a_ladder_that_is_worked_off_is_proven_quietly(hub: Stand) -> None:
    await hub.open()
    await hub.engine.sweep()
    for _ in range(4):
        await hub.later(25)
        await hub.heard()
        await hub.engine.sweep()
    assert len(hub.alerts()) == 1


async def test_a_step_that_cannot_be_done_holds_up_no_other_and_is_an_alarm(hub: Stand) -> None:
    for device in ("pendant-1", "band-1", "cuff-1"):
        await hub.open("sos", device)
    spoilt = update(ALERT).where(ALERT.c.number == 1).values(ladder="of_tomorrow")
    hub.change(lambda work: work.tx.execute(spoilt))
    hub.clock.forward(30)
    assert await hub.engine.climb_due() == 2
    assert hub.told(2) == hub.told(3) == ["王网格员", "张社工"]
    assert hub.alert().kind is Kind.HUB_FAULT
    assert hub.alert().data == {"forgotten": [1]}
    assert await hub.engine.climb_due() == 0
    repaired = update(ALERT).where(ALERT.c.number == 1).values(ladder="life")
    hub.change(lambda work: work.tx.execute(repaired))
    hub.clock.forward(10)
    assert await hub.engine.climb_due() == 1
    assert hub.told(1) == ["王网格员", "张社工"]


async def test_a_row_this_version_cannot_read_holds_up_no_other(hub: Stand) -> None:
    for device in ("pendant-1", "band-1"):
        await hub.open("sos", device)
    spoilt = update(ALERT).where(ALERT.c.number == 1).values(kind="of_tomorrow")
    hub.change(lambda work: work.tx.execute(spoilt))
    hub.clock.forward(30)
    assert await hub.engine.climb_due() == 1
    assert hub.told(2) == ["王网格员", "张社工"]


async def test_lives_climb_before_batteries(hub: Stand) -> None:
    order: list[int] = []
    await hub.open("low_battery", "band-1")
    await hub.open("sos", "pendant-1")
    hub.clock.forward(8000)
    hub.engine.listeners.append(lambda work: order.extend(n["alert"] for n in work.notices))
    await hub.engine.climb_due()
    assert order == sorted(order, reverse=True)


# ── transactions ─────────────────────────────────────────────────────────────────────────────
async def test_what_fails_leaves_nothing_behind_and_is_told_to_nobody(hub: Stand) -> None:
    heard: list[Work] = []
    hub.engine.listeners.append(heard.append)

    def half_done(work: Work) -> None:
        work.note("half")
        work.tx.execute(update(ALERT).values(press_count=9))
        raise KeyError("trouble")

    await hub.open()
    heard.clear()
    with pytest.raises(KeyError):
        await hub.engine.run(half_done)
    assert hub.alert().press_count == 1
    assert heard == []


async def test_a_lost_race_is_run_again_on_what_is_there_now(hub: Stand) -> None:
    tries: list[int] = []

    def loses_twice(work: Work) -> int:
        tries.append(len(tries))
        work.note("try")
        if len(tries) < 3:
            raise Changed("somebody was faster")
        return len(tries)

    assert await hub.engine.run(loses_twice) == 3
    noted = hub.rows(select(tables.audit.c.what).where(tables.audit.c.what == "try"))
    assert len(noted) == 1


async def test_a_race_that_is_lost_again_and_again_is_said_so(hub: Stand) -> None:
    def loses(_work: Work) -> None:
        raise Changed("somebody was faster")

    with pytest.raises(Changed):
        await hub.engine.run(loses)


async def test_a_listener_that_stumbles_does_not_undo_the_press(hub: Stand) -> None:
    heard: list[Work] = []

    def stumbles(_work: Work) -> None:
        raise RuntimeError("no loop")

    hub.engine.listeners += [stumbles, heard.append]
    assert (await hub.say("sos")).status == "accepted"
    assert len(heard) == 1


async def test_a_press_overtakes_readings_that_wait(lite: Stand) -> None:
    order: list[str] = []
    lite.engine.listeners.append(lambda work: order.append("sos" if work.touched else "reading"))
    readings = [lite.measure("band-1", pulse_bpm=72) for _ in range(30)]
    await asyncio.gather(*readings, lite.say("sos"))
    assert "sos" in order[:5]


async def test_five_hundred_complaints_of_batteries_do_not_delay_a_press(hub: Stand) -> None:
    for name in WEARERS:
        await hub.open("low_battery", name)
    hub.clock.forward(3)
    await hub.say("sos")
    (notice,) = [n for n in hub.notices(5) if n.channel == "siren"]
    assert notice.created_at == hub.clock()


async def test_a_source_is_answered_in_the_order_it_asked(hub: Stand) -> None:
    names = ["c", "a", "b", "a"]
    batch = [hub.event("sos", id=name, at=None) for name in names]
    results = await hub.engine.take_events(GATEWAY, batch)
    assert [(r.index, r.id, r.status) for r in results] == [
        (0, "c", "accepted"), (1, "a", "accepted"), (2, "b", "accepted"), (3, "a", "duplicate"),
    ]  # fmt: skip
