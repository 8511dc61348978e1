"""What counts as one tap: a trembling finger is one, a second press is another. Pure."""

from dataclasses import dataclass, replace

TREMBLE_S = 0.25
"""A finger that comes back this soon has not really left: tremor is faster than 4 a second."""

LONGEST_S = 1.0
"""However fast the contacts follow each other, after this they count again: panic is heard."""


AFTERWARDS_S = 0.7
"""Within this after a press another finger's touch elsewhere belongs to the same hand."""


@dataclass(frozen=True)
class Tap:
    """One counted tap: its first contact and its latest one, in monotonic seconds."""

    began: float
    latest: float


def contact(tap: Tap | None, now: float) -> tuple[Tap, bool]:
    """The tap this contact belongs to, and whether it is a new one that counts."""
    if tap is not None and now - tap.latest < TREMBLE_S and now - tap.began < LONGEST_S:
        return replace(tap, latest=now), False
    return Tap(began=now, latest=now), True
