"""What staff do over HTTP: log in, see alerts, act on them, ask who is on duty."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy import select
from sse_starlette import EventSourceResponse

from alerts import respond, views
from alerts.api.hub import Hub, hub_of
from alerts.api.problems import Refusal
from alerts.api.security import COOKIE, Staff, Visit, log_in, log_out, still_logged_in
from alerts.api.signals import wait
from alerts.contract import (
    AlertDetail,
    AlertList,
    DutyView,
    HandOver,
    Login,
    Resolution,
    Session,
    Words,
)
from alerts.counters import COUNTERS
from alerts.model import Alert, Outcome, State
from alerts.store.database import URGENT
from alerts.store.tables import head
from alerts.work import Work

PING_S = 5
"""A desk that hears nothing for 15 s turns red."""

LOOK_AGAIN_S = 1.0
_WRITTEN = select(head.c.seq).where(head.c.name == "audit")
"""Grows with everything anybody does: the cheapest way to see that nothing happened."""

routes = APIRouter(prefix="/v1", tags=["staff"])
Act = Callable[[Work], Alert]


@routes.post("/session")
async def post_session(request: Request, response: Response, who: Login) -> Session:
    """Log in: sets the cookie and returns the CSRF token."""
    hub = hub_of(request)
    address = request.client.host if request.client else ""
    cookie, visit = await log_in(hub, address, who.login, who.password)
    set_cookie(hub, response, cookie)
    return _session(visit)


@routes.get("/session")
async def get_session(visit: Staff) -> Session:
    """Who is logged in."""
    return _session(visit)


@routes.delete("/session", status_code=204)
async def delete_session(request: Request, visit: Staff) -> Response:
    """Log out."""
    await log_out(hub_of(request), visit)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE)
    return response


@routes.get("/alerts")
async def get_alerts(
    request: Request,
    visit: Staff,
    closed: bool = False,
    below: int | None = Query(None, ge=1),
    limit: int = Query(views.PAGE, ge=1, le=500),
) -> AlertList:
    """Open alerts of my area, or the closed ones page by page (`below`=`more` of the last page)."""
    return await hub_of(request).read(
        lambda tx, directory, now: views.alert_list(
            tx, directory, visit.person, now, closed=closed, below=below, limit=limit
        )
    )


@routes.get("/alerts/{number}")
async def get_alert(request: Request, visit: Staff, number: int) -> AlertDetail:
    """One alert with person, readings, notices and history; the look is logged."""
    return await look(hub_of(request), visit, number)


@routes.post("/alerts/{number}/acknowledge")
async def post_acknowledge(request: Request, visit: Staff, number: int) -> AlertDetail:
    """我来处理; refused with 409 and the owner's name when somebody was faster."""
    return await act(request, visit, number, lambda w: respond.accept(w, number, visit.person))


@routes.post("/alerts/{number}/dispatch")
async def post_dispatch(request: Request, visit: Staff, number: int) -> AlertDetail:
    """已出发."""
    return await act(request, visit, number, lambda w: respond.dispatch(w, number, visit.person))


@routes.post("/alerts/{number}/arrive")
async def post_arrive(request: Request, visit: Staff, number: int) -> AlertDetail:
    """已到场."""
    return await act(request, visit, number, lambda w: respond.arrive(w, number, visit.person))


@routes.post("/alerts/{number}/resolve")
async def post_resolve(
    request: Request, visit: Staff, number: int, body: Resolution
) -> AlertDetail:
    """处置结果, with one of the outcome codes."""
    outcome = outcome_of(body.outcome)
    return await act(
        request,
        visit,
        number,
        lambda w: respond.settle(w, number, visit.person, outcome, body.text),
    )


@routes.post("/alerts/{number}/close")
async def post_close(
    request: Request, visit: Staff, number: int, body: Words | None = None
) -> AlertDetail:
    """回访 done."""
    text = body.text if body else ""
    return await act(request, visit, number, lambda w: respond.close(w, number, visit.person, text))


@routes.post("/alerts/{number}/reopen")
async def post_reopen(
    request: Request, visit: Staff, number: int, body: Words | None = None
) -> AlertDetail:
    """It was not over."""
    text = body.text if body else ""
    return await act(
        request, visit, number, lambda w: respond.reopen(w, number, visit.person, text)
    )


@routes.post("/alerts/{number}/note")
async def post_note(request: Request, visit: Staff, number: int, body: Words) -> AlertDetail:
    """备注."""
    return await act(
        request, visit, number, lambda w: respond.annotate(w, number, visit.person, body.text)
    )


@routes.post("/alerts/{number}/hand_over")
async def post_hand_over(
    request: Request, visit: Staff, number: int, body: HandOver
) -> AlertDetail:
    """转给别人."""

    def hand(work: Work) -> Alert:
        to = work.directory.staff.get(body.staff_id)
        if to is None:
            raise Refusal(422, "没有这个工作人员")
        return respond.hand_over(work, number, visit.person, to)

    return await act(request, visit, number, hand)


@routes.get("/duty")
async def get_duty(
    request: Request,
    visit: Staff,
    at: AwareDatetime | None = None,
    area: str | None = Query(None, max_length=12),
) -> DutyView:
    """Who is on duty for an area at a moment; now and my area where nothing is said."""

    def ask(_tx: Any, directory: Any, now: datetime) -> DutyView:
        code = area or visit.person.area
        if code not in directory.areas:
            raise Refusal(404, "没有这个地方")
        return views.duty_view(directory, code, at or now)

    return await hub_of(request).read(ask)


@routes.get("/stream")
async def get_stream(request: Request, visit: Staff) -> Response:
    """Server-sent events: `alerts` whenever something of my area changed, `beat` every 5 s."""
    return EventSourceResponse(_stream(hub_of(request), visit), ping=60)


async def act(request: Request, visit: Visit, number: int, command: Act) -> AlertDetail:
    """Do it in one transaction, then show the alert as it is now."""
    hub = hub_of(request)
    await hub.engine.run(command, URGENT)
    return await look(hub, visit, number, log=False)


async def look(hub: Hub, visit: Visit, number: int, *, log: bool = True) -> AlertDetail:
    """The alert with the person's card; raises NoSuchAlert. Every look is logged."""
    found = await hub.read(
        lambda tx, directory, now: views.alert_detail(tx, directory, visit.person, number, now)
    )
    if found is None:
        raise respond.NoSuchAlert(number)
    if log and found.resident_id is not None:
        await hub.engine.run(
            lambda w: w.note(
                "looked",
                who=visit.person.display,
                alert=number,
                subject=f"resident {found.resident_id}",
            )
        )
    return found


def outcome_of(code: str) -> Outcome:
    """The outcome of this code; raises 422 naming the codes."""
    try:
        return Outcome(code)
    except ValueError:
        known = ", ".join(o.value for o in Outcome)
        raise Refusal(422, "请选择处置结果", detail=f"outcome: one of {known}") from None


def set_cookie(hub: Hub, response: Response, cookie: str) -> None:
    """The session cookie: not readable by scripts, not sent from other sites."""
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(hub.settings.session_hours * 3600),
        httponly=True,
        samesite="strict",
        secure=hub.settings.secure_cookie,
    )


async def _stream(hub: Hub, visit: Visit) -> AsyncIterator[dict[str, Any]]:
    """The first message is the present picture; a change anywhere makes the page look again.

    Ends with `ended` when the login does: whoever left sees nothing more.
    """
    person = visit.person
    state: tuple[Any, Any] = (None, None)

    def ask(tx: Any, directory: Any, now: datetime) -> tuple[Any, Any] | None:
        if not still_logged_in(tx, visit, now):
            return None
        written = tx.execute(_WRITTEN).scalar()
        if written == state[0]:
            return state
        found = views.alert_list(tx, directory, person, now)
        lines = [(a.number, a.state, a.press_count, a.owner) for a in found.alerts]
        life = sum(a.severity == 1 and a.state == State.TRIGGERED for a in found.alerts)
        counts = {"waiting": found.waiting, "open": found.open, "life": life}
        return written, {**counts, "alerts": lines}

    with (
        hub.signals.looking(person.id) as changed,
        COUNTERS.streams.labels("desk").track_inprogress(),
    ):
        quiet_s, touched = 0.0, True
        while True:
            before, seen = state, await hub.read(ask)
            if seen is None:
                yield {"event": "ended", "data": ""}
                return
            state = seen
            if touched or state[1] != before[1]:
                yield {"event": "alerts", "data": orjson.dumps(state[1]).decode()}
                quiet_s = 0.0
            elif quiet_s >= PING_S:
                yield {"event": "beat", "data": ""}
                quiet_s = 0.0
            touched = await wait(changed, LOOK_AGAIN_S)
            quiet_s += LOOK_AGAIN_S


def _session(visit: Visit) -> Session:
    person = visit.person
    return Session(
        csrf_token=visit.csrf,
        login=person.login,
        name=person.display,
        role=person.role,
        area=person.area,
    )
