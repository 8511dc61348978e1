"""Nobody unknown can do anything but be refused and counted."""

import asyncio
import logging
import time

import httpx
import pytest
from sqlalchemy import select

from alerts import register
from alerts.api import security
from alerts.api.limits import KEYS
from alerts.api.problems import Refusal
from alerts.api.security import log_in
from alerts.counters import COUNTERS
from alerts.store import tables
from tests.alerts.api.conftest import Site
from tests.alerts.stand import GATEWAY, KIOSK, PASSWORD, TOKENS

WRONG = {"login": "zhang", "password": "not the password"}


def counted(reason: str) -> float:
    found = COUNTERS.registry.get_sample_value("yijian_refusals_total", {"reason": reason})
    return found or 0.0


# ── sources ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("header", "says"),
    [
        (None, "缺少令牌"),
        ("", "缺少令牌"),
        ("Bearer", "缺少令牌"),
        ("Basic emhhbmc6", "缺少令牌"),
        ("Bearer nobody", "令牌不对"),
        (f"Bearer {TOKENS[KIOSK]}x", "令牌不对"),
    ],
)
async def test_without_a_known_token_nothing_is_taken_and_it_is_counted(
    site: Site, header: str | None, says: str
) -> None:
    before = counted("401")
    headers = {} if header is None else {"Authorization": header}
    event = site.stand.event("sos", received_at="2026-11-24T01:00:00Z", at=None)
    answer = await site.visitor().post("/v1/events", json=event, headers=headers)
    assert answer.status_code == 401
    assert says in answer.json()["title"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert counted("401") == before + 1
    assert site.stand.alerts() == []


async def test_a_token_speaks_for_its_own_devices_only(site: Site) -> None:
    event = {"device": "pendant-1", "id": "1", "kind": "sos", "received_at": "2026-11-24T01:00Z"}
    answer = await site.source(KIOSK).post("/v1/events", json=event)
    (result,) = answer.json()["results"]
    assert (result["status"], result["reason"]) == ("refused", "not_in_roster")


async def test_a_renewed_token_ends_the_old_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await site.source(GATEWAY).get("/v1/roster")).status_code == 200
    site.stand.change(lambda work: register.set_token(work, GATEWAY, "another"))
    monkeypatch.setattr(security, "TOKEN_CACHE_S", 0)  # as if some seconds had passed
    assert (await site.source(GATEWAY).get("/v1/roster")).status_code == 401
    assert (await site.visitor("another").get("/v1/roster")).status_code == 200


@pytest.mark.parametrize("path", ["/v1/alerts", "/v1/alerts/1", "/v1/duty", "/v1/session"])
async def test_a_source_is_no_member_of_staff_and_the_other_way_round(
    site: Site, path: str
) -> None:
    assert (await site.source(GATEWAY).get(path)).status_code == 401
    staff = await site.staff()
    assert (await staff.get("/v1/roster")).status_code == 401


# ── logging in ───────────────────────────────────────────────────────────────────────────────
async def test_a_login_gives_a_cookie_that_no_script_reads(site: Site) -> None:
    right = {"login": "zhang", "password": PASSWORD}
    answer = await site.visitor().post("/v1/session", json=right)
    assert answer.json().items() >= {"name": "张社工", "role": "town", "area": "330211001"}.items()
    cookie = answer.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_the_stored_session_is_worth_nothing_to_whoever_reads_the_database(
    site: Site,
) -> None:
    staff = await site.staff()
    (row,) = site.stand.rows(select(tables.session))
    assert row.token not in staff.cookies.values()
    thief = site.visitor()
    thief.cookies.set(security.COOKIE, row.token)
    assert (await thief.get("/v1/session")).status_code == 401


@pytest.mark.parametrize("login", ["zhang", "nobody", "", "x" * 65, "zh\0ang"])
async def test_a_wrong_login_says_neither_what_was_wrong_nor_who_exists(
    site: Site, login: str
) -> None:
    answer = await site.visitor().post("/v1/session", json={**WRONG, "login": login})
    if 0 < len(login) <= 64:
        assert (answer.status_code, answer.json()["title"]) == (401, "账号或密码不对")
    else:
        assert answer.status_code == 422


async def test_somebody_who_left_cannot_come_back(site: Site) -> None:
    staff = await site.staff()
    site.stand.change(lambda work: register.set_active(work, "zhang", False))
    assert (await staff.get("/v1/alerts")).status_code == 401
    right = {"login": "zhang", "password": PASSWORD}
    assert (await site.visitor().post("/v1/session", json=right)).status_code == 401


async def test_a_new_password_ends_open_sessions(site: Site) -> None:
    staff = await site.staff()
    site.stand.change(lambda work: register.set_password(work, "zhang", "another password"))
    answer = await staff.get("/v1/alerts")
    assert (answer.status_code, answer.json()["title"]) == (401, "登录已过期，请重新登录")


async def test_a_session_ends_after_its_hours(site: Site) -> None:
    staff = await site.staff()
    site.stand.clock.forward(12 * 3600 - 1)
    assert (await staff.get("/v1/alerts")).status_code == 200
    site.stand.clock.forward(1)
    answer = await staff.get("/v1/alerts")
    assert (answer.status_code, answer.json()["title"]) == (401, "登录已过期，请重新登录")
    await site.staff("li")
    assert len(site.stand.rows(select(tables.session))) == 1, "old sessions are swept away"


async def test_logging_out_ends_the_session_at_the_hub(site: Site) -> None:
    staff = await site.staff()
    cookie = staff.cookies[security.COOKIE]
    assert (await staff.delete("/v1/session")).status_code == 204
    again = site.visitor()
    again.cookies.set(security.COOKIE, cookie)
    assert (await again.get("/v1/alerts")).status_code == 401


async def test_logins_are_logged_by_name_and_without_a_password(site: Site) -> None:
    staff = await site.staff()
    await staff.delete("/v1/session")
    t = tables.audit
    rows = site.stand.rows(select(t.c.who, t.c.what, t.c.subject).order_by(t.c.seq.desc()).limit(2))
    assert [tuple(r) for r in rows] == [
        ("张社工", "logged_out", "zhang"), ("张社工", "logged_in", "zhang"),
    ]  # fmt: skip


# ── another site's form ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("token", [None, "", "x", "张"])
async def test_an_act_without_the_sessions_csrf_token_is_refused(
    site: Site, token: str | None
) -> None:
    await site.stand.open()
    staff = await site.staff()
    staff.headers.pop("X-CSRF-Token")
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    answer = await staff.post("/v1/alerts/1/acknowledge", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["title"]) == (403, "页面已过期，请刷新后再试")
    assert site.stand.alert().owner is None


async def test_the_csrf_token_of_one_session_is_none_of_another(site: Site) -> None:
    await site.stand.open()
    one, other = await site.staff("zhang"), await site.staff("li")
    one.headers["X-CSRF-Token"] = other.headers["X-CSRF-Token"]
    assert (await one.post("/v1/alerts/1/acknowledge")).status_code == 403


# ── guessing ─────────────────────────────────────────────────────────────────────────────────
async def try_wrong(client: httpx.AsyncClient, times: int) -> list[int]:
    return [(await client.post("/v1/session", json=WRONG)).status_code for _ in range(times)]


async def test_after_five_wrong_passwords_one_waits_a_minute(site: Site) -> None:
    client = site.visitor()
    assert await try_wrong(client, 6) == [401] * 5 + [429]
    answer = await client.post("/v1/session", json={"login": "zhang", "password": PASSWORD})
    assert answer.status_code == 429, "not even the right one is tried"
    assert answer.headers["Retry-After"] == "61"
    assert answer.json()["title"] == "密码错得太多，请 61 秒后再试"
    site.waited[0] = 60
    await site.staff("zhang")


async def test_twenty_wrong_passwords_from_one_address_make_it_wait(site: Site) -> None:
    guesser = site.visitor(address="10.6.6.6")
    statuses = []
    for number in range(21):
        wrong = {"login": f"guess-{number}", "password": "wrong"}
        statuses.append((await guesser.post("/v1/session", json=wrong)).status_code)
    assert statuses == [401] * 20 + [429]
    await site.staff("zhang")  # from another address


async def test_ten_thousand_wrong_logins_at_once_are_hardly_hashed_and_soon_refused(
    site: Site, counted_hashes: list[str]
) -> None:
    async def guess(number: int) -> int:
        try:
            await log_in(site.hub, f"10.0.{number % 50}.1", f"guess-{number % 20}", f"{number}")
        except Refusal as why:
            return why.status
        return 200

    begun = time.monotonic()
    statuses = await asyncio.gather(*(guess(number) for number in range(10_000)))
    assert time.monotonic() - begun < 30
    assert set(statuses) == {401, 429}
    assert len(counted_hashes) == statuses.count(401)
    assert 100 <= len(counted_hashes) <= 120, "five for each of twenty names, two at a time"
    assert len(site.hub.by_login._tries) <= KEYS


async def test_no_connection_is_held_while_a_password_is_hashed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def look(_password: str, _stored: str | None) -> bool:
        held.append(site.hub.engine.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        return False

    monkeypatch.setattr(security, "check_password", look)
    await try_wrong(site.visitor(), 1)
    assert held == [0]


async def test_a_refusal_leaves_nothing_personal_in_the_log(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await try_wrong(site.visitor(), 6)
    for secret in ("zhang", WRONG["password"], "张社工"):
        assert secret not in caplog.text
