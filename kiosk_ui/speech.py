"""The kiosk's voice: a recorded sentence, else espeak-ng, else silence; never waited for.

It says only what stands on the screen, so the screen is its caption.
"""

import logging
import shutil
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer

log = logging.getLogger(__name__)

CHIME = Path(__file__).parent / "sounds" / "press.wav"
LONGEST_MS = 30_000
"""A player that has not ended by then hangs on a dead sound device."""

LONGEST_NAME = 80
"""Signs in a file name; a file system takes 255 bytes, and Chinese needs three each."""

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


def speakable(text: str) -> str:
    """The text as it is to be read: figures one by one, as numbers of rooms and telephones are."""
    return text.translate(_DIGITS)


def recording_name(text: str) -> str:
    """The file name under which a recording is looked for: the sentence without its marks."""
    return f"{''.join(sign for sign in text if sign.isalnum())[:LONGEST_NAME]}.wav"


def command(text: str, voice_dir: Path | None) -> list[str]:
    """The program that says it; empty where this machine cannot."""
    recording = voice_dir / recording_name(text) if voice_dir else None
    if recording is not None and recording.is_file() and shutil.which("aplay"):
        return ["aplay", "-q", str(recording)]
    if shutil.which("espeak-ng"):
        return ["espeak-ng", "-v", "cmn-latn-pinyin", "-s", "140", "--", speakable(text)]
    return []


class Speaker(QObject):
    """Plays one thing after the other in a child process; a new sentence ends the old one."""

    def __init__(self, voice_dir: Path | None, sound: bool, parent: QObject | None = None) -> None:
        """Silent until asked; without `sound` for ever."""
        super().__init__(parent)
        self._voice_dir = voice_dir
        self._sound = sound
        self._queue: list[list[str]] = []
        self._troubles: set[str] = set()
        self._child = QProcess(self)
        self._child.finished.connect(self._ended)
        self._child.errorOccurred.connect(self._failed)
        self._limit = QTimer(self, singleShot=True, interval=LONGEST_MS)
        self._limit.timeout.connect(self._child.kill)

    def chime(self) -> None:
        """The sound of a press that was taken."""
        self._play([["aplay", "-q", str(CHIME)]] if shutil.which("aplay") else [])

    def say(self, text: str) -> None:
        """Say it after the chime if that still sounds, else at once."""
        spoken = command(text, self._voice_dir)
        if not spoken:
            self._note("no espeak-ng and no recording: the kiosk stays silent")
            return
        chiming = self._child.arguments()[-1:] == [str(CHIME)] and self._is_playing()
        self._play([spoken], after=chiming)

    def hush(self) -> None:
        """Stop at once."""
        self._queue.clear()
        self._child.kill()

    def stop(self) -> None:
        """End the child; for the end of the program."""
        self.hush()
        self._child.waitForFinished(500)

    def _is_playing(self) -> bool:
        return self._child.state() is not QProcess.ProcessState.NotRunning

    def _play(self, commands: list[list[str]], after: bool = False) -> None:
        if not self._sound:
            return
        self._queue = commands
        if self._is_playing():
            if not after:
                self._child.kill()
            return
        self._next()

    def _next(self) -> None:
        if self._queue:
            program, *arguments = self._queue.pop(0)
            self._limit.start()
            self._child.start(program, arguments)

    def _ended(self, code: int, status: QProcess.ExitStatus) -> None:
        self._limit.stop()
        if code and status is QProcess.ExitStatus.NormalExit:
            self._note(f"{self._child.program()} ended with {code}: no sound device?")
        self._next()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._note(f"{self._child.program()} cannot be started")
            self._next()

    def _note(self, trouble: str) -> None:
        """Log a trouble the first time only: a silent kiosk presses on."""
        if trouble not in self._troubles:
            self._troubles.add(trouble)
            log.warning("speech: %s", trouble)
