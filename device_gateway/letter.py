"""A message on its way to the hub, as the lanes see it: the link that heard it settles it."""

from collections.abc import Sequence
from typing import Protocol

from device_gateway.client import Verdict
from device_gateway.frame import Frame


class Letter(Protocol):
    """One message of a device; until it is settled its link or its sender keeps it."""

    @property
    def frame(self) -> Frame:
        """What was heard."""

    @property
    def is_orphan(self) -> bool:
        """True where its connection is gone: it will be heard again and can be settled then."""

    def acknowledge(self) -> None:
        """Nobody needs to keep it any longer."""

    def settle(self, device: str, verdicts: Sequence[Verdict], refused: Sequence[str]) -> None:
        """Each item has its verdict or was refused before: answer, then acknowledge."""
