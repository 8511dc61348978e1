"""The gateway with another clock, and a fuse around whatever it takes, sends and acknowledges."""

import http.client
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt

import settings_file
from device_gateway.__main__ import run as run_gateway
from device_gateway.settings import Settings
from device_gateway.slots import Slots
from tests.journeys.clock import MovableClock
from tests.journeys.fuse import Fuse


def run(path: Path, clock: MovableClock, fuse: Fuse) -> None:
    settings = settings_file.load("device_gateway", Settings, path)
    watch_messages(fuse)
    watch(Slots, "put", fuse, before=fuse.light)
    for shape, name in (
        (mqtt.Client, "publish"),
        (mqtt.Client, "ack"),
        (http.client.HTTPConnection, "request"),
        (http.client.HTTPConnection, "getresponse"),
    ):
        watch(shape, name, fuse)
    run_gateway(settings, clock.now, clock.monotonic)


def watch_messages(fuse: Fuse) -> None:
    """Lights the fuse when an event comes from the broker."""
    handle = mqtt.Client._handle_publish

    def heard(client: mqtt.Client) -> Any:
        if b"/event" in client._in_packet["packet"][:80]:
            fuse.light()
        return handle(client)

    setattr(mqtt.Client, "_handle_publish", heard)  # noqa: B010  (a method, for mypy)


def watch(shape: type, name: str, fuse: Fuse, before: Callable[[], None] | None = None) -> None:
    """A moment before and one after each call."""
    call: Callable[..., Any] = getattr(shape, name)

    def watched(*args: Any, **named: Any) -> Any:
        if before is None:
            fuse.moment(f"before {name}")
        else:
            before()
        answer = call(*args, **named)
        fuse.moment(f"after {name}")
        return answer

    setattr(shape, name, watched)
