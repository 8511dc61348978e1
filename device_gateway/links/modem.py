"""Text messages by a GSM modem on a serial port: the last way out when the hub is silent."""

import contextlib
import logging
import queue
import re
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gsmmodem.exceptions import GsmModemException, TimeoutException
from gsmmodem.modem import GsmModem

log = logging.getLogger(__name__)

ATTEMPT_S = 40.0
"""Longest talk with the modem for one message; the library alone would repeat for ever."""
PAUSE_S = 10.0
GIVE_UP_S = 30 * 60.0
MOST = 500
NOT_IN_UCS2 = re.compile("[\U00010000-\U0010ffff]")
_TROUBLE = (
    GsmModemException, OSError, termios.error, ValueError, TypeError, AttributeError, IndexError
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """One message to one number, and whether it is still wanted."""

    number: str
    text: str
    wanted: Callable[[], bool]


class ModemLink:
    """One thread sends. The port is open only while it does: the hub may own the same modem."""

    def __init__(self, port: str, baud: int, monotonic: Callable[[], float]) -> None:
        """Nothing is opened before there is something to send."""
        self._port, self._baud = port, baud
        self._monotonic = monotonic
        self._waiting: queue.Queue[tuple[Text, float]] = queue.Queue(MOST)
        self._stop = threading.Event()

    def send(self, text: Text) -> None:
        """Have it sent as soon as the modem can."""
        try:
            self._waiting.put_nowait((text, self._monotonic()))
        except queue.Full:
            log.error("the modem has too much to send; a text was not taken")

    def run(self) -> None:
        """Send until stopped."""
        while not self._stop.is_set():
            try:
                text, since = self._waiting.get(timeout=0.5)
            except queue.Empty:
                continue
            while not self._stop.is_set() and not self._sent(text, since):
                self._stop.wait(PAUSE_S)

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()

    def _sent(self, text: Text, since: float) -> bool:
        """True where nothing is left to do for it."""
        if not text.wanted():
            return True
        if self._monotonic() - since > GIVE_UP_S:
            log.error("a text could not be sent for %d s and is given up", GIVE_UP_S)
            return True
        modem = _BoundedModem(self._port, self._baud, exclusive=True, write_timeout=5)
        try:
            modem.connect()
            modem.smsTextMode = False
            modem.sendSms(text.number, NOT_IN_UCS2.sub("〓", text.text))
        except _TROUBLE as why:
            log.error("the modem did not send: %s: %s", type(why).__name__, why)
            return False
        finally:
            with contextlib.suppress(*_TROUBLE):
                modem.close()
        log.warning("the modem sent a text about a press without an answer")
        return True


class _BoundedModem(GsmModem):  # type: ignore[misc]  # the package has no types
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, requestDelivery=False, smsReceivedCallbackFunc=_unread, **named)
        self._end = time.monotonic() + ATTEMPT_S

    def write(
        self, data: str, waitForResponse: bool = True, timeout: float = 10, *more: Any, **named: Any
    ) -> Any:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutException()
        return super().write(data, waitForResponse, min(timeout, left), *more, **named)


def _unread(_sms: Any) -> None:
    log.warning("the modem's number got a text message; nobody reads them here")
