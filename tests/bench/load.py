"""Publishes readings at a rate, in a process of its own: python -m tests.bench.load …"""

import argparse
import json
import time
import uuid

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

SLICE_S = 0.01


def main() -> None:
    """Until `--count` are published; a rate of 0 is as fast as the broker takes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("user")
    parser.add_argument("password")
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--topic", default="yj/1/bench-{:05d}/reading")
    chosen = parser.parse_args()
    sender = mqtt.Client(CallbackAPIVersion.VERSION2)
    sender.username_pw_set(chosen.user, chosen.password)
    sender.max_inflight_messages_set(2000)
    sender.max_queued_messages_set(0)
    sender.connect("127.0.0.1", chosen.port)
    sender.loop_start()
    last = None
    started = time.perf_counter()
    for number in range(chosen.count):
        if chosen.rate:
            ahead = started + number / chosen.rate - time.perf_counter()
            if ahead > SLICE_S:
                time.sleep(ahead)
        elif number % 1000 == 999 and last is not None:
            last.wait_for_publish(60)
        topic = chosen.topic.format(number % chosen.devices)
        last = sender.publish(topic, body(), qos=1)
    if last is not None:
        last.wait_for_publish(60)
    sender.disconnect()
    sender.loop_stop()


def body() -> str:
    """One reading of the published format."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps(
        {"id": str(uuid.uuid4()), "at": at, "values": {"pulse_bpm": 72, "spo2_percent": 97}}
    )


if __name__ == "__main__":
    main()
