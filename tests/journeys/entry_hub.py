"""The hub with another clock, and a fuse at every statement, commit, notice and answer."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import settings_file
from alerts import broker
from alerts.api.app import build_app
from alerts.api.hub import Hub
from alerts.channels.channel import Channel, Outcome, Outgoing
from alerts.program import build_hub, serve
from alerts.settings import Settings
from tests.journeys.clock import MovableClock
from tests.journeys.fuse import Fuse

LIGHTS = ("/v1/events", "/acknowledge")
"""Requests between whose arrival and end a hub may die here."""


def run(path: Path, clock: MovableClock | None, fuse: Fuse) -> None:
    try:
        settings = settings_file.load("alerts", Settings, path)
        files = settings_file.load("broker", broker.BrokerFiles, path)
        settings_file.claim_port("alerts.port", settings.host, settings.port)
        hub = build_hub(settings, files, clock=clock.now if clock else None)
    except settings_file.WrongSetting as why:
        settings_file.leave(why)
    watch_statements(hub, fuse)
    for name, channel in hub.delivery.channels.items():
        watch_channel(name, channel, fuse)
    serve(WatchedAnswers(build_app(hub), fuse), settings)  # type: ignore[arg-type]  # any ASGI app


def watch_statements(hub: Hub, fuse: Fuse) -> None:
    """Every statement and commit of the writer's thread."""
    engine = hub.engine.database.engine

    def writing(what: Callable[..., str]) -> Callable[..., None]:
        def told(*args: Any) -> None:
            if threading.current_thread().name == "writer":
                fuse.moment(what(*args))

        return told

    event.listen(engine, "before_cursor_execute", writing(lambda _c, _r, sql, *_: f"sql {sql!r}"))
    event.listen(engine, "commit", writing(lambda *_: "before a commit"))
    event.listen(engine, "checkin", writing(lambda *_: "after a commit"))


def watch_channel(name: str, channel: Channel, fuse: Fuse) -> None:
    """Before and after a notice leaves."""
    send = channel.send

    async def watched(out: Outgoing) -> Outcome:
        fuse.moment(f"before {name}")
        outcome = await send(out)
        fuse.moment(f"after {name}")
        return outcome

    setattr(channel, "send", watched)  # noqa: B010  (a method, for mypy)


class WatchedAnswers:
    """Lights the fuse when such a request comes in; a moment around each part of its answer."""

    def __init__(self, app: ASGIApp, fuse: Fuse) -> None:
        self._app = app
        self._fuse = fuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(LIGHTS):
            await self._app(scope, receive, send)
            return
        self._fuse.light()

        async def watched(message: Message) -> None:
            self._fuse.moment(f"before {message['type']}")
            await send(message)
            self._fuse.moment(f"after {message['type']}")

        await self._app(scope, receive, watched)
