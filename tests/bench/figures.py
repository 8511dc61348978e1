"""The measurements: latency of a press, readings drained, the sweep, memory."""

import json
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from alerts import supervise
from alerts.engine import Engine
from alerts.store.database import Database, connect
from tests.bench.mqtt import client, leave, subscribe
from tests.bench.world import ROOT, SIREN, USERS, World
from tests.services.mosquitto import Broker


def percentile(values: list[float], share: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def press_latency(world: World, presses: range, pause_s: float) -> list[float]:
    """Milliseconds from a press at MQTT until the siren's message at a subscriber."""
    heard: dict[str, float] = {}
    event = threading.Event()

    def hear(_client: Any, _data: Any, message: Any) -> None:
        heard.setdefault(json.loads(message.payload)["device"], time.perf_counter())
        event.set()

    listener, sender = client(world.broker, "siren"), client(world.broker, "bench")
    subscribe(listener, SIREN, hear)
    took = []
    for number in presses:
        name = world.name(number)
        body = {"id": str(uuid.uuid4()), "kind": "sos", "at": datetime.now(UTC).isoformat()}
        event.clear()
        started = time.perf_counter()
        sender.publish(f"yj/1/{name}/event", json.dumps(body), qos=1)
        while name not in heard and time.perf_counter() - started < 10:
            event.wait(0.1)
            event.clear()
        took.append((heard.get(name, started + 10) - started) * 1000)
        time.sleep(pause_s)
    leave(listener, sender)
    world.settle()
    return took


def raw_latency(broker: Broker, rounds: int, pause_s: float) -> list[float]:
    """Milliseconds from a publish until the same message at a subscriber: the broker alone."""
    event = threading.Event()
    listener, sender = client(broker, "siren"), client(broker, "bench")
    subscribe(listener, "raw/#", lambda *_: event.set())
    took = []
    for number in range(rounds):
        event.clear()
        started = time.perf_counter()
        sender.publish("raw/press", str(number), qos=1)
        event.wait(10)
        took.append((time.perf_counter() - started) * 1000)
        time.sleep(pause_s)
    leave(listener, sender)
    return took


@contextmanager
def readings_at(world: World, rate: int, seconds: float) -> Iterator[None]:
    """Readings flow while the block runs."""
    process = _load(world.broker, world.devices, int(rate * seconds), rate)
    try:
        time.sleep(2)
        yield
        if process.poll() is not None:
            raise RuntimeError("the load ended before the measurement")
    finally:
        process.kill()
        process.wait()


def drained(world: World, count: int) -> float:
    """Readings a second, from broker to database, out of a full queue."""
    world.stop_gateway()
    before = world.stored("reading")
    _load(world.broker, world.devices, count, 0).wait(300)
    world.start_gateway()
    return _rate(lambda: world.stored("reading") - before, count)


def raw_drained(broker: Broker, count: int) -> float:
    """Messages a second that a bare paho subscriber takes out of a full queue."""
    name = f"raw-{uuid.uuid4()}"
    first = client(broker, "bench", name, keep=True)
    subscribe(first, "rawload/#", lambda *_: None)
    leave(first)
    _load(broker, 1000, count, 0, "rawload/{}").wait(300)
    moments: list[float] = []
    done = threading.Event()

    def hear(*_: Any) -> None:
        moments.append(time.perf_counter())
        if len(moments) >= count:
            done.set()

    again = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=False)
    again.username_pw_set("bench", broker.users["bench"])
    again.on_message = hear
    again.connect(broker.host, broker.port)
    again.loop_start()
    done.wait(300)
    leave(again)
    cleaner = client(broker, "bench", name)
    leave(cleaner)
    return (len(moments) - 1) / (moments[-1] - moments[0])


def sweep_ms(database: Path, rounds: int) -> float:
    """Median of the look at all devices."""
    core = Engine(Database(connect(f"sqlite:///{database}")), frozenset({"desk"}))
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        core.run_now(lambda work: supervise.sweep(work, long_ago))
        took.append((time.perf_counter() - started) * 1000)
    core.database.close()
    return statistics.median(took)


def beats(world: World) -> None:
    """Every device says once that it is there; returns when the hub knows all."""
    sender = client(world.broker, "bench")
    for number in range(world.devices):
        told = sender.publish(f"yj/1/{world.name(number)}/status", "online", qos=1)
        if number % 1000 == 999:
            told.wait_for_publish(60)
    leave(sender)
    deadline = time.monotonic() + 120
    while world.stored("device WHERE last_heard IS NOT NULL") < world.devices:
        if time.monotonic() > deadline:
            raise TimeoutError("the hub does not hear of all devices")
        time.sleep(0.5)


def _rate(count: Any, total: int) -> float:
    deadline = time.monotonic() + 300
    first: tuple[float, int] | None = None
    while time.monotonic() < deadline:
        now, have = time.perf_counter(), count()
        if first is None and have:
            first = (now, have)
        if have >= total and first is not None:
            return (have - first[1]) / (now - first[0])
        time.sleep(0.1)
    raise TimeoutError(f"{count()} of {total} readings stored")


def _load(
    broker: Broker, devices: int, count: int, rate: float, topic: str | None = None
) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable, "-m", "tests.bench.load", str(broker.port), "bench", USERS["bench"],
        "--devices", str(min(devices, 2000)), "--count", str(count), "--rate", str(rate),
    ]  # fmt: skip
    return subprocess.Popen(command + (["--topic", topic] if topic else []), cwd=ROOT)
