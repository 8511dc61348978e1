"""What a GSM modem answers to AT commands: a state machine of bytes in and bytes out.

The commands are those of 3GPP TS 27.005 and 27.007 that a program sending short messages uses;
any other is answered ERROR, as modems do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from simulators.sms_pdu import BadPdu, Submit, read_submit, status_report

CTRL_Z, ESC = b"\x1a", b"\x1b"
LONGEST_COMMAND = 2048
NO_NETWORK, BAD_INDEX, BAD_PDU = 331, 321, 304
COMMAND = re.compile(r"^(?P<name>[+^][A-Z]+|[EZ]|)(?P<rest>.*)$", re.IGNORECASE)
IDENTITY = {
    "+CGMI": "Stand-in",
    "+CGMM": "SMS-1",
    "+CGMR": "1.0",
    "+CGSN": "350000000000006",
    "+CIMI": "460000000000001",
}
SMSC = "+8613800000000"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the modem behaves now; all of it can change at any moment."""

    network: bool = True
    cms_error: int | None = None
    """Refuse every message with this code."""
    silent: Literal["no", "after_prompt", "always"] = "no"
    delivery: Literal["delivered", "failed", "none"] = "delivered"
    """What the status report of a message says."""
    report_after_s: float = 0.2
    keeps_reports: bool = True
    """Whether reports can be stored and announced with +CDSI; else they come as +CDS."""


@dataclass(frozen=True, slots=True)
class Sms:
    """A message, or part of one, the network has accepted."""

    submit: Submit
    reference: int


@dataclass(slots=True)
class _Settings:
    echo: bool = True
    text_mode: bool = False
    charset: str = "GSM"
    reports: int = 0
    first_octet: int = 17


class AtDialogue:
    """One modem's side of the line."""

    def __init__(self, accept: Callable[[Sms], None], now: Callable[[], datetime]) -> None:
        """A modem just switched on; `accept` is told of each message sent."""
        self.behaviour = Behaviour()
        self._accept = accept
        self._now = now
        self._set = _Settings()
        self._buffer = b""
        self._number: str | None = None
        """Set while the modem waits for a message: its number, empty in PDU mode."""
        self._reference = 0
        self._stored: dict[int, tuple[Sms, int]] = {}

    def feed(self, data: bytes) -> bytes:
        """Take what the program wrote; what the modem writes back."""
        self._buffer = (self._buffer + data)[-LONGEST_COMMAND:]
        answer = b""
        while True:
            ends = b"\x1a\x1b" if self._number is not None else b"\r"
            place = next((i for i, octet in enumerate(self._buffer) if octet in ends), None)
            if place is None:
                return b"" if self.behaviour.silent == "always" else answer
            taken, self._buffer = self._buffer[: place + 1], self._buffer[place + 1 :]
            answer += self._message(taken) if self._number is not None else self._command(taken)

    def report(self, sms: Sms, status: int) -> bytes:
        """Announce what became of a message, as the program asked for it."""
        if self.behaviour.silent == "always" or not self._set.reports:
            return b""
        if self._set.reports == 1:
            return _lines("+CDS: " + "\r\n".join(self._report_lines(sms, status)))
        index = next(i for i in range(1, 256) if i not in self._stored)
        self._stored[index] = (sms, status)
        return _lines(f'+CDSI: "SM",{index}')

    def _command(self, taken: bytes) -> bytes:
        line = taken.decode("latin-1").strip()
        echo = taken if self._set.echo else b""
        if line[:2].upper() != "AT":
            return echo
        found = COMMAND.match(line[2:])
        if found is None:
            return echo + _lines("ERROR")
        return echo + self._answer(found["name"].upper(), found["rest"])

    def _answer(self, name: str, rest: str) -> bytes:
        if name in IDENTITY and not rest:
            return _lines(IDENTITY[name], "OK")
        handle = HANDLERS.get(name)
        return _lines("ERROR") if handle is None else handle(self, rest)

    def _reset(self, rest: str) -> bytes:
        self._set = _Settings()
        return _lines("OK")

    def _echo(self, rest: str) -> bytes:
        self._set.echo = rest != "0"
        return _lines("OK")

    def _attention(self, rest: str) -> bytes:
        return _lines("ERROR" if rest else "OK")

    def _plain(self, rest: str) -> bytes:
        return _lines("OK")

    def _list_commands(self, rest: str) -> bytes:
        return _lines(*(name for name in HANDLERS if name.startswith("+")), *IDENTITY, "OK")

    def _functionality(self, rest: str) -> bytes:
        return _lines("+CFUN: 1", "OK") if rest == "?" else _lines("OK")

    def _pin(self, rest: str) -> bytes:
        return _lines("+CPIN: READY", "OK") if rest == "?" else _lines("OK")

    def _signal(self, rest: str) -> bytes:
        return _lines(f"+CSQ: {21 if self.behaviour.network else 99},99", "OK")

    def _registration(self, rest: str) -> bytes:
        if rest != "?":
            return _lines("OK")
        return _lines(f"+CREG: 0,{1 if self.behaviour.network else 2}", "OK")

    def _operator(self, rest: str) -> bytes:
        if rest != "?":
            return _lines("OK")
        return _lines('+COPS: 0,0,"STAND-IN"' if self.behaviour.network else "+COPS: 0", "OK")

    def _centre(self, rest: str) -> bytes:
        return _lines(f'+CSCA: "{SMSC}",145', "OK") if rest == "?" else _lines("OK")

    def _format(self, rest: str) -> bytes:
        if rest == "?":
            return _lines(f"+CMGF: {int(self._set.text_mode)}", "OK")
        if rest not in ("=0", "=1"):
            return _lines("ERROR")
        self._set.text_mode = rest == "=1"
        return _lines("OK")

    def _charset(self, rest: str) -> bytes:
        if rest == "=?":
            return _lines('+CSCS: ("GSM","IRA","UCS2")', "OK")
        if rest == "?":
            return _lines(f'+CSCS: "{self._set.charset}"', "OK")
        charset = rest[1:].strip('"').upper()
        if charset not in ("GSM", "IRA", "UCS2"):
            return _lines("ERROR")
        self._set.charset = charset
        return _lines("OK")

    def _text_parameters(self, rest: str) -> bytes:
        first = rest.removeprefix("=").split(",")[0]
        if not first.isdigit():
            return _lines("ERROR")
        self._set.first_octet = int(first)
        return _lines("OK")

    def _storage(self, rest: str) -> bytes:
        used = f"{len(self._stored)},255"
        if rest == "=?":
            return _lines('+CPMS: ("SM"),("SM"),("SM")', "OK")
        return _lines(f"+CPMS: {used},{used},{used}", "OK")

    def _notifications(self, rest: str) -> bytes:
        numbers = rest.removeprefix("=").split(",")
        reports = numbers[3] if len(numbers) > 3 else "0"
        if reports not in ("0", "1", "2" if self.behaviour.keeps_reports else ""):
            return _lines("ERROR")
        self._set.reports = int(reports)
        return _lines("OK")

    def _send(self, rest: str) -> bytes:
        argument = rest.removeprefix("=").split(",")[0]
        if self._set.text_mode:
            number = argument.strip('"')
            hex_number = self._set.charset == "UCS2" and re.fullmatch("([0-9A-F]{4})+", number)
            self._number = bytes.fromhex(number).decode("utf-16-be") if hex_number else number
        elif argument.isdigit():
            self._number = ""
        else:
            return _lines("ERROR")
        return b"\r\n> "

    def _message(self, taken: bytes) -> bytes:
        number, self._number = self._number, None
        if taken.endswith(ESC):
            return _lines("OK")
        behaviour = self.behaviour
        if behaviour.silent != "no":
            return b""
        if behaviour.cms_error is not None or not behaviour.network:
            return _lines(f"+CMS ERROR: {behaviour.cms_error or NO_NETWORK}")
        try:
            submit = self._submit(number or "", taken.removesuffix(CTRL_Z))
        except (BadPdu, ValueError):
            return _lines(f"+CMS ERROR: {BAD_PDU}")
        self._reference = (self._reference + 1) % 256
        self._accept(Sms(submit, self._reference))
        return _lines(f"+CMGS: {self._reference}", "OK")

    def _submit(self, number: str, body: bytes) -> Submit:
        if not self._set.text_mode:
            return read_submit(bytes.fromhex(body.decode("ascii").strip()))
        text = body.decode("latin-1").replace("\r", "\n")
        if self._set.charset == "UCS2":
            text = bytes.fromhex(text).decode("utf-16-be")
        return Submit(number, text, bool(self._set.first_octet & 0x20))

    def _read(self, rest: str) -> bytes:
        index = rest.removeprefix("=")
        if not index.isdigit() or int(index) not in self._stored:
            return _lines(f"+CMS ERROR: {BAD_INDEX}")
        return _lines("+CMGR: " + "\r\n".join(self._stored_lines(int(index))), "OK")

    def _list(self, rest: str) -> bytes:
        found = (f"+CMGL: {i}," + "\r\n".join(self._stored_lines(i)) for i in self._stored)
        return _lines(*found, "OK")

    def _delete(self, rest: str) -> bytes:
        index, _, flag = rest.removeprefix("=").partition(",")
        if not index.isdigit():
            return _lines("ERROR")
        if flag in ("", "0"):
            self._stored.pop(int(index), None)
        else:
            self._stored.clear()
        return _lines("OK")

    def _stored_lines(self, index: int) -> list[str]:
        lines = self._report_lines(*self._stored[index])
        mark = '"REC UNREAD",' if self._set.text_mode else "0,,"
        return [mark + lines[0], *lines[1:]]

    def _report_lines(self, sms: Sms, status: int) -> list[str]:
        number, now = sms.submit.number, self._now()
        if self._set.text_mode:
            kind, at = 145 if number.startswith("+") else 129, _text_time(now)
            return [f'6,{sms.reference},"{number}",{kind},"{at}","{at}",{status}']
        pdu = status_report(number, sms.reference, status, now, now)
        return [str(len(pdu) - 1), pdu.hex().upper()]


HANDLERS: dict[str, Callable[[AtDialogue, str], bytes]] = {
    **dict.fromkeys(("+CMEE", "+CLIP", "+CRC", "+CVHU"), AtDialogue._plain),
    "": AtDialogue._attention,
    "Z": AtDialogue._reset,
    "E": AtDialogue._echo,
    "+CLAC": AtDialogue._list_commands,
    "+CFUN": AtDialogue._functionality,
    "+CPIN": AtDialogue._pin,
    "+CSQ": AtDialogue._signal,
    "+CREG": AtDialogue._registration,
    "+COPS": AtDialogue._operator,
    "+CSCA": AtDialogue._centre,
    "+CMGF": AtDialogue._format,
    "+CSCS": AtDialogue._charset,
    "+CSMP": AtDialogue._text_parameters,
    "+CPMS": AtDialogue._storage,
    "+CNMI": AtDialogue._notifications,
    "+CMGS": AtDialogue._send,
    "+CMGR": AtDialogue._read,
    "+CMGL": AtDialogue._list,
    "+CMGD": AtDialogue._delete,
}
"""Every command the modem knows: one entry each."""


def _lines(*lines: str) -> bytes:
    return "".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1")


def _text_time(at: datetime) -> str:
    offset = at.utcoffset()
    quarters = int(offset.total_seconds() // 900) if offset is not None else 0
    return f"{at:%y/%m/%d,%H:%M:%S}{quarters:+03}"
