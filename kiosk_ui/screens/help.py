"""Help: how a request stands, what to do meanwhile, and a way to take it back."""

from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot

from alerts.contract import Kind
from kiosk_ui import texts, wording
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.machine import Screen
from kiosk_ui.request import Request
from kiosk_ui.settings import KioskSettings


@dataclass(frozen=True)
class HelpView:
    """What the screen shows: either steps or, where nobody was reached, what to do now."""

    line: str
    title: str
    aside: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    to_do: tuple[tuple[str, str], ...] = ()
    mark: str = ""
    cancel: str = ""
    """`main` while it is the main offer, `small` later, empty when there is nothing to cancel."""

    @property
    def spoken(self) -> str:
        """What is said when it comes up: the sentence, and what to do."""
        return "。".join((self.line.rstrip("。"), *(words for _, words in self.to_do))) + "。"


def open_view(
    request: Request, screen: Screen, now: float, settings: KioskSettings, both: bool = False
) -> HelpView:
    """A request that goes on."""
    unreached = request.unreached(now)
    return HelpView(
        line=wording.line(request, now),
        title=texts.DO_NOW_TITLE if unreached else texts.request_name(request.kind, request.number),
        aside=wording.aside(request, now, settings.window_text, both),
        steps=() if unreached else wording.steps(request),
        to_do=wording.to_do(settings.window_text, settings.phone) if unreached else (),
        cancel="main" if screen is Screen.SENT else "small",
    )


def ended_view(request: Request, now: float, sent: bool, online: bool | None) -> HelpView:
    """A request that is over."""
    return HelpView(
        line=wording.end_line(request, sent, online),
        title=texts.request_name(request.kind, request.number),
        steps=() if request.cancelled else wording.steps(request),
        mark=wording.title(request, now) if request.cancelled else "",
    )


class HelpModel(QObject):
    """View-model of the help screen: the open request, else the one that just ended."""

    changed = Signal()

    def __init__(self, kiosk: Kiosk) -> None:
        """Follows the kiosk's requests."""
        super().__init__(kiosk)
        self._kiosk = kiosk
        self.view = HelpView("", "")
        kiosk.changed.connect(self._look)
        self._look()

    @property
    def spoken(self) -> str:
        """The screen read aloud."""
        return self.view.spoken if self.view.line else ""

    @Property(str, notify=changed)
    def line(self) -> str:
        """The sentence under the disc."""
        return texts.clauses(self.view.line)

    @Property(str, notify=changed)
    def title(self) -> str:
        """Heading of the card: the number, or what to do."""
        return self.view.title

    @Property(str, notify=changed)
    def aside(self) -> str:
        """How often it was pressed."""
        return self.view.aside

    @Property(list, notify=changed)
    def steps(self) -> list[dict[str, str]]:
        """The stages, as words and done, now or later."""
        return [{"words": words, "state": state} for words, state in self.view.steps]

    @Property(list, notify=changed)
    def todo(self) -> list[dict[str, str]]:
        """What to do now, as icon and words."""
        return [{"icon": icon, "words": words} for icon, words in self.view.to_do]

    @Property(str, notify=changed)
    def mark(self) -> str:
        """The word beside the tick of a request that was taken back."""
        return self.view.mark

    @Property(str, notify=changed)
    def cancelOffer(self) -> str:
        """How large 不用了 is: main, small or not at all."""
        return self.view.cancel

    @Property(str, constant=True)
    def cancelWords(self) -> str:
        """不用了."""
        return texts.CANCEL

    @Property(str, constant=True)
    def cancelNote(self) -> str:
        """When to say so."""
        return texts.CANCEL_NOTE

    @Slot()
    def cancel(self) -> None:
        """Take the request back."""
        if not self._kiosk.just_pressed:
            self._kiosk.cancel()

    def _look(self) -> None:
        kiosk, now = self._kiosk, self._kiosk.monotonic()
        view = HelpView("", "")
        if kiosk.shown is not None:
            both = Kind.HELP in kiosk.requests and Kind.STAFF_WANTED in kiosk.requests
            view = open_view(kiosk.shown, kiosk.screen, now, kiosk.settings, both)
        elif kiosk.ended is not None:
            view = ended_view(kiosk.ended, now, kiosk.cancel_sent, kiosk.client.online)
        if view != self.view:
            self.view = view
            self.changed.emit()
