"""When the kiosk speaks: about a request always, about other screens where the visitor asked."""

from PySide6.QtCore import QObject

from kiosk_ui.kiosk import Kiosk
from kiosk_ui.machine import Screen
from kiosk_ui.screens.frame import FrameModel
from kiosk_ui.speech import Speaker


class Narrator(QObject):
    """Says each new thing on the screen once."""

    def __init__(self, kiosk: Kiosk, frame: FrameModel, speaker: Speaker) -> None:
        """Silent until something changes."""
        super().__init__(kiosk)
        self._kiosk = kiosk
        self._frame = frame
        self._speaker = speaker
        self._said = ""
        kiosk.pressed.connect(speaker.chime)
        kiosk.changed.connect(self._look)

    def _look(self) -> None:
        asked = self._kiosk.session.speech
        text = self._frame.spoken if asked or self._kiosk.screen is not Screen.HOME else ""
        if text == self._said:
            return
        self._said = text
        if text:
            self._speaker.say(text)
        else:
            self._speaker.hush()
