"""From view-models to a window: the QML engine around them, and touches as signs of life."""

from collections.abc import Callable
from pathlib import Path

import shiboken6
from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from kiosk_ui.kiosk import Kiosk
from kiosk_ui.screens.disc import DiscModel
from kiosk_ui.screens.frame import FrameModel

MAIN = Path(__file__).parent / "qml" / "Main.qml"

_TOUCHES = frozenset({QEvent.Type.TouchBegin, QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress})


class NoWindow(Exception):
    """The QML did not load; the log says why."""


class Attention(QObject):
    """Sits on the window and notes that somebody is there; lets every event pass."""

    def __init__(self, touched: Callable[[], None], parent: QObject) -> None:
        """Call `touched` at each touch."""
        super().__init__(parent)
        self._touched = touched

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Let it pass."""
        if event.type() in _TOUCHES:
            self._touched()
        return False


class Shown:
    """A window on a kiosk; `close` takes it down in the order that Qt needs."""

    def __init__(self, kiosk: Kiosk) -> None:
        """Load the QML at the size of the settings, not visible yet."""
        self.frame = FrameModel(kiosk)
        self.disc = DiscModel(kiosk)
        self.engine = QQmlApplicationEngine()
        self.engine.setInitialProperties({"frame": self.frame, "disc": self.disc})
        self.engine.load(QUrl.fromLocalFile(str(MAIN)))
        roots = self.engine.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise NoWindow(str(MAIN))
        self.window: QQuickWindow = roots[0]
        self.window.resize(kiosk.settings.width, kiosk.settings.height)
        self._attention = Attention(kiosk.touched, self.window)
        self.window.installEventFilter(self._attention)

    def show(self, fullscreen: bool) -> None:
        """Fill the screen, or stand in a window of the size of the settings."""
        if fullscreen:
            self.window.showFullScreen()
        else:
            self.window.show()

    def close(self) -> None:
        """The engine goes before the view-models, or its bindings would find nothing."""
        self.window.close()
        shiboken6.delete(self.engine)
