"""The stand-in modem, used by the program that real modems are used with."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gsmmodem.exceptions import CmsError, TimeoutException
from gsmmodem.modem import GsmModem as Program
from gsmmodem.modem import SentSms, StatusReport

from simulators.at_dialogue import Behaviour
from simulators.gsm_modem import GsmModem, Message

NUMBER = "+8613800000100"


@pytest.fixture
def modem() -> Iterator[GsmModem]:
    """A modem that is switched on."""
    with GsmModem(Behaviour(report_after_s=0.05)) as running:
        yield running


@contextmanager
def connected(
    modem: GsmModem, text_mode: bool = False, report: Callable[[StatusReport], None] | None = None
) -> Iterator[Any]:
    program = Program(modem.port, 115200, smsStatusReportCallback=report)
    program.smsTextMode = text_mode
    program.connect()
    try:
        yield program
    finally:
        program.close()


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


@pytest.mark.parametrize("text_mode", [False, True])
def test_a_short_text_is_sent(modem: GsmModem, text_mode: bool) -> None:
    with connected(modem, text_mode) as program:
        program.sendSms(NUMBER, "Hello (hub)")
    assert modem.wait_for(1) == [Message(NUMBER, "Hello (hub)")]


@pytest.mark.parametrize(
    "text", ["【一键救助】张大爷摔倒了，请速到3幢201。", "很长" * 70, "long text [€] " * 20]
)
def test_a_text_arrives_as_it_was_written(modem: GsmModem, text: str) -> None:
    with connected(modem) as program:
        program.sendSms(NUMBER, text)
        assert modem.wait_for(1) == [Message(NUMBER, text)]


def test_messages_to_several_people_stay_apart(modem: GsmModem) -> None:
    with connected(modem) as program:
        for last in (1, 2, 3):
            program.sendSms(f"1380000010{last}", "很长" * 50)
    assert [m.number for m in modem.wait_for(3)] == ["13800000101", "13800000102", "13800000103"]


@pytest.mark.parametrize("keeps_reports", [True, False])
@pytest.mark.parametrize(
    ("delivery", "status"), [("delivered", SentSms.DELIVERED), ("failed", SentSms.FAILED)]
)
def test_a_report_says_what_became_of_a_message(
    modem: GsmModem, keeps_reports: bool, delivery: str, status: int
) -> None:
    modem.behave(keeps_reports=keeps_reports, delivery=delivery)
    reported = threading.Event()
    with connected(modem, report=lambda report: reported.set()) as program:
        sms = program.sendSms(NUMBER, "您好")
        assert reported.wait(10)
        assert sms.status == status
        assert sms.report.number == NUMBER


def test_a_report_can_be_read_in_text_mode(modem: GsmModem) -> None:
    with connected(modem, text_mode=True) as program:
        sms = program.sendSms(NUMBER, "hello")
        assert eventually(lambda: bool(sms.status == SentSms.DELIVERED))


def test_without_delivery_no_report_comes(modem: GsmModem) -> None:
    modem.behave(delivery="none")
    with connected(modem) as program, pytest.raises(TimeoutException):
        program.sendSms(NUMBER, "您好", waitForDeliveryReport=True, deliveryTimeout=0.5)
    assert modem.wait_for(1) == [Message(NUMBER, "您好")]


@pytest.mark.parametrize(
    ("trouble", "code"), [({"network": False}, 331), ({"cms_error": 500}, 500)]
)
def test_a_refusal_reaches_the_program_with_its_code(
    modem: GsmModem, trouble: dict[str, Any], code: int
) -> None:
    with connected(modem) as program:
        modem.behave(**trouble)
        with pytest.raises(CmsError) as refusal:
            program.sendSms(NUMBER, "您好")
        assert refusal.value.code == code
        modem.behave(network=True, cms_error=None)
        program.sendSms(NUMBER, "您好")
    assert modem.wait_for(1) == [Message(NUMBER, "您好")]


def test_a_lost_network_is_seen(modem: GsmModem) -> None:
    with connected(modem) as program:
        assert program.waitForNetworkCoverage(5) > 0
        assert program.networkName == "STAND-IN"
        modem.behave(network=False)
        assert program.signalStrength == -1
        with pytest.raises(TimeoutException):
            program.waitForNetworkCoverage(1)


def test_a_silent_modem_makes_the_program_wait_in_vain(modem: GsmModem) -> None:
    with connected(modem) as program:
        modem.behave(silent="always")
        with pytest.raises(TimeoutException):
            program.write("AT", timeout=0.3)
        modem.behave(silent="no")
        assert program.write("AT", timeout=5) == ["OK"]


def test_an_unplugged_modem_is_a_dead_port(modem: GsmModem) -> None:
    died = threading.Event()
    program = Program(modem.port, 115200)
    program.fatalErrorCallback = lambda error: died.set()
    program.connect()
    modem.stop()
    assert died.wait(10)


def test_a_second_program_finds_the_modem_as_the_first_left_it(modem: GsmModem) -> None:
    with connected(modem, text_mode=True) as program:
        program.sendSms(NUMBER, "one")
    with connected(modem) as program:
        program.sendSms(NUMBER, "二")
    assert [m.text for m in modem.wait_for(2)] == ["one", "二"]


def test_messages_that_do_not_come_are_missed_in_time(modem: GsmModem) -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        modem.wait_for(1, timeout_s=0.05)
