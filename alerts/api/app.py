"""Puts the routes together and keeps the hub's loops running beside them."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi_offline import FastAPIOffline
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alerts import web
from alerts.api import health, problems, sources, staff
from alerts.api.hub import Hub
from alerts.clock_watch import follow
from alerts.store.database import URGENT

log = logging.getLogger(__name__)


def build_app(hub: Hub) -> FastAPI:
    """The application; its loops run while it is served."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        for channel in hub.delivery.channels.values():
            await channel.start()
        loops = [asyncio.create_task(loop) for loop in _loops(hub)]
        yield
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        for channel in hub.delivery.channels.values():
            await channel.stop()
        hub.engine.database.close()

    app = FastAPIOffline(
        title="yijian-hub",
        version="1",
        description="The hub for one-press help. Staff log in at POST /v1/session and send the"
        " CSRF token as X-CSRF-Token; gateways and kiosks carry a bearer token.",
        lifespan=lifespan,
    )
    app.state.hub = hub
    problems.install(app)
    for part in (sources, staff, health):
        app.include_router(part.routes)
    web.mount(app)
    app.add_middleware(BodyLimit, limit=hub.settings.body_bytes)
    return app


def _loops(hub: Hub) -> list[Any]:
    settings = hub.settings
    return [
        _forever("due steps", settings.tick_s, lambda: _climb(hub)),
        _forever("sweep", settings.sweep_s, hub.engine.sweep),
        _forever(
            "checkpoint",
            settings.checkpoint_s,
            lambda: asyncio.to_thread(hub.engine.database.checkpoint),
        ),
        hub.delivery.run(),
    ]


async def _forever(what: str, pause_s: float, work: Callable[[], Awaitable[Any]]) -> None:
    """A loop that survives whatever happens in it."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s: failed, goes on", what)
            await asyncio.sleep(min(1.0, pause_s))
        await asyncio.sleep(pause_s)


async def _climb(hub: Hub) -> None:
    watch = hub.clock_watch
    jump = watch.jump() if watch else None
    if watch is not None and jump is not None:
        await hub.engine.run(lambda work: follow(work, jump), URGENT)
        watch.followed(jump)
    if await asyncio.to_thread(hub.engine.is_due):
        await hub.engine.climb_due()
    hub.engine.alive_at = time.monotonic()


class BodyLimit:
    """Refuses a body over the limit before it is read, or as soon as it grows over it."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """`limit` in bytes."""
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small enough."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not said.isdigit() or int(said) > self.limit:
            refused = problems.answer(Request(scope), 413, problems.TITLES[413])
            await refused(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.limit:
                raise HTTPException(413)  # FastAPI makes a 400 of anything else here
            return message

        await self.app(scope, counted, send)
