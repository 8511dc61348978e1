"""A plain paho client for the benchmark: connects, publishes, remembers."""

import threading
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.services.mosquitto import Broker


def client(broker: Broker, user: str, name: str = "", *, keep: bool = False) -> mqtt.Client:
    """Connected, its loop running; with `keep`, the broker keeps its place."""
    made = mqtt.Client(
        CallbackAPIVersion.VERSION2, name, clean_session=not keep, protocol=mqtt.MQTTv311
    )
    made.username_pw_set(user, broker.users[user])
    made.max_inflight_messages_set(1000)
    made.max_queued_messages_set(0)
    up = threading.Event()
    made.on_connect = lambda *_: up.set()
    made.connect(broker.host, broker.port)
    made.loop_start()
    if not up.wait(10):
        raise TimeoutError("the broker does not answer")
    return made


def subscribe(listener: mqtt.Client, topic: str, hear: Any) -> None:
    """Return once the broker has the subscription."""
    there = threading.Event()
    listener.on_message = hear
    listener.on_subscribe = lambda *_: there.set()
    listener.subscribe(topic, qos=1)
    if not there.wait(10):
        raise TimeoutError(f"no subscription to {topic}")


def leave(*clients: mqtt.Client) -> None:
    """Disconnect and end the loops."""
    for one in clients:
        one.disconnect()
        one.loop_stop()
