"""What a link hears (a frame) and what a protocol makes of it. Values only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from alerts.contract import LIFE_KINDS, Kind

Status = Literal["online", "offline"]


class EventItem(TypedDict):
    """One event, as the hub takes it."""

    device: str
    id: str
    kind: str
    at: str | None
    received_at: str
    data: dict[str, Any]


class ReadingItem(TypedDict):
    """The measured values of one moment, as the hub takes them."""

    device: str
    id: str
    at: str | None
    received_at: str
    values: dict[str, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes a link heard, with all it knows about where they came from."""

    link: str
    protocol: str
    address: str
    """Who sent it where the link knows; empty where only the payload can tell."""
    topic: str | None
    payload: bytes
    received_at: datetime
    retained: bool = False
    """Kept by a broker: said once, not necessarily now."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a frame says. One bad item spoils no other: items and refusals may both be there."""

    device: str
    """The sender: a vendor's address until the pipeline has looked it up in the roster."""
    events: tuple[EventItem, ...] = ()
    readings: tuple[ReadingItem, ...] = ()
    answer: bytes | None = None
    refused: tuple[str, ...] = ()
    status: Status | None = None

    @property
    def life(self) -> Kind | None:
        """The first kind in it that a life may hang on."""
        for event in self.events:
            if event["kind"] in LIFE_KINDS:
                return Kind(event["kind"])
        return None
