"""What the stand-in modem answers, line by line."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.at_dialogue import AtDialogue, Behaviour, Sms

HELLO = "0021000B917228001011F100000CC8329BFD065DDF72363904"
"""SMS-SUBMIT of "Hello World!" that asks for a report."""
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Line:
    """A modem and what it sent; echo is off."""

    def __init__(self, behaviour: Behaviour | None = None) -> None:
        self.sent: list[Sms] = []
        self.modem = AtDialogue(self.sent.append, lambda: NOW)
        self.ask("ATE0")
        self.modem.behaviour = behaviour or Behaviour()

    def ask(self, command: str) -> list[str]:
        return self.write(f"{command}\r")

    def write(self, text: str) -> list[str]:
        answer = self.modem.feed(text.encode()).decode()
        return [line for line in answer.split("\r\n") if line]

    def send(self, pdu: str = HELLO) -> list[str]:
        assert self.ask(f"AT+CMGS={len(pdu) // 2 - 1}") == ["> "]
        return self.write(f"{pdu}\x1a")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("AT", ["OK"]),
        ("at+csq", ["+CSQ: 21,99", "OK"]),
        ("AT+CREG?", ["+CREG: 0,1", "OK"]),
        ("AT+CPIN?", ["+CPIN: READY", "OK"]),
        ("AT+CMGF?", ["+CMGF: 0", "OK"]),
        ("AT+CMGF=7", ["ERROR"]),
        ('AT+CSCS="KLINGON"', ["ERROR"]),
        ("AT+CMGR=1", ["+CMS ERROR: 321"]),
        ("AT+CMGR=x", ["+CMS ERROR: 321"]),
        ("AT+CMGS=many", ["ERROR"]),
        ("AT+WIND?", ["ERROR"]),
        ("ATD112;", ["ERROR"]),
        ("hello", []),
        ("AT+\xff", ["ERROR"]),
    ],
)
def test_commands_are_answered(command: str, answer: list[str]) -> None:
    assert Line().ask(command) == answer


def test_without_a_network_it_is_not_registered_and_sends_nothing() -> None:
    line = Line(Behaviour(network=False))
    assert line.ask("AT+CREG?") == ["+CREG: 0,2", "OK"]
    assert line.ask("AT+CSQ") == ["+CSQ: 99,99", "OK"]
    assert line.send() == ["+CMS ERROR: 331"]
    assert line.sent == []


def test_a_message_is_numbered_and_remembered() -> None:
    line = Line()
    assert line.send() == ["+CMGS: 1", "OK"]
    assert line.send() == ["+CMGS: 2", "OK"]
    assert [(s.submit.text, s.reference) for s in line.sent] == [
        ("Hello World!", 1),
        ("Hello World!", 2),
    ]


def test_numbers_begin_again_after_255() -> None:
    line = Line()
    for _ in range(256):
        line.send()
    assert line.sent[-1].reference == 0


def test_a_refusing_network_gives_its_code() -> None:
    assert Line(Behaviour(cms_error=38)).send() == ["+CMS ERROR: 38"]


def test_a_bad_message_is_refused_and_the_next_one_is_sent() -> None:
    line = Line()
    assert line.send("ZZ") == ["+CMS ERROR: 304"]
    assert line.send("0001") == ["+CMS ERROR: 304"]
    assert line.send() == ["+CMGS: 1", "OK"]


def test_escape_takes_a_message_back() -> None:
    line = Line()
    line.ask("AT+CMGS=24")
    assert line.write(f"{HELLO}\x1b") == ["OK"]
    assert line.sent == []


def test_text_mode_takes_plain_letters_and_hexadecimal_ones() -> None:
    line = Line()
    line.ask("AT+CMGF=1")
    line.ask('AT+CMGS="+8613800000100"')
    line.write("on my way\x1a")
    line.ask('AT+CSCS="UCS2"')
    line.ask(f'AT+CMGS="{"138".encode("utf-16-be").hex().upper()}"')
    line.write("已出发".encode("utf-16-be").hex() + "\x1a")
    assert [(s.submit.number, s.submit.text) for s in line.sent] == [
        ("+8613800000100", "on my way"),
        ("138", "已出发"),
    ]


def test_a_stored_report_can_be_read_until_it_is_deleted() -> None:
    line = Line()
    line.ask("AT+CNMI=2,1,0,2")
    line.send()
    assert line.modem.report(line.sent[0], 0) == b'\r\n+CDSI: "SM",1\r\n'
    head, pdu, ok = line.ask("AT+CMGR=1")
    assert (head, ok) == (f"+CMGR: 0,,{len(pdu) // 2 - 1}", "OK")
    assert pdu == "0006010B917228001011F1621142800000006211428000000000"
    assert len(line.ask("AT+CMGL=4")) == 3
    assert line.ask("AT+CMGD=1,0") == ["OK"]
    assert line.ask("AT+CMGR=1") == ["+CMS ERROR: 321"]


def test_a_report_of_text_mode_is_one_line() -> None:
    line = Line()
    line.ask("AT+CMGF=1")
    line.ask("AT+CNMI=2,1,0,1,0")
    line.ask('AT+CMGS="+8613800000100"')
    line.write("hi\x1a")
    report = line.modem.report(line.sent[0], 70).decode().strip()
    assert report == (
        '+CDS: 6,1,"+8613800000100",145,"26/11/24,08:00:00+00","26/11/24,08:00:00+00",70'
    )


def test_reports_nobody_asked_for_are_not_announced() -> None:
    line = Line()
    line.send()
    assert line.modem.report(line.sent[0], 0) == b""


def test_a_modem_that_keeps_no_reports_says_so() -> None:
    line = Line(Behaviour(keeps_reports=False))
    assert line.ask("AT+CNMI=2,1,0,2") == ["ERROR"]
    assert line.ask("AT+CNMI=2,1,0,1,0") == ["OK"]
    line.send()
    assert line.modem.report(line.sent[0], 0).startswith(b"\r\n+CDS: 25\r\n0006")


def test_a_silent_modem_says_nothing_at_all() -> None:
    line = Line(Behaviour(silent="always"))
    assert line.ask("AT") == []
    assert line.ask("AT+CMGS=24") == []


def test_a_modem_can_fall_silent_after_its_prompt() -> None:
    line = Line(Behaviour(silent="after_prompt"))
    assert line.send() == []
    assert line.sent == []


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_noise_on_the_line_never_stops_the_modem(noise: list[bytes]) -> None:
    line = Line()
    for piece in noise:
        line.modem.feed(piece)
    line.modem.feed(b"\x1b\r")
    line.modem.feed(b"ATZ\r")
    assert line.modem.feed(b"AT\r").endswith(b"\r\nOK\r\n")


@given(st.integers(min_value=1, max_value=80))
def test_a_message_cut_into_pieces_is_the_same_message(size: int) -> None:
    line, stream = Line(), f"AT+CMGS=24\r{HELLO}\x1aAT+CMGF?\r".encode()
    answers = b"".join(line.modem.feed(stream[i : i + size]) for i in range(0, len(stream), size))
    assert answers.endswith(b"\r\n+CMGF: 0\r\n\r\nOK\r\n")
    assert [s.submit.text for s in line.sent] == ["Hello World!"]
