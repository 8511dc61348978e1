"""Several hubs on one PostgreSQL: everything is done, and each thing once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import bindparam, select, text

from alerts import register
from alerts.store import tables
from alerts.store.audit import broken_links
from tests.alerts.stand import GATEWAY, KIOSK, WEARERS, Clock, Stand, until

Pair = tuple[Stand, Stand]


@pytest.fixture
def hubs(postgresql_url: str, clock: Clock) -> Iterator[Pair]:
    """Two hubs with one clock, as the database's clock would be."""
    pair = (Stand(postgresql_url, clock), Stand(postgresql_url, clock, _count=1000))
    yield pair
    for hub in pair:
        hub.close()


async def climb_together(hubs: Pair) -> list[int]:
    return list(await asyncio.gather(*(hub.engine.climb_due() for hub in hubs)))


async def test_each_due_step_is_done_by_one_of_them(hubs: Pair) -> None:
    one, _other = hubs
    for name in WEARERS:
        await one.open("sos", name)
    for _ in range(6):
        one.clock.forward(60)
        while sum(await climb_together(hubs)):
            pass
    for number in range(1, 5):
        rungs = [n.created_at for n in one.notices(number) if n.channel == "siren"]
        assert [(r - rungs[0]).seconds // 60 for r in rungs] == [0, 1, 2, 3, 4, 5, 6]
        assert one.told(number) == one.told(1), "all four climb alike"


async def test_the_same_press_through_both_is_one_alert(hubs: Pair) -> None:
    presses = [hubs[0].event("sos", name) for name in WEARERS]
    results = await asyncio.gather(
        *(hub.engine.take_events(GATEWAY, [press]) for press in presses for hub in hubs)
    )
    statuses = sorted(result.status for (result,) in results)
    assert statuses == ["accepted"] * 4 + ["duplicate"] * 4
    assert [a.press_count for a in hubs[0].alerts()] == [1, 1, 1, 1]


async def test_a_transaction_that_gives_way_to_another_is_run_again(hubs: Pair) -> None:
    one, other = hubs
    for name in ("pendant-1", "band-1"):
        await one.open("sos", name)
    locked = select(tables.alert).where(tables.alert.c.number == bindparam("n")).with_for_update()
    with other.engine.database.engine.connect() as rival:
        rival.execute(locked, {"n": 2})
        presses = [one.event("sos", name) for name in ("pendant-1", "band-1")]
        taking = asyncio.create_task(one.engine.take_events(GATEWAY, presses))
        await until(lambda: waiting_for_a_lock(other) == 1)
        await asyncio.to_thread(rival.execute, locked, {"n": 1})  # each waits for the other
        rival.rollback()
        results = await taking
    assert [r.status for r in results] == ["accepted", "accepted"]
    assert [a.press_count for a in one.alerts()] == [2, 2]


def waiting_for_a_lock(hub: Stand) -> int:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return int(hub.rows(query)[0][0])


async def test_different_presses_of_one_device_are_one_alert_with_two_presses(hubs: Pair) -> None:
    await asyncio.gather(*(hub.say("sos") for hub in hubs))
    assert [a.press_count for a in hubs[0].alerts()] == [2]


async def test_replies_are_numbered_without_a_gap_in_the_order_of_their_commits(
    hubs: Pair,
) -> None:
    one, other = hubs
    seen: list[int] = []
    done = False

    def look() -> None:
        """A gateway that always reads on behind the newest number it has seen."""
        table = tables.reply
        while not done or one.rows(select(table.c.seq).where(table.c.seq > (seen or [0])[-1])):
            last = seen[-1] if seen else 0
            rows = one.rows(
                select(table.c.seq).where(table.c.seq > last).order_by(table.c.seq).limit(100)
            )
            seen.extend(row.seq for row in rows)

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(look)
        for name in WEARERS:
            await one.open("sos", name)
        logins = ("wang", "zhang", "li", "chen")
        await asyncio.gather(
            *(hubs[n % 2].accept(login, n + 1) for n, login in enumerate(logins)),
            *(one.say("sos", name) for name in WEARERS),
            *(other.say("fall", name) for name in WEARERS),
        )
        one.clock.forward(300)
        while sum(await climb_together(hubs)):
            pass
        done = True
        await asyncio.wrap_future(reader)
    assert len(seen) >= 4
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) == len(one.replies())


async def test_the_audit_chain_stays_whole_when_both_write(hubs: Pair) -> None:
    await asyncio.gather(
        *(hub.say("sos", name) for hub in hubs for name in WEARERS),
        *(hub.say("help", KIOSK) for hub in hubs),
    )
    with hubs[0].engine.database.reading() as tx:
        assert list(broken_links(tx)) == []


async def test_what_one_changes_the_other_knows_at_its_next_command(hubs: Pair) -> None:
    one, other = hubs
    assert other.person("zhang").active
    one.change(lambda work: register.set_active(work, "wang", False))
    await other.open()
    assert other.told() == ["张社工"], "the village has nobody, so the town is called"
