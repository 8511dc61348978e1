"""Senders that stand in no roster: counted, listed for the hub, and never more than it takes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from device_gateway.pipeline import Stranger

MOST = 500
"""Most strangers listed at a time; the hub takes no more."""
ADDRESS_LENGTH = 128


@dataclass(slots=True)
class Seen:
    """One stranger since the last report; `kind` is the life kind it pressed."""

    at: datetime
    count: int
    kind: str | None


Listed = dict[tuple[str, str], Seen]


class Strangers:
    """The list; one that pressed stays on it above all that did not. Not for several threads."""

    def __init__(self) -> None:
        """Nobody yet."""
        self._listed: Listed = {}

    def note(self, stranger: Stranger, at: datetime) -> None:
        """One more message of an unknown sender."""
        address = stranger.address[:ADDRESS_LENGTH] or "?"
        self._add((stranger.protocol, address), Seen(at, 1, stranger.kind))

    def take(self) -> Listed:
        """All of them; the list is empty afterwards."""
        taken, self._listed = self._listed, {}
        return taken

    def put_back(self, taken: Listed) -> None:
        """Those of a report that was not accepted."""
        for key, seen in taken.items():
            self._add(key, seen)

    def _add(self, key: tuple[str, str], seen: Seen) -> None:
        known = self._listed.get(key)
        if known is not None:
            known.at = max(known.at, seen.at)
            known.count += seen.count
            known.kind = seen.kind or known.kind
        elif len(self._listed) < MOST or (seen.kind is not None and self._forget_a_silent_one()):
            self._listed[key] = seen

    def _forget_a_silent_one(self) -> bool:
        for key, seen in self._listed.items():
            if seen.kind is None:
                del self._listed[key]
                return True
        return False


def listed(strangers: Listed) -> list[dict[str, Any]]:
    """The same as the hub takes them."""
    return [
        {
            "protocol": protocol,
            "address": address,
            "last_heard": seen.at.isoformat(),
            "count": seen.count,
            "kind": seen.kind,
        }
        for (protocol, address), seen in strangers.items()
    ]
