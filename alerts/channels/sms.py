"""Text messages through a GSM modem: the way out that needs no internet.

The modem has a thread of its own; a hung or unplugged one holds up nobody else.
"""

import asyncio
import contextlib
import itertools
import logging
import queue
import re
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field

from alerts.channels.channel import Outcome, Outgoing, Report
from alerts.channels.modem import Modem, ModemTrouble
from alerts.channels.receipts import Receipts
from alerts.channels.settings import SmsSettings

log = logging.getLogger(__name__)

WAITING = 200
"""Most messages that wait for the modem; more are answered `busy` at once."""

GRACE_S = 2.0
"""The modem's thread answers at the deadline by itself; this much later nobody waits for it."""

STOP_S = 5.0
LAST = 99
"""The severity of the order to stop: everything that waits is answered before."""

IS_NUMBER = re.compile(r"\+?[0-9]{3,15}")
SPACING = str.maketrans("", "", " -()")


@dataclass(order=True)
class _Job:
    """Ordered by severity, then by arrival: an SOS passes what is less urgent."""

    severity: int
    turn: int
    notice_id: int = field(compare=False, default=0)
    number: str = field(compare=False, default="")
    text: str = field(compare=False, default="")
    deadline: float = field(compare=False, default=0.0)
    future: Future[Outcome] = field(compare=False, default_factory=Future)


class Sms:
    """Sends one text per notice; `delivered` when the phone has confirmed all parts of it."""

    name = "sms"

    def __init__(self, settings: SmsSettings, report: Report) -> None:
        """Nothing is opened before `start`."""
        self._settings = settings
        self._report = report
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._turns = itertools.count()
        self._receipts = Receipts()
        self._modem: Modem | None = None
        self._try_again_at = 0.0
        self._trouble = Outcome("retry", "no_modem")
        self._locked = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sms modem", daemon=True)

    @property
    def connected(self) -> bool:
        """The modem has answered and its port is still there."""
        modem = self._modem
        return modem is not None and modem.alive

    async def start(self) -> None:
        """Open the modem in its thread, and keep it open."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def send(self, out: Outgoing) -> Outcome:
        """Hand a text to the network; bounded by the set time whatever the modem does."""
        number = out.address.translate(SPACING)
        if not IS_NUMBER.fullmatch(number):
            return Outcome("failed", "bad_number")
        if self._jobs.qsize() >= WAITING:
            return Outcome("retry", "busy")
        deadline = time.monotonic() + self._settings.timeout_s
        turn = next(self._turns)
        job = _Job(out.severity, turn, out.notice_id, number, out.text, deadline)
        self._jobs.put(job)
        try:
            async with asyncio.timeout(self._settings.timeout_s + GRACE_S):
                return await asyncio.wrap_future(job.future)
        except TimeoutError:
            return Outcome("retry", "timeout")

    async def stop(self) -> None:
        """Let go of the modem; what still waits is answered."""
        self._stopping.set()
        if self._thread.is_alive():
            self._jobs.put(_Job(LAST, next(self._turns)))
            await asyncio.to_thread(self._thread.join, STOP_S)

    def _work(self) -> None:
        """The modem's thread."""
        self._keep_open()
        while True:
            try:
                job = self._jobs.get(timeout=self._settings.reconnect_s)
            except queue.Empty:
                self._keep_open()
                continue
            if job.severity == LAST:
                break
            if job.future.set_running_or_notify_cancel():
                job.future.set_result(self._attempt(job))
        self._drop_modem()

    def _attempt(self, job: _Job) -> Outcome:
        if self._stopping.is_set():
            return Outcome("retry", "stopping")
        if time.monotonic() >= job.deadline:
            return Outcome("retry", "busy")
        references: list[int] = []

        def part_sent(reference: int) -> None:
            self._receipts.sent(reference)
            references.append(reference)

        try:
            self._opened(job.deadline).send(
                job.number,
                job.text,
                job.deadline,
                lambda parts: self._receipts.begin(job.notice_id, parts),
                part_sent,
            )
        except ModemTrouble as why:
            self._note(why)
            return why.outcome
        except Exception:  # the loop must go on: it is the only way out without internet
            log.exception("notice %d: the modem's thread goes on after an error", job.notice_id)
            self._drop_modem()
            return Outcome("retry", "channel_error")
        return Outcome("sent", provider_id=",".join(map(str, references)))

    def _keep_open(self) -> None:
        """Open a modem that is absent, while nobody waits for it."""
        try:
            self._opened(time.monotonic() + self._settings.open_s)
        except ModemTrouble as why:
            self._note(why)
        except Exception:  # as above
            log.exception("the modem's thread goes on after an error")
            self._drop_modem()

    def _opened(self, deadline: float) -> Modem:
        """The open modem; raises ModemTrouble at once while it was tried a moment ago."""
        if self._modem is not None and self._modem.alive:
            return self._modem
        self._drop_modem()
        if self._locked or time.monotonic() < self._try_again_at:
            raise ModemTrouble(self._trouble)
        pin = self._settings.pin.get_secret_value() if self._settings.pin else None
        modem = Modem(self._settings.port, self._settings.baud, pin, self._on_receipt)
        try:
            modem.open(deadline)
        except ModemTrouble:
            modem.close()
            raise
        finally:
            self._try_again_at = time.monotonic() + self._settings.reconnect_s
        self._modem = modem
        self._trouble = Outcome("retry", "no_modem")
        log.info("the modem at %s is ready", self._settings.port)
        return modem

    def _note(self, why: ModemTrouble) -> None:
        """Log a trouble once, and let go of a modem that must be opened again."""
        if why.outcome != self._trouble or self._modem is not None:
            log.warning("modem at %s: %s", self._settings.port, why)
        self._locked = self._locked or why.locked
        if why.broken or why.locked:
            self._trouble = why.outcome
            self._drop_modem()

    def _drop_modem(self) -> None:
        modem, self._modem = self._modem, None
        if modem is not None:
            modem.close()

    def _on_receipt(self, reference: int, status: int) -> None:
        """In a thread of the library."""
        settled = self._receipts.reported(reference, status)
        if settled is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it the hub
                self._loop.call_soon_threadsafe(self._report, *settled)
