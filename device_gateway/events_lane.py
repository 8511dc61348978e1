"""Events to the hub: at once when one comes, together when several wait, again until settled."""

import logging
import threading
from collections.abc import Callable

import orjson

from alerts.contract import LIFE_KINDS, Kind
from device_gateway.client import HubLine, HubRefused, HubSilent, Verdict
from device_gateway.frame import Decoded, EventItem, Frame
from device_gateway.letter import Letter
from device_gateway.patience import Patience
from device_gateway.refusals import Refusals
from device_gateway.shelf import Held, Shelf
from device_gateway.siren import ENDED_BY, Press, SirenWatch

log = logging.getLogger(__name__)

PATH = "/v1/events"
REST_S = 1.0
"""How long the lane sleeps where nothing comes; an event wakes it."""
LIFE_WAIT_S = 1.0
"""The longest pause between attempts while a press waits."""
ALONE_S = 60.0
"""Pause before a press is tried again that the hub refused as a whole."""


class EventsLane:
    """One thread, one line to the hub; presses go first."""

    def __init__(
        self,
        line: HubLine,
        siren: SirenWatch,
        refusals: Refusals,
        patience: Patience,
        monotonic: Callable[[], float],
        turned_away: Callable[[Frame, str, Kind], None],
    ) -> None:
        """Nothing is sent before `run`; `turned_away` hears of a press that the hub refused."""
        self.shelf = Shelf()
        self._line = line
        self._siren = siren
        self._refusals = refusals
        self._patience = patience
        self._monotonic = monotonic
        self._turned_away = turned_away
        self._stop = threading.Event()

    @property
    def hub_answers(self) -> bool:
        """False from a failed attempt until the next good one."""
        return not self._patience.is_tried

    def take(self, letter: Letter, said: Decoded) -> None:
        """Keep the events of this message until the hub has settled each."""
        held = Held(
            letter=letter,
            device=said.device,
            items=[orjson.dumps(item) for item in said.events],
            ids=tuple(item["id"] for item in said.events),
            life=said.life,
            refused=said.refused,
        )
        if self.shelf.add(held):
            for item in said.events:
                self._watch(item)

    def run(self) -> None:
        """Send until stopped."""
        while not self._stop.is_set():
            try:
                self._send(self.shelf.next_batch(self._monotonic(), REST_S))
            except Exception:
                log.exception("the events lane stumbled and goes on")
                self._stop.wait(REST_S)

    def stop(self) -> None:
        """End after the attempt under way; what is unsettled stays where it came from."""
        self._stop.set()
        self.shelf.close()
        self._line.hang_up()

    def _watch(self, item: EventItem) -> None:
        kind, device = item["kind"], item["device"]
        if kind in LIFE_KINDS:
            self._siren.pressed(Press(device, item["id"], kind, self._monotonic()))
        elif kind in ENDED_BY:
            event = item["data"].get("event")
            self._siren.cancelled(device, kind, event if isinstance(event, str) else None)

    def _send(self, batch: list[Held]) -> bool:
        """False where there was no answer."""
        if not batch or self._stop.is_set():
            return True
        try:
            verdicts = self._line.post_items(PATH, [item for held in batch for item in held.items])
        except HubSilent as why:
            wait = self._patience.failed(why)
            self._stop.wait(min(wait, LIFE_WAIT_S) if self.shelf.holds_life else wait)
            return False
        except HubRefused as why:
            self._patience.succeeded()
            return self._refused(batch, str(why))
        self._patience.succeeded()
        for held in batch:
            count = len(held.items)
            own, verdicts = verdicts[:count], verdicts[count:]
            self._settle(held, own)
        return True

    def _refused(self, batch: list[Held], reason: str) -> bool:
        """Find out which one spoils the body; a press is kept and tried again all the same."""
        if len(batch) > 1:
            return all(self._send([held]) for held in batch)
        (held,) = batch
        if held.life is not None:
            self._refusals.note(held.device, reason)
            held.try_after = self._monotonic() + ALONE_S
        else:
            self._settle(held, [Verdict(None, "refused", reason)])
        return True

    def _settle(self, held: Held, verdicts: list[Verdict]) -> None:
        self.shelf.remove(held)
        for event in held.ids:
            self._siren.settled(held.device, event)
        try:
            for verdict in verdicts:
                if verdict.status == "refused":
                    self._refusals.note(held.device, verdict.reason or "refused")
                    if held.life is not None:
                        self._turned_away(held.letter.frame, held.device, held.life)
            held.letter.settle(held.device, verdicts, held.refused)
        except Exception:
            log.exception("a message of %s could not be answered", held.device)
