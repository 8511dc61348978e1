"""Debian's Chromium can be driven, two visitors at a time."""

import pytest
from playwright.sync_api import Browser, Page

from tests.services.chromium import PHONE, OpenPage, Visitors

BUTTON = """<title>一键救助</title><button onclick="this.textContent='已出发'">我来处理</button>"""


def test_button_is_pressed_and_read(open_page: OpenPage) -> None:
    page = open_page()
    page.set_content(BUTTON)
    page.get_by_role("button", name="我来处理").click()
    assert page.get_by_role("button").inner_text() == "已出发"


def test_two_visitors_have_their_own_size_and_cookies(open_page: OpenPage) -> None:
    desk, phone = open_page(), open_page(PHONE)
    desk.context.add_cookies([{"name": "who", "value": "desk", "url": "http://127.0.0.1"}])
    assert phone.context.cookies() == []
    assert width(phone) == PHONE[0]


def width(page: Page) -> int:
    return int(page.evaluate("window.innerWidth"))


def test_script_error_is_noticed(visitors: Visitors) -> None:
    page = visitors.open_page()
    with page.expect_event("pageerror"):
        page.set_content("<script>setTimeout(() => { nobody.home() })</script>")
    assert "nobody is not defined" in visitors.script_errors[0]


@pytest.fixture
def visitors(browser: Browser) -> Visitors:
    return Visitors(browser)
