"""Refusals as RFC 9457 problem documents, with a sentence a person can act on."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from alerts.counters import COUNTERS
from alerts.model import AlreadyOwned, IllegalMove
from alerts.respond import NoSuchAlert
from alerts.store.alert_rows import Changed

log = logging.getLogger(__name__)

ProblemPage = Callable[[Request, int, str], Response]
"""How the desk shows a refusal to a person."""

TITLES = {
    400: "请求看不懂，请检查后重试",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这个操作",
    409: "刚才有人改过，请刷新后再试",
    413: "内容太大，请分几次发送",
    422: "填写的内容不对，请检查",
    429: "试得太多了，请稍后再试",
    500: "系统出错了，已记录，请再试一次",
    503: "系统忙，请马上再试",
}


class Refusal(Exception):
    """An answer that is no success; `title` is what a person reads."""

    def __init__(
        self,
        status: int,
        title: str | None = None,
        *,
        detail: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        """`more` goes into the document as it is."""
        super().__init__(title or TITLES[status])
        self.status = status
        self.title = title or TITLES[status]
        self.detail = detail
        self.headers = headers
        self.more = more


def document(
    status: int,
    title: str,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """The problem document."""
    content = {"type": "about:blank", "title": title, "status": status, **more}
    if detail:
        content["detail"] = detail
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")


def answer(
    request: Request,
    status: int,
    title: str,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """A page for whoever looks at pages, the document for programs; the same sentence in both."""
    COUNTERS.refusals.labels(str(status)).inc()
    page: ProblemPage | None = getattr(request.app.state, "problem_page", None)
    if page is None or not for_a_page(request):
        return document(status, title, detail, headers, **more)
    shown = page(request, status, title)
    shown.headers.update(headers or {})
    return shown


def for_a_page(request: Request) -> bool:
    """Whether a browser asks for something to show, not a program for something to read."""
    if request.url.path.startswith("/v1/"):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def install(app: FastAPI) -> None:
    """Every error leaves as a problem document or page, and none takes the program with it."""

    @app.exception_handler(Refusal)
    async def _refusal(request: Request, why: Refusal) -> Response:
        if why.status == 401 and request.method == "GET" and _opens_a_page(request):
            COUNTERS.refusals.labels("401").inc()
            return RedirectResponse(f"/login?{urlencode({'next': request.url.path})}", 303)
        return answer(request, why.status, why.title, why.detail, why.headers, **why.more)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, why: HTTPException) -> Response:
        title = TITLES.get(why.status_code, TITLES[400])
        return answer(request, why.status_code, title, why.detail)

    @app.exception_handler(RequestValidationError)
    async def _shape(request: Request, why: RequestValidationError) -> Response:
        errors = [
            f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in why.errors()[:5]
        ]
        return answer(request, 422, TITLES[422], "; ".join(errors))

    @app.exception_handler(NoSuchAlert)
    async def _no_alert(request: Request, _why: NoSuchAlert) -> Response:
        return answer(request, 404, "没有这个报警，或不在您的辖区")

    @app.exception_handler(IllegalMove)
    async def _illegal(request: Request, why: IllegalMove) -> Response:
        more = {"owner": why.owner} if isinstance(why, AlreadyOwned) else {}
        return answer(request, 409, str(why), None, None, **more)

    @app.exception_handler(Changed)
    async def _changed(request: Request, _why: Changed) -> Response:
        return answer(request, 409, TITLES[409])

    @app.exception_handler(OperationalError)
    async def _busy(request: Request, why: OperationalError) -> Response:
        log.error("the database cannot be used: %s", why.orig)
        return answer(request, 503, TITLES[503], headers={"Retry-After": "1"})

    @app.exception_handler(PoolTimeout)
    async def _full(request: Request, _why: PoolTimeout) -> Response:
        return answer(request, 503, TITLES[503], headers={"Retry-After": "1"})

    @app.exception_handler(IntegrityError)
    async def _twice(request: Request, why: IntegrityError) -> Response:
        log.warning("refused by the database: %s", why.orig.__class__.__name__)
        return answer(request, 409, TITLES[409])

    @app.exception_handler(OverflowError)
    async def _no_such_number(request: Request, _why: OverflowError) -> Response:
        return answer(request, 404, TITLES[404])

    @app.exception_handler(DataError)
    async def _not_storable(request: Request, why: DataError) -> Response:
        log.warning("refused by the database: %s", why.orig.__class__.__name__)
        return answer(request, 422, TITLES[422])

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, _why: Exception) -> Response:
        return answer(request, 500, TITLES[500])


def _opens_a_page(request: Request) -> bool:
    """A whole page, not a part of one: that stays and says that the login has ended."""
    return "text/html" in request.headers.get("accept", "") and "hx-request" not in request.headers
