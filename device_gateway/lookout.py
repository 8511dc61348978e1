"""Looks after the presses that the hub leaves without an answer: the siren first, then texts."""

import logging
import threading
from collections.abc import Callable
from functools import partial

from device_gateway.links.modem import Text
from device_gateway.siren import Press, SirenWatch

log = logging.getLogger(__name__)

LOOK_S = 0.2
KINDS = {
    "sos": "紧急呼救",
    "help": "求助",
    "fall": "跌倒",
    "smoke": "烟雾报警",
    "gas": "燃气报警",
    "carbon_monoxide": "一氧化碳报警",
}


class Lookout:
    """A thread of its own, so that nothing that hangs elsewhere keeps the siren silent."""

    def __init__(
        self,
        watch: SirenWatch,
        ring: Callable[[Press], bool],
        send: Callable[[Text], None] | None,
        numbers: tuple[str, ...],
        monotonic: Callable[[], float],
    ) -> None:
        """`ring` says whether the siren was reached; `send` is None without a modem."""
        self._watch = watch
        self._ring = ring
        self._send = send
        self._numbers = numbers
        self._monotonic = monotonic
        self._stop = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                log.exception("the lookout stumbled and goes on")

    def look(self) -> None:
        """Do what is due now."""
        now = self._monotonic()
        for press in self._watch.to_ring(now):
            if self._ring(press):
                self._watch.rung(press, now)
                log.warning("the hub is silent: siren for %s of %s", press.kind, press.device)
        if self._send is None:
            return
        for press in self._watch.to_text(now):
            wanted = partial(self._watch.is_open, press)
            for number in self._numbers:
                self._send(Text(number, text_for(press), wanted))

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()


def text_for(press: Press) -> str:
    """What the phones read: one short message, no name of anybody."""
    what = KINDS.get(press.kind, "求助")
    return f"【助联体】{what}：设备 {press.device}，平台无应答，请立即查看。"
