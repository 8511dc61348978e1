"""What can still be read of a press in a broken message. Pure, and raises for no bytes."""

import re
import uuid
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from alerts.contract import EVENT_BYTES, LIFE_KINDS, QUIET_KINDS

_NAMESPACE = uuid.UUID("6f6d1f0e-6c1c-5d0b-9f0a-8f4b8d1f7a51")
_QUOTES = rb"[\\\"'\s]*"
_KEY = rb"(?<![A-Za-z0-9_-])%s" + _QUOTES + rb"[:=]" + _QUOTES
_KIND = re.compile(_KEY % b"kind" + rb"\[?" + _QUOTES + rb"([A-Za-z_]{1,32})(?![A-Za-z0-9_-])")
_ID = re.compile(_KEY % b"id" + rb"([A-Za-z0-9_.:-]{1,128})")
_AT = re.compile(_KEY % b"at" + rb"([0-9TtZz:+.-]{1,40})")
_BARE = re.compile(rb"[\s\"']*([A-Za-z_]{1,32})[\s\"']*")
_LOOK_AT = 1024 * 1024
"""No press hides behind more bytes than this."""


class Remains(NamedTuple):
    """The parts of a press that a broken message still shows."""

    kind: str
    id: str | None
    at: str | None


def life_kind(word: Any) -> str | None:
    """The life kind this word names, however it is written, or None."""
    folded = word.strip().lower() if isinstance(word, str) else ""
    return folded if folded in LIFE_KINDS else None


def remains(payload: bytes) -> Remains | None:
    """The press in bytes that are not the JSON they should be, or None where there is none.

    A first kind that ends something (`cleared`) names in its data what ended: no press.
    """
    bare = _BARE.fullmatch(payload) if len(payload) <= 64 else None
    kinds = [bare[1].decode().lower()] if bare else _kinds(payload)
    if not kinds or kinds[0] in QUIET_KINDS:
        return None
    kind = next((kind for kind in kinds if kind in LIFE_KINDS), None)
    if kind is None:
        return None
    return Remains(kind, _first(_ID, payload), _first(_AT, payload))


def made_id(device: str, content: bytes, received_at: datetime) -> str:
    """An id for a press without one: the same for the same content within a minute."""
    minute = received_at.strftime("%Y-%m-%dT%H:%M")
    own = uuid.uuid5(_NAMESPACE, device)
    return str(uuid.uuid5(own, f"{minute} {content.decode('latin-1')}"))


def storable(value: Any) -> Any:
    """The same value with all that JSON or a database cannot hold replaced; None where hopeless."""
    try:
        cleaned = _cleaned(value, 0)
        orjson.dumps(cleaned)
    except (TypeError, ValueError, RecursionError):
        return None
    return cleaned


def is_storable(value: Any) -> bool:
    """True where the value can be sent and stored as it is."""
    try:
        return b"\\u0000" not in orjson.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return False


def _kinds(payload: bytes) -> list[str]:
    return [found[1].decode().lower() for found in _KIND.finditer(payload, 0, _LOOK_AT)]


def _first(pattern: re.Pattern[bytes], payload: bytes) -> str | None:
    found = pattern.search(payload, 0, EVENT_BYTES)
    return found[1].decode() if found else None


def _cleaned(value: Any, depth: int) -> Any:
    if depth > 100:
        return None
    if isinstance(value, dict):
        return {_text(str(key)): _cleaned(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_cleaned(part, depth + 1) for part in value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**63 else None
    return value


def _text(value: str) -> str:
    return value.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
