"""Debian's Chromium without a screen, driven by Playwright; each page is a visitor of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PHONE = (390, 844)
DESK = (1280, 800)
FLAGS = ["--disable-gpu", "--disable-dev-shm-usage", "--no-sandbox"]
"""Works as root and in a container; only pages of the tests themselves are opened."""


class OpenPage(Protocol):
    """Opens a page with its own cookies, as on another computer."""

    def __call__(self, size: tuple[int, int] = DESK) -> Page:
        """Width and height in pixels: DESK or PHONE."""
        ...


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. No test on asyncio can run beside it in the same thread."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("no Chromium here: `make setup` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Visitors:
    """Opens pages, remembers what went wrong in their scripts, closes them."""

    def __init__(self, browser: Browser) -> None:
        """Nothing is opened yet."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.script_errors: list[str] = []

    def open_page(self, size: tuple[int, int] = DESK) -> Page:
        """A page with its own cookies; errors of its scripts are remembered."""
        width, height = size
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.script_errors.append(f"{page.url}: {error}"))
        return page

    def leave(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()
