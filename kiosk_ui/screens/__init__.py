"""Which page and which view-model each screen has: one file each, one entry here."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from kiosk_ui.kiosk import Kiosk
from kiosk_ui.machine import Screen
from kiosk_ui.screens.help import HelpModel
from kiosk_ui.screens.home import HomeModel


@dataclass(frozen=True)
class Page:
    """A QML file and the model it is given."""

    qml: str
    model: Callable[[Kiosk], QObject]


_HELP = Page("HelpScreen.qml", HelpModel)

PAGES: dict[Screen, Page] = {
    Screen.HOME: Page("HomeScreen.qml", HomeModel),
    Screen.SENT: _HELP,
    Screen.HELP_OPEN: _HELP,
    Screen.DONE: _HELP,
}
