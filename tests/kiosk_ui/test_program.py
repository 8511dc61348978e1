"""The kiosk as a program of its own: started, ended, killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.kiosk_ui.fake_hub import TOKEN, FakeHub
from tests.services.process import wait_until

ROOT = Path(__file__).parents[2]
SHIPPED = ["-m", "kiosk_ui"]
DYING = ["-m", "tests.kiosk_ui.press_and_die"]

Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path, hub: FakeHub) -> Write:
    """Writes the settings file of a kiosk at this hub, with further lines."""

    def write(*lines: str) -> Path:
        path = tmp_path / "hub.toml"
        own = [
            f'hub_url = "{hub.url}"',
            f'token = "{TOKEN}"',
            f'state_dir = "{tmp_path / "state"}"',
            "sound = false",
        ]
        path.write_text("\n".join(["[kiosk_ui]", *own, *lines]), "utf-8")
        return path

    return write


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )


@contextmanager
def running(log: Path, *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        command = [sys.executable, *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment(), stderr=out, stdout=out)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def waiting(settings: Path) -> int:
    """How many events the kiosk of these settings still keeps."""
    with sqlite3.connect(settings.parent / "state" / "outbox.db") as outbox:
        return int(outbox.execute("SELECT COUNT(*) FROM press").fetchone()[0])


def environment() -> dict[str, str]:
    """A machine without a display."""
    without = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "QT_QUICK_BACKEND", "NOTIFY_SOCKET")
    return {name: value for name, value in os.environ.items() if name not in without}


def test_help_explains_the_program() -> None:
    done = run(*SHIPPED, "--help")
    assert done.returncode == 0
    for word in ("--settings", "--windowed", "--screenshot", "pictures", "offscreen"):
        assert word in done.stdout


def test_a_wrong_setting_is_named_at_start(settings: Write) -> None:
    done = run(*SHIPPED, "--settings", settings("panel_mm = 2"))
    assert done.returncode == 78
    assert "kiosk_ui.panel_mm" in done.stderr


def test_a_screenshot_shows_the_home_screen_and_ends(settings: Write, tmp_path: Path) -> None:
    done = run(*SHIPPED, "--settings", settings(), "--screenshot", tmp_path / "home.png")
    assert done.returncode == 0, done.stderr
    picture = QImage(str(tmp_path / "home.png"))
    assert (picture.width(), picture.height()) == (1080, 1920)


def test_without_a_display_it_says_how_to_look_and_ends_when_told(
    settings: Write, tmp_path: Path, hub: FakeHub
) -> None:
    picture, log = tmp_path / "kiosk.png", tmp_path / "log"
    lines = (f'snapshot_path = "{picture}"', "snapshot_s = 0.2")
    with running(log, *SHIPPED, "--settings", settings(*lines)) as kiosk:
        wait_until(lambda: bool(hub.presence) and picture.exists(), kiosk, log)
        kiosk.send_signal(signal.SIGTERM)
        assert kiosk.wait(10) == 0
    said = log.read_text("utf-8")
    assert f"drawn offscreen; look at {picture}" in said
    assert "ERROR" not in said
    assert "qml" not in said


def test_a_second_kiosk_on_the_same_state_does_not_start(
    settings: Write, tmp_path: Path, hub: FakeHub
) -> None:
    path, log = settings(), tmp_path / "log"
    with running(log, *SHIPPED, "--settings", path) as first:
        wait_until(lambda: bool(hub.presence), first, log)
        second = run(*SHIPPED, "--settings", path)
    assert second.returncode == 75
    assert "holds" in second.stderr


def test_killed_between_the_commit_and_the_post_the_press_arrives_once(
    settings: Write, tmp_path: Path, hub: FakeHub
) -> None:
    path, log = settings(), tmp_path / "log"
    died = run(*DYING, "kept", path)
    assert died.returncode == -signal.SIGKILL
    assert hub.events == {}
    with running(log, *SHIPPED, "--settings", path) as again:
        wait_until(lambda: waiting(path) == 0, again, log)
    assert hub.kinds() == ["help"]
    assert hub.posts == [["help"]]


def test_killed_before_the_hub_answered_the_press_is_still_one_event(
    settings: Write, tmp_path: Path, hub: FakeHub
) -> None:
    path, log = settings(), tmp_path / "log"
    hub.hold.clear()
    with running(log, *DYING, "sent", path) as kiosk:
        assert hub.got_event.wait(30)
        kiosk.kill()
        kiosk.wait()
    hub.hold.set()
    with running(log, *SHIPPED, "--settings", path) as again:
        wait_until(lambda: waiting(path) == 0, again, log)
    assert hub.posts == [["help"], ["help"]]
    assert hub.kinds() == ["help"]


def test_killed_with_the_hub_down_the_press_arrives_once_when_both_are_back(
    settings: Write, tmp_path: Path, hub: FakeHub
) -> None:
    path, log = settings(), tmp_path / "log"
    hub.down()
    assert run(*DYING, "kept", path).returncode == -signal.SIGKILL
    with running(log, *SHIPPED, "--settings", path) as again:
        wait_until(lambda: "cannot be reached" in log.read_text("utf-8"), again, log)
        assert waiting(path) == 1
        hub.up()
        wait_until(lambda: waiting(path) == 0, again, log)
    assert hub.kinds() == ["help"]
