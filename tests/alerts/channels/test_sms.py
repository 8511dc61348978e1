"""Texts leave through a stand-in modem on a pseudo-terminal, whatever it does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.channel import Outcome
from alerts.channels.settings import SmsSettings
from alerts.channels.sms import WAITING, Sms
from simulators import at_dialogue
from simulators.at_dialogue import Behaviour
from simulators.gsm_modem import GsmModem, Message
from tests.alerts.channels.notices import SOS, Reports, notice

DELIVERED = Outcome("delivered")
LONG = "【一键救助】12 号 跌倒：王某某，镇海区 招宝山街道 后大街社区，第 2 次，延迟 5 分钟。" * 3


@asynccontextmanager
async def texting(
    port: str | Path, reports: Reports | None = None, **settings: Any
) -> AsyncIterator[Sms]:
    chosen = {"enabled": True, "port": str(port), "timeout_s": 10, "reconnect_s": 0.1}
    chosen |= {"open_s": 2, **settings}
    sms = Sms(SmsSettings.model_validate(chosen), reports or Reports())
    await sms.start()
    try:
        yield sms
    finally:
        await sms.stop()


async def until_connected(sms: Sms, connected: bool = True) -> None:
    async with asyncio.timeout(15):
        while sms.connected is not connected:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


async def test_a_chinese_text_leaves_and_its_report_comes_back() -> None:
    reports = Reports()
    with GsmModem() as modem:
        async with texting(modem.port, reports) as sms:
            assert await sms.send(SOS) == Outcome("sent", provider_id="1")
            assert await reports.wait_for(1) == [(7, DELIVERED)]
        assert modem.messages() == [Message("13800000001", SOS.text)]


@pytest.mark.parametrize("keeps_reports", [True, False])
async def test_a_long_text_is_delivered_when_all_its_parts_are(keeps_reports: bool) -> None:
    reports = Reports()
    with GsmModem(Behaviour(keeps_reports=keeps_reports, report_after_s=0)) as modem:
        async with texting(modem.port, reports) as sms:
            outcome = await sms.send(notice(text=LONG, address="+86 138-0000-0001"))
            assert outcome == Outcome("sent", provider_id="1,2,3")
            assert await reports.wait_for(1) == [(7, DELIVERED)]
        assert modem.messages() == [Message("+8613800000001", LONG)]


async def test_a_rare_character_of_a_name_does_not_stop_the_text() -> None:
    with GsmModem() as modem:
        async with texting(modem.port) as sms:
            assert (await sms.send(notice(text="张𬭎老人呼救"))).state == "sent"
        assert modem.messages()[0].text == "张〓老人呼救"


async def test_a_report_of_failure_fails_the_notice() -> None:
    reports = Reports()
    with GsmModem(Behaviour(delivery="failed")) as modem:
        async with texting(modem.port, reports) as sms:
            await sms.send(SOS)
            assert await reports.wait_for(1) == [(7, Outcome("failed", "report_70"))]


@pytest.mark.parametrize("address", ["", "12", "138000x0001", "１３８０００００００１", "+"])
async def test_a_number_that_is_none_is_refused_before_the_modem(address: str) -> None:
    async with texting("/dev/nothing") as sms:
        assert await sms.send(notice(address=address)) == Outcome("failed", "bad_number")


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour(network=False), Outcome("retry", "no_network")),
        (Behaviour(cms_error=1), Outcome("failed", "bad_number")),
        (Behaviour(cms_error=50), Outcome("failed", "barred")),
        (Behaviour(cms_error=42), Outcome("retry", "busy")),
        (Behaviour(cms_error=330), Outcome("failed", "no_service_centre")),
        (Behaviour(cms_error=500), Outcome("retry", "cms_500")),
    ],
)
async def test_a_refusal_of_the_network_has_a_code(behaviour: Behaviour, outcome: Outcome) -> None:
    with GsmModem(behaviour) as modem:
        async with texting(modem.port) as sms:
            assert await sms.send(SOS) == outcome
            modem.behave(network=True, cms_error=None)
            assert (await sms.send(SOS)).state == "sent"


async def test_without_a_modem_the_answer_comes_at_once() -> None:
    async with texting("/dev/nothing") as sms:
        started = time.monotonic()
        assert await sms.send(SOS) == Outcome("retry", "no_modem")
        assert time.monotonic() - started < 5


async def test_a_modem_plugged_in_again_is_found(tmp_path: Path) -> None:
    port = tmp_path / "modem"
    async with texting(port) as sms:
        for _ in range(2):
            with GsmModem() as modem:
                port.unlink(missing_ok=True)
                port.symlink_to(modem.port)
                await until_connected(sms)
                assert (await sms.send(SOS)).state == "sent"
                assert modem.messages() == [Message(SOS.address, SOS.text)]
            await until_connected(sms, False)
            assert await sms.send(SOS) == Outcome("retry", "no_modem")


@pytest.mark.parametrize("silent", ["always", "after_prompt"])
async def test_a_modem_that_says_nothing_costs_the_set_time_and_no_more(silent: str) -> None:
    with GsmModem() as modem:
        modem.behave(silent=silent)
        async with texting(modem.port, timeout_s=1) as sms:
            started = time.monotonic()
            outcomes = await asyncio.gather(*(sms.send(notice(notice_id=n)) for n in range(3)))
            assert time.monotonic() - started < 6
            assert {outcome.state for outcome in outcomes} == {"retry"}


async def test_a_hung_modem_does_not_hold_up_the_event_loop() -> None:
    with GsmModem(Behaviour(silent="always")) as modem:
        async with texting(modem.port, timeout_s=1) as sms:
            sending = asyncio.create_task(sms.send(SOS))
            longest, before = 0.0, time.monotonic()
            while not sending.done():
                await asyncio.sleep(0.01)
                longest, before = max(longest, time.monotonic() - before), time.monotonic()
            assert longest < 0.5
            assert sending.result().state == "retry"


async def test_a_modem_that_wakes_up_is_used_again() -> None:
    with GsmModem(Behaviour(silent="after_prompt")) as modem:
        async with texting(modem.port, timeout_s=1) as sms:
            assert await sms.send(SOS) == Outcome("retry", "timeout")
            modem.behave(silent="no")
            await until_connected(sms)
            assert (await sms.send(notice(attempt=2))).state == "sent"


async def test_an_sos_passes_what_is_less_urgent() -> None:
    with GsmModem() as modem:
        async with texting(modem.port) as sms:
            await until_connected(sms)
            waiting = [sms.send(notice(severity=4, text=f"battery {n}")) for n in range(10)]
            outcomes = await asyncio.gather(*waiting, sms.send(SOS))
        assert {outcome.state for outcome in outcomes} == {"sent"}
        texts = [message.text for message in modem.messages()]
    assert texts.index(SOS.text) <= 1


async def test_more_than_can_wait_is_answered_at_once() -> None:
    with GsmModem(Behaviour(silent="always")) as modem:
        async with texting(modem.port, timeout_s=2) as sms:
            waiting = [asyncio.create_task(sms.send(SOS)) for _ in range(WAITING + 2)]
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert {task.result() for task in done} == {Outcome("retry", "busy")}
            await asyncio.gather(*waiting)


class Sim:
    """A SIM card that wants its PIN and remembers how often it was told a wrong one."""

    def __init__(self, pin: str) -> None:
        self.pin = pin
        self.open = False
        self.wrong = 0

    def answer(self, _dialogue: object, rest: str) -> bytes:
        if rest == "?":
            return (
                b"\r\n+CPIN: READY\r\n\r\nOK\r\n"
                if self.open
                else b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"
            )
        self.open = rest == f'="{self.pin}"'
        self.wrong += not self.open
        return b"\r\nOK\r\n" if self.open else b"\r\n+CME ERROR: 16\r\n"


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Sim:
    card = Sim("1234")
    monkeypatch.setitem(at_dialogue.HANDLERS, "+CPIN", card.answer)
    return card


async def test_the_sim_gets_its_pin(sim: Sim) -> None:
    with GsmModem() as modem:
        async with texting(modem.port, pin="1234") as sms:
            assert (await sms.send(SOS)).state == "sent"
    assert sim.wrong == 0


async def test_a_wrong_pin_is_tried_once_so_that_the_sim_is_not_blocked(sim: Sim) -> None:
    with GsmModem() as modem:
        async with texting(modem.port, pin="9999") as sms:
            for _ in range(4):
                assert await sms.send(SOS) == Outcome("failed", "pin_wrong")
    assert sim.wrong == 1


async def test_a_sim_that_wants_a_pin_nobody_set_says_so(sim: Sim) -> None:
    with GsmModem() as modem:
        async with texting(modem.port) as sms:
            assert await sms.send(SOS) == Outcome("failed", "pin_required")
    assert sim.wrong == 0


async def test_a_sim_that_is_busy_for_ever_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy = lambda _dialogue, _rest: b"\r\n+CMS ERROR: 314\r\n\r\n+CME ERROR: 14\r\n"  # noqa: E731
    monkeypatch.setitem(at_dialogue.HANDLERS, "+CMGF", busy)
    with GsmModem() as modem:
        async with texting(modem.port, timeout_s=1) as sms:
            started = time.monotonic()
            assert (await sms.send(SOS)).state == "retry"
            assert time.monotonic() - started < 6


async def test_what_waits_at_the_end_is_answered() -> None:
    with GsmModem(Behaviour(silent="after_prompt")) as modem:
        async with texting(modem.port, timeout_s=2) as sms:
            waiting = [asyncio.create_task(sms.send(SOS)) for _ in range(3)]
            await asyncio.sleep(0)
        assert {(await sending).state for sending in waiting} == {"retry"}
