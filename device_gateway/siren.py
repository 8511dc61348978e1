"""When the gateway itself must call for help: a press that the hub leaves unanswered. No I/O."""

import threading
from dataclasses import dataclass

from alerts.contract import Kind

ENDED_BY = {Kind.FALL_CANCELLED: Kind.FALL, Kind.HELP_CANCELLED: Kind.HELP}
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds without an answer until the siren rings, rings again, and the modem texts."""

    ring_s: float = 15
    again_s: float = 60
    text_s: float = 45


@dataclass(frozen=True, slots=True)
class Press:
    """A press without an answer."""

    device: str
    event: str
    kind: str
    since: float
    """Monotonic."""


@dataclass(slots=True)
class _State:
    press: Press
    rung_at: float | None = None
    is_texted: bool = False


class SirenWatch:
    """Remembers presses until the hub has them; safe from any thread."""

    def __init__(self, waits: Waits) -> None:
        """Nobody pressed yet."""
        self._waits = waits
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], _State] = {}

    def __len__(self) -> int:
        """How many presses are without an answer."""
        return len(self._open)

    def pressed(self, press: Press) -> None:
        """Watch it from its first hearing on."""
        with self._lock:
            if len(self._open) < MOST:
                self._open.setdefault((press.device, press.event), _State(press))

    def settled(self, device: str, event: str) -> None:
        """The hub has it."""
        with self._lock:
            self._open.pop((device, event), None)

    def cancelled(self, device: str, kind: str, event: str | None) -> None:
        """The device takes a press back: that one, or every one of the kind the cancel ends."""
        ended = ENDED_BY.get(Kind(kind))
        with self._lock:
            mine = (s.press for s in list(self._open.values()) if s.press.device == device)
            for press in mine:
                if press.kind == ended and event in (None, press.event):
                    del self._open[(device, press.event)]

    def is_open(self, press: Press) -> bool:
        """True while it is without an answer."""
        return (press.device, press.event) in self._open

    def to_ring(self, now: float) -> list[Press]:
        """Presses whose siren is due."""
        with self._lock:
            return [state.press for state in self._open.values() if self._rings(state, now)]

    def rung(self, press: Press, now: float) -> None:
        """Its siren rang; the next time is a while away."""
        with self._lock:
            state = self._open.get((press.device, press.event))
            if state is not None:
                state.rung_at = now

    def to_text(self, now: float) -> list[Press]:
        """Presses the modem must tell of; each is given once."""
        with self._lock:
            due = [state for state in self._open.values() if self._texts(state, now)]
            for state in due:
                state.is_texted = True
            return [state.press for state in due]

    def _rings(self, state: _State, now: float) -> bool:
        if state.rung_at is None:
            return now - state.press.since >= self._waits.ring_s
        return now - state.rung_at >= self._waits.again_s

    def _texts(self, state: _State, now: float) -> bool:
        return not state.is_texted and now - state.press.since >= self._waits.text_s
