"""Who is asking: a source by its bearer token, a member of staff by cookie and CSRF token."""

import asyncio
import hmac
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, delete, insert, select

from alerts.api.hub import Hub, hub_of
from alerts.api.problems import Refusal
from alerts.counters import COUNTERS
from alerts.directory import Directory, Person
from alerts.passwords import check_password, hash_token, new_token
from alerts.store import tables
from alerts.work import Work

COOKIE = "yj_session"
CSRF_HEADER = "x-csrf-token"
TOKEN_CACHE_S = 5.0


@dataclass(frozen=True)
class Source:
    """A gateway or a kiosk."""

    name: str
    kind: str
    area: str


@dataclass(frozen=True)
class Visit:
    """A member of staff who is logged in."""

    person: Person
    csrf: str
    token: str
    """The stored form of the cookie."""


_sources: dict[tuple[int, str], tuple[float, Source]] = {}


async def source_of(request: Request) -> Source:
    """The source whose token came along; raises 401. Known tokens are remembered for seconds."""
    hub = hub_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(
            401, "缺少令牌，请检查网关或终端的设置", headers={"WWW-Authenticate": "Bearer"}
        )
    key = (id(hub), hash_token(token.strip()))
    known = _sources.get(key)
    if known and time.monotonic() - known[0] < TOKEN_CACHE_S:
        return known[1]
    row = await hub.read(
        lambda tx, _d, _n: tx.execute(
            select(tables.source).where(tables.source.c.token == key[1])
        ).one_or_none()
    )
    if row is None:
        _sources.pop(key, None)
        COUNTERS.refusals.labels("wrong_token").inc()
        raise Refusal(401, "令牌不对，请重新发放", headers={"WWW-Authenticate": "Bearer"})
    found = Source(row.name, row.kind, row.area)
    _sources[key] = (time.monotonic(), found)
    return found


async def visit_of(request: Request) -> Visit:
    """Whoever is logged in; raises 401. A POST must carry the session's CSRF token."""
    hub = hub_of(request)
    cookie = request.cookies.get(COOKIE, "")
    stored = hash_token(cookie)
    t = tables.session

    def ask(tx, directory, now):  # type: ignore[no-untyped-def]
        row = tx.execute(select(t).where(t.c.token == stored)).one_or_none()
        if row is None or row.expires_at <= now:
            return None
        person = directory.staff.get(row.staff_id)
        return (person, row.csrf) if person and person.active else None

    found = await hub.read(ask) if cookie else None
    if found is None:
        raise Refusal(401, "请先登录" if not cookie else "登录已过期，请重新登录")
    person, csrf = found
    visit = Visit(person, csrf, stored)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        sent = request.headers.get(CSRF_HEADER)
        if sent is None and "form" in request.headers.get("content-type", ""):
            sent = str((await request.form()).get("csrf", ""))
        if not sent or not hmac.compare_digest(sent.encode(), csrf.encode()):
            raise Refusal(403, "页面已过期，请刷新后再试", detail="missing or wrong X-CSRF-Token")
    return visit


def still_logged_in(tx: Connection, visit: Visit, now: datetime) -> bool:
    """Whether the session has neither run out nor been ended."""
    t = tables.session
    found = tx.execute(select(t.c.staff_id).where(t.c.token == visit.token, t.c.expires_at > now))
    return found.first() is not None


async def log_in(hub: Hub, address: str, login: str, password: str) -> tuple[str, Visit]:
    """A new session and its cookie; raises 401, or 429 after too many wrong tries."""
    person = await _who(hub, address, login, password)
    cookie, csrf = new_token(), new_token()
    life = timedelta(hours=hub.settings.session_hours)
    stored = hash_token(cookie)

    def begin(work: Work) -> None:
        work.tx.execute(delete(tables.session).where(tables.session.c.expires_at <= work.now))
        work.tx.execute(
            insert(tables.session).values(
                token=stored,
                staff_id=person.id,
                csrf=csrf,
                created_at=work.now,
                expires_at=work.now + life,
            )
        )
        work.note("logged_in", who=person.display, subject=person.login)

    await hub.engine.run(begin)
    return cookie, Visit(person, csrf, stored)


async def _who(hub: Hub, address: str, login: str, password: str) -> Person:
    """Whose password it is; raises 401 and 429.

    Hashing is dear: few at a time, without a connection of the database, and not at all for
    whoever must wait. Of ten thousand tries that come together all but the first few must.
    """
    t = tables.staff

    def find(tx: Connection, directory: Directory, _now: datetime) -> tuple[str, Person] | None:
        query = select(t.c.id, t.c.password).where(t.c.login == login, t.c.active)
        row = tx.execute(query).one_or_none()
        return None if row is None else (row.password, directory.staff[row.id])

    _refuse_hasty(hub, address, login)
    async with hub.hashing:
        _refuse_hasty(hub, address, login)
        found = await hub.read(find)
        stored = found[0] if found else None
        fits = await asyncio.to_thread(check_password, password, stored)
        if found and fits:
            hub.by_login.succeeded(login)
            return found[1]
        hub.by_login.failed(login)
        hub.by_address.failed(address)
    raise Refusal(401, "账号或密码不对")


def _refuse_hasty(hub: Hub, address: str, login: str) -> None:
    wait = max(hub.by_login.wait_s(login), hub.by_address.wait_s(address))
    if wait > 0:
        seconds = int(wait) + 1
        title = f"密码错得太多，请 {seconds} 秒后再试"
        raise Refusal(429, title, headers={"Retry-After": str(seconds)})


async def log_out(hub: Hub, visit: Visit) -> None:
    """The session is gone."""

    def end(work: Work) -> None:
        work.tx.execute(delete(tables.session).where(tables.session.c.token == visit.token))
        work.note("logged_out", who=visit.person.display, subject=visit.person.login)

    await hub.engine.run(end)


FromSource = Annotated[Source, Depends(source_of)]
Staff = Annotated[Visit, Depends(visit_of)]
