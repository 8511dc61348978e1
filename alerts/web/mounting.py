"""Puts the pages, their files and their way of refusing into the application."""

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from alerts.api import problems
from alerts.register import Wrong
from alerts.web import (
    acts,
    audit_page,
    desk,
    device_acts,
    device_list,
    device_page,
    duty,
    history,
    login,
    people,
    rendering,
    resident_acts,
    resident_list,
    resident_page,
)
from alerts.web.page import problem_page

A_YEAR = "public, max-age=31536000, immutable"

routes = APIRouter(include_in_schema=False)
for part in (
    login,
    desk,
    acts,
    history,
    device_list,
    device_page,
    device_acts,
    resident_list,
    resident_page,
    resident_acts,
    duty,
    people,
    audit_page,
):
    routes.include_router(part.routes)


class Files(StaticFiles):
    """Our own files: named by content, so that a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        answer = await super().get_response(path, scope)
        if b"v=" in scope["query_string"] and answer.status_code == 200:
            answer.headers["Cache-Control"] = A_YEAR
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def mount(app: FastAPI) -> None:
    """Serve the desk."""
    app.state.problem_page = problem_page
    app.include_router(routes)
    app.mount("/static", Files(directory=rendering.STATIC), name="static")

    @app.exception_handler(Wrong)
    async def _wrong(request: Request, why: Wrong) -> Response:
        return problems.answer(request, 422, str(why))
