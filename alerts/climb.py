"""What happens when a due step has come: the next rung, a fall back, a reminder."""

from dataclasses import replace
from datetime import datetime

from alerts import ladder as ladders
from alerts.contract import Stage
from alerts.ladder import LADDERS, Target
from alerts.model import (
    Action,
    Alert,
    Outcome,
    State,
    call_again,
    follow_up,
    move,
    trigger,
)
from alerts.work import Work

STILL_CALLING = "还在找人，请别挂心"
STANDING: dict[State, tuple[Stage, str]] = {
    State.ACKNOWLEDGED: (Stage.ACCEPTED, "{}已受理"),
    State.DISPATCHED: (Stage.ON_THE_WAY, "{}正在赶来"),
    State.ON_SCENE: (Stage.ARRIVED, "{}已到"),
}
"""What a device hears of an alert that somebody owns; the place is for the name."""

REMINDERS_BEFORE_LEADER = 1
"""Reminders to the owner before the district's people hear of it too."""


def rungs_due(alert: Alert, now: datetime) -> tuple[Alert, tuple[Target, ...]]:
    """The alert after all rungs that are due, and whom they tell; pure."""
    ladder = LADDERS[alert.ladder]
    from_ = alert.climb_from or ladders.resume(ladder, alert.step, now)
    step, targets = ladders.climb(ladder, from_, alert.step, now)
    due = ladders.due_at(ladder, from_, step)
    return replace(alert, climb_from=from_, step=step, due_at=due), targets


def tell_rungs(work: Work, alert: Alert, targets: tuple[Target, ...]) -> None:
    """Write the notices of rungs just taken."""
    if not targets:
        return
    work.notify(_at_rung(alert), targets)
    work.note("rung", alert=alert.number, step=alert.step, targets=[t.value for t in targets])
    if Target.DEVICE in targets:
        work.answer(alert, Stage.STILL_CALLING, STILL_CALLING)


def climb(work: Work, before: Alert, alert: Alert, *also: Target) -> Alert:
    """Save `alert` with every due rung taken, and tell whom they name."""
    climbed, targets = rungs_due(alert, work.now)
    after = work.save(before, climbed)
    tell_rungs(work, after, tuple(dict.fromkeys((*also, *targets))))
    return after


def confirm(work: Work, before: Alert, alert: Alert, why: str) -> Alert:
    """The countdown ends in an alarm: by time, or at once by a press."""
    work.note("confirmed", alert=alert.number, why=why)
    return climb(work, before, trigger(alert, work.now))


def push_again(work: Work, before: Alert, alert: Alert) -> Alert:
    """A press while it is open: tell those already told; owned without anyone coming, climb."""
    if alert.state is State.TRIGGERED:
        after = work.save(before, alert)
        work.notify(_at_rung(after), told_so_far(after))
        return after
    if alert.state is State.ACKNOWLEDGED:
        rung = ladders.rung(LADDERS[alert.ladder], alert.step)
        targets = tuple(t for t in rung.targets if t is not Target.DEVICE)
        after = work.save(before, replace(alert, step=alert.step + 1))
        work.notify(_at_rung(after), targets)
        work.note("rung", alert=alert.number, step=after.step, targets=[t.value for t in targets])
    else:
        after = work.save(before, alert)
    remind_owner(work, after)
    stage, text = STANDING[after.state]
    work.answer(after, stage, text.format(after.owner), after.owner, only_newest=True)
    return after


def told_so_far(alert: Alert) -> tuple[Target, ...]:
    """Everybody whom the rungs taken so far have told, each once; pure."""
    ladder = LADDERS[alert.ladder]
    taken = range(min(alert.step, len(ladder.rungs) + 1))
    told = [t for number in taken for t in ladders.rung(ladder, number).targets]
    return tuple(dict.fromkeys(t for t in told if t is not Target.DEVICE))


def step(work: Work, alert: Alert) -> Alert:
    """Do what is due for one alert; it always leaves with a later due step, or closed."""
    match alert.state:
        case State.PRE_ALARM:
            return confirm(work, alert, alert, "nobody_cancelled")
        case State.TRIGGERED if alert.ladder == "test" and alert.step > 0:
            resolved = replace(alert, state=State.RESOLVED, outcome=Outcome.TEST)
            work.note("closed", alert=alert.number, outcome=Outcome.TEST.value)
            return work.save(alert, move(resolved, Action.CLOSE, work.now))
        case State.TRIGGERED:
            return climb(work, alert, alert)
        case State.ACKNOWLEDGED | State.DISPATCHED:
            work.note("fell_back", alert=alert.number, owner=alert.owner, state=alert.state.value)
            siren = [t for t in told_so_far(alert) if t is Target.SIREN]
            return climb(work, alert, call_again(alert, Action.FALL_BACK, work.now), *siren)
        case _:
            return _remind(work, alert)


def remind_owner(work: Work, alert: Alert) -> None:
    """A notice to whoever owns it."""
    owner = work.directory.staff.get(alert.owner_id or 0)
    if owner:
        work.tell(alert, [owner])


def _at_rung(alert: Alert) -> Alert:
    """The alert as its notices show it: with the rung that was taken, not the next one."""
    return replace(alert, step=max(0, alert.step - 1))


def _remind(work: Work, alert: Alert) -> Alert:
    """On scene or resolved for long: remind, then the leader's desk hears of it as well."""
    due = work.now + follow_up(alert.state, alert.severity)
    after = work.save(alert, replace(alert, reminders=alert.reminders + 1, due_at=due))
    remind_owner(work, after)
    if after.reminders > REMINDERS_BEFORE_LEADER:
        work.notify(after, (Target.DISTRICT_ALL,))
    work.note("reminded", alert=alert.number, count=after.reminders, state=alert.state.value)
    return after
