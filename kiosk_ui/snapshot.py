"""A picture of the screen in a file, for looking at a kiosk on a machine without a display."""

import logging
import os
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickWindow

log = logging.getLogger(__name__)

COLOURS = 256


def save(window: QQuickWindow, path: Path, small: bool = False) -> bool:
    """Write the window as PNG, whole or not at all; a small one has its commonest colours only."""
    return write(window.grabWindow(), path, small)


def write(picture: QImage, path: Path, small: bool = False) -> bool:
    """The same for a picture already taken."""
    part = path.with_name(f".{path.stem}.part.png")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not (_packed(picture) if small else picture).save(str(part), quality=0 if small else -1):
            raise OSError("the picture was not written")
        os.replace(part, path)
    except OSError as why:
        log.warning("snapshot: %s: %s", path, why)
        return False
    return True


def _packed(picture: QImage) -> QImage:
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    counts = Counter(memoryview(plain.constBits()).cast("B").cast("I"))
    palette = [colour for colour, _ in counts.most_common(COLOURS)]
    flags = Qt.ImageConversionFlag.ThresholdDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, palette, flags)


class Snapshots(QObject):
    """Writes a new picture whenever the screen has changed since the last one."""

    def __init__(self, window: QQuickWindow, path: Path, every_s: float) -> None:
        """Begin at once."""
        super().__init__(window)
        self._window = window
        self._path = path
        self._drawn = True
        self._last = QImage()
        window.frameSwapped.connect(self._note)
        self._timer = QTimer(self, interval=round(every_s * 1000))
        self._timer.timeout.connect(self._write)
        self._timer.start()

    def _note(self) -> None:
        self._drawn = True

    def _write(self) -> None:
        if not self._drawn:
            return
        self._drawn = False
        picture = self._window.grabWindow()
        if picture != self._last and write(picture, self._path):
            self._last = picture
