"""What gateways and kiosks call: events, readings, presence, roster, replies."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sse_starlette import EventSourceResponse

from alerts.api.hub import Hub, hub_of
from alerts.api.problems import Refusal
from alerts.api.security import FromSource, Source
from alerts.api.signals import wait
from alerts.contract import BATCH_LIMIT, Presence, Reply, RequestProgress, Results, Roster, Stage
from alerts.counters import COUNTERS
from alerts.store.tables import alert, device, event, head, reply

PING_S = 10
LOOK_AGAIN_S = 1.0
"""Another hub on the same database may have written a reply; a look costs next to nothing."""

_NEWEST = select(head.c.seq).where(head.c.name == "reply")

routes = APIRouter(prefix="/v1", tags=["devices"])


@routes.post("/events", response_model=Results)
async def post_events(request: Request, source: FromSource) -> Response:
    """Events, one or a list; answered after the commit, one result an item."""
    items = await _items(request)
    return _answer(await hub_of(request).engine.take_events(source.name, items))


@routes.post("/readings", response_model=Results)
async def post_readings(request: Request, source: FromSource) -> Response:
    """Readings, one or a list."""
    items = await _items(request)
    return _answer(await hub_of(request).engine.take_readings(source.name, items))


@routes.post("/presence", status_code=204)
async def post_presence(request: Request, source: FromSource, presence: Presence) -> Response:
    """Who was heard since the last report."""
    await hub_of(request).engine.take_presence(source.name, presence)
    return Response(status_code=204)


@routes.get("/roster", response_model=Roster)
async def get_roster(request: Request, source: FromSource) -> Response:
    """Devices this source may speak for; 304 while nothing changed (ETag)."""

    def ask(tx: Any, _directory: Any, _now: Any) -> list[dict[str, Any]]:
        rows = tx.execute(
            select(device.c.id, device.c.protocol, device.c.address, device.c.interval_s)
            .where(device.c.source == source.name, device.c.retired_at.is_(None))
            .order_by(device.c.id)
        )
        return [
            {
                "device": r.id,
                "protocol": r.protocol,
                "address": r.address,
                "interval_s": r.interval_s,
            }
            for r in rows
        ]

    body = orjson.dumps({"source": source.name, "devices": await hub_of(request).read(ask)})
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, media_type="application/json", headers={"ETag": etag})


@routes.get("/replies")
async def get_replies(request: Request, source: FromSource) -> Response:
    """Server-sent events: later stages for this source's devices, from Last-Event-ID on."""
    last = request.headers.get("last-event-id", "0")
    if not last.isdecimal() or len(last) > 18:
        raise Refusal(400, "Last-Event-ID 应是数字")
    return EventSourceResponse(_replies(hub_of(request), source, int(last)), ping=PING_S)


@routes.get("/requests/{event_id}", response_model=RequestProgress)
async def get_request(request: Request, source: FromSource, event_id: str) -> RequestProgress:
    """How far a press of this source's own has come."""

    def ask(tx: Any, _directory: Any, _now: Any) -> RequestProgress | None:
        row = tx.execute(
            select(event.c.alert, event.c.device, event.c.stored_at, alert.c.cancelled_at)
            .join(device, device.c.id == event.c.device)
            .outerjoin(alert, alert.c.number == event.c.alert)
            .where(event.c.id == event_id, device.c.source == source.name)
            .order_by(event.c.seq.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        told = tx.execute(
            select(reply)
            .where(reply.c.device == row.device, reply.c.event == event_id)
            .order_by(reply.c.seq.desc())
            .limit(1)
        ).one_or_none()
        return RequestProgress(
            event=event_id,
            number=row.alert,
            stage=Stage(told.stage) if told else Stage.RECEIVED,
            by=told and told.by,
            text=told.text if told else "已收到",
            at=told.at if told else row.stored_at,
            cancelled=row.cancelled_at is not None,
        )

    found = await hub_of(request).read(ask)
    if found is None:
        raise Refusal(404, "没有这个求助")
    return found


async def _replies(hub: Hub, source: Source, last: int) -> AsyncIterator[dict[str, Any]]:
    def ask(tx: Any, _directory: Any, now: Any) -> list[Any]:
        nonlocal last
        if last > tx.execute(_NEWEST).scalar_one():
            last = 0  # the database was put back to an older state; what is unexpired counts
        return list(
            tx.execute(
                select(reply)
                .where(reply.c.source == source.name, reply.c.seq > last, reply.c.expires_at > now)
                .order_by(reply.c.seq)
                .limit(BATCH_LIMIT)
            ).all()
        )

    with (
        hub.signals.replies.subscribed() as changed,
        COUNTERS.streams.labels("replies").track_inprogress(),
    ):
        while True:
            rows = await hub.read(ask)
            for row in rows:
                last = row.seq
                told = Reply(**{n: getattr(row, n) for n in Reply.model_fields})
                yield {"id": str(row.seq), "event": "reply", "data": told.model_dump_json()}
            if not rows:
                await wait(changed, LOOK_AGAIN_S)
            await asyncio.sleep(0)


async def _items(request: Request) -> list[Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise Refusal(400, "内容不是 JSON") from None
    items = body if isinstance(body, list) else [body]
    if len(items) > BATCH_LIMIT:
        raise Refusal(413, f"一次最多 {BATCH_LIMIT} 条", detail=f"{len(items)} items")
    return items


def _answer(results: list[Any]) -> Response:
    body = {"results": [result.__dict__ for result in results]}
    return Response(orjson.dumps(body), media_type="application/json")
