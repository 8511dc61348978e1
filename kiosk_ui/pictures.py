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

UPRIGHT = KioskSettings(token="-", phone="0574-00000000")  # noqa: S106  (never sent)
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


def home(scene: Scene) -> None:
    """Nobody has pressed yet."""
    scene.net(True)


def received(scene: Scene) -> None:
    """Pressed, and the hub has it."""
    scene.net(True)
    scene.press()
    scene.told(Stage.RECEIVED)
    scene.wait(4)


def accepted(scene: Scene) -> None:
    """Pressed twice, and somebody took it."""
    received(scene)
    scene.press()
    scene.wait(20)
    scene.told(Stage.ACCEPTED, "张社工")


def on_the_way(scene: Scene) -> None:
    """Somebody is coming."""
    received(scene)
    scene.wait(80)
    scene.told(Stage.ON_THE_WAY, "张社工")


def arrived(scene: Scene) -> None:
    """Somebody has come."""
    on_the_way(scene)
    scene.told(Stage.ARRIVED, "张社工")


def still_calling(scene: Scene) -> None:
    """Nobody has answered for a minute."""
    received(scene)
    scene.wait(61)
    scene.told(Stage.STILL_CALLING)


def hub_down(scene: Scene) -> None:
    """The hub did not answer in time."""
    scene.net(False)
    scene.press()
    scene.wait(5)


def cancelled(scene: Scene) -> None:
    """Taken back."""
    received(scene)
    scene.kiosk.cancel()


def closed(scene: Scene) -> None:
    """Helped."""
    on_the_way(scene)
    scene.told(Stage.CLOSED)


def open_request(scene: Scene) -> None:
    """The visitor went away, help is still coming."""
    on_the_way(scene)
    scene.wait(601)


def staff(scene: Scene) -> None:
    """Somebody asked for the staff, not for help."""
    scene.net(True)
    scene.press(Kind.STAFF_WANTED)
    scene.told(Stage.RECEIVED)


def both(scene: Scene) -> None:
    """Somebody asked for help and then for the staff too."""
    received(scene)
    scene.press(Kind.STAFF_WANTED)


SCENES: dict[str, Callable[[Scene], None]] = {
    "home": home,
    "received": received,
    "accepted": accepted,
    "on-the-way": on_the_way,
    "arrived": arrived,
    "still-calling": still_calling,
    "hub-down": hub_down,
    "cancelled": cancelled,
    "closed": closed,
    "open-request": open_request,
    "staff": staff,
    "both": both,
}


def _large(then: Callable[[Scene], None], contrast: bool = False) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        then(scene)
        scene.choose(size=2, contrast=contrast)

    return play


PICTURES: dict[str, tuple[KioskSettings, Callable[[Scene], None]]] = {
    "home-portrait": (UPRIGHT, home),
    "home-landscape": (LYING, home),
    **{name: (UPRIGHT, play) for name, play in SCENES.items() if play is not home},
    "received-landscape": (LYING, received),
    "on-the-way-landscape": (LYING, on_the_way),
    "hub-down-landscape": (LYING, hub_down),
    "large-type": (UPRIGHT, _large(home)),
    "large-type-received": (UPRIGHT, _large(received)),
    "large-type-hub-down": (UPRIGHT, _large(hub_down)),
    "large-type-home-landscape": (LYING, _large(home)),
    "large-type-landscape": (LYING, _large(received)),
    "high-contrast": (UPRIGHT, _large(accepted, contrast=True)),
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
