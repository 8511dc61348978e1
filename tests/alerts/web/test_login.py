"""Only who logs in sees anything, and every refusal is a sentence."""

from datetime import timedelta
from urllib.parse import unquote

import pytest

from tests.alerts.api.conftest import Site
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import Desk, text_of

PAGES = [
    "/", "/alerts/1", "/desk/list", "/history", "/history.csv", "/devices", "/devices.csv",
    "/devices/pendant-1", "/new/device", "/residents", "/residents/1", "/residents/1/edit",
    "/new/resident", "/duty", "/staff", "/audit",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_asks_for_the_login_first_and_is_opened_after_it(
    site: Site, path: str
) -> None:
    desk = Desk(site)
    answer = await desk.get(path)
    assert answer.status_code == 303
    assert unquote(answer.headers["location"]) == f"/login?next={path}"
    assert f'name="next" value="{path}"' in await desk.read(answer.headers["location"])


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", ""]
)
async def test_the_login_leads_to_pages_of_the_desk_only(site: Site, elsewhere: str) -> None:
    desk = Desk(site)
    typed = {"login": "zhang", "password": "a long enough password", "next": elsewhere}
    answer = await desk.client.post("/login", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_a_wrong_password_is_said_and_the_name_is_kept(site: Site) -> None:
    answer = await Desk(site).enter("zhang", "wrong")
    assert answer.status_code == 401
    assert "账号或密码不对" in text_of(answer.text)
    assert 'name="login" value="zhang"' in answer.text


async def test_too_many_wrong_passwords_say_how_long_to_wait(site: Site) -> None:
    for _ in range(site.hub.settings.wrong_logins):
        await Desk(site).enter("zhang", "wrong")
    answer = await Desk(site).enter("zhang")
    assert answer.status_code == 429
    assert "秒后再试" in text_of(answer.text)
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_ended_login_is_said_at_the_next_page(site: Site, enter: Enter) -> None:
    desk = await enter("zhang")
    site.stand.clock.forward(timedelta(hours=site.hub.settings.session_hours).total_seconds() + 1)
    answer = await desk.get("/devices")
    assert "登录已过期，请重新登录" in text_of(await desk.read(answer.headers["location"]))


async def test_a_part_of_a_page_is_never_replaced_by_the_login(site: Site, enter: Enter) -> None:
    desk = await enter("zhang")
    site.stand.clock.forward(timedelta(hours=site.hub.settings.session_hours).total_seconds() + 1)
    answer = await desk.get("/desk/list", part=True)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "#said")
    assert "登录已过期，请重新登录" in answer.text


async def test_logging_out_ends_the_login(enter: Enter) -> None:
    desk = await enter("zhang")
    cookie = dict(desk.client.cookies)
    assert await desk.done("/logout") == "/login"
    desk.client.cookies.update(cookie)
    assert (await desk.get("/")).status_code == 303


async def test_a_form_without_the_login_s_own_token_does_nothing(site: Site, enter: Enter) -> None:
    desk = await enter("zhang")
    await site.stand.open("sos")
    for token in ("", "wrong"):
        desk.csrf = token
        status, sentence = await desk.refused("/alerts/1/acknowledge")
        assert (status, sentence) == (403, "页面已过期，请刷新后再试")
    assert site.stand.alert(1).owner is None


async def test_no_page_may_run_foreign_scripts_or_be_framed(enter: Enter) -> None:
    answer = await (await enter("zhang")).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<script>" not in answer.text
    assert " onclick=" not in answer.text
    assert " style=" not in answer.text


async def test_a_page_that_is_not_there_is_a_sentence_too(enter: Enter) -> None:
    answer = await (await enter("zhang")).get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "没有找到" in answer.text
