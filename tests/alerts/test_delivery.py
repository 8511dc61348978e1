"""Every notice ends sent, delivered, failed or expired, and a failed one moves the ladder on."""

import asyncio
import sqlite3
from itertools import pairwise

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from alerts import respond
from alerts.channels.channel import Channel, Outcome, Outgoing
from alerts.delivery import BACK_OFF, CLAIM, Delivery
from alerts.model import Outcome as Ended
from alerts.model import State
from alerts.store import tables
from tests.alerts.stand import NINE, Clock, Memory, Stand, until

SENT, DELIVERED = Outcome("sent"), Outcome("delivered")
FAILED, RETRY = Outcome("failed", "bad_number"), Outcome("retry", "no_modem")
NOTICE = tables.notice


def deliver(hub: Stand, *channels: Channel) -> Delivery:
    return Delivery(hub.engine, {channel.name: channel for channel in channels})


async def settle(delivery: Delivery) -> None:
    """What is under way ends and is written down."""
    while delivery._sending or not delivery._results.empty():
        await asyncio.gather(*delivery._sending)
        await asyncio.sleep(0)  # whoever is done takes itself off the list
        if not delivery._results.empty():
            await delivery._record()


async def turn(delivery: Delivery) -> None:
    """One look for notices whose next try has come."""
    await delivery._repeat()
    await settle(delivery)


def states(hub: Stand, number: int = 1, channel: str = "sms") -> list[str]:
    return [n.state for n in hub.notices(number) if n.channel == channel]


# ── what becomes of a notice ─────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("outcome", "state", "reason", "again"),
    [
        (SENT, "sent", "", False),
        (DELIVERED, "delivered", "", False),
        (FAILED, "failed", "bad_number", False),
        (RETRY, "pending", "no_modem", True),
    ],
)
async def test_a_notice_is_sent_right_after_the_commit_and_its_end_is_written_down(
    hub: Stand, outcome: Outcome, state: str, reason: str, again: bool
) -> None:
    sms = Memory("sms", outcome)
    delivery = deliver(hub, sms, Memory("desk"), Memory("siren"))
    await hub.open()
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    assert (row.state, row.reason, row.attempts) == (state, reason, 1)
    assert (row.next_try_at is not None) == again
    (out,) = sms.sent
    assert (out.notice_id, out.attempt, out.address) == (row.id, 1, "13800000001")
    assert out.key == f"notice-{row.id}"


async def test_a_notice_says_which_alert_and_nothing_about_anybodys_health(hub: Stand) -> None:
    desk = Memory("desk")
    delivery = deliver(hub, desk)
    await hub.open("sos", data={"pulse_bpm": 40})
    await settle(delivery)
    assert desk.sent[0].text == (
        "【一键救助】1 号 紧急按钮：王阿婆，招宝山街道 城东社区。请打开值守台点“我来处理”（通知 1）"
    )


async def test_no_two_notices_to_one_person_read_alike(hub: Stand) -> None:
    sms = Memory("sms")
    delivery = deliver(hub, sms)
    await hub.open()
    await hub.later(240)
    await settle(delivery)
    texts = [(out.staff_id, out.text) for out in sms.sent]
    assert len(texts) > 10
    assert len(set(texts)) == len(texts)


async def test_a_channel_that_is_not_there_fails_with_that_reason(hub: Stand) -> None:
    delivery = deliver(hub, Memory("desk"), Memory("siren"))
    await hub.open()
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    assert (row.state, row.reason) == ("failed", "not_configured")


async def test_a_channel_that_breaks_is_tried_again(hub: Stand) -> None:
    class Broken(Memory):
        async def send(self, out: Outgoing) -> Outcome:
            await super().send(out)
            raise RuntimeError("trouble")

    delivery = deliver(hub, Broken("sms"))
    await hub.open("low_battery")
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    assert (row.state, row.reason) == ("pending", "channel_error")


async def test_it_is_tried_again_after_longer_and_longer_waits_until_it_expires(
    hub: Stand,
) -> None:
    sms = Memory("sms", RETRY)
    delivery = deliver(hub, sms)
    await hub.open("low_battery")
    await settle(delivery)
    tried = [hub.clock()]
    while states(hub) == ["pending"]:
        hub.clock.forward(1)
        await turn(delivery)
        if len(sms.sent) > len(tried):
            tried.append(hub.clock())
    waits = [(b - a).seconds for a, b in pairwise(tried)]
    assert waits[:5] == list(BACK_OFF)
    assert set(waits[5:]) == {BACK_OFF[-1]}
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    assert (row.state, row.reason) == ("expired", "no_modem")
    assert (hub.clock() - NINE).seconds in range(600, 660)
    assert [out.attempt for out in sms.sent] == list(range(1, len(sms.sent) + 1))
    assert len({out.key for out in sms.sent}) == 1, "whoever gets it twice can tell"


async def test_a_second_try_that_arrives_is_delivered(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", RETRY, DELIVERED))
    await hub.open("low_battery")
    await settle(delivery)
    hub.clock.forward(2)
    await turn(delivery)
    assert states(hub) == ["delivered"]


async def test_what_a_channel_reports_later_is_written_down_once(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", SENT))
    await hub.open("low_battery")
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    for later in (DELIVERED, FAILED, RETRY):
        delivery.report(row.id, later)
        await settle(delivery)
        assert states(hub) == ["delivered"]


async def test_a_report_that_it_got_lost_after_all_has_it_sent_again(hub: Stand) -> None:
    sms = Memory("sms", SENT)
    delivery = deliver(hub, sms)
    await hub.open("low_battery")
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    for wait in BACK_OFF[:3]:
        delivery.report(row.id, Outcome("retry", "no_listener"))
        await settle(delivery)
        hub.clock.forward(wait - 1)
        await turn(delivery)
        assert states(hub) == ["pending"], f"not before {wait} s"
        hub.clock.forward(1)
        await turn(delivery)
        assert states(hub) == ["sent"]
    assert len(sms.sent) == 4


async def test_a_reason_of_any_length_does_not_stop_the_books(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", Outcome("failed", "x" * 500, "y" * 500)))
    await hub.open("low_battery")
    await settle(delivery)
    (row,) = [n for n in hub.notices() if n.channel == "sms"]
    assert (len(row.reason), len(row.provider_id)) == (48, 128)


# ── the ladder and failed notices ────────────────────────────────────────────────────────────
async def test_when_no_phone_of_a_rung_can_be_reached_the_next_is_called_at_once(
    hub: Stand,
) -> None:
    delivery = deliver(hub, Memory("sms", FAILED), Memory("desk"), Memory("siren"))
    await hub.open()
    await settle(delivery)
    await hub.engine.climb_due()
    assert hub.told() == ["王网格员", "张社工"]
    assert "moved_on" in hub.history()
    await settle(delivery)
    await hub.engine.climb_due()
    assert hub.told()[2:] == ["张社工", "李社工"]


async def test_the_rungs_after_a_failed_one_keep_their_distance(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", FAILED, SENT), Memory("desk"), Memory("siren"))
    await hub.open()
    await settle(delivery)
    await hub.later(0)
    assert hub.alert().due_at == NINE.replace(second=30), "rung two, thirty seconds after rung one"


async def test_one_phone_that_was_reached_is_enough_to_wait_for(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", SENT, SENT, FAILED, SENT), Memory("desk"))
    await hub.open()
    await hub.later(60)
    await settle(delivery)
    assert states(hub) == ["sent", "sent", "failed", "sent"]
    assert "moved_on" not in hub.history()


@pytest.mark.parametrize(("kind", "moves"), [("sos", True), ("low_battery", False)])
async def test_only_a_life_waits_for_no_second_try(hub: Stand, kind: str, moves: bool) -> None:
    delivery = deliver(hub, Memory("sms", RETRY), Memory("desk"), Memory("siren"))
    await hub.open(kind)
    await settle(delivery)
    assert ("moved_on" in hub.history()) == moves


async def test_a_ladder_that_reaches_nobody_keeps_its_pace_after_the_last_rung(
    hub: Stand,
) -> None:
    delivery = deliver(hub, Memory("sms", FAILED), Memory("desk"), Memory("siren"))
    await hub.open()
    for _ in range(20):
        await settle(delivery)
        await hub.engine.climb_due()
    assert hub.alert().step == 4
    assert hub.alert().due_at is not None
    await hub.later(600)
    await settle(delivery)
    assert len([n for n in hub.notices() if n.channel == "siren"]) in range(12, 16)


async def test_a_push_after_a_second_press_does_not_hide_that_the_next_rung_failed(
    hub: Stand,
) -> None:
    delivery = deliver(hub, Memory("sms", SENT, SENT, FAILED), Memory("desk"), Memory("siren"))
    await hub.open()
    await hub.say("sos")
    await settle(delivery)
    await hub.later(30)
    await settle(delivery)
    assert states(hub) == ["sent", "sent", "failed"]
    assert "moved_on" in hub.history()


async def test_a_failed_notice_of_an_answered_alert_moves_nothing(hub: Stand) -> None:
    delivery = deliver(hub, Memory("sms", FAILED))
    await hub.open()
    await hub.accept()
    await settle(delivery)
    assert hub.alert().state is State.ACKNOWLEDGED
    assert "moved_on" not in hub.history()


# ── taking over ──────────────────────────────────────────────────────────────────────────────
async def test_a_notice_whose_sender_died_is_taken_over_after_the_lease(hub: Stand) -> None:
    await hub.open()  # nobody delivers: this hub died right after its commit
    heir = Stand(hub.url, hub.clock)
    sms, siren = Memory("sms"), Memory("siren")
    delivery = deliver(heir, sms, siren, Memory("desk"))
    hub.clock.forward(19)
    await turn(delivery)
    assert sms.sent == []
    hub.clock.forward(1)
    await turn(delivery)
    assert [(out.attempt, out.address) for out in sms.sent] == [(2, "13800000001")]
    assert len(siren.sent) == 1
    assert states(hub) == states(hub, channel="siren") == ["delivered"]
    heir.close()


async def test_of_two_heirs_each_notice_is_sent_by_one(postgresql_url: str, clock: Clock) -> None:
    hubs = [Stand(postgresql_url, clock) for _ in range(2)]
    for device in ("pendant-1", "band-1", "cuff-1", "fall-1"):
        await hubs[0].open("sos", device)
    sms = Memory("sms")
    heirs = [deliver(hub, sms, Memory("siren"), Memory("desk")) for hub in hubs]
    clock.forward(20)
    await asyncio.gather(*(heir._repeat() for heir in heirs))
    for heir in heirs:
        await settle(heir)
    assert sorted(out.alert for out in sms.sent) == [1, 2, 3, 4]
    for hub in hubs:
        hub.close()


async def test_a_siren_is_not_rung_late_for_what_somebody_owns(hub: Stand) -> None:
    await hub.open()
    await hub.accept()
    siren, sms = Memory("siren"), Memory("sms")
    delivery = deliver(hub, siren, sms, Memory("desk"))
    hub.clock.forward(20)
    await turn(delivery)
    assert (siren.sent, len(sms.sent)) == ([], 1)
    (row,) = [n for n in hub.notices() if n.channel == "siren"]
    assert (row.state, row.reason) == ("expired", "answered")


async def test_nobody_is_woken_for_what_is_over(hub: Stand) -> None:
    delivery = deliver(hub, sms := Memory("sms", RETRY))
    await hub.open()
    await hub.accept()
    await hub.does("zhang", respond.settle, 1, Ended.FALSE_PRESS)
    await hub.does("zhang", respond.close, 1)
    await settle(delivery)
    hub.clock.forward(2)
    await turn(delivery)
    assert (len(sms.sent), states(hub)) == (1, ["expired"])


async def test_a_siren_that_never_confirms_is_rung_again(hub: Stand) -> None:
    siren = Memory("siren", SENT)
    delivery = deliver(hub, siren, Memory("desk"), Memory("sms"))
    await hub.open()
    await settle(delivery)
    hub.clock.forward(20)
    await turn(delivery)
    assert [out.attempt for out in siren.sent] == [1, 2]


# ── the loops ────────────────────────────────────────────────────────────────────────────────
async def test_a_slow_channel_delays_no_other(hub: Stand) -> None:
    gate = asyncio.Event()

    class Slow(Memory):
        async def send(self, out: Outgoing) -> Outcome:
            await gate.wait()
            return await super().send(out)

    slow, siren = Slow("sms"), Memory("siren")
    delivery = deliver(hub, slow, siren, Memory("desk"))
    running = asyncio.create_task(delivery.run())
    for device in ("pendant-1", "band-1", "cuff-1"):
        await hub.open("sos", device)
    await until(lambda: states(hub, 3, "siren") == ["delivered"])
    assert (len(siren.sent), slow.sent) == (3, [])
    gate.set()
    await until(lambda: states(hub, 3) == ["delivered"])
    running.cancel()


async def test_a_locked_database_loses_no_result(lite: Stand) -> None:
    delivery = deliver(lite, Memory("sms", FAILED), Memory("desk"), Memory("siren"))
    await lite.open()
    other = sqlite3.connect(lite.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        await delivery._record()
    other.execute("ROLLBACK")
    other.close()
    await settle(delivery)
    assert states(lite) == ["failed"]


async def test_more_notices_than_fit_one_look_are_all_taken(hub: Stand) -> None:
    await hub.open()
    row = dict(hub.notices()[0]._mapping)
    del row["id"]
    extra = [{**row, "channel": "sms"} for _ in range(CLAIM + 20)]
    hub.change(lambda work: work.tx.execute(NOTICE.insert(), extra))
    hub.change(lambda work: work.tx.execute(update(NOTICE).values(next_try_at=NINE)))
    sms = Memory("sms")
    delivery = deliver(hub, sms, Memory("desk"), Memory("siren"))
    for _ in range(2):
        await turn(delivery)
    assert len(sms.sent) == CLAIM + 21
