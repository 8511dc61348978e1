"""Keeps the kiosk alive and alone: one instance, and a sign of life that a frozen window stops."""

import fcntl
import logging
import os
import socket
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtQuick import QQuickWindow

log = logging.getLogger(__name__)

BEAT_MS = 5_000


class AlreadyRunning(Exception):
    """Another kiosk holds this state directory."""


class SingleInstance:
    """A lock that the kernel drops with the process, also after kill -9 or under another name.

    Not QLockFile: that one takes a lock left by a machine of another name for a living one.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock, or raise AlreadyRunning."""
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read(20).strip()
            self._file.close()
            raise AlreadyRunning(f"process {holder or 'unknown'} holds {path}") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let another kiosk start."""
        self._file.close()


def notify(message: str) -> None:
    """Tell systemd; nothing happens where it did not start us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    target = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(message.encode(), target)
    except OSError as why:
        log.warning("guard: systemd cannot be told: %s", why)


class Watchdog(QObject):
    """Pings systemd from the GUI thread, and only when a frame was drawn since the last ping."""

    def __init__(self, window: QQuickWindow, beat_ms: int = BEAT_MS) -> None:
        """Silent until started."""
        super().__init__(window)
        self._window = window
        self._drawn = True
        window.frameSwapped.connect(self._saw_frame)
        self._timer = QTimer(self, interval=beat_ms)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Say that the kiosk is up, then keep saying that it lives."""
        notify("READY=1")
        self._timer.start()

    def _saw_frame(self) -> None:
        self._drawn = True

    def _beat(self) -> None:
        if self._drawn:
            notify("WATCHDOG=1")
        else:
            log.error("guard: no frame was drawn, the watchdog is not told")
        self._drawn = False
        self._window.update()
