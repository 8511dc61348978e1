"""The published device format, version 1: topics and payloads as bytes, and what a reply says."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

STAGES = ("received", "accepted", "on_the_way", "arrived", "closed", "still_calling")
"""Everything a device can be told about its event."""

KINDS = (
    *("sos", "help", "fall", "smoke", "gas", "carbon_monoxide", "water_leak"),
    *("no_motion", "leave_zone", "door_open", "taken_off", "staff_wanted"),
    *("tamper", "fault", "low_battery", "mains_lost", "test"),
    *("fall_cancelled", "help_cancelled", "cleared"),
)
"""Everything a device can say."""


class BadReply(Exception):
    """A reply this format does not know."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to publish; `about` is a word for the log, empty where none is worth it."""

    topic: str
    payload: bytes
    retain: bool = False
    about: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """Measured values of one moment."""

    id: str
    at: datetime
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the hub's side said: a stage of an event, or why it refused a message."""

    event: str | None
    stage: str | None
    by: str | None
    text: str
    error: str | None


def event(device: str, event_id: str, kind: str, at: datetime, data: Mapping[str, Any]) -> Message:
    """An event; the same arguments give the same bytes, so a repetition is one."""
    body = {"id": event_id, "kind": kind, "at": stamp(at), "data": dict(data)}
    return Message(f"yj/1/{device}/event", _bytes(body), about=f"{kind} {event_id}")


def readings(device: str, measured: Iterable[Reading]) -> Message:
    """One reading as an object, several as a list."""
    bodies = [{"id": r.id, "at": stamp(r.at), "values": dict(r.values)} for r in measured]
    return Message(f"yj/1/{device}/reading", _bytes(bodies[0] if len(bodies) == 1 else bodies))


def status(device: str, online: bool) -> Message:
    """The retained word whether the device is there; `offline` is also its last will."""
    return Message(f"yj/1/{device}/status", b"online" if online else b"offline", retain=True)


def reply_topic(device: str) -> str:
    """Where the device hears what became of its events."""
    return f"yj/1/{device}/reply"


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_reply(payload: bytes) -> Reply:
    """The reply in these bytes; raises BadReply."""
    try:
        body = json.loads(payload)
    except ValueError:
        raise BadReply("not JSON") from None
    if not isinstance(body, dict):
        raise BadReply("not an object")
    if body.get("error") is not None:
        return Reply(_text(body, "event"), None, None, "", str(body["error"]))
    told, stage = _text(body, "event"), _text(body, "stage")
    if told is None or stage not in STAGES:
        raise BadReply(f"no event, or the unknown stage {stage!r:.40}")
    return Reply(told, stage, _text(body, "by"), _text(body, "text") or "", None)


def _text(body: dict[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None


def _bytes(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
