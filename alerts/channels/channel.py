"""What every channel takes, promises and answers: one notice out, one coded outcome back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True)
class Outgoing:
    """One attempt at one notice. `text` names the alert and the attempt and no health data."""

    notice_id: int
    key: str
    """The same for every attempt at this notice: whoever gets it twice can tell."""
    attempt: int
    alert: int
    device: str | None
    kind: str
    severity: int
    area: str
    address: str
    """Where to, as the channel understands it (a phone number); empty where it knows itself."""
    text: str
    staff_id: int | None = None
    """The one person it is for; None for a siren or a group."""


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt.

    `sent`: handed over, no receipt yet. `delivered`: the other side has confirmed it. `failed`:
    trying again the same way is useless. `retry`: nobody has it; try again or go on.
    """

    state: Literal["sent", "delivered", "failed", "retry"]
    reason: str = "ok"
    """A code for the desk and the log: ok, timeout, unreachable, broker_down, no_modem …"""
    provider_id: str | None = None


Report = Callable[[int, Outcome], None]
"""Called in the event loop's thread with a notice's id when more is known after `sent`.

The outcome is `delivered`, or `failed` or `retry` where what was handed over got lost after all.
"""


class Channel(Protocol):
    """A way to reach somebody. `send` answers within a bounded time and raises nothing."""

    @property
    def name(self) -> str:
        """The channel's name in the registry and in a notice's row."""

    async def start(self) -> None:
        """Open what stays open; returns at once, also where the other side is away."""

    async def send(self, out: Outgoing) -> Outcome:
        """Try once."""

    async def stop(self) -> None:
        """Close what is open."""
