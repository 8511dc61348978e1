"""A button on MQTT that repeats until it is answered, and the siren's ear; both note when."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.journeys.waiting import PATIENCE_S, until

REPEATS_S = (2, 4, 8, 16, 32, 60)


@dataclass(frozen=True)
class Heard:
    """One message, and the monotonic moment it came."""

    at: float
    topic: str
    body: dict[str, Any]


class Listener:
    """A connection to the broker that comes back by itself and remembers what it heard."""

    def __init__(
        self,
        port: int,
        user: str,
        password: str,
        topics: list[str],
        client_id: str = "",
        *,
        comes_back: bool = True,
    ) -> None:
        self.heard: list[Heard] = []
        self.refused = False
        self._topics = topics
        self._subscribed = threading.Event()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, reconnect_on_failure=comes_back
        )
        self.client.username_pw_set(user, password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_disconnect = lambda *_: self._subscribed.clear()
        self.client.on_message = self._on_message
        self._port = port

    def connect(self) -> Self:
        """Return once the broker lets us hear."""
        self.client.connect("127.0.0.1", self._port, keepalive=10)
        self.client.loop_start()
        assert self._subscribed.wait(PATIENCE_S), "the broker did not let us subscribe"
        return self

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    @property
    def connected(self) -> bool:
        return self._subscribed.is_set()

    def _on_connect(self, client: mqtt.Client, _d: Any, _f: Any, code: Any, _p: Any) -> None:
        self.refused = bool(code.is_failure)
        if not self.refused:
            client.subscribe([(topic, 1) for topic in self._topics])

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        self.heard.append(Heard(time.monotonic(), message.topic, json.loads(message.payload)))


class Siren(Listener):
    """What the siren at the window hears."""

    def rings(self, device: str) -> list[Heard]:
        return [ring for ring in list(self.heard) if ring.body["device"] == device]

    def wait(self, device: str, count: int = 1, seconds: float = PATIENCE_S) -> list[Heard]:
        until(lambda: len(self.rings(device)) >= count, f"{count} rings for {device}", seconds)
        return self.rings(device)


@dataclass
class Press:
    """Something a device said and repeats."""

    id: str
    at: float
    body: dict[str, Any]
    sent: int = 0
    answered: threading.Event = field(default_factory=threading.Event)


class Pendant(Listener):
    """One registered device."""

    def __init__(
        self,
        port: int,
        device: str,
        password: str,
        now: Callable[[], datetime],
        client_id: str,
        *,
        comes_back: bool = True,
    ) -> None:
        reply = f"yj/1/{device}/reply"
        super().__init__(port, device, password, [reply], client_id, comes_back=comes_back)
        self.device = device
        self._now = now
        self._presses: dict[str, Press] = {}
        self._gone = threading.Event()
        self.client.will_set(f"yj/1/{device}/status", "offline", qos=1, retain=True)

    def connect(self) -> Self:
        super().connect()
        self.say("status", "online", retain=True)
        return self

    def leave(self) -> None:
        self._gone.set()
        super().leave()

    def say(self, what: str, text: str, *, retain: bool = False) -> None:
        """Publish below our own topic."""
        self.client.publish(f"yj/1/{self.device}/{what}", text, qos=1, retain=retain)

    def press(self, kind: str = "sos", **more: Any) -> Press:
        """Say it, and say it again until the hub answers; `more` replaces parts of the message."""
        made = {"id": uuid.uuid4().hex, "kind": kind, "at": self._now().isoformat(), "data": {}}
        body = made | more
        press = Press(str(body["id"]), time.monotonic(), body)
        self._presses[press.id] = press
        threading.Thread(target=self._repeat, args=(press,), daemon=True).start()
        return press

    def stages(self, press: Press) -> list[str]:
        return [h.body["stage"] for h in list(self.heard) if h.body.get("event") == press.id]

    def hears(self, press: Press, stage: str, seconds: float = PATIENCE_S) -> Heard:
        """The first reply of this stage about this press."""

        def found() -> Heard | None:
            mine = (h for h in list(self.heard) if h.body.get("event") == press.id)
            return next((h for h in mine if h.body["stage"] == stage), None)

        return until(found, f"{stage} for {self.device}", seconds)

    def _repeat(self, press: Press) -> None:
        turn = 0
        while not (press.answered.is_set() or self._gone.is_set()):
            if self.connected:
                self.say("event", json.dumps(press.body))
                press.sent += 1
            press.answered.wait(REPEATS_S[min(turn, len(REPEATS_S) - 1)])
            turn += 1

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        super()._on_message(client, data, message)
        press = self._presses.get(self.heard[-1].body.get("event", ""))
        if press is not None and "stage" in self.heard[-1].body:
            press.answered.set()
