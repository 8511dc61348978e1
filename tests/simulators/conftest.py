"""A broker that knows some simulated devices, and the files a simulator finds them in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulators import credentials
from simulators.credentials import Credentials
from tests.services.mosquitto import Broker

TYPES = {"pendant": "pendant", "fall": "fall_detector", "band": "band", "cuff": "cuff"}
RIGHTS = (
    "user hub\ntopic readwrite #\n\npattern write yj/1/%u/event\npattern write yj/1/%u/reading\n"
    "pattern write yj/1/%u/status\npattern read yj/1/%u/reply\n"
)


@dataclass(frozen=True)
class Place:
    """A broker and the devices it lets in; a device's password is its name backwards."""

    broker: Broker
    simulators: Path
    demo: Path

    @property
    def credentials(self) -> Credentials:
        """What the simulators file says."""
        return credentials.read(self.simulators)

    @property
    def crowd(self) -> Credentials:
        """What the demo file says."""
        return credentials.read(self.demo)


def _devices(names: list[str]) -> list[dict[str, str]]:
    return [{"device": name, "user": name, "password": name[::-1]} for name in names]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Two residents with four devices each, and sixty free devices."""
    simulated = [
        {**device, "type": TYPES[device["device"].split("-")[0]], "resident": f"r-{number}"}
        for number in (1, 2)
        for device in _devices([f"{prefix}-000{number}" for prefix in TYPES])
    ]
    free = _devices([f"demo-{number:04}" for number in range(1, 61)])
    users = {d["user"]: d["password"] for d in (*simulated, *free)}
    with Broker(tmp_path / "broker", {**users, "hub": "hub"}, RIGHTS) as broker:
        mqtt = {"host": broker.host, "port": broker.port}
        simulators, demo = tmp_path / "simulators.json", tmp_path / "demo.json"
        simulators.write_text(json.dumps({"mqtt": mqtt, "devices": simulated}))
        demo.write_text(json.dumps({"mqtt": {**mqtt, "devices": free}}))
        yield Place(broker, simulators, demo)
