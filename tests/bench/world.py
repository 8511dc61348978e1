"""A district of many devices in a folder of its own: broker, hub and gateway as processes."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from sqlalchemy import insert

from alerts import areas, passwords, register
from alerts.engine import Engine
from alerts.store.database import Database, connect
from alerts.store.tables import device
from alerts.store.upgrade import upgrade
from alerts.work import Work
from deploy.toml_text import document
from tests.services.mosquitto import Broker
from tests.services.process import end, free_port, spawn, wait_until

ROOT = Path(__file__).resolve().parents[2]
SIREN = "siren/window/set"
VILLAGE = "330211001001"
USERS = {name: f"bench-{name}" for name in ("hub", "gateway-main", "siren", "bench")}


@dataclass
class World:
    """Where everything is."""

    directory: Path
    broker: Broker
    port: int
    devices: int
    hub: subprocess.Popen[bytes] | None = None
    gateway: subprocess.Popen[bytes] | None = None

    @property
    def database(self) -> Path:
        """The hub's file."""
        return self.directory / "hub.db"

    def name(self, number: int) -> str:
        """A device's id."""
        return f"bench-{number:05d}"

    def start_hub(self) -> None:
        """Return once it is ready."""
        self.hub = self._spawn("alerts")
        log = self.directory / "alerts.log"
        wait_until(self._ready, self.hub, log, 60)

    def start_gateway(self) -> None:
        """Return once it hears devices."""
        log = self.directory / "device_gateway.log"
        before = len(log.read_bytes()) if log.exists() else 0
        self.gateway = self._spawn("device_gateway")
        wait_until(
            lambda: b"events session is open" in log.read_bytes()[before:], self.gateway, log
        )

    def stop_gateway(self) -> None:
        """As an administrator would."""
        if self.gateway is not None:
            end(self.gateway, signal.SIGTERM)
            self.gateway = None

    def stop(self) -> None:
        """Both programs."""
        self.stop_gateway()
        if self.hub is not None:
            end(self.hub, signal.SIGTERM)
            self.hub = None

    def settle(self) -> None:
        """Close what a phase left open, so that its ladders do not climb into the next."""
        with sqlite3.connect(self.database, timeout=30) as db:
            db.execute("UPDATE alert SET state = 'closed', due_at = NULL WHERE state <> 'closed'")

    def stored(self, table: str) -> int:
        """Rows of a table."""
        with sqlite3.connect(self.database, timeout=30) as db:
            return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of both programs."""
        programs = {"hub": self.hub, "gateway": self.gateway}
        return {name: _rss_mb(p.pid) for name, p in programs.items() if p is not None}

    def _spawn(self, module: str) -> subprocess.Popen[bytes]:
        os.environ["PYTHONPATH"] = str(ROOT)
        command = [sys.executable, "-m", module, "--settings", str(self.directory / "hub.toml")]
        return spawn(command, self.directory / f"{module}.log")

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def world(directory: Path, devices: int) -> Iterator[World]:
    """A broker with open rights and a seeded database; the programs are started by the caller."""
    broker = Broker(directory / "mosquitto", USERS, log_refusals=False)
    made = World(directory, broker, free_port(), devices)
    token = passwords.new_token()
    _seed(made, token)
    (directory / "hub.toml").write_text(_settings(made, token), "utf-8")
    with broker:
        try:
            yield made
        finally:
            made.stop()


def _seed(made: World, token: str) -> None:
    engine = connect(f"sqlite:///{made.database}")
    upgrade(engine)
    core = Engine(Database(engine), frozenset({"desk"}))
    core.run_now(lambda work: areas.install(work.tx))
    core.run_now(lambda work: _people(work, made, token))
    core.database.close()


def _people(work: Work, made: World, token: str) -> None:
    today = datetime.now(UTC).date()
    for role, area in (("district", "330211"), ("town", VILLAGE[:9]), ("village", VILLAGE)):
        new = register.NewStaff(role, f"{role}员", role, area, passwords.new_token())
        register.set_rotation(work, area, [register.add_staff(work, new)], starts_on=today)
    register.add_source(work, "gateway-main", "gateway", "330211", token)
    resident = register.add_resident(
        work,
        register.NewResident("张阿婆", VILLAGE, consent_at=work.now, simulated=True),
    )
    work.tx.execute(
        insert(device),
        [
            {
                "id": made.name(number), "source": "gateway-main", "protocol": "own_mqtt",
                "address": made.name(number), "model": "", "label": "按钮", "room": "",
                "area": VILLAGE, "interval_s": 300, "pre_alarm": True, "simulated": True,
                "generation": 1, "registered_at": work.now, "resident_id": resident,
            }
            for number in range(made.devices)
        ],
    )  # fmt: skip


def _settings(made: World, token: str) -> str:
    broker: dict[str, object] = {"host": made.broker.host, "port": made.broker.port}
    return document(
        {
            "alerts": {
                "port": made.port,
                "database": f"sqlite:///{made.database}",
                "key_file": str(made.directory / "hub.key"),
            },
            "alerts.broker": {**broker, "password": USERS["hub"]},
            "alerts.channels.siren": {"enabled": True, "stand_in": True, "topic": SIREN},
            "device_gateway": {
                "hub_url": f"http://127.0.0.1:{made.port}",
                "token": token,
                "state_dir": str(made.directory / "gateway"),
                "siren_topic": SIREN,
            },
            "device_gateway.mqtt": {**broker, "password": USERS["gateway-main"]},
        }
    )


def _rss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
