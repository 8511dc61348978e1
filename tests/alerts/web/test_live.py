"""The desk in Debian's Chromium: it shows, sounds, turns red, and loses nothing that was typed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.alerts.stand import PASSWORD
from tests.alerts.web.running import RunningHub
from tests.services.chromium import DESK, PHONE, OpenPage

Desk = Callable[..., Page]
SOON = 5_000
PAGES = ("/", "/alerts/1", "/devices", "/devices/pendant-1", "/new/device", "/residents",
         "/residents/1", "/residents/1/edit", "/duty", "/history", "/staff", "/audit",
         "/nowhere")  # fmt: skip
RED = 25_000
"""A desk turns red after 15 s of silence; a slow machine may take a little longer."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """One hub for all; every test leaves it without open alerts."""
    with RunningHub(Path(tmp_path_factory.mktemp("hub"))) as running:
        yield running


@pytest.fixture
def desk(hub: RunningHub, open_page: OpenPage) -> Iterator[Desk]:
    """Opens the desk in a browser of its own; afterwards nothing is left open at the hub."""

    def enter(login: str = "zhang", size: tuple[int, int] = DESK, path: str = "/") -> Page:
        page = open_page(size)
        page.goto(f"{hub.url}/login")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("button.main")
        page.goto(f"{hub.url}{path}")
        expect(page.locator("body")).to_have_attribute("data-link", "ok")
        return page

    yield enter
    hub.settle_all()


def card(page: Page, name: str) -> Locator:
    return page.locator(".alert", has_text=name)


def sound(page: Page, state: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-sound", state, timeout=SOON)


def test_a_press_appears_without_a_reload_and_rings_until_somebody_owns_it(
    hub: RunningHub, desk: Desk
) -> None:
    page = desk()
    page.evaluate("window.unloaded = false")
    expect(page.get_by_text("现在没有报警")).to_be_visible()
    page.mouse.click(5, 400)  # this visitor has touched the page: the browser lets it sound
    hub.press("pendant-1")
    expect(card(page, "王阿婆")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("heading", name="紧急按钮")).to_be_visible(timeout=SOON)
    expect(page).to_have_title("(1) 镇心暖 · 值守台")
    sound(page, "life")
    page.get_by_role("button", name="我来处理").click()
    expect(card(page, "王阿婆")).to_contain_text("张社工 已受理", timeout=SOON)
    expect(page.get_by_role("button", name="已出发")).to_be_visible(timeout=SOON)
    sound(page, "off")
    assert page.evaluate("window.unloaded") is False


def test_a_fresh_browser_says_that_it_is_mute_and_one_tap_opens_the_sound(
    hub: RunningHub, desk: Desk
) -> None:
    page = desk()
    hub.press("pendant-1")
    sound(page, "blocked")
    expect(page.get_by_text("浏览器还没有放开声音")).to_be_visible()
    page.get_by_role("button", name="点一下，打开声音").click()
    expect(page.get_by_text("浏览器还没有放开声音")).to_be_hidden()
    sound(page, "life")


def test_of_two_at_once_the_second_reads_who_was_faster(hub: RunningHub, desk: Desk) -> None:
    hub.press("fall-1", "sos")
    first, second = desk("zhang"), desk("li")
    number = second.locator("#alert").get_attribute("data-number")
    second.route("**/parts*", lambda route: route.abort())  # its page is still the old one
    first.get_by_role("button", name="我来处理").click()
    expect(first.get_by_role("button", name="已出发")).to_be_visible(timeout=SOON)
    second.get_by_role("button", name="我来处理").click()
    expect(second.locator("#said")).to_have_text(f"张社工已经在处理 {number} 号报警", timeout=SOON)


def test_what_is_being_typed_survives_every_refresh(hub: RunningHub, desk: Desk) -> None:
    hub.press("pendant-1")
    page = desk()
    page.get_by_role("button", name="备注").click()
    page.locator("#panel-note textarea").fill("钥匙在门卫")
    hub.press("pendant-1")
    expect(page.get_by_role("heading", name="按了 2 次")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="我来处理").click()
    expect(page.get_by_role("button", name="已出发")).to_be_visible(timeout=SOON)
    expect(page.locator("#panel-note textarea")).to_have_value("钥匙在门卫")
    page.get_by_role("button", name="记下备注").click()
    expect(page.get_by_text("张社工：备注：钥匙在门卫")).to_be_visible(timeout=SOON)
    expect(page.locator("#panel-note")).to_be_hidden()


def test_a_button_keeps_its_focus_and_nothing_moves_under_a_pressed_finger(
    hub: RunningHub, desk: Desk
) -> None:
    hub.press("pendant-1")
    page = desk()
    button = page.get_by_role("button", name="我来处理")
    button.focus()
    hub.press("pendant-1")
    expect(page.get_by_role("heading", name="按了 2 次")).to_be_visible(timeout=SOON)
    expect(button).to_be_focused()
    button.hover()
    page.mouse.down()
    with page.expect_response("**/parts*"):
        hub.press("pendant-1")
    expect(page.get_by_role("heading", name="按了 2 次")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_role("heading", name="按了 3 次")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("button", name="已出发")).to_be_visible(timeout=SOON)


def test_an_alert_is_worked_through_by_clicking(hub: RunningHub, desk: Desk) -> None:
    hub.press("pendant-1")
    page = desk()
    for name in ("我来处理", "已出发", "已到场", "登记处置结果"):
        page.get_by_role("button", name=name, exact=True).click()
    page.get_by_text("真实：跌倒").click()
    page.get_by_label("说明").fill("扶起，没有受伤")
    page.get_by_role("button", name="提交处置结果").click()
    page.get_by_role("button", name="回访办结").click()
    page.get_by_role("button", name="办结", exact=True).click()
    expect(page.get_by_text("张社工：办结")).to_be_visible(timeout=SOON)
    expect(page.get_by_text("没有未办结的报警")).to_be_visible(timeout=SOON)


def test_another_alert_never_takes_the_place_of_the_chosen_one(hub: RunningHub, desk: Desk) -> None:
    hub.press("cuff-1", "low_battery", battery_percent=4)
    page = desk()
    expect(page.locator("#alert h1")).to_contain_text("电量低")
    hub.press("pendant-1")
    expect(card(page, "王阿婆")).to_be_visible(timeout=SOON)
    expect(page.locator("#alert h1")).to_contain_text("电量低")
    card(page, "王阿婆").click()
    expect(page.locator("#alert h1")).to_contain_text("紧急按钮", timeout=SOON)
    expect(card(page, "王阿婆")).to_have_attribute("aria-current", "true")
    assert "/alerts/" in page.url


def test_on_a_phone_the_list_comes_first_and_the_main_act_is_in_reach(
    hub: RunningHub, desk: Desk
) -> None:
    hub.press("pendant-1")
    page = desk(size=PHONE)
    expect(page.locator("#alert")).to_be_hidden()
    card(page, "王阿婆").click()
    button = page.get_by_role("button", name="我来处理")
    expect(button).to_be_in_viewport(timeout=SOON)
    expect(page.locator("#list")).to_be_hidden()
    assert button.evaluate("button => button.clientWidth") > 300
    page.get_by_role("link", name="全部报警").click()
    expect(card(page, "王阿婆")).to_be_visible()


def test_nothing_is_wider_than_a_phone(desk: Desk, hub: RunningHub) -> None:
    page = desk("admin", PHONE)
    hub.press("pendant-1")
    wide = {}
    for path in PAGES:
        page.goto(f"{hub.url}{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE[0]:
            wide[path] = width
    assert wide == {}


def test_a_form_that_is_refused_keeps_what_was_typed(hub: RunningHub, desk: Desk) -> None:
    page = desk("wang", path="/residents/1/edit")
    page.get_by_label("出生年份").fill("很老")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#said")).to_have_text("出生年份要填数字", timeout=SOON)
    expect(page.get_by_label("出生年份")).to_have_value("很老")
    page.get_by_label("出生年份").fill("1941")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#said")).to_have_text("已保存", timeout=SOON)


def test_a_login_that_ended_elsewhere_turns_the_desk_red(hub: RunningHub, desk: Desk) -> None:
    page = desk()
    page.evaluate("fetch('/v1/session', {method: 'DELETE', headers: "
                  "JSON.parse(document.body.getAttribute('hx-headers'))})")  # fmt: skip
    expect(page.locator("#lost")).to_contain_text("登录已结束", timeout=SOON)
    expect(page.get_by_role("link", name="重新登录")).to_be_visible()


def test_a_dead_hub_turns_the_desk_red_and_loud_and_its_return_calms_it(
    hub: RunningHub, desk: Desk
) -> None:
    page = desk()
    page.mouse.click(5, 400)
    hub.kill()
    expect(page.locator("#lost")).to_be_visible(timeout=RED)
    expect(page.locator("#lost")).to_contain_text("与系统断开，请看警灯，正在重连")
    sound(page, "lost")
    expect(page).to_have_title("断开 · 镇心暖 · 值守台")
    hub.start()
    expect(page.locator("#lost")).to_be_hidden(timeout=RED)
    sound(page, "off")
    hub.press("pendant-1")
    expect(card(page, "王阿婆")).to_be_visible(timeout=SOON)
    sound(page, "life")
