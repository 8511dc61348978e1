"""How the state of a request is told to its visitor. Pure; the words themselves stand in texts."""

from collections.abc import Callable

from alerts.contract import Kind, Stage
from kiosk_ui import texts
from kiosk_ui.request import RANK, Request

LONGEST_TEXT = 28
"""The hub's own words are used up to here; more does not fit a screen in large type."""

_TITLES: dict[Stage, str] = {
    Stage.RECEIVED: texts.SENT_TITLE,
    Stage.STILL_CALLING: texts.STILL_CALLING_TITLE,
    Stage.ACCEPTED: texts.ACCEPTED_TITLE,
    Stage.ON_THE_WAY: texts.ON_THE_WAY_TITLE,
    Stage.ARRIVED: texts.ARRIVED_TITLE,
    Stage.CLOSED: texts.CLOSED_TITLE,
}
_BY_PERSON: dict[Stage, Callable[[str | None], str]] = {
    Stage.ACCEPTED: texts.accepted,
    Stage.ON_THE_WAY: texts.on_the_way,
    Stage.ARRIVED: texts.arrived,
}


def title(request: Request, now: float) -> str:
    """The stage in a word or two."""
    if request.unreached(now):
        return texts.KEPT_TITLE if request.on_disk else texts.UNKEPT_TITLE
    if not request.reached and not request.on_disk:
        return texts.SENDING_TITLE
    return texts.CANCELLED_TITLE if request.cancelled else _TITLES[request.stage]


def line(request: Request, now: float) -> str:
    """The stage in a sentence that says what happens or what to do."""
    if request.unreached(now):
        return texts.KEPT_LINE if request.on_disk else texts.UNKEPT_LINE
    if not request.reached:
        return texts.SENDING_LINE if request.on_disk else texts.SENDING_TITLE
    if request.stage is Stage.STILL_CALLING:
        return request.text if 0 < len(request.text) <= LONGEST_TEXT else texts.STILL_CALLING_LINE
    by_person = _BY_PERSON.get(request.stage)
    return by_person(request.by) if by_person else texts.RECEIVED_LINE


def aside(request: Request, now: float, window: str, both: bool) -> str:
    """The window while nobody answers, that the staff knows too, or that a press more counts."""
    if request.unreached(now):
        return ""
    if request.stage is Stage.STILL_CALLING:
        return texts.hurry_to(window)
    if both:
        return texts.STAFF_TOO
    if request.presses > 1:
        return texts.presses(request.presses)
    return texts.PRESS_AGAIN if request.kind is Kind.HELP and not request.owned else ""


def end_line(request: Request, sent: bool, online: bool | None) -> str:
    """How it ended, and whether the desk knows yet."""
    if not request.cancelled:
        return texts.CLOSED_LINE
    if sent:
        return texts.CANCELLED_LINE
    return texts.CANCELLED_KEPT_LINE if online is False else texts.CANCELLING_LINE


def steps(request: Request) -> tuple[tuple[str, str], ...]:
    """Every stage of a request's life with `done`, `now` or `later`."""
    here = 0 if request.stage is Stage.STILL_CALLING else RANK[request.stage]
    return tuple((word, _state(RANK[stage], here)) for stage, word in texts.STEPS)


def to_do(window: str, phone: str) -> tuple[tuple[str, str], ...]:
    """What to do now when nobody can be reached: icon and words."""
    ways = (("pin", window), ("phone", texts.call_by_phone(phone) if phone else ""))
    return tuple((icon, words) for icon, words in ways if words)


def _state(step: int, here: int) -> str:
    if step == here:
        return "now"
    return "done" if step < here else "later"
