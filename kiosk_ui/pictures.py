"""Pictures of the screens for the docs: the real screens, a still clock, no hub."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from alerts.contract import Kind, Stage
from kiosk_ui import snapshot
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.outbox import Outbox
from kiosk_ui.request import News
from kiosk_ui.settings import KioskSettings
from kiosk_ui.window import Shown
from kiosk_ui.wire import Wire

UPRIGHT = KioskSettings(token="-", phone="0574-86250110")  # noqa: S106  (never sent)
LYING = UPRIGHT.model_copy(update={"width": 1920, "height": 1080, "panel_mm": 476.0})
MORNING = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)


@dataclass
class Scene:
    """A kiosk without a hub, and a hand on its clock."""

    kiosk: Kiosk
    now: list[float] = field(default_factory=lambda: [1000.0])

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now[0] += seconds
        self.kiosk.tick()

    def net(self, online: bool) -> None:
        """The hub is there, or it is not."""
        self.kiosk.client.online = online
        self.kiosk.changed.emit()

    def press(self, kind: Kind = Kind.HELP) -> None:
        """A visitor calls."""
        self.kiosk.press(kind)

    def told(self, stage: Stage, by: str | None = None) -> None:
        """The hub answers."""
        request = self.kiosk.shown
        if request is not None:
            at = MORNING + timedelta(seconds=self.now[0])
            self.kiosk.hear(News(request.event, stage, by, "", at, number=12))

    def choose(self, size: int = 0, contrast: bool = False) -> None:
        """The header's keys."""
        session = self.kiosk.session
        for _ in range(size):
            session = session.larger()
        self.kiosk.choose(session.with_contrast_switched() if contrast else session)


def _home(scene: Scene) -> None:
    scene.net(True)


def _received(scene: Scene) -> None:
    scene.net(True)
    scene.press()
    scene.told(Stage.RECEIVED)
    scene.wait(4)


def _accepted(scene: Scene) -> None:
    _received(scene)
    scene.press()
    scene.wait(20)
    scene.told(Stage.ACCEPTED, "张社工")


def _on_the_way(scene: Scene) -> None:
    _received(scene)
    scene.wait(80)
    scene.told(Stage.ON_THE_WAY, "张社工")


def _still_calling(scene: Scene) -> None:
    _received(scene)
    scene.wait(61)
    scene.told(Stage.STILL_CALLING)


def _hub_down(scene: Scene) -> None:
    scene.net(False)
    scene.press()
    scene.wait(5)


def _cancelled(scene: Scene) -> None:
    _received(scene)
    scene.kiosk.cancel()


def _closed(scene: Scene) -> None:
    _on_the_way(scene)
    scene.told(Stage.CLOSED)


def _banner(scene: Scene) -> None:
    _on_the_way(scene)
    scene.wait(601)


def _staff(scene: Scene) -> None:
    scene.net(True)
    scene.press(Kind.STAFF_WANTED)
    scene.told(Stage.RECEIVED)


def _large(then: Callable[[Scene], None], contrast: bool = False) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        then(scene)
        scene.choose(size=2, contrast=contrast)

    return play


PICTURES: dict[str, tuple[KioskSettings, Callable[[Scene], None]]] = {
    "home-portrait": (UPRIGHT, _home),
    "home-landscape": (LYING, _home),
    "received": (UPRIGHT, _received),
    "received-landscape": (LYING, _received),
    "accepted": (UPRIGHT, _accepted),
    "on-the-way-landscape": (LYING, _on_the_way),
    "still-calling": (UPRIGHT, _still_calling),
    "hub-down": (UPRIGHT, _hub_down),
    "hub-down-landscape": (LYING, _hub_down),
    "cancelled": (UPRIGHT, _cancelled),
    "closed": (UPRIGHT, _closed),
    "home-open-request": (UPRIGHT, _banner),
    "staff": (UPRIGHT, _staff),
    "large-type": (UPRIGHT, _large(_home)),
    "large-type-received": (UPRIGHT, _large(_received)),
    "large-type-hub-down": (UPRIGHT, _large(_hub_down)),
    "large-type-landscape": (LYING, _large(_received)),
    "large-type-home-landscape": (LYING, _large(_home)),
    "high-contrast": (UPRIGHT, _large(_accepted, contrast=True)),
}


def draw(directory: Path) -> Iterator[Path]:
    """Write every picture, one after the other."""
    for name, (settings, play) in PICTURES.items():
        with scene(settings) as (on, shown):
            play(on)
            path = directory / f"{name}.png"
            if snapshot.save(shown.window, path, small=True):
                yield path


@contextmanager
def scene(settings: KioskSettings) -> Iterator[tuple[Scene, Shown]]:
    """A kiosk on the screen whose clock stands still and whose hub is nowhere."""
    with tempfile.TemporaryDirectory() as state:
        now = [1000.0]
        outbox = Outbox(Path(state) / "outbox.db")
        kiosk = Kiosk(
            settings,
            outbox,
            Wire("http://127.0.0.1:9", "-"),
            clock=lambda: MORNING + timedelta(seconds=now[0]),
            monotonic=lambda: now[0],
        )
        shown = Shown(kiosk)
        shown.show(fullscreen=False)
        QCoreApplication.processEvents()
        try:
            yield Scene(kiosk, now), shown
        finally:
            kiosk.stop()
            shown.close()
            outbox.close()
