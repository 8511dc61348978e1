"""The desk itself: a notice is delivered while that person has the page open."""

from collections.abc import Callable

from alerts.channels.channel import Outcome, Outgoing


class Desk:
    """Always on; what it shows comes from the database, so there is nothing to hand over."""

    name = "desk"

    def __init__(self, present: Callable[[int], bool]) -> None:
        """`present` says whether a member of staff has the desk open now."""
        self._present = present

    async def start(self) -> None:
        """Nothing to open."""

    async def send(self, out: Outgoing) -> Outcome:
        """Delivered to a page that is open, else waiting there for whoever logs in."""
        seen = out.staff_id is not None and self._present(out.staff_id)
        return Outcome("delivered" if seen else "sent")

    async def stop(self) -> None:
        """Nothing to close."""
