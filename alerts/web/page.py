"""From a question to a page: what every page shows around its own content."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from alerts.api.hub import hub_of
from alerts.api.security import Visit
from alerts.directory import Directory
from alerts.web import rendering
from alerts.web.rights import Rights

SAID = "yj_said"
"""The cookie that carries one sentence over a redirect."""

NAV = (
    ("/", "报警", "press"),
    ("/devices", "设备", "device"),
    ("/residents", "居民", "user"),
    ("/duty", "值班", "calendar"),
    ("/history", "记录", "list"),
)
NAV_LEADERS = (("/staff", "人员", "users"), ("/audit", "日志", "shield"))

Question = Callable[[Connection, Directory, datetime], dict[str, Any]]


async def show(
    request: Request, visit: Visit, template: str, question: Question, status: int = 200
) -> HTMLResponse:
    """A page, or a part of one, that answers a question to the database."""
    hub = hub_of(request)
    person = visit.person

    def ask(tx: Connection, directory: Directory, now: datetime) -> dict[str, Any]:
        return {"now": now, "place": directory.path(person.area), **question(tx, directory, now)}

    context = await hub.read(ask)
    rights = Rights(person)
    said = request.cookies.get(SAID)
    whole = "hx-request" not in request.headers
    answer = rendering.page(
        template,
        {
            "brand": hub.settings.brand,
            "me": person,
            "may": rights,
            "csrf": visit.csrf,
            "nav": NAV + (NAV_LEADERS if rights.leads else ()),
            "path": request.url.path,
            "said": unquote(said) if said and whole else "",
            **context,
        },
        status,
    )
    if said and whole:
        answer.delete_cookie(SAID)
    return answer


def done(request: Request, to: str, said: str = "") -> Response:
    """What follows a form that was taken: go there, with a sentence to read."""
    if "hx-request" in request.headers:
        answer = Response(headers={"HX-Redirect": to})
    else:
        answer = RedirectResponse(to, 303)
    if said:
        answer.set_cookie(SAID, quote(said), max_age=30, httponly=True, samesite="strict")
    return answer


def problem_page(request: Request, status: int, title: str) -> Response:
    """A refusal as people see it: a sentence in the page they are on, or a page of its own."""
    context = {"brand": hub_of(request).settings.brand, "title": title, "status": status}
    if "hx-request" in request.headers:
        answer = rendering.page("said.html", context, status)
        answer.headers["HX-Retarget"] = "#said"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return rendering.page("problem.html", context, status)
