"""The frame around every screen: header, the open request as a banner, the bottom bar."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot

from alerts.contract import Kind
from kiosk_ui import texts, wording
from kiosk_ui.kiosk import Kiosk
from kiosk_ui.machine import Move, Screen
from kiosk_ui.screens import PAGES
from kiosk_ui.session import Session

NET = {
    None: ("starting", texts.NET_STARTING),
    True: ("up", texts.NET_UP),
    False: ("down", texts.NET_DOWN),
}


@dataclass(frozen=True)
class FrameView:
    """Everything of the frame that changes."""

    screen: Screen
    session: Session
    net: tuple[str, str]
    banner: str
    presses: int


def frame_view(kiosk: Kiosk) -> FrameView:
    """The frame as it is now; an open request stays visible at home, by number and stage only."""
    request = kiosk.shown
    banner = ""
    if request is not None and kiosk.screen is Screen.HOME:
        name = texts.request_name(request.kind, request.number)
        banner = texts.banner(name, wording.title(request, kiosk.monotonic()))
    return FrameView(kiosk.screen, kiosk.session, NET[kiosk.client.online], banner, kiosk.presses)


class FrameModel(QObject):
    """View-model of the frame; holds the models of all screens and shows one."""

    changed = Signal()
    turned = Signal()
    """Another page is to be shown."""

    def __init__(self, kiosk: Kiosk) -> None:
        """One model for each kind of page, made once."""
        super().__init__(kiosk)
        self._kiosk = kiosk
        made = {page.model: page.model(kiosk) for page in PAGES.values()}
        self.pages: dict[Screen, QObject] = {
            screen: made[page.model] for screen, page in PAGES.items()
        }
        self.view = frame_view(kiosk)
        kiosk.changed.connect(self._look)

    @property
    def spoken(self) -> str:
        """The current screen read aloud."""
        return str(getattr(self.pages[self.view.screen], "spoken", ""))

    @property
    def page_file(self) -> str:
        """File of the current screen."""
        return PAGES[self.view.screen].qml

    @Property(str, notify=changed)
    def page(self) -> str:
        """The same for QML."""
        return self.page_file

    @Property(int, notify=changed)
    def presses(self) -> int:
        """Grows with every call for a person; a finger from before it acts no more."""
        return self.view.presses

    @Property(QObject, notify=changed)
    def pageModel(self) -> QObject:
        """View-model of the current screen."""
        return self.pages[self.view.screen]

    @Property(str, constant=True)
    def site(self) -> str:
        """Name of the place."""
        return self._kiosk.settings.site_name

    @Property(float, constant=True)
    def panelMm(self) -> float:
        """Width of the panel."""
        return self._kiosk.settings.panel_mm

    @Property(str, notify=changed)
    def net(self) -> str:
        """The net in words."""
        return self.view.net[1]

    @Property(str, notify=changed)
    def netState(self) -> str:
        """Up, down or starting."""
        return self.view.net[0]

    @Property(float, notify=changed)
    def scale(self) -> float:
        """The factor on every type size."""
        return self.view.session.scale

    @Property(str, notify=changed)
    def sizeWords(self) -> str:
        """What the size key does next."""
        return texts.SIZES[self.view.session.size]

    @Property(bool, notify=changed)
    def contrast(self) -> bool:
        """Yellow on black."""
        return self.view.session.contrast

    @Property(bool, notify=changed)
    def speech(self) -> bool:
        """Every screen is read aloud."""
        return self.view.session.speech

    @Property(bool, notify=changed)
    def canLeave(self) -> bool:
        """Whether 返回 and 首页 lead anywhere."""
        return self.view.screen is not Screen.HOME

    @Property(str, notify=changed)
    def banner(self) -> str:
        """The open request, at home."""
        return self.view.banner

    @Property(dict, constant=True)
    def words(self) -> dict[str, str]:
        """What stands on the frame's keys."""
        return {
            "speech": texts.SPEECH,
            "contrast": texts.CONTRAST,
            "back": texts.BACK,
            "home": texts.HOME,
            "staff": texts.CALL_STAFF,
            "see": texts.SEE_REQUEST,
            "font": texts.FONT,
        }

    @Slot()
    def back(self) -> None:
        """返回."""
        self._act(lambda: self._kiosk.go(Move.BACK))

    @Slot()
    def home(self) -> None:
        """首页."""
        self._act(lambda: self._kiosk.go(Move.HOME))

    @Slot()
    def callStaff(self) -> None:
        """请工作人员帮我."""
        self._act(lambda: self._kiosk.press(Kind.STAFF_WANTED))

    @Slot()
    def openRequest(self) -> None:
        """The banner was touched."""
        self._act(lambda: self._kiosk.go(Move.SHOW_REQUEST))

    @Slot()
    def switchSize(self) -> None:
        """大字."""
        self._act(lambda: self._kiosk.choose(self._kiosk.session.larger()))

    @Slot()
    def switchSpeech(self) -> None:
        """朗读."""
        self._act(lambda: self._kiosk.choose(self._kiosk.session.with_speech_switched()))

    @Slot()
    def switchContrast(self) -> None:
        """高对比."""
        self._act(lambda: self._kiosk.choose(self._kiosk.session.with_contrast_switched()))

    def _act(self, action: Callable[[], None]) -> None:
        """Do it, unless it is another finger of the hand that just pressed for help."""
        if not self._kiosk.just_pressed:
            action()

    def _look(self) -> None:
        view = frame_view(self._kiosk)
        if view == self.view:
            return
        page, self.view = self.page_file, view
        self.changed.emit()
        if self.page_file != page:
            self.turned.emit()
