"""One place under test: broker, hub, gateway, and devices that remember what they were told."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from device_gateway.build import build, real_clock
from device_gateway.gateway import Gateway
from device_gateway.settings import Settings
from tests.device_gateway.fake_hub import TOKEN, FakeHub, eventually
from tests.device_gateway.times import MovableClock
from tests.services.mosquitto import Broker

SIREN = "siren/window/set"


class Device:
    """Speaks our own format as its maker would; hears its replies, as JSON."""

    def __init__(self, broker: Broker, name: str, *topics: str, will: bool = False) -> None:
        self.name = name
        self.heard: list[dict[str, Any]] = []
        self._topics = topics or (f"yj/1/{name}/reply",)
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set("device", "device")
        self._client.reconnect_delay_set(1, 1)
        if will:
            self._client.will_set(f"yj/1/{name}/status", "offline", 1, retain=True)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = lambda _c, _d, message: self.heard.append(
            {**orjson.loads(message.payload), "topic": message.topic}
        )
        self._client.connect(broker.host, broker.port, 60)
        self._client.loop_start()
        assert self._ready.wait(10)

    def _subscribe(self, *_: Any) -> None:
        self._client.subscribe([(topic, 1) for topic in self._topics])

    @property
    def stages(self) -> list[tuple[str, str]]:
        return [(one["event"], one["stage"]) for one in self.heard if "stage" in one]

    @property
    def errors(self) -> list[str]:
        return [one["error"] for one in self.heard if "error" in one]

    def say(self, what: str, payload: Any, retain: bool = False) -> None:
        """Publish below our own topic; returns when the broker has it."""
        raw = payload if isinstance(payload, str | bytes) else orjson.dumps(payload)
        eventually(self._client.is_connected)
        told = self._client.publish(f"yj/1/{self.name}/{what}", raw, 1, retain)
        told.wait_for_publish(20)
        assert told.is_published()

    def press(self, event: str, kind: str = "sos", **more: Any) -> None:
        self.say("event", {"id": event, "kind": kind, **more})

    def measure(self, reading: str, pulse: float = 72) -> None:
        self.say("reading", {"id": reading, "values": {"pulse_bpm": pulse}})

    def flood(self, count: int) -> None:
        """Publish so many readings without waiting for each."""
        for number in range(count):
            body = {"id": f"flood-{number}", "values": {"pulse_bpm": 72}}
            told = self._client.publish(f"yj/1/{self.name}/reading", orjson.dumps(body), 1)
        told.wait_for_publish(60)

    def vanish(self) -> None:
        """Lose the connection without a word, as out of range."""
        line = self._client.socket()
        assert line is not None
        self._client.reconnect_delay_set(600, 600)
        line.close()
        self._client.loop_stop()

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Place:
    """Ends everything it started."""

    def __init__(self, folder: Path, hub: FakeHub) -> None:
        self.hub = hub
        self.state_dir = folder / "state"
        self.broker = Broker(folder / "broker", {"gateway-main": "secret", "device": "device"})
        self.monotonic = MovableClock()
        self.gateway: Gateway | None = None
        self._devices: list[Device] = []

    def settings(self, **more: Any) -> Settings:
        return Settings.model_validate(
            {
                "hub_url": self.hub.url,
                "token": TOKEN,
                "state_dir": self.state_dir,
                "report_s": 0.3,
                "event_timeout_s": 1,
                "reading_timeout_s": 1,
                "retry_last_s": 0.4,
                "mqtt": {"port": self.broker.port, "password": "secret"},
                **more,
            }
        )

    def start_gateway(self, **more: Any) -> Gateway:
        """Returns when it listens at the broker."""
        self.gateway = gateway = build(self.settings(**more), real_clock, self.monotonic)
        gateway.start()
        eventually(lambda: all(session.is_up for session in gateway.mqtt.sessions))
        return gateway

    def stop_gateway(self) -> None:
        if self.gateway is not None:
            self.gateway.stop()
            self.gateway = None

    def device(self, name: str = "pendant-1", will: bool = False) -> Device:
        return self._keep(Device(self.broker, name, will=will))

    def siren(self) -> Device:
        return self._keep(Device(self.broker, "siren-1", SIREN))

    def _keep(self, device: Device) -> Device:
        self._devices.append(device)
        return device

    def __enter__(self) -> Self:
        self.broker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_gateway()
        for device in self._devices:
            device.leave()
        self.broker.stop()
