"""The red button on every screen: a call for help, and then what became of it."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot

from alerts.contract import Kind, Stage
from kiosk_ui import texts, wording
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.machine import Screen
from kiosk_ui.request import Request

LONGEST_NAME = 12
"""A surname and a role; what is longer is cut rather than made too small to read."""

OPEN = (Screen.SENT, Screen.HELP_OPEN)


@dataclass(frozen=True)
class DiscView:
    """What the disc shows; `look` is call, waiting (filled red) or owned (a red edge only)."""

    look: str
    lines: tuple[str, ...]
    note: str
    name: str
    icon: str = ""
    badge: str = ""


CALL = DiscView("call", texts.DISC_CALL, texts.DISC_CALL_NOTE, texts.DISC_NAME)


def disc_view(screen: Screen, help_: Request | None, now: float) -> DiscView:
    """The disc tells of a help request while its screen is open; else it offers one."""
    if help_ is None or screen not in OPEN:
        return CALL
    title = wording.title(help_, now)
    named = help_.stage in (Stage.ACCEPTED, Stage.ON_THE_WAY, Stage.ARRIVED) and help_.by
    here = help_.stage is Stage.ARRIVED
    return DiscView(
        look="owned" if help_.owned else "waiting",
        lines=(str(help_.by)[:LONGEST_NAME], title) if named else (title,),
        note="" if here else texts.waited(int(now - help_.pressed)),
        name=f"{title}，{texts.PRESS_AGAIN}",
        icon="" if named else "phone" if help_.stage is Stage.STILL_CALLING else "tick",
        badge=f"×{help_.presses}" if help_.presses > 1 else "",
    )


class DiscModel(QObject):
    """View-model of the disc."""

    changed = Signal()

    def __init__(self, kiosk: Kiosk) -> None:
        """Follows the kiosk's help request."""
        super().__init__()
        self._kiosk = kiosk
        self.view = CALL
        kiosk.changed.connect(self._look)
        self._look()

    @Property(str, notify=changed)
    def look(self) -> str:
        """How it is drawn: call, waiting or owned."""
        return self.view.look

    @Property(list, notify=changed)
    def lines(self) -> list[str]:
        """One or two large lines."""
        return list(self.view.lines)

    @Property(str, notify=changed)
    def note(self) -> str:
        """The small line below."""
        return self.view.note

    @Property(str, notify=changed)
    def icon(self) -> str:
        """What stands above the lines, if anything."""
        return self.view.icon

    @Property(str, notify=changed)
    def badge(self) -> str:
        """×2 and so on."""
        return self.view.badge

    @Property(str, notify=changed)
    def name(self) -> str:
        """What a screen reader says."""
        return self.view.name

    @Slot()
    def press(self) -> None:
        """A finger came down on it."""
        self._kiosk.press(Kind.HELP)

    def _look(self) -> None:
        kiosk = self._kiosk
        view = disc_view(kiosk.screen, kiosk.requests.get(Kind.HELP), kiosk.monotonic())
        if view != self.view:
            self.view = view
            self.changed.emit()
