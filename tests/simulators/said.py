"""What a device said, read from the published format."""

import json
from collections.abc import Iterable
from typing import Any

from simulators.messages import Message


def events(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The events among these messages."""
    return [json.loads(m.payload) for m in messages if m.topic.endswith("/event")]


def readings(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """The readings among these messages, lists unpacked."""
    found: list[dict[str, Any]] = []
    for message in messages:
        if message.topic.endswith("/reading"):
            body = json.loads(message.payload)
            found += body if isinstance(body, list) else [body]
    return found


def reply(event: str, stage: str = "received") -> bytes:
    """A reply as the hub's side sends it."""
    body = {"event": event, "stage": stage, "by": None, "text": "已收到", "at": None}
    return json.dumps(body).encode()
