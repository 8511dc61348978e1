"""Takes the pictures of the desk: `python -m tests.pictures.desk` writes docs/pictures/desk/*.png.

A demo hub runs here at three in the morning of a clock that the script moves, so that every
picture shows the same night whenever it is taken.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, expect

from alerts import areas, demo
from alerts.api.app import build_app
from alerts.broker import BrokerFiles
from alerts.program import build_hub
from alerts.settings import Settings
from tests.pictures.night import Night
from tests.services.chromium import PHONE, OpenPage, Visitors, chromium
from tests.services.process import free_port

OUT = Path(__file__).parents[2] / "docs/pictures/desk"
SCREEN = (1440, 900)
MOST_BYTES = 250 * 1024
HEARD = 226
"""Devices of the demo that have ever been heard."""

EVENING = datetime(2026, 11, 24, 18, 52, tzinfo=UTC)
"""02:52 on the 25th in Zhenhai."""


class Clock:
    """Goes on by itself and can be moved forward."""

    def __init__(self, begin: datetime) -> None:
        self._ahead = begin - datetime.now(UTC)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, seconds: float) -> None:
        """Later; the hub's own loop takes every step that was due meanwhile."""
        self._ahead += timedelta(seconds=seconds)
        time.sleep(0.3)  # the loop looks five times a second; there is nothing to wait for


@contextmanager
def demo_hub(folder: Path, clock: Clock) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A demo hub that serves: where its demo.json stands, and how to end it."""
    settings = Settings(
        port=free_port(), database=f"sqlite:///{folder / 'hub.db'}", key_file=folder / "hub.key",
        demo=True, shutdown_s=1,
    )  # fmt: skip
    hub = build_hub(settings, BrokerFiles(pid_file=folder / "no.pid"), clock=clock)
    hub.engine.run_now(lambda work: areas.install(work.tx))
    demo.write(hub.engine, settings, hub.key, folder)
    config = uvicorn.Config(
        build_app(hub), port=settings.port, log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()

    def end() -> None:
        server.should_exit = True
        thread.join()

    try:
        yield folder / "demo.json", end
    finally:
        end()


class Camera:
    """Opens pages as members of the staff and keeps pictures of them."""

    def __init__(self, night: Night, open_page: OpenPage) -> None:
        self.night = night
        self._open_page = open_page

    def enter(self, login: str, size: tuple[int, int] = SCREEN, *, touched: bool = True) -> Page:
        """A logged-in page; an untouched one still says that it is mute."""
        page = self._open_page(size)
        page.goto(f"{self.night.url}/login")
        page.fill("[name=login]", login)
        page.fill("[name=password]", self.night.password(login))
        page.click("button.main")
        expect(page.locator("body")).to_have_attribute("data-link", "ok")
        if touched:
            page.locator("#link").click()
        return page

    def go(self, page: Page, path: str) -> None:
        """To another page of the desk, which a tap has told to sound."""
        page.goto(f"{self.night.url}{path}")
        expect(page.locator("body")).to_have_attribute("data-link", "ok")
        page.locator("#link").click()

    def keep(self, page: Page, name: str) -> None:
        """One picture, small enough for a repository."""
        page.mouse.move(0, 0)
        expect(page.locator("#hush")).to_be_hidden()
        page.wait_for_load_state("networkidle") if name == "login" else page.wait_for_timeout(600)
        file = OUT / f"{name}.png"
        page.screenshot(path=file, animations="disabled")
        size = file.stat().st_size
        print(f"{file.name}: {size // 1024} KB")
        assert size < MOST_BYTES, f"{file} is too large"


def pass_by(night: Night, clock: Clock, seconds: float) -> None:
    """Time goes by while the gateway and the kiosk report as they should."""
    while seconds > 0:
        part = min(seconds, 20)
        clock.forward(part)
        night.present(night.devices[:HEARD], [])
        seconds -= part


def quiet(night: Night, clock: Clock) -> None:
    """A drill and a false press are over; nothing is open."""
    stranger = {"protocol": "bthome", "address": "a4:c1:38:11:22:33", "count": 7}
    night.present(night.devices[:HEARD], [stranger], bad_json=2)
    for index, device in enumerate(night.devices[:40]):
        night.measure(device, battery_percent=float(97 - index))
    night.say(night.devices[30], "test")
    night.say(night.devices[3], "sos")
    number = night.open_alerts()[night.devices[3]]
    for seconds, verb, body in (
        (9, "acknowledge", {}),
        (40, "dispatch", {}),
        (400, "arrive", {}),
        (300, "resolve", {"outcome": "false_press", "text": "擦桌子碰到的，人好好的"}),
        (60, "close", {"text": "早上再打一个电话"}),
    ):
        pass_by(night, clock, seconds)
        night.act("town-001-1", number, verb, **body)


def busy(night: Night, clock: Clock) -> None:
    """Five things at once, one of them a fall that nobody has taken yet."""
    names = night.devices
    night.say(names[9], "low_battery", battery_percent=4)
    pass_by(night, clock, 600)
    night.say("kiosk-window", "staff_wanted")
    for verb in ("acknowledge", "dispatch"):
        night.act("district-2", night.open_alerts()["kiosk-window"], verb)
    pass_by(night, clock, 100)
    night.measure(names[7], back_s=60, systolic_mmhg=178, diastolic_mmhg=112)
    night.measure(names[7], systolic_mmhg=182, diastolic_mmhg=113)
    pass_by(night, clock, 30)
    night.act("town-001-2", night.open_alerts()[names[7]], "acknowledge")
    pass_by(night, clock, 100)
    night.say(names[1], "sos")
    clock.forward(12)
    night.act("town-001-1", night.open_alerts()[names[1]], "acknowledge")
    night.say(names[1], "sos")
    pass_by(night, clock, 75)
    night.act("town-001-1", night.open_alerts()[names[1]], "dispatch")
    night.measure(names[4], pulse_bpm=88, spo2_percent=94, battery_percent=61)
    night.say(names[4], "fall")
    for seconds in (25, 10, 19.5):
        clock.forward(seconds)
        night.present(names[:HEARD], [])


def take(night: Night, clock: Clock, open_page: OpenPage, end: Callable[[], None]) -> None:
    """All of them, from the quiet desk to the one whose hub is gone."""
    camera = Camera(night, open_page)
    page = open_page(SCREEN)
    page.goto(f"{night.url}/login")
    page.screenshot(path=OUT / "login.png")
    quiet(night, clock)
    desk = camera.enter("district-1")
    camera.keep(desk, "quiet")
    busy(night, clock)
    phone = camera.enter("town-001-2", PHONE)
    camera.keep(phone, "phone")
    phone.locator(".alert").first.click()
    expect(phone.get_by_role("button", name="我来处理")).to_be_in_viewport()
    camera.keep(phone, "phone-alert")
    camera.go(desk, "/")
    camera.keep(desk, "desk")
    second = night.open_alerts()[night.devices[1]]
    camera.go(desk, f"/alerts/{second}")
    desk.set_viewport_size({"width": SCREEN[0], "height": 1080})
    desk.get_by_role("button", name="处置结果").click()
    camera.keep(desk, "alert")
    desk.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
    for name in ("devices", "residents", "duty"):
        camera.go(desk, f"/{name}")
        camera.keep(desk, name)
    camera.go(desk, "/residents/5")
    camera.keep(desk, "resident")
    camera.go(desk, "/")
    end()
    expect(desk.locator("#lost")).to_be_visible(timeout=30_000)
    camera.keep(desk, "disconnected")


def main() -> None:
    """Run the night and write the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    clock = Clock(EVENING)
    with tempfile.TemporaryDirectory() as folder, demo_hub(Path(folder), clock) as (file, end):
        night = Night(file, clock)
        with chromium() as browser:
            visitors = Visitors(browser)
            take(night, clock, visitors.open_page, end)
            assert visitors.script_errors == [], visitors.script_errors


if __name__ == "__main__":
    main()
