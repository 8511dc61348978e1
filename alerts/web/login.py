"""Coming and going."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from alerts.api.hub import hub_of
from alerts.api.problems import Refusal
from alerts.api.security import COOKIE, Staff, log_in, log_out, visit_of
from alerts.api.staff import set_cookie
from alerts.web import rendering
from alerts.web.fields import Typed

routes = APIRouter()
ENDED = "登录已过期，请重新登录"


@routes.get("/login")
async def get_login(
    request: Request, onward: Annotated[str, Query(alias="next")] = "/"
) -> Response:
    """The form; somebody who is logged in goes on to the desk."""
    if COOKIE not in request.cookies:
        return _form(request, "", onward)
    try:
        await visit_of(request)
    except Refusal:
        return _form(request, ENDED, onward)
    return RedirectResponse(_ours(onward), 303)


@routes.post("/login")
async def post_login(request: Request, typed: Typed) -> Response:
    """Log in, or say what was wrong with the name kept."""
    hub = hub_of(request)
    login = typed.text("login", "账号", 64)
    onward = typed.text("next", "网址", 256)
    address = request.client.host if request.client else ""
    try:
        cookie, _visit = await log_in(hub, address, login, typed.secret("password"))
    except Refusal as why:
        answer = _form(request, why.title, onward, login, why.status)
        answer.headers.update(why.headers or {})
        return answer
    answer = RedirectResponse(_ours(onward), 303)
    set_cookie(hub, answer, cookie)
    return answer


@routes.post("/logout")
async def post_logout(request: Request, visit: Staff) -> Response:
    """The session ends here and in every open tab."""
    await log_out(hub_of(request), visit)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _form(
    request: Request, trouble: str, onward: str, login: str = "", status: int = 200
) -> Response:
    context = {
        "brand": hub_of(request).settings.brand,
        "trouble": trouble,
        "login": login,
        "next": _ours(onward),
    }
    return rendering.page("login.html", context, status)


def _ours(address: str) -> str:
    """A place of this desk; anything else leads to the start page."""
    ours = address.startswith("/") and address[1:2] not in ("/", "\\") and "\n" not in address
    return address if ours else "/"
