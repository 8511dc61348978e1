"""What the hub's database holds in the end: the facts behind what was heard and shown."""

from sqlalchemy import func, select

from alerts.store.tables import alert, event, notice
from tests.journeys.world import World


def alerts_of(world: World, device: str) -> list[tuple[str, int]]:
    """For each alert of this device the press that opened it and how many events it holds."""
    held = select(func.count()).where(event.c.alert == alert.c.number).scalar_subquery()
    asked = select(alert.c.first_event, held).where(alert.c.device == device)
    return [(row[0], row[1]) for row in world.ask(asked)]


def notices_of(world: World, device: str, channel: str) -> list[str]:
    """The state of each notice about this device through this channel."""
    mine = alert.c.device == device
    asked = select(notice.c.state).join(alert).where(mine, notice.c.channel == channel)
    return [row.state for row in world.ask(asked)]
