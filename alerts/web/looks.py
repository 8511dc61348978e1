"""Every look at a person's data is a line of the log."""

from fastapi import Request

from alerts.api.hub import hub_of
from alerts.api.security import Visit


async def looked(
    request: Request, visit: Visit, resident_id: int | None, alert: int | None = None
) -> None:
    """Somebody has just seen this resident's card; nothing to write where there was none."""
    if resident_id is None:
        return
    subject = f"resident {resident_id}"
    await hub_of(request).engine.run(
        lambda w: w.note("looked", who=visit.person.display, alert=alert, subject=subject)
    )
