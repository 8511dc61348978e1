"""Is it alive, is it ready, what has it counted."""

import time
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from alerts.api.hub import hub_of
from alerts.channels.siren import Siren
from alerts.counters import COUNTERS

routes = APIRouter(tags=["health"])

SWEEP_LATE_S = 30.0


@routes.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@routes.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """Database, broker and the ladder's sweep; 503 names what is missing."""
    hub = hub_of(request)
    try:
        await hub.read(lambda tx, _d, _n: tx.execute(text("SELECT 1")).scalar())
        database = True
    except Exception:
        database = False
    siren = hub.delivery.channels.get("siren")
    parts = {
        "database": database,
        "broker": not isinstance(siren, Siren) or siren.connected,
        "ladder": time.monotonic() - hub.engine.alive_at < SWEEP_LATE_S,
    }
    ready = all(parts.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready", **parts}


@routes.get("/metrics")
async def metrics() -> Response:
    """Prometheus text."""
    return Response(generate_latest(COUNTERS.registry), media_type=CONTENT_TYPE_LATEST)
