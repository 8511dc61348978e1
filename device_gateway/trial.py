"""`decode`: one frame a line in, what it says out; for anyone adding a device. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from device_gateway.frame import Decoded, Frame
from device_gateway.pipeline import decode
from device_gateway.protocols import PROTOCOLS, Decode


def try_line(
    protocol: str,
    line: bytes,
    received_at: datetime,
    protocols: Mapping[str, Decode] = PROTOCOLS,
) -> bytes:
    """The line's frame decoded, as one line of JSON; any bytes will do."""
    topic, payload = _frame_of(line.rstrip(b"\r\n"))
    frame = Frame("stdin", protocol, "", topic, payload, received_at)
    return orjson.dumps(_shown(decode(frame, protocols)), default=str)


def _frame_of(line: bytes) -> tuple[str | None, bytes]:
    """Topic and payload of a line that is hex, text, or JSON with `topic` and `payload`."""
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError:
        raw = None
    if isinstance(raw, dict) and "payload" in raw:
        topic = raw.get("topic")
        return topic if isinstance(topic, str) else None, _payload_of(raw["payload"])
    return None, _bytes_of(line)


def _payload_of(payload: Any) -> bytes:
    if isinstance(payload, str):
        return _bytes_of(payload.encode("utf-8", "surrogatepass"))
    try:
        return orjson.dumps(payload)
    except TypeError:  # nested deeper than the encoder goes
        return b""


def _bytes_of(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return text


def _shown(said: Decoded) -> dict[str, Any]:
    return {
        "device": said.device or None,
        "events": list(said.events),
        "readings": list(said.readings),
        "answer": None if said.answer is None else _text_or_hex(said.answer),
        "refused": said.refused[0] if said.refused else None,
    }


def _text_or_hex(answer: bytes) -> str:
    try:
        text = answer.decode("utf-8")
    except UnicodeDecodeError:
        return answer.hex()
    return text if text.isprintable() else answer.hex()
