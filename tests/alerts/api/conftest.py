"""The hub's HTTP side without a network: visitors, sources and staff who are logged in."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from alerts.api.app import build_app
from alerts.api.hub import Hub
from alerts.broker import BrokerFiles
from alerts.program import build_hub
from alerts.settings import Settings
from tests.alerts.stand import PASSWORD, TOKENS, Clock, Stand


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


@pytest.fixture
def counted_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every password that was really hashed, in order."""
    from alerts import passwords

    real = passwords._hasher.verify
    seen: list[str] = []

    def verify(password: str, stored: str) -> bool:
        seen.append(password)
        return real(password, stored)

    monkeypatch.setattr(passwords._hasher, "verify", verify)
    yield seen
