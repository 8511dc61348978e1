"""The hub's side of the broker: hears every device, answers when told to, remembers everything."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.services.mosquitto import Broker


@dataclass(frozen=True)
class Heard:
    """One message and when it came."""

    at: float
    device: str
    what: str
    payload: bytes
    retain: bool


class HubSide:
    """User `hub`; a context manager."""

    def __init__(self, broker: Broker, answers: bool = True) -> None:
        """Where `answers`, every event is told `received`."""
        self.heard: list[Heard] = []
        self._answers = answers
        self._changed = threading.Condition()
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set("hub", "hub")
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("yj/1/+/+", 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _, __, message: self._take(message)
        self._address = (broker.host, broker.port)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Events heard, repetitions too, each with its device."""
        found = [
            {"device": h.device, **json.loads(h.payload)}
            for h in list(self.heard)
            if h.what == "event"
        ]
        return [event for event in found if kind in (None, event["kind"])]

    def distinct(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Events heard, each once, in the order of their first sending."""
        return list({(e["device"], e["id"]): e for e in reversed(self.events(kind))}.values())[::-1]

    def readings(self) -> list[dict[str, Any]]:
        """Readings heard, each with its device."""
        bodies = [(h, json.loads(h.payload)) for h in list(self.heard) if h.what == "reading"]
        return [
            {"device": h.device, **reading}
            for h, body in bodies
            for reading in (body if isinstance(body, list) else [body])
        ]

    def statuses(self, device: str) -> list[str]:
        """What this device said about being there, without what was retained before."""
        found = [h for h in list(self.heard) if h.device == device and h.what == "status"]
        return [h.payload.decode() for h in found if not h.retain]

    def reply(self, device: str, event: str, stage: str, by: str | None = None) -> None:
        """Tell the device a stage of its event."""
        body = {"event": event, "stage": stage, "by": by, "text": f"文字 {stage}"}
        self._publish(device, json.dumps(body, ensure_ascii=False).encode())

    def babble(self, device: str, payload: bytes) -> None:
        """Send the device something that is no reply."""
        self._publish(device, payload)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Return once it holds; looked at whenever something is heard."""
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise TimeoutError([(h.device, h.what, h.payload) for h in self.heard[-20:]])

    def __enter__(self) -> Self:
        self._client.connect(*self._address)
        self._client.loop_start()
        assert self._subscribed.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, message: MQTTMessage) -> None:
        _, _, device, what = message.topic.split("/")
        if what == "reply":
            return
        heard = Heard(time.monotonic(), device, what, bytes(message.payload), message.retain)
        with self._changed:
            self.heard.append(heard)
            self._changed.notify_all()
        if self._answers and what == "event":
            self.reply(device, json.loads(message.payload)["id"], "received")

    def _publish(self, device: str, payload: bytes) -> None:
        self._client.publish(f"yj/1/{device}/reply", payload, qos=1)
