"""Every frame comes through here once: decoded, looked up, noted as a beat, and counted if bad."""

import threading
from collections.abc import Callable

from alerts.contract import Kind
from device_gateway.frame import Decoded, Frame
from device_gateway.pipeline import Stranger, admit, decode
from device_gateway.presence import Presence
from device_gateway.refusals import Refusals
from device_gateway.roster import Roster


class Reception:
    """Safe from any thread; holds no message."""

    def __init__(
        self,
        roster: Callable[[], Roster],
        presence: Presence,
        refusals: Refusals,
        returned: Callable[[str], None],
    ) -> None:
        """`returned` hears of a device that speaks after having been away."""
        self._roster = roster
        self._presence = presence
        self._refusals = refusals
        self._returned = returned
        self.hurry = threading.Event()
        """Set where the hub should hear of a stranger's press at once."""

    def hear(self, frame: Frame) -> Decoded:
        """What the frame says in its device's name; empty of items where nothing may be taken."""
        said = decode(frame)
        admitted = admit(frame, said, self._roster())
        if isinstance(admitted, Stranger):
            return self._turn_away(frame, said, admitted)
        for reason in admitted.refused:
            self._refusals.note(admitted.device, reason)
        if admitted.status is not None:
            self._presence.said_status(admitted.device, admitted.status)
        if not frame.retained and admitted.status != "offline":
            self._beat(frame, admitted.device)
        return admitted

    def turned_away(self, frame: Frame, device: str, kind: Kind) -> None:
        """The hub refused this press: it must still hear that somebody pressed."""
        self._list(frame, Stranger(frame.protocol, device, kind.value))

    def _beat(self, frame: Frame, device: str) -> None:
        listed = self._roster().by_device.get(device)
        interval_s = listed.interval_s if listed is not None else 300
        if self._presence.heard(device, frame.received_at, interval_s):
            self._returned(device)

    def _turn_away(self, frame: Frame, said: Decoded, stranger: Stranger) -> Decoded:
        if not frame.retained:
            self._list(frame, stranger)
        reasons = said.refused or ("unknown_device",)
        self._refusals.note(stranger.address, reasons[0])
        return Decoded(said.device, refused=reasons)

    def _list(self, frame: Frame, stranger: Stranger) -> None:
        self._presence.heard_stranger(stranger, frame.received_at)
        if stranger.kind is not None:
            self.hurry.set()
