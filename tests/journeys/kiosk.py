"""The kiosk at the window as a process: a finger on its glass, eyes on its screen."""

import json
from pathlib import Path

from tests.journeys.program import Program
from tests.journeys.waiting import until


class Kiosk(Program):
    """Ready once it shows something."""

    def __init__(self, folder: Path, command: list[str | Path]) -> None:
        self._hand = folder / "hand"
        self._hand.mkdir(exist_ok=True)
        log = folder / "kiosk.log"
        super().__init__("kiosk", [*command, "--hand", self._hand], log, lambda: self.texts() != [])

    def launch(self) -> None:
        (self._hand / "screen.json").unlink(missing_ok=True)
        super().launch()

    def tap(self, name: str) -> None:
        """Return once the finger has lifted again."""
        (self._hand / "tap").write_text(name)
        until(lambda: not (self._hand / "tap").exists(), f"a tap on {name}")

    def texts(self) -> list[str]:
        """What a visitor reads now."""
        screen = self._hand / "screen.json"
        texts: list[str] = json.loads(screen.read_text()) if screen.exists() else []
        return texts

    def shows(self, part: str) -> None:
        """Return once this can be read."""
        until(lambda: any(part in text for text in self.texts()), f"{part} on the screen")
