"""A stand-in GSM modem on a pseudo-terminal: programs open it like a serial port and send SMS."""

import argparse
import json
import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulators.at_dialogue import AtDialogue, Behaviour, Sms
from simulators.sms_pdu import DELIVERED, UNDELIVERABLE
from simulators.trouble import CannotRun


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message, its parts joined."""

    number: str
    text: str


class GsmModem:
    """A modem that remembers every SMS it sent; a context manager."""

    def __init__(
        self, behaviour: Behaviour | None = None, tell: Callable[[Sms], None] | None = None
    ) -> None:
        """A modem that is switched on by `start`; `tell` is told of each SMS."""
        self.sent: list[Sms] = []
        self.port = ""
        self._changed = threading.Condition()
        self._tell = tell
        self._dialogue = AtDialogue(self._accept, lambda: datetime.now().astimezone())
        self._dialogue.behaviour = behaviour or Behaviour()
        self._reports: list[tuple[float, Sms, int]] = []
        self._master = self._slave = self._wake = self._waker = -1
        self._thread: threading.Thread | None = None

    @property
    def behaviour(self) -> Behaviour:
        """How it behaves now."""
        return self._dialogue.behaviour

    def behave(self, **changes: Any) -> None:
        """Change its behaviour from the next command on."""
        self._dialogue.behaviour = replace(self._dialogue.behaviour, **changes)

    def start(self) -> Self:
        """Switch it on; `port` is the path to open."""
        self._master, self._slave = os.openpty()
        # Our own hold on the far side keeps the line up between two programs.
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._wake, self._waker = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="gsm-modem", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Unplug it: whoever has the port open gets an error."""
        if self._thread is None:
            return
        os.write(self._waker, b"x")
        self._thread.join()
        self._thread = None
        for handle in (self._master, self._slave, self._wake, self._waker):
            os.close(handle)

    def messages(self) -> list[Message]:
        """Every message of which all parts were sent, in the order of their last parts."""
        parts: dict[tuple[str, int, int], dict[int, str]] = {}
        whole = []
        for sms in list(self.sent):
            sent = sms.submit
            key = (sent.number, sent.reference, sent.parts)
            parts.setdefault(key, {})[sent.part] = sent.text
            if len(parts[key]) == sent.parts:
                texts = parts.pop(key)
                whole.append(Message(sent.number, "".join(texts[i] for i in sorted(texts))))
        return whole

    def wait_for(self, count: int, timeout_s: float = 10.0) -> list[Message]:
        """The messages, once there are so many; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.messages()) >= count, timeout_s):
                raise TimeoutError(f"{len(self.messages())} of {count} messages were sent")
        return self.messages()

    def __enter__(self) -> Self:
        """Switch it on."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unplug it."""
        self.stop()

    def _accept(self, sms: Sms) -> None:
        with self._changed:
            self.sent.append(sms)
            self._changed.notify_all()
        behaviour = self.behaviour
        if sms.submit.wants_report and behaviour.delivery != "none":
            status = DELIVERED if behaviour.delivery == "delivered" else UNDELIVERABLE
            self._reports.append((time.monotonic() + behaviour.report_after_s, sms, status))
        if self._tell is not None:
            self._tell(sms)

    def _serve(self) -> None:
        while True:
            due = min((when for when, _, _ in self._reports), default=None)
            wait = None if due is None else max(due - time.monotonic(), 0.0)
            ready, _, _ = select.select([self._master, self._wake], [], [], wait)
            if self._wake in ready:
                return
            if self._master in ready:
                self._write(self._dialogue.feed(os.read(self._master, 4096)))
                continue  # never cut into an answer with a report
            now = time.monotonic()
            for report in [r for r in self._reports if r[0] <= now]:
                self._reports.remove(report)
                self._write(self._dialogue.report(report[1], report[2]))

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]


def main(arguments: list[str]) -> int:
    """`python -m simulators modem`; raises CannotRun."""
    chosen = _parser().parse_args(arguments)
    behaviour = Behaviour(
        network=not chosen.no_network,
        cms_error=chosen.cms_error,
        silent=chosen.silent,
        delivery=chosen.delivery,
        report_after_s=chosen.report_after,
        keeps_reports=not chosen.direct_reports,
    )
    with GsmModem(behaviour, _show) as modem, _known_as(chosen.link, modem.port) as path:
        print(f"modem on {path}; Ctrl-C unplugs it", flush=True)
        threading.Event().wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators modem",
        description="A stand-in GSM modem on a pseudo-terminal. It prints the port to open, then "
        "one JSON line for each SMS part it sent.",
    )
    parser.add_argument("--link", type=Path, metavar="PATH", help="also make it known as PATH")
    parser.add_argument("--no-network", action="store_true", help="find no network")
    parser.add_argument("--cms-error", type=int, metavar="CODE", help="refuse each SMS so")
    silences = ("no", "after_prompt", "always")
    parser.add_argument("--silent", choices=silences, default="no", help="when to say nothing")
    deliveries = ("delivered", "failed", "none")
    parser.add_argument("--delivery", choices=deliveries, default="delivered", help="the report")
    parser.add_argument("--report-after", type=float, default=0.2, metavar="S", help="seconds")
    parser.add_argument("--direct-reports", action="store_true", help="+CDS instead of +CDSI")
    return parser


@contextmanager
def _known_as(link: Path | None, port: str) -> Iterator[str]:
    if link is None:
        yield port
        return
    try:
        if link.is_symlink():
            link.unlink()
        link.symlink_to(port)
    except OSError as why:
        raise CannotRun(f"--link {link}: {why.strerror}") from None
    try:
        yield str(link)
    finally:
        link.unlink(missing_ok=True)


def _show(sms: Sms) -> None:
    sent = sms.submit
    shown = {"number": sent.number, "text": sent.text, "part": sent.part, "parts": sent.parts}
    print(json.dumps({**shown, "reference": sms.reference}, ensure_ascii=False), flush=True)
