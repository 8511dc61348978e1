"""One press from the console: says it like a device, and prints each stage as it is heard."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from simulators import credentials
from simulators.credentials import Broker, Login
from simulators.device import Device, Moment, Options
from simulators.links import Link
from simulators.messages import KINDS, BadReply, Reply, reply_topic


class Button(Device):
    """A device that has nothing but the press; it neither beats nor measures."""

    battery_every_s: ClassVar[float] = inf


class Press:
    """One press and its answers; `closed` is set when the hub closed it."""

    def __init__(self, login: Login, kind: str, tell: Callable[[str], None] = print) -> None:
        """A press that begins now and is said once its link stands."""
        self.closed = asyncio.Event()
        self._tell = tell
        self._button = Button(login.device, Options(), lambda: str(uuid4()))
        self.event = self._button.say(kind, _now())
        self._link: Link | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._login = login

    async def run(self, broker: Broker) -> None:
        """Repeat until heard, listen until closed; raises CannotRun."""
        # No will: the real device may be alive beside this console.
        self._link = Link(broker, self._login, reply_topic(self._login.device), None)
        running = asyncio.create_task(self._link.run(self))
        closing = asyncio.create_task(self.closed.wait())
        try:
            await asyncio.wait((running, closing), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            closing.cancel()
            await self._link.leave()
            running.cancel()
            if self._alarm is not None:
                self._alarm.cancel()

    def joined(self) -> None:
        """Say it, again where it was not heard."""
        self._button.join()
        self._turn()

    def lost(self) -> None:
        """Wait for the broker."""
        self._button.lose()

    def heard(self, payload: bytes) -> None:
        """Print what was heard about this press."""
        try:
            reply = self._button.hear(payload)
        except BadReply as why:
            self._print(f"a reply that is none: {why}")
            return
        if reply.error is not None:
            self._print(f"refused: {reply.error}")
        elif reply.event == self.event:
            self._print(_spoken(reply))
            if reply.stage == "closed":
                self.closed.set()

    def _turn(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        now = _now()
        for message in self._button.due(now):
            if not message.retain and self._link is not None:
                self._link.publish(message)
                self._print(f"said {message.about}")
        wait = self._button.next_due() - now.seconds
        if self._button.unheard and wait < inf:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(max(wait, 0.0), self._turn)

    def _print(self, text: str) -> None:
        self._tell(f"{datetime.now().astimezone():%H:%M:%S} {self._login.device} {text}")


def main(arguments: list[str]) -> int:
    """`python -m simulators press`; raises CannotRun."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators press",
        description="Press a device's button once, from here. The press is repeated until the hub "
        "answers; each stage is printed as it is heard, until the alert is closed or Ctrl-C.",
    )
    parser.add_argument("device", help="a device of the credentials file, such as pendant-0001")
    parser.add_argument("--kind", default="sos", choices=KINDS, metavar="KIND", help=_KIND_HELP)
    parser.add_argument(
        "--devices",
        type=Path,
        default=credentials.DEFAULT_PATH,
        metavar="PATH",
        help="credentials file (default: %(default)s; var/demo.json holds more devices)",
    )
    chosen = parser.parse_args(arguments)
    known = credentials.read(chosen.devices)
    login = known.login(chosen.device)

    async def run() -> None:
        await Press(login, chosen.kind, _print_now).run(known.broker)

    asyncio.run(run())
    return 0


_KIND_HELP = "what it says (default: %(default)s): " + ", ".join(KINDS)


def _spoken(reply: Reply) -> str:
    words = (reply.stage, reply.by, reply.text)
    return "heard " + " ".join(word for word in words if word)


def _print_now(line: str) -> None:
    print(line, file=sys.stdout, flush=True)


def _now() -> Moment:
    return Moment(time.monotonic(), datetime.now(UTC), 0.0)
