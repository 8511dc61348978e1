"""Our own MQTT device format, version 1: topics `yj/1/{device}/event|reading|status|reply`.

Fields this version does not know are left alone, so that a newer device still gets through.
"""

import json
import re
from collections.abc import Callable
from typing import Any, cast

import orjson

from alerts.contract import EVENT_BYTES, HUB_KINDS, IS_DEVICE, Kind
from device_gateway import salvage
from device_gateway.frame import Decoded, EventItem, Frame, ReadingItem, Status
from device_gateway.plausible import is_id, is_moment, value_fault

EVENT_FILTERS = ("yj/1/+/event", "yj/1/+/status")
READING_FILTERS = ("yj/1/+/reading",)

_TOPIC = re.compile(r"yj/1/([^/]+)/([a-z]+)")
_DEVICE_KINDS = frozenset(kind.value for kind in Kind if kind not in HUB_KINDS)
_NO_NUMBER = re.compile(rb"\b(?:NaN|Infinity)\b")


def decode(frame: Frame) -> Decoded:
    """What this message says; never raises, and never loses a press to bad data."""
    if frame.topic is None:
        return refuse(frame.address, "no_topic")
    parts = _TOPIC.fullmatch(frame.topic)
    read = _TOPICS.get(parts[2]) if parts else None
    if parts is None or read is None:
        return refuse(frame.address, "bad_topic")
    return read(parts[1], frame)


def reply_topic(device: str) -> str:
    """Where the device hears what became of its messages."""
    return f"yj/1/{device}/reply"


def error(reason: str) -> bytes:
    """What a device is told about a message that was not taken."""
    return orjson.dumps({"error": reason})


def refuse(device: str, *reasons: str) -> Decoded:
    """A message that holds nothing to be taken."""
    return Decoded(device, refused=reasons, answer=error(reasons[0]))


def _event(device: str, frame: Frame) -> Decoded:
    if frame.retained:
        return refuse(device, "retained")
    if len(frame.payload) > EVENT_BYTES:
        return _salvaged(device, frame, "too_long")
    raw, fault = _parse(frame.payload)
    if not isinstance(raw, dict):
        return _salvaged(device, frame, fault or "not_an_event")
    if not isinstance(raw.get("kind"), str):
        return _salvaged(device, frame, fault or "no_kind")
    kind = salvage.life_kind(raw["kind"])
    if kind is not None:
        return Decoded(device, events=(_press(device, frame, raw, kind, fault),))
    return _ordinary(device, frame, raw, fault)


def _ordinary(device: str, frame: Frame, raw: dict[str, Any], fault: str | None) -> Decoded:
    if not IS_DEVICE.fullmatch(device):
        fault = "bad_device"
    fault = fault or _event_fault(raw)
    if fault is not None:
        return refuse(device, fault)
    item = EventItem(
        device=device,
        id=raw["id"],
        kind=raw["kind"],
        at=raw.get("at"),
        received_at=frame.received_at.isoformat(),
        data=raw.get("data") or {},
    )
    return Decoded(device, events=(item,))


def _event_fault(raw: dict[str, Any]) -> str | None:
    at, data = raw.get("at"), raw.get("data")
    if raw["kind"] not in _DEVICE_KINDS:
        return "unknown_kind"
    if not is_id(raw.get("id")):
        return "no_id"
    if at is not None and not is_moment(at):
        return "bad_time"
    if data is not None and not isinstance(data, dict):
        return "bad_data"
    return None if salvage.is_storable(data) else "bad_data"


def _press(
    device: str, frame: Frame, raw: dict[str, Any], kind: str, fault: str | None
) -> EventItem:
    """A press, whatever else is wrong with its message; what was wrong stands in its data."""
    own, at, data = raw.get("id"), raw.get("at"), raw.get("data")
    trouble = [fault] if fault else []
    own = str(own) if type(own) is int else own
    if not isinstance(own, str) or not is_id(own):
        own = salvage.made_id(device, frame.payload, frame.received_at)
        trouble.append("no_id")
    if at is not None and not is_moment(at):
        at = None
        trouble.append("bad_time")
    if data is not None and (fault or not isinstance(data, dict) or not salvage.is_storable(data)):
        data = salvage.storable(data) if isinstance(data, dict) else None
        trouble.append("bad_data")
    return _life_item(device, frame, kind, own, at, data or {}, trouble)


def _salvaged(device: str, frame: Frame, fault: str) -> Decoded:
    found = salvage.remains(frame.payload)
    if found is None:
        return refuse(device, fault)
    own = found.id or salvage.made_id(device, frame.payload, frame.received_at)
    at = found.at if is_moment(found.at) else None
    item = _life_item(device, frame, found.kind, own, at, {}, [fault])
    return Decoded(device, events=(item,))


def _life_item(
    device: str,
    frame: Frame,
    kind: str,
    own: str,
    at: str | None,
    data: dict[str, Any],
    trouble: list[str],
) -> EventItem:
    return EventItem(
        device=device,
        id=own,
        kind=kind,
        at=at,
        received_at=frame.received_at.isoformat(),
        data={**data, "trouble": trouble} if trouble else data,
    )


def _reading(device: str, frame: Frame) -> Decoded:
    if len(frame.payload) > EVENT_BYTES:
        return refuse(device, "too_long")
    if not IS_DEVICE.fullmatch(device):
        return refuse(device, "bad_device")
    try:
        raw = orjson.loads(frame.payload)
    except orjson.JSONDecodeError:
        return refuse(device, _parse(frame.payload)[1] or "not_json")
    received_at = frame.received_at.isoformat()
    if type(raw) is dict:
        fault = _reading_fault(raw)
        if fault is not None:
            return refuse(device, fault)
        return Decoded(device, readings=(_reading_item(device, raw, received_at),))
    if type(raw) is not list or not raw:
        return refuse(device, "not_a_reading")
    return _several(device, raw, received_at)


def _several(device: str, raw: list[Any], received_at: str) -> Decoded:
    faults = [_reading_fault(one) for one in raw]
    good = (one for one, fault in zip(raw, faults, strict=True) if fault is None)
    refused = tuple(fault for fault in faults if fault is not None)
    return Decoded(
        device,
        readings=tuple(_reading_item(device, one, received_at) for one in good),
        refused=refused,
        answer=error(refused[0]) if refused else None,
    )


def _reading_fault(raw: Any) -> str | None:
    if type(raw) is not dict:
        return "not_a_reading"
    if not is_id(raw.get("id")):
        return "no_id"
    at = raw.get("at")
    if at is not None and not is_moment(at):
        return "bad_time"
    return value_fault(raw.get("values"))


def _reading_item(device: str, raw: dict[str, Any], received_at: str) -> ReadingItem:
    return {
        "device": device,
        "id": raw["id"],
        "at": raw.get("at"),
        "received_at": received_at,
        "values": raw["values"],
    }


def _status(device: str, frame: Frame) -> Decoded:
    word = frame.payload[:16].strip()
    if not IS_DEVICE.fullmatch(device):
        return refuse(device, "bad_device")
    if word not in (b"online", b"offline"):
        return refuse(device, "bad_status")
    return Decoded(device, status=cast(Status, word.decode()))


def _parse(payload: bytes) -> tuple[Any, str | None]:
    """What the JSON says and what is wrong with it; a press may stand beside a NaN."""
    try:
        return orjson.loads(payload), None
    except orjson.JSONDecodeError:
        pass
    try:
        raw = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None, "not_json"
    return raw, "not_a_number" if _NO_NUMBER.search(payload) else "not_json"


_TOPICS: dict[str, Callable[[str, Frame], Decoded]] = {
    "event": _event,
    "reading": _reading,
    "status": _status,
}
