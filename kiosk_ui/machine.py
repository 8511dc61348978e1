"""Which screen follows which: one table, no clock, no Qt. A new screen is a row or two here."""

from dataclasses import dataclass
from enum import StrEnum


class Screen(StrEnum):
    """Where the visitor is."""

    HOME = "home"
    SENT = "sent"
    """The first seconds after a press, when 不用了 is the main offer."""
    HELP_OPEN = "help_open"
    DONE = "done"


class Move(StrEnum):
    """What can lead to another screen."""

    CALL = "call"
    """A new request was committed."""
    AGAIN = "again"
    """A further press for a request that is still open."""
    BACK = "back"
    HOME = "home"
    SHOW_REQUEST = "show_request"
    OFFER_OVER = "offer_over"
    ENDED = "ended"
    """The request on show was closed or taken back."""
    IDLE = "idle"


@dataclass(frozen=True)
class Step:
    """The next screen, and whether the visitor's choices are wiped on the way."""

    to: Screen
    wipe: bool = False


@dataclass(frozen=True)
class Limit:
    """How long a screen lasts, and what its end means."""

    seconds: float
    move: Move
    from_touch: bool
    """Counted from the latest touch, not from the entry."""


FROM_ANYWHERE: dict[Move, Step] = {
    Move.CALL: Step(Screen.SENT),
    Move.HOME: Step(Screen.HOME),
}

TABLE: dict[tuple[Screen, Move], Step] = {
    (Screen.HOME, Move.AGAIN): Step(Screen.HELP_OPEN),
    (Screen.HOME, Move.SHOW_REQUEST): Step(Screen.HELP_OPEN),
    (Screen.HOME, Move.IDLE): Step(Screen.HOME, wipe=True),
    (Screen.SENT, Move.BACK): Step(Screen.HOME),
    (Screen.SENT, Move.OFFER_OVER): Step(Screen.HELP_OPEN),
    (Screen.SENT, Move.ENDED): Step(Screen.DONE),
    (Screen.HELP_OPEN, Move.BACK): Step(Screen.HOME),
    (Screen.HELP_OPEN, Move.ENDED): Step(Screen.DONE),
    (Screen.HELP_OPEN, Move.IDLE): Step(Screen.HOME, wipe=True),
    (Screen.DONE, Move.AGAIN): Step(Screen.HELP_OPEN),
    (Screen.DONE, Move.BACK): Step(Screen.HOME),
    (Screen.DONE, Move.IDLE): Step(Screen.HOME, wipe=True),
}

LIMITS: dict[Screen, Limit] = {
    Screen.HOME: Limit(120, Move.IDLE, from_touch=True),
    Screen.SENT: Limit(10, Move.OFFER_OVER, from_touch=False),
    Screen.HELP_OPEN: Limit(600, Move.IDLE, from_touch=True),
    Screen.DONE: Limit(20, Move.IDLE, from_touch=True),
}


def step(screen: Screen, move: Move) -> Step:
    """Where a move leads; one that means nothing here stays here."""
    return TABLE.get((screen, move)) or FROM_ANYWHERE.get(move) or Step(screen)


def due(screen: Screen, entered: float, touched: float, now: float) -> Move | None:
    """The move that time itself makes on this screen, once its limit has passed."""
    limit = LIMITS[screen]
    since = max(entered, touched) if limit.from_touch else entered
    return limit.move if now - since >= limit.seconds else None
