"""What the desk's buttons do: the same commands as the HTTP contract, answered with the alert."""

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from alerts import respond
from alerts.api.hub import hub_of
from alerts.api.problems import Refusal
from alerts.api.security import Staff, Visit
from alerts.api.staff import outcome_of
from alerts.model import Alert
from alerts.register import Wrong
from alerts.store.database import URGENT
from alerts.web.desk import parts
from alerts.web.fields import Typed
from alerts.work import Work

routes = APIRouter()
TEXT = 2000


@routes.post("/alerts/{number}/acknowledge")
async def post_acknowledge(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """我来处理: whoever comes second reads who has it."""
    return await _act(
        request, visit, typed, number, lambda w: respond.accept(w, number, visit.person)
    )


@routes.post("/alerts/{number}/dispatch")
async def post_dispatch(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """已出发."""
    return await _act(
        request, visit, typed, number, lambda w: respond.dispatch(w, number, visit.person)
    )


@routes.post("/alerts/{number}/arrive")
async def post_arrive(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """已到场."""
    return await _act(
        request, visit, typed, number, lambda w: respond.arrive(w, number, visit.person)
    )


@routes.post("/alerts/{number}/resolve")
async def post_resolve(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """处置结果."""
    outcome = outcome_of(typed.text("outcome", "处置结果"))
    text = typed.text("text", "说明", TEXT)
    return await _act(
        request,
        visit,
        typed,
        number,
        lambda w: respond.settle(w, number, visit.person, outcome, text),
    )


@routes.post("/alerts/{number}/close")
async def post_close(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """回访办结."""
    text = typed.text("text", "回访情况", TEXT)
    return await _act(
        request, visit, typed, number, lambda w: respond.close(w, number, visit.person, text)
    )


@routes.post("/alerts/{number}/reopen")
async def post_reopen(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """重新打开: with the reason, because it calls everybody again."""
    text = typed.text("text", "原因", TEXT, needed=True)
    return await _act(
        request, visit, typed, number, lambda w: respond.reopen(w, number, visit.person, text)
    )


@routes.post("/alerts/{number}/note")
async def post_note(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """备注."""
    text = typed.text("text", "备注", TEXT, needed=True)
    return await _act(
        request, visit, typed, number, lambda w: respond.annotate(w, number, visit.person, text)
    )


@routes.post("/alerts/{number}/hand_over")
async def post_hand_over(request: Request, visit: Staff, typed: Typed, number: int) -> Response:
    """转给别人."""
    chosen = typed.whole("staff_id", "转给谁")

    def hand(work: Work) -> Alert:
        to = work.directory.staff.get(chosen or 0)
        if to is None:
            raise Wrong("请选择转给谁")
        return respond.hand_over(work, number, visit.person, to)

    return await _act(request, visit, typed, number, hand)


async def _act(
    request: Request, visit: Visit, typed: Typed, number: int, command: Callable[[Work], Alert]
) -> Response:
    """Do it in one transaction; the desk gets the alert's pieces, a bare browser the page."""
    if number < 1:
        raise Refusal(404)
    await hub_of(request).engine.run(command, URGENT)
    if "hx-request" not in request.headers:
        return RedirectResponse(f"/alerts/{number}", 303)
    return await parts(request, visit, number, typed.has("keep"))
