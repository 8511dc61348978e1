"""The desk on a small district: pages without a browser, and a running hub for Chromium."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from alerts.broker import BrokerFiles
from tests.alerts.api.conftest import Site, make_site
from tests.alerts.stand import Clock
from tests.alerts.web.pages import Desk

Enter = Callable[[str], Awaitable[Desk]]


@pytest.fixture
async def site(sqlite_url: str, clock: Clock, tmp_path: Path) -> AsyncIterator[Site]:
    """The hub's HTTP side, with a broker's files of its own and nobody to tell."""
    made = make_site(sqlite_url, clock, tmp_path)
    made.hub.broker_files = BrokerFiles(
        password_file=tmp_path / "passwords",
        acl_file=tmp_path / "acl",
        pid_file=tmp_path / "no.pid",
    )
    yield made
    made.stand.close()


@pytest.fixture
def enter(site: Site) -> Enter:
    """Opens the desk for a login."""

    async def open_desk(login: str) -> Desk:
        desk = Desk(site)
        assert (await desk.enter(login)).status_code == 303
        return desk

    return open_desk
