"""What people do with an alert: each act is a compare-and-set, a line of history, a stage."""

from dataclasses import replace

from alerts.climb import STANDING, climb, told_so_far
from alerts.contract import Stage
from alerts.directory import Person
from alerts.model import (
    Action,
    Alert,
    IllegalMove,
    Outcome,
    State,
    acknowledge,
    call_again,
    move,
    resolve,
)
from alerts.store import alert_rows
from alerts.work import Work

NOTE_LIMIT = 2000


class NoSuchAlert(Exception):
    """There is no alert of this number in what this person may see."""


def find(work: Work, number: int, person: Person) -> Alert:
    """The alert, if it lies in the person's area; raises NoSuchAlert, the same for both."""
    alert = alert_rows.load(work.tx, number)
    if alert is None or not person.sees(alert.area):
        raise NoSuchAlert(number)
    return alert


def accept(work: Work, number: int, person: Person) -> Alert:
    """我来处理: raises AlreadyOwned, by name, when somebody was faster."""
    before = find(work, number, person)
    after = work.save(before, acknowledge(before, person.id, person.display, work.now))
    work.note("acknowledged", who=person.display, alert=number)
    _answer(work, after, person)
    return after


def dispatch(work: Work, number: int, person: Person) -> Alert:
    """已出发: somebody is on the way."""
    before = find(work, number, person)
    after = work.save(before, move(before, Action.DISPATCH, work.now))
    work.note("dispatched", who=person.display, alert=number)
    _answer(work, after, person)
    return after


def arrive(work: Work, number: int, person: Person) -> Alert:
    """已到场: somebody stands at the door."""
    before = find(work, number, person)
    after = work.save(before, move(before, Action.ARRIVE, work.now))
    work.note("arrived", who=person.display, alert=number)
    _answer(work, after, person)
    return after


def settle(work: Work, number: int, person: Person, outcome: Outcome, text: str = "") -> Alert:
    """处置结果: the device hears that it is over; the call back is still owed."""
    before = find(work, number, person)
    after = work.save(before, resolve(before, outcome, work.now))
    work.note(
        "resolved", who=person.display, alert=number, outcome=outcome.value, text=text[:NOTE_LIMIT]
    )
    work.answer(after, Stage.CLOSED, "已办结，有事再按", person.display)
    return after


def close(work: Work, number: int, person: Person, text: str = "") -> Alert:
    """回访: the last word, with what the person said."""
    before = find(work, number, person)
    after = work.save(before, move(before, Action.CLOSE, work.now))
    work.note("closed", who=person.display, alert=number, text=text[:NOTE_LIMIT])
    return after


def reopen(work: Work, number: int, person: Person, text: str = "") -> Alert:
    """It was not over: everybody who was called is called again, and the next rung as well."""
    before = find(work, number, person)
    again = call_again(before, Action.REOPEN, work.now)
    if alert_rows.find_open(work.tx, before.key) is not None:
        raise IllegalMove(f"同一设备已有新的报警，{number} 号不必重新打开")
    work.note("reopened", who=person.display, alert=number, text=text[:NOTE_LIMIT])
    return climb(work, before, again, *told_so_far(before))


def hand_over(work: Work, number: int, person: Person, to: Person) -> Alert:
    """转给别人: the owner changes, the clock of the present state starts anew."""
    before = find(work, number, person)
    if before.state not in (State.ACKNOWLEDGED, State.DISPATCHED, State.ON_SCENE):
        raise IllegalMove(f"{number} 号报警还没有人受理，请先点“我来处理”")
    if not to.active or not to.sees(before.area):
        raise IllegalMove(f"{to.display}不负责这个地方")
    since = replace(before, state=State.TRIGGERED, owner=None, owner_id=None)
    after = work.save(before, acknowledge(since, to.id, to.display, work.now))
    work.tell(after, [to])
    work.note("handed_over", who=person.display, alert=number, to=to.display)
    _answer(work, after, to)
    return after


def annotate(work: Work, number: int, person: Person, text: str) -> Alert:
    """A note in the history."""
    alert = find(work, number, person)
    if not text.strip():
        raise IllegalMove("请先写下要备注的内容")
    work.note("noted", who=person.display, alert=number, text=text.strip()[:NOTE_LIMIT])
    work.touched.add(number)
    return alert


def _answer(work: Work, alert: Alert, person: Person) -> None:
    """The device hears how far it has come, and who does it."""
    stage, text = STANDING[alert.state]
    work.answer(alert, stage, text.format(person.display), person.display)


HISTORY_TEXT: dict[str, str] = {
    "opened": "报警",
    "confirmed": "没有取消，报警成立",
    "pressed_again": "又按了一次",
    "rung": "通知",
    "moved_on": "没有送到，马上找下一级",
    "fell_back": "没有下文，重新找人",
    "reminded": "提醒",
    "acknowledged": "已受理",
    "dispatched": "已出发",
    "arrived": "已到场",
    "resolved": "处置结果",
    "closed": "办结",
    "reopened": "重新打开",
    "handed_over": "转给",
    "noted": "备注",
    "fall_cancelled": "本人取消",
    "help_cancelled": "来访者说不用了",
    "cleared": "设备恢复",
    "restored": "自动恢复",
    "substitute": "替代办法",
}
"""Words of the audit log as the desk's history shows them."""
