"""A whole small district on this machine: broker, hub, gateway, siren, devices, staff."""

import itertools
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from sqlalchemy import Select, select

import settings_file
from alerts import broker
from alerts.store.database import connect
from alerts.store.tables import source
from tests.journeys import people
from tests.journeys.clock import MovableClock
from tests.journeys.desk import Desk
from tests.journeys.fuse import Match
from tests.journeys.kiosk import Kiosk
from tests.journeys.pendant import Pendant, Siren
from tests.journeys.plan import SIREN_TOPIC, Plan, Tables
from tests.journeys.program import ROOT, Program
from tests.journeys.waiting import until
from tests.services.mosquitto import Broker
from tests.services.process import free_port

LAST_LINES = 60
CHATTER = re.compile(r": (Sending|Received) |No will message")


class World:
    """Everything runs at `with`; any part can be killed and started again."""

    def __init__(self, folder: Path, more: Tables | None = None, database: str = "") -> None:
        self.folder = folder
        self.plan = Plan(folder, database or f"sqlite:///{folder / 'hub.db'}", more or {})
        self.clock = MovableClock(folder / "clock")
        self.hub_match = Match(folder / "hub.fuse")
        self.gateway_match = Match(folder / "gateway.fuse")
        self.engine = connect(self.plan.database)
        self.hub = self._hub("hub", self.plan.settings, self.plan.hub_url, self.hub_match)
        self.gateway = Program(
            "gateway",
            self._entry("device_gateway", self.plan.settings, "--fuse", self.gateway_match.file),
            folder / "gateway.log",
            self._gateway_is_ready,
        )
        self.programs = [self.hub, self.gateway]
        self._desks: dict[tuple[str, str], Desk] = {}
        self._pendants: list[Pendant] = []
        self._numbers = itertools.count(1)

    def build(self) -> None:
        """Database, settings and broker files; nothing runs yet."""
        people.settle(self.plan.database)
        self.key = broker.load_key(self.plan.key_file)
        self.plan.write(broker.password(self.key, people.GATEWAY))
        self.write_broker_files()
        people.forget_stranger(self.plan.database)
        self.broker = Broker(
            self.plan.broker_folder,
            password_file=self.plan.passwords,
            acl_file=self.plan.acl,
            port=self.plan.broker_port,
        )

    def write_broker_files(self) -> None:
        files = settings_file.load("broker", broker.BrokerFiles, self.plan.settings)
        with self.engine.connect() as tx:
            broker.write_files(tx, files, self.key, SIREN_TOPIC)

    def run_admin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python -m alerts admin …` as shipped, beside whatever runs."""
        start = [sys.executable, "-m", "alerts", "--settings", str(self.plan.settings), "admin"]
        return subprocess.run(
            [*start, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120
        )

    def start(self) -> None:
        self.broker.start()
        self.siren = Siren(
            self.plan.broker_port, "siren", broker.password(self.key, "siren"), [SIREN_TOPIC]
        ).connect()
        self.hub.start()
        self.gateway.start()

    def stop(self) -> None:
        for pendant in self._pendants:
            pendant.leave()
        for desk in self._desks.values():
            desk.leave()
        for program in reversed(self.programs):
            program.stop()
        if hasattr(self, "siren"):
            self.siren.leave()
        if hasattr(self, "broker"):
            self.broker.stop()
        self.engine.dispose()

    # ── people and devices ───────────────────────────────────────────────────────────────────
    def desk(self, login: str = "leader", url: str = "") -> Desk:
        """This member of staff at the desk of the first hub or another, logged in once."""
        key = (login, url or self.plan.hub_url)
        if key not in self._desks:
            self._desks[key] = Desk(key[1], login)
        return self._desks[key]

    def pendant(self) -> Pendant:
        """A device that no other story has used, connected."""
        return self.device(people.pendant(next(self._numbers)))

    def device(
        self, name: str, client_id: str = "", *, password: str = "", comes_back: bool = True
    ) -> Pendant:
        """This device, connected."""
        made = Pendant(
            self.plan.broker_port,
            name,
            password or broker.password(self.key, name),
            self.clock.now,
            client_id or f"{name}-{secrets.token_hex(4)}",
            comes_back=comes_back,
        )
        self._pendants.append(made.connect())
        return made

    # ── time ─────────────────────────────────────────────────────────────────────────────────
    def pass_time(self, seconds: float, step: float = 10) -> None:
        """Let time pass with the gateway reporting all along, as it does on a long day."""
        while seconds > 0:
            moved = min(step, seconds)
            self.clock.advance(moved)
            seconds -= moved
            now = self.clock.now()
            until(partial(self._gateway_reported, now), "a report of the gateway")

    def _gateway_is_ready(self) -> bool:
        runs_for = timedelta(seconds=time.monotonic() - self.gateway.launched)
        return self._gateway_reported(self.clock.now() - runs_for)

    def _gateway_reported(self, since: datetime) -> bool:
        """The hub has heard from a gateway that is connected to the broker."""
        mine = select(source.c.last_seen, source.c.state).where(source.c.name == people.GATEWAY)
        ((last_seen, state),) = self.ask(mine)
        return last_seen is not None and last_seen >= since and state["mqtt_events_up"]

    def replies(self, device: str) -> int:
        """How many replies for a device have reached the broker, as its log tells."""
        topic = re.escape(f"'yj/1/{device}/reply'")
        log = self.broker.log.read_text("utf-8", "replace")
        return len(re.findall(f"Received PUBLISH from gateway-.*{topic}", log))

    def broker_heard(self, devices: Iterable[Pendant]) -> int:
        """How many events of these devices have reached the broker, as its log tells."""
        log = self.broker.log.read_text("utf-8", "replace")
        heard = Counter(re.findall("Received PUBLISH from .*'yj/1/(.+)/event'", log))
        return sum(heard[pendant.device] for pendant in devices)

    def broker_keeps(self, texts: Iterable[str]) -> bool:
        """Whether all of these are in the broker's saved state."""
        saved = self.plan.broker_folder / "mosquitto.db"
        content = saved.read_bytes() if saved.exists() else b""
        return all(text.encode() in content for text in texts)

    # ── what the database holds ──────────────────────────────────────────────────────────────
    def ask(self, question: Select[Any]) -> Sequence[Any]:
        with self.engine.connect().execution_options(reading=True) as connection:
            return connection.execute(question).all()

    # ── parts ────────────────────────────────────────────────────────────────────────────────
    def second_hub(self) -> Program:
        """Another hub on the same database, not started; it dies of no fuse."""
        port, settings = free_port(), self.folder / "second.toml"
        self.plan.write_another(settings, broker.password(self.key, people.GATEWAY), port)
        match = Match(self.folder / "never.fuse")
        self.second_url = f"http://127.0.0.1:{port}"
        made = self._hub("second hub", settings, self.second_url, match)
        self.programs.append(made)
        return made

    def kiosk(self) -> Kiosk:
        """The kiosk at the window, not started."""
        made = Kiosk(self.folder, self._entry("kiosk_ui", self.plan.settings))
        self.programs.append(made)
        return made

    def logs(self) -> Iterator[tuple[str, str]]:
        """The last words of every program; the broker's chatter left out."""
        for path in sorted(self.folder.glob("**/*.log")):
            lines = path.read_text("utf-8", "replace").splitlines()
            said = [line for line in lines if not CHATTER.search(line)]
            yield path.name, "\n".join(said[-LAST_LINES:])

    def _hub(self, name: str, settings: Path, url: str, match: Match) -> Program:
        command = self._entry("alerts", settings, "--fuse", match.file)
        return Program(name, command, self.folder / f"{name}.log", lambda: _is_ready(url))

    def _entry(self, program: str, settings: Path, *more: str | Path) -> list[str | Path]:
        clock = self.folder / "clock"
        return [
            "tests.journeys.entry", program, "--settings", settings, "--clock", clock, *more,
        ]  # fmt: skip

    def __enter__(self) -> Self:
        try:
            self.build()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
