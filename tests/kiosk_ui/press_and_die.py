"""A whole kiosk that presses its own button and dies the hard way at a named moment."""

import os
import signal
import sys
from pathlib import Path

from alerts.contract import Kind
from kiosk_ui.__main__ import App, run
from kiosk_ui.settings import KioskSettings
from settings_file import load


def main(moment: str, settings: Path) -> None:
    """`kept`: after the commit, before anything is sent. `sent`: when the hub has been called."""

    def began(app: App) -> None:
        if moment == "kept":
            app.kiosk.pressed.connect(lambda: os.kill(os.getpid(), signal.SIGKILL))
        app.kiosk.press(Kind.HELP)

    raise SystemExit(run(load("kiosk_ui", KioskSettings, settings), began=began))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
