"""A night at a demo hub: what its gateway hears and what its staff do, to have pictures of."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx


class Night:
    """Speaks for the demo's gateway and for its staff."""

    def __init__(self, demo: Path, clock: Callable[[], datetime]) -> None:
        """`demo` is the demo.json of a running hub, `clock` the hub's own."""
        self.clock = clock
        self.demo = json.loads(demo.read_text("utf-8"))
        self.url: str = self.demo["desk"]
        self.devices = [d["device"] for d in self.demo["mqtt"]["devices"]]
        gateway = {"Authorization": f"Bearer {self.demo['tokens']['gateway']}"}
        kiosk = {"Authorization": f"Bearer {self.demo['tokens']['kiosk']}"}
        self._gateway = httpx.Client(base_url=self.url, headers=gateway)
        self._kiosk = httpx.Client(base_url=self.url, headers=kiosk)
        self._staff: dict[str, httpx.Client] = {}

    def password(self, login: str) -> str:
        """The demo password of this login."""
        return next(str(s["password"]) for s in self.demo["staff"] if s["login"] == login)

    def say(self, device: str, kind: str, back_s: float = 0, **data: Any) -> None:
        """A device's event; `device` "kiosk-window" speaks for itself."""
        at = self.clock() - timedelta(seconds=back_s)
        client = self._kiosk if device.startswith("kiosk") else self._gateway
        event = {"device": device, "id": str(uuid.uuid4()), "kind": kind, "data": data}
        times = {"at": at.isoformat(), "received_at": at.isoformat()}
        self._took(client.post("/v1/events", json={**event, **times}))

    def measure(self, device: str, back_s: float = 0, **values: float) -> None:
        """A device's reading."""
        at = (self.clock() - timedelta(seconds=back_s)).isoformat()
        reading = {"device": device, "id": str(uuid.uuid4()), "at": at, "received_at": at}
        self._took(self._gateway.post("/v1/readings", json={**reading, "values": values}))

    def present(self, devices: list[str], unknown: list[dict[str, Any]], **refused: int) -> None:
        """What the gateway reports every ten seconds."""
        now = self.clock().isoformat()
        heard = [{"device": d, "last_heard": now, "status": "online"} for d in devices]
        strangers = [{"last_heard": now, **u} for u in unknown]
        report = {"devices": heard, "unknown": strangers, "refused": refused}
        state = {"version": "0.1.0", "outbox": 0, "mqtt": True}
        answer = self._gateway.post("/v1/presence", json={**report, "state": state})
        answer.raise_for_status()
        self._kiosk.post("/v1/presence", json={"state": {"version": "0.1.0"}}).raise_for_status()

    def act(self, login: str, number: int, verb: str, **body: Any) -> None:
        """A member of staff does something with an alert."""
        answer = self._client(login).post(f"/v1/alerts/{number}/{verb}", json=body or None)
        answer.raise_for_status()

    def open_alerts(self, login: str = "district-1") -> dict[str, int]:
        """Number of the open alert of each device."""
        found = self._client(login).get("/v1/alerts").json()["alerts"]
        return {a["device"]: a["number"] for a in found}

    def _client(self, login: str) -> httpx.Client:
        if login not in self._staff:
            client = httpx.Client(base_url=self.url)
            given = {"login": login, "password": self.password(login)}
            answer = client.post("/v1/session", json=given)
            answer.raise_for_status()
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            self._staff[login] = client
        return self._staff[login]

    def _took(self, answer: httpx.Response) -> None:
        answer.raise_for_status()
        results = answer.json()["results"]
        assert all(r["status"] == "accepted" for r in results), results
