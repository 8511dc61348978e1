"""From a frame to items in a registered device's name. Pure; survives any bytes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from device_gateway.frame import Decoded, Frame
from device_gateway.protocols import PROTOCOLS, Decode
from device_gateway.roster import Roster

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody heard who stands in no roster, and the life kind it pressed, if it did."""

    protocol: str
    address: str
    kind: str | None


def decode(frame: Frame, protocols: Mapping[str, Decode] = PROTOCOLS) -> Decoded:
    """What the frame says; a decoder that fails is a refusal, never the end of a link."""
    known = protocols.get(frame.protocol)
    if known is None:
        return Decoded(frame.address, refused=("unknown_protocol",))
    try:
        return known(frame)
    except Exception:
        log.exception("the decoder of %s failed on a frame of %s", frame.protocol, frame.address)
        return Decoded(frame.address, refused=("decoder_failed",))


def admit(frame: Frame, said: Decoded, roster: Roster) -> Decoded | Stranger:
    """The same in the name of the device that stands at this address in the roster."""
    found = roster.find(frame.protocol, said.device)
    if found is None:
        life = said.life
        return Stranger(frame.protocol, said.device, life.value if life else None)
    return said if found.device == said.device else _renamed(said, found.device)


def _renamed(said: Decoded, device: str) -> Decoded:
    return replace(
        said,
        device=device,
        events=tuple({**item, "device": device} for item in said.events),
        readings=tuple({**item, "device": device} for item in said.readings),
    )
