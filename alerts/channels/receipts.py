"""Which notice a delivery report is about: a long message has one reference for every part."""

from dataclasses import dataclass, field

from alerts.channels.channel import Outcome

RECEIVED = 0x00
TRYING = range(0x20, 0x40)
UNCONFIRMED = range(0x01, 0x20)
"""TP-Status of a report, 3GPP TS 23.040, 9.2.3.15; everything above has failed for good."""


@dataclass
class _Parts:
    """The parts of one message that no report has come for."""

    notice_id: int
    unsent: int
    unreported: set[int] = field(default_factory=set)


class Receipts:
    """Remembers references until their reports come; a network gives out 256 of them in turn."""

    def __init__(self) -> None:
        """Nothing sent yet."""
        self._by_reference: dict[int, _Parts] = {}
        self._present: _Parts | None = None

    def begin(self, notice_id: int, parts: int) -> None:
        """A message of so many parts is about to be sent."""
        self._present = _Parts(notice_id, parts)

    def sent(self, reference: int) -> None:
        """One more part of it has left."""
        assert self._present is not None, "begin comes first"  # noqa: S101 - a slip of the caller
        self._present.unsent -= 1
        self._present.unreported.add(reference)
        self._by_reference[reference] = self._present

    def reported(self, reference: int, status: int) -> tuple[int, Outcome] | None:
        """The notice whose fate this report settles, and how; None where it settles none."""
        parts = self._by_reference.get(reference)
        if parts is None or status in TRYING or status in UNCONFIRMED:
            return None
        if status != RECEIVED:
            self._forget(parts)
            return parts.notice_id, Outcome("failed", f"report_{status}")
        del self._by_reference[reference]
        parts.unreported.discard(reference)
        if parts.unsent or parts.unreported:
            return None
        return parts.notice_id, Outcome("delivered")

    def _forget(self, parts: _Parts) -> None:
        self._by_reference = {
            reference: other
            for reference, other in self._by_reference.items()
            if other is not parts
        }
