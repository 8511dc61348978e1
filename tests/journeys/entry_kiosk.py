"""The kiosk with another clock, and a hand: it taps what a file names and writes down what it sees.

In the hand's folder: `tap` names an item, and is gone once it was tapped; `screen.json` is the
list of the texts a visitor reads now.
"""

import json
import os
from pathlib import Path

from PySide6.QtCore import QTimer

import settings_file
from kiosk_ui.__main__ import App
from kiosk_ui.__main__ import run as run_kiosk
from kiosk_ui.settings import KioskSettings
from tests.journeys.clock import MovableClock
from tests.kiosk_ui.stand import Hand, centre, find, is_text, plain, visible

LOOK_MS = 50


def run(path: Path, clock: MovableClock, folder: Path) -> None:
    settings = settings_file.load("kiosk_ui", KioskSettings, path)

    def began(app: App) -> None:
        hand = Hand(app.shown.window)
        timer = QTimer(app.kiosk, interval=LOOK_MS)
        timer.timeout.connect(lambda: look(app, hand, folder))
        timer.start()

    run_kiosk(settings, clock.now, clock.monotonic, began)


def look(app: App, hand: Hand, folder: Path) -> None:
    """Tap what is asked for, write down what there is to read."""
    window, asked = app.shown.window, folder / "tap"
    if asked.exists():
        hand.tap(centre(find(window, asked.read_text())))
        asked.unlink()
    texts = [plain(item) for item in visible(window) if is_text(item)]
    fresh = folder / ".screen.json"
    fresh.write_text(json.dumps(texts, ensure_ascii=False))
    os.replace(fresh, folder / "screen.json")
