"""The window kiosk as a program: settings, one window, and a tidy end."""

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from kiosk_ui import pictures, snapshot
from kiosk_ui.guard import AlreadyRunning, SingleInstance, Watchdog
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.outbox import Outbox
from kiosk_ui.screens.narrator import Narrator
from kiosk_ui.settings import KioskSettings
from kiosk_ui.speech import Speaker
from kiosk_ui.window import Shown
from kiosk_ui.wire import Wire
from settings_file import WrongSetting, leave, load

log = logging.getLogger("kiosk_ui")

EX_TEMPFAIL = 75

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
}


@dataclass
class App:
    """A whole kiosk; `close` gives back everything it holds."""

    kiosk: Kiosk
    shown: Shown
    speaker: Speaker
    outbox: Outbox
    lock: SingleInstance

    def start(self) -> None:
        """Talk to the hub and count time."""
        self.kiosk.start()

    def close(self) -> None:
        """Stop; what is not sent yet stays on the disk."""
        self.kiosk.stop()
        self.speaker.stop()
        self.shown.close()
        self.outbox.close()
        self.lock.release()


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def build(
    settings: KioskSettings,
    clock: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
) -> App:
    """A kiosk of these settings, not started; a QGuiApplication must exist."""
    token = settings.read_token()
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        lock = SingleInstance(settings.state_dir / "kiosk.lock")
    except OSError as why:
        raise WrongSetting(f"kiosk_ui.state_dir: {settings.state_dir}: {why.strerror}") from None
    outbox = Outbox(settings.state_dir / "outbox.db")
    kiosk = Kiosk(settings, outbox, Wire(settings.hub_url, token), clock, monotonic)
    shown = Shown(kiosk)
    speaker = Speaker(settings.voice_dir, settings.sound, kiosk)
    Narrator(kiosk, shown.frame, speaker)
    return App(kiosk, shown, speaker, outbox, lock)


def run(
    settings: KioskSettings,
    clock: Callable[[], datetime] = utc_now,
    monotonic: Callable[[], float] = time.monotonic,
    began: Callable[[App], None] = lambda _: None,
) -> int:
    """Show the kiosk until it is told to end; `began` hears of it once it runs."""
    application = prepare_qt()
    app = build(settings, clock, monotonic)
    offscreen = application.platformName() == "offscreen"
    app.shown.show(settings.fullscreen and not offscreen)
    if settings.snapshot_path is not None:
        snapshot.Snapshots(app.shown.window, settings.snapshot_path, settings.snapshot_s)
    if offscreen:
        log.warning("no display: drawn offscreen; %s", _how_to_look(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.quit())
    app.start()
    Watchdog(app.shown.window).start()
    began(app)
    try:
        return application.exec()
    finally:
        app.close()


def prepare_qt() -> QGuiApplication:
    """Qt as this kiosk needs it: software renderer, offscreen where there is no display."""
    os.environ.setdefault("QT_QUICK_BACKEND", "software")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(
        lambda kind, _, text: log.log(_LEVELS.get(kind, logging.ERROR), "qt: %s", text)
    )
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    application = QGuiApplication(["kiosk_ui"])
    application.setApplicationName("kiosk_ui")
    return application


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk, or draw what it looks like."""
    chosen = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level="INFO")
    try:
        if chosen.command == "pictures":
            return _draw(chosen.directory)
        settings = load("kiosk_ui", KioskSettings, chosen.settings)
        if chosen.windowed:
            settings = settings.model_copy(update={"fullscreen": False})
        if chosen.screenshot:
            return _screenshot(settings, chosen.screenshot)
        return run(settings)
    except WrongSetting as why:
        leave(why)
    except AlreadyRunning as why:
        print(f"kiosk_ui: {why}", file=sys.stderr)
    return EX_TEMPFAIL


def _draw(directory: Path) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    prepare_qt()
    drawn = 0
    for path in pictures.draw(directory):
        print(path)
        drawn += 1
    return 0 if drawn == len(pictures.PICTURES) else 1


def _screenshot(settings: KioskSettings, path: Path) -> int:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    prepare_qt()
    with pictures.scene(settings) as (_, shown):
        return 0 if snapshot.save(shown.window, path) else 1


def _how_to_look(settings: KioskSettings) -> str:
    if settings.snapshot_path is not None:
        return f"look at {settings.snapshot_path}, written anew when the screen changes"
    return "set kiosk_ui.snapshot_path to have it written as a picture, or start it with DISPLAY"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m kiosk_ui",
        description="The window kiosk: one tap on the red button brings a person. "
        "Without a display it is drawn offscreen, and the log says how to look at it.",
    )
    parser.add_argument("--settings", type=Path, metavar="PATH", help="TOML file, table [kiosk_ui]")
    parser.add_argument("--windowed", action="store_true", help="do not fill the screen")
    parser.add_argument(
        "--screenshot", type=Path, metavar="PATH", help="draw the home screen into PATH and end"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    draw = commands.add_parser("pictures", help="draw every screen into DIRECTORY and end")
    draw.add_argument("directory", type=Path, metavar="DIRECTORY")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
