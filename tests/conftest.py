"""Servers that any test may ask for by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.services.chromium import OpenPage, Visitors, chromium
from tests.services.mosquitto import Broker
from tests.services.postgres import Postgres


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A running broker; users `hub` and `device`, password = name, everything allowed."""
    with Broker(tmp_path / "broker", {"hub": "hub", "device": "device"}) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run."""
    with Postgres() as running:
        yield running


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """An empty PostgreSQL database for one test, as SQLAlchemy names it."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module of tests; such a module holds no asyncio tests."""
    with chromium() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages, each a visitor of its own; a script error on any of them fails the test."""
    visitors = Visitors(browser)
    yield visitors.open_page
    visitors.leave()
    assert visitors.script_errors == []
