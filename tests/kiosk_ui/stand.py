"""A kiosk standing in front of a test: its window, fingers on its glass, a hand on its clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QGuiApplication, QPointingDevice
from PySide6.QtQml import QQmlExpression, qmlContext
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtTest import QTest

from kiosk_ui.client import Waits
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.outbox import Outbox
from kiosk_ui.settings import KioskSettings
from kiosk_ui.window import Shown
from kiosk_ui.wire import Wire
from tests.kiosk_ui.fake_hub import TOKEN

NOWHERE = "http://127.0.0.1:9"
QUICK = Waits(retry=(0.02, 0.04, 0.1), poll=0.05, beat=0.05, probe=0.05, silence=5)
START = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
SETTINGS = KioskSettings(token=TOKEN, phone="0574-00000000", sound=False)


@dataclass
class Clock:
    """Wall and monotonic time that move together, and only when told."""

    seconds: float = 1000.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class Stand:
    """One kiosk; give it back with `leave`."""

    state: Path
    url: str = NOWHERE
    settings: KioskSettings = SETTINGS
    clock: Clock = field(default_factory=Clock)
    waits: Waits = QUICK

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.state / "outbox.db")
        wire = Wire(self.url, self.settings.token)
        self.kiosk = Kiosk(
            self.settings, self.outbox, wire, self.clock.now, self.clock.monotonic, self.waits
        )
        self.shown = Shown(self.kiosk)
        self.window: QQuickWindow = self.shown.window
        self.shown.show(fullscreen=False)
        QGuiApplication.processEvents()
        self.hand = Hand(self.window)

    def leave(self) -> None:
        if shiboken6.isValid(self.window):
            self.kiosk.stop()
            self.shown.close()
            self.outbox.close()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.seconds += seconds
        self.kiosk.tick()
        QGuiApplication.processEvents()

    def tap(self, name: str) -> None:
        """A finger comes down on a key and lifts again; not within the time of a tremble."""
        self.clock.seconds += 1
        self.hand.tap(centre(find(self.window, name)))

    def texts(self) -> list[str]:
        """Every text on the screen, as a visitor reads it."""
        return [plain(item) for item in visible(self.window) if is_text(item)]


class Hand:
    """Fingers on the glass, each with its number."""

    device: QPointingDevice | None = None

    def __init__(self, window: QQuickWindow) -> None:
        Hand.device = Hand.device or QTest.createTouchDevice()
        self._window = window
        self._down: set[int] = set()

    def down(self, finger: int, at: QPoint) -> None:
        self._event().press(finger, at, self._window).commit()
        self._down.add(finger)
        QGuiApplication.processEvents()

    def move(self, finger: int, to: QPoint) -> None:
        self._down.discard(finger)
        self._event().move(finger, to, self._window).commit()
        self._down.add(finger)
        QGuiApplication.processEvents()

    def lift(self, finger: int, at: QPoint) -> None:
        self._down.discard(finger)
        self._event().release(finger, at, self._window).commit()
        QGuiApplication.processEvents()

    def tap(self, at: QPoint, finger: int = 0) -> None:
        self.down(finger, at)
        self.lift(finger, at)

    def _event(self) -> QTest.QTouchEventSequence:
        event = QTest.touchEvent(self._window, self.device, False)
        for finger in self._down:
            event = event.stationary(finger)
        return event


def walk(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from walk(child)


def visible(window: QQuickWindow) -> list[QQuickItem]:
    return [item for item in walk(window.contentItem()) if item.isVisible()]


def find(window: QQuickWindow, name: str) -> QQuickItem:
    """The visible item of this name, delegates included."""
    found = [item for item in visible(window) if item.objectName() == name]
    assert len(found) == 1, f"{len(found)} items are called {name}"
    return found[0]


def there(window: QQuickWindow, name: str) -> bool:
    return any(item.objectName() == name for item in visible(window))


def keys(window: QQuickWindow) -> list[QQuickItem]:
    """What a finger can press now, as it is drawn."""
    touches = [item for item in visible(window) if item.property("isPressable")]
    return [item.parentItem() for item in touches if item.isEnabled()]


def is_text(item: QQuickItem) -> bool:
    return item.metaObject().className().startswith("Words") and bool(item.property("text"))


def plain(item: QQuickItem) -> str:
    return str(item.property("text")).replace("\u2060", "").replace("\u00a0", " ")


def evaluate(item: QQuickItem, expression: str) -> Any:
    """What QML makes of an expression about this item."""
    return QQmlExpression(qmlContext(item), item, expression).evaluate()[0]


def box(item: QQuickItem) -> QRectF:
    return item.mapRectToScene(QRectF(0, 0, item.width(), item.height()))


def painted(item: QQuickItem) -> QRectF:
    """Where the letters of a text really stand, without the air above and below the lines."""
    width, line_box = item.property("contentWidth"), evaluate(item, "contentHeight / lineCount")
    height = item.property("contentHeight") - line_box + evaluate(item, "fontInfo.pixelSize")
    from_left = evaluate(item, "horizontalAlignment === Text.AlignLeft")
    left = 0.0 if from_left else (item.width() - width) / 2
    return item.mapRectToScene(QRectF(left, (item.height() - height) / 2, width, height))


def centre(item: QQuickItem) -> QPoint:
    return item.mapToScene(QPointF(item.width() / 2, item.height() / 2)).toPoint()
