"""Home: the red button, when to press it, and what happens then."""

from PySide6.QtCore import Property, QObject, Signal

from kiosk_ui import texts
from kiosk_ui.kiosk import Kiosk


class HomeModel(QObject):
    """View-model of the home screen; nothing on it changes."""

    changed = Signal()

    def __init__(self, kiosk: Kiosk) -> None:
        """Like every screen's model, made once for a kiosk."""
        super().__init__(kiosk)

    @property
    def spoken(self) -> str:
        """The screen read aloud."""
        steps = "，".join(words for _, words in texts.HOME_STEPS)
        return f"{''.join(texts.DISC_CALL)}，{texts.DISC_CALL_NOTE}。{texts.HOME_LINE}{steps}。"

    @Property(str, constant=True)
    def line(self) -> str:
        """When to press."""
        return texts.clauses(texts.HOME_LINE)

    @Property(list, constant=True)
    def steps(self) -> list[dict[str, str]]:
        """What happens after the press, as icon and words."""
        return [{"icon": icon, "words": words} for icon, words in texts.HOME_STEPS]
