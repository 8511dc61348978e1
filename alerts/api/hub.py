"""What every route needs, made once at start and reached through the request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from fastapi import Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from alerts.api.limits import Attempts
from alerts.api.signals import Signals
from alerts.broker import BrokerFiles
from alerts.clock_watch import ClockWatch
from alerts.delivery import Delivery
from alerts.directory import Directory
from alerts.engine import Engine
from alerts.settings import Settings

Answer = TypeVar("Answer")

HASHES_AT_ONCE = 2
"""Each takes 64 MB and a tenth of a second."""


@dataclass
class Hub:
    """The running parts."""

    settings: Settings
    broker_files: BrokerFiles
    key: bytes
    engine: Engine
    delivery: Delivery
    signals: Signals
    by_login: Attempts
    by_address: Attempts
    clock_watch: ClockWatch | None = None
    """Where this machine's clock decides; None where the database's does."""
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHES_AT_ONCE))

    async def read(self, question: Callable[[Connection, Directory, datetime], Answer]) -> Answer:
        """Answer a question from one consistent picture of the database, beside the loop."""

        def ask() -> Answer:
            with self.engine.database.reading() as tx:
                now = self.engine.database.now(tx)
                return question(tx, self.engine.directory.get(tx), now)

        return await run_in_threadpool(ask)


def hub_of(request: Request) -> Hub:
    """The hub this request came to."""
    hub: Hub = request.app.state.hub
    return hub
