"""The hub's HTTP side without a network: visitors, sources and staff who are logged in."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from alerts import passwords
from alerts.api.app import build_app
from alerts.api.hub import Hub
from alerts.broker import BrokerFiles
from alerts.program import build_hub
from alerts.settings import Settings
from tests.alerts.stand import GATEWAY, KIOSK, PASSWORD, TOKENS, Clock, Stand
from tests.services.process import free_port


@dataclass
class Site:
    """A hub that answers HTTP, and what stands behind it."""

    hub: Hub
    app: FastAPI
    stand: Stand
    waited: list[float]
    """What the login's limits measure waits with."""

    def visitor(self, token: str = "", address: str = "10.0.0.9") -> httpx.AsyncClient:
        """Somebody who has logged in nowhere; a source with its token."""
        door = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 4711))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(transport=door, base_url="http://hub", headers=headers)

    def source(self, name: str) -> httpx.AsyncClient:
        return self.visitor(TOKENS[name])

    async def staff(self, login: str = "zhang") -> httpx.AsyncClient:
        """A member of staff who is logged in and whose pages carry the CSRF token."""
        client = self.visitor()
        answer = await client.post("/v1/session", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client


def make_site(url: str, clock: Clock, folder: Path, **changes: object) -> Site:
    settings = Settings.model_validate({"database": url, "key_file": folder / "hub.key", **changes})
    waited = [0.0]
    hub = build_hub(settings, BrokerFiles(), clock=clock, monotonic=lambda: waited[0])
    stand = Stand(url, clock)
    stand.close()
    stand.engine = hub.engine
    return Site(hub, build_app(hub), stand, waited)


@pytest.fixture
async def site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    """The HTTP side on SQLite; its loops do not run, so time is the test's."""
    made = make_site(sqlite_url, clock, tmp_path)
    yield made
    made.stand.close()


@pytest.fixture
async def both(url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    """The same on each kind of database."""
    made = make_site(url, clock, tmp_path)
    yield made
    made.stand.close()


class Served:
    """The site behind a real server on a port of its own; its loops run."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        options = uvicorn.Config(
            site.app, port=port, log_level="warning", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(options)
        self._thread = threading.Thread(target=self._server.run, name="uvicorn")

    def client(self, token: str = "") -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.address, headers=headers, timeout=10)

    def staff(self, login: str) -> httpx.Client:
        client = self.client()
        answer = client.post("/v1/session", json={"login": login, "password": PASSWORD})
        client.headers["X-CSRF-Token"] = answer.raise_for_status().json()["csrf_token"]
        return client

    def press(self, name: str, device: str = "pendant-1", kind: str = "sos") -> None:
        now = self.site.stand.clock().isoformat()
        event = {"device": device, "id": name, "kind": kind, "at": now, "received_at": now}
        source = KIOSK if device == KIOSK else GATEWAY
        with self.client(TOKENS[source]) as client:
            (result,) = client.post("/v1/events", json=event).raise_for_status().json()["results"]
        assert result["status"] == "accepted"

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(20)


@pytest.fixture
def served(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Served]:
    """The HTTP side as a browser or gateway meets it, streams included."""
    with Served(make_site(sqlite_url, clock, tmp_path)) as running:
        yield running


def said(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Messages of an event stream, without the comments that keep it open."""
    message: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name:
            message[name] = value
        elif message:
            yield message
            message = {}


@pytest.fixture
def counted_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that was really hashed, in order."""
    real = passwords._hasher.verify
    seen: list[str] = []

    def verify(password: str, stored: str) -> bool:
        seen.append(password)
        return real(password, stored)

    monkeypatch.setattr(passwords._hasher, "verify", verify)
    return seen
