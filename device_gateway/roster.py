"""Which device stands behind an address. A pure look-up; the hub says what stands in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from alerts.contract import Roster as RosterShape
from alerts.contract import RosterDevice


class BadRoster(Exception):
    """These bytes are no roster."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The devices this gateway may speak for, by protocol and address, and by their id."""

    by_address: dict[tuple[str, str], RosterDevice] = field(default_factory=dict)
    by_device: dict[str, RosterDevice] = field(default_factory=dict)

    def find(self, protocol: str, address: str) -> RosterDevice | None:
        """The device at this address, or None for a stranger."""
        return self.by_address.get((protocol, address))


def roster_of(devices: Iterable[RosterDevice]) -> Roster:
    """The look-up over these devices."""
    listed = tuple(devices)
    return Roster(
        by_address={(device.protocol, device.address): device for device in listed},
        by_device={device.device: device for device in listed},
    )


def read_roster(body: bytes) -> Roster:
    """The roster in the hub's answer or in its copy on disk; raises BadRoster."""
    try:
        return roster_of(RosterShape.model_validate_json(body).devices)
    except ValidationError as why:
        raise BadRoster(f"not a roster: {why.error_count()} faults in {len(body)} bytes") from None
