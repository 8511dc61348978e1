"""One GSM modem on a serial port: every call ends in time, every trouble has a code.

python-gsmmodem-new speaks to it. What it lacks is here: a bound on the time of a whole
conversation (it repeats a command for ever while the SIM says busy), a reference for every part
of a long message, not the last one only, and order where receipts come while it writes: they are
lost in an answer, or its `AT+CMGR` for them ends up in the text of the next message.
"""

import contextlib
import logging
import re
import termios
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import serial
from gsmmodem.exceptions import (
    CmeError,
    CmsError,
    CommandError,
    GsmModemException,
    IncorrectPinError,
    PinRequiredError,
    PukRequiredError,
    TimeoutException,
)
from gsmmodem.modem import GsmModem, StatusReport
from gsmmodem.pdu import encodeSmsSubmitPdu
from gsmmodem.util import lineStartingWith

from alerts.channels.channel import Outcome

log = logging.getLogger(__name__)

VALID_FOR = timedelta(hours=1)
"""How long the network keeps a message for a phone that is off."""

PROMPT_S = 10
PART_S = 35
WRITE_S = 5
CTRL_Z = chr(26)
NOT_IN_UCS2 = re.compile("[\U00010000-\U0010ffff]")

_NO_NETWORK = Outcome("retry", "no_network")
_BUSY = Outcome("retry", "busy")
_BAD_NUMBER = Outcome("failed", "bad_number")
_BARRED = Outcome("failed", "barred")
_NO_SIM = Outcome("retry", "no_sim")
_PIN = Outcome("failed", "pin_required")

CMS_ERRORS: dict[int, Outcome] = {
    1: _BAD_NUMBER,  # unassigned number
    8: _BARRED,  # operator determined barring
    10: _BARRED,  # call barred
    21: Outcome("failed", "refused_by_network"),
    27: Outcome("retry", "phone_off"),  # destination out of service
    28: _BAD_NUMBER,  # unidentified subscriber
    29: _BARRED,  # facility rejected
    30: _BAD_NUMBER,  # unknown subscriber
    38: _NO_NETWORK,  # network out of order
    41: _NO_NETWORK,  # temporary failure
    42: _BUSY,  # congestion
    47: _BUSY,  # resources unavailable
    50: _BARRED,  # facility not subscribed: no texts in this contract, or no money left
    310: _NO_SIM,
    311: _PIN,
    312: _PIN,
    313: _NO_SIM,  # SIM failure
    314: _BUSY,  # SIM busy
    316: Outcome("failed", "puk_required"),
    330: Outcome("failed", "no_service_centre"),
    331: _NO_NETWORK,
    332: _NO_NETWORK,  # network timeout
}
"""+CMS ERROR codes (3GPP TS 27.005, 3.2.5 and 24.011, annex E.2) that mean something here."""

CME_ERRORS: dict[int, Outcome] = {
    10: _NO_SIM,
    11: _PIN,
    12: Outcome("failed", "puk_required"),
    13: _NO_SIM,  # SIM failure
    14: _BUSY,  # SIM busy
    16: Outcome("failed", "pin_wrong"),
    30: _NO_NETWORK,
    31: _NO_NETWORK,  # network timeout
}
"""+CME ERROR codes (3GPP TS 27.007, 9.2) likewise."""


class ModemTrouble(Exception):
    """The modem did not do it; `outcome` says what that means for the notice."""

    def __init__(self, outcome: Outcome, *, broken: bool = False, locked: bool = False) -> None:
        """`broken`: open it again first. `locked`: trying again would block the SIM."""
        super().__init__(outcome.reason)
        self.outcome = outcome
        self.broken = broken
        self.locked = locked


class Modem:
    """An open modem. One thread sends; receipts come in threads of the library."""

    def __init__(
        self, port: str, baud: int, pin: str | None, receipt: Callable[[int, int], None]
    ) -> None:
        """`receipt(reference, status)` is called for every delivery report."""
        self._pin = pin
        self._receipt = receipt
        self._turn = threading.Lock()
        self._modem = _BoundedModem(
            port,
            baud,
            smsReceivedCallbackFunc=_nobody_reads,
            smsStatusReportCallback=self._on_report,
            exclusive=True,
            write_timeout=WRITE_S,
        )

    @property
    def alive(self) -> bool:
        """False once the port has gone."""
        return bool(self._modem.alive)

    def open(self, deadline: float) -> None:
        """Open the port and prepare the modem; raises ModemTrouble."""
        with self._in_time(deadline):
            self._modem.connect(self._pin)

    def send(
        self,
        number: str,
        text: str,
        deadline: float,
        parts: Callable[[int], None],
        part_sent: Callable[[int], None],
    ) -> None:
        """Hand a message to the network; raises ModemTrouble.

        Calls `parts(count)` first, then `part_sent(reference)` for each, always before the
        receipt of that part is passed on.
        """
        sendable = NOT_IN_UCS2.sub("〓", text)
        with self._in_time(deadline):
            pdus = encodeSmsSubmitPdu(
                number, sendable, reference=self._modem.next_long_message(), validity=VALID_FOR
            )
            parts(len(pdus))
            for pdu in pdus:
                with self._turn:
                    part_sent(self._send_part(pdu))

    def close(self) -> None:
        """Let go of the port."""
        with contextlib.suppress(AttributeError, OSError, TypeError, termios.error):
            self._modem.close()

    def _send_part(self, pdu: Any) -> int:
        write = self._modem.write
        with self._modem.alone():
            write(f"AT+CMGS={pdu.tpduLength}", timeout=PROMPT_S, expectedResponseTermSeq="> ")
            answer = write(str(pdu), timeout=PART_S, writeTerm=CTRL_Z)
        line = lineStartingWith("+CMGS:", answer)
        if line is None:
            raise CommandError("AT+CMGS")
        return int(line[len("+CMGS:") :].split(",")[0])

    def _on_report(self, report: StatusReport) -> None:
        with self._turn:  # a part's reference is known before its receipt is looked at
            self._receipt(report.reference, report.deliveryStatus)

    @contextlib.contextmanager
    def _in_time(self, deadline: float) -> Iterator[None]:
        """Bound this thread's conversation, and name what goes wrong in it."""
        self._modem.bound(deadline)
        try:
            yield
        except (CmsError, CmeError, CommandError) as why:
            raise _refusal(why) from why
        except (TimeoutException, serial.SerialTimeoutException) as why:
            raise ModemTrouble(Outcome("retry", "timeout"), broken=True) from why
        except serial.SerialException as why:
            raise ModemTrouble(Outcome("retry", "no_modem"), broken=True) from why
        except (GsmModemException, OSError, termios.error) as why:
            raise ModemTrouble(Outcome("retry", "modem_error"), broken=True) from why
        except (ValueError, TypeError, AttributeError, IndexError) as why:
            log.warning("the modem said what the library cannot read: %r", why)
            raise ModemTrouble(Outcome("retry", "modem_error"), broken=True) from why


class _BoundedModem(GsmModem):  # type: ignore[misc]  # the package has no types
    """The library's modem with a deadline for the thread that called `bound`."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._bounds = threading.local()
        self._long_messages = 0
        self._announced: str | None = None

    def bound(self, deadline: float) -> None:
        """From now on this thread's commands end by then (time.monotonic)."""
        self._bounds.deadline = deadline

    def alone(self) -> threading.RLock:
        """Held while commands belong together: no other thread's command comes between."""
        lock: threading.RLock = self._txLock
        return lock

    def next_long_message(self) -> int:
        """The number that holds the parts of one long message together on the phone."""
        self._long_messages = (self._long_messages + 1) % 256
        return self._long_messages

    def write(
        self, data: str, waitForResponse: bool = True, timeout: float = 10, *more: Any, **named: Any
    ) -> Any:
        """Like the library's, never past the deadline."""
        left = getattr(self._bounds, "deadline", time.monotonic() + timeout) - time.monotonic()
        if left <= 0:
            raise TimeoutException()
        return super().write(data, waitForResponse, min(timeout, left), *more, **named)

    def _handleLineRead(self, line: str, checkForResponseTerm: bool = True) -> None:
        """Keep receipts apart from the answer that they come in the middle of."""
        announced, self._announced = self._announced, None
        if announced is not None:
            self._handleModemNotification([announced, line])
        elif line.startswith("+CDS:"):
            self._announced = line  # the receipt itself is the next line
        elif line.startswith(("+CDSI:", "+CMTI:")):
            self._handleModemNotification([line])
        else:
            super()._handleLineRead(line, checkForResponseTerm)

    def _handleSmsStatusReport(self, line: str) -> None:
        try:
            super()._handleSmsStatusReport(line)
        except (GsmModemException, OSError, ValueError, AttributeError, StopIteration) as why:
            log.warning("a delivery report could not be read: %r", why)

    def _handleSmsStatusReportTe(self, length: int, line: str) -> None:
        try:
            super()._handleSmsStatusReportTe(length, line)
        except (GsmModemException, UnboundLocalError, ValueError, StopIteration) as why:
            log.warning("a delivery report could not be read: %r", why)


def _refusal(why: CommandError) -> ModemTrouble:
    """What an error answer to a command means."""
    if isinstance(why, PinRequiredError):
        return ModemTrouble(_PIN, broken=True)
    wrong_pin = str(why.command or "").startswith("AT+CPIN=")
    if wrong_pin or isinstance(why, IncorrectPinError | PukRequiredError):
        reason = "puk_required" if isinstance(why, PukRequiredError) else "pin_wrong"
        return ModemTrouble(Outcome("failed", reason), broken=True, locked=True)
    if isinstance(why, CmsError):
        return ModemTrouble(CMS_ERRORS.get(why.code, Outcome("retry", f"cms_{why.code}")))
    if isinstance(why, CmeError):
        return ModemTrouble(CME_ERRORS.get(why.code, Outcome("retry", f"cme_{why.code}")))
    return ModemTrouble(Outcome("retry", "modem_error"), broken=True)


def _nobody_reads(_sms: Any) -> None:
    log.warning("the modem's number got a text message; nobody reads them here")
