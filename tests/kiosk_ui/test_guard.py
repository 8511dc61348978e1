import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from kiosk_ui.guard import AlreadyRunning, SingleInstance, Watchdog, notify
from tests.kiosk_ui.stand import Stand


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """The socket on which systemd would listen."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return listener


def heard(listener: socket.socket) -> list[str]:
    messages = []
    while True:
        try:
            messages.append(listener.recv(100).decode())
        except BlockingIOError:
            return messages


def test_a_second_kiosk_on_the_same_state_is_refused_until_the_first_is_gone(
    tmp_path: Path,
) -> None:
    first = SingleInstance(tmp_path / "lock")
    with pytest.raises(AlreadyRunning, match=str(os.getpid())):
        SingleInstance(tmp_path / "lock")
    first.release()
    SingleInstance(tmp_path / "lock").release()


def test_a_kiosk_killed_the_hard_way_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom kiosk_ui.guard import SingleInstance\n"
        "held = SingleInstance(Path(sys.argv[1]))\nprint('held', flush=True)\ntime.sleep(60)\n"
    )
    lock = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=str(other.pid)):
            SingleInstance(lock)
        other.kill()
        other.wait()
        SingleInstance(lock).release()


def test_systemd_hears_that_the_kiosk_is_up_and_then_that_it_lives(
    systemd: socket.socket, stand: Stand, qtbot: QtBot
) -> None:
    Watchdog(stand.window, beat_ms=20).start()
    messages: list[str] = []

    def beats() -> bool:
        messages.extend(heard(systemd))
        return messages.count("WATCHDOG=1") >= 3

    qtbot.waitUntil(beats, timeout=5000)
    assert messages[0] == "READY=1"


def test_a_window_that_draws_no_frame_stops_the_signs_of_life(
    systemd: socket.socket, stand: Stand, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    Watchdog(stand.window, beat_ms=20).start()
    stand.window.hide()
    qtbot.waitUntil(lambda: "no frame was drawn" in caplog.text, timeout=5000)
    heard(systemd)
    before = caplog.text.count("no frame was drawn")
    qtbot.waitUntil(lambda: caplog.text.count("no frame was drawn") > before + 2, timeout=5000)
    assert heard(systemd) == []


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")


def test_a_systemd_that_is_gone_is_survived(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/at/all")
    notify("WATCHDOG=1")
    assert "systemd cannot be told" in caplog.text
