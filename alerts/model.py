"""An alert and its life: which state follows which, and when it must be looked at again. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alerts.contract import Kind, Severity


class State(StrEnum):
    """Where an alert stands with the people who must act on it."""

    PRE_ALARM = "pre_alarm"
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    DISPATCHED = "dispatched"
    ON_SCENE = "on_scene"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Action(StrEnum):
    """What moves an alert from one state to another."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    FALL_BACK = "fall_back"
    RESTORE = "restore"


class Outcome(StrEnum):
    """How an alert ended; chosen by a person, except for cancelled, test and restored."""

    REAL_MEDICAL = "real_medical"
    REAL_FALL = "real_fall"
    HELP_NONMEDICAL = "help_nonmedical"
    FALSE_DEVICE = "false_device"
    FALSE_PRESS = "false_press"
    CANCELLED_BY_USER = "cancelled_by_user"
    TEST = "test"
    DEMO = "demo"
    TECHNICAL = "technical"
    VISITED = "unreachable_visited"
    HANDED_OVER = "handed_over_120"
    RESTORED = "restored"


OPEN_STATES = (
    State.PRE_ALARM,
    State.TRIGGERED,
    State.ACKNOWLEDGED,
    State.DISPATCHED,
    State.ON_SCENE,
)
"""States in which a further press of the same device belongs to the same alert."""

_UNRESTORED = (*OPEN_STATES, State.RESOLVED)

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.PRE_ALARM, Action.CONFIRM): State.TRIGGERED,
    (State.PRE_ALARM, Action.CANCEL): State.CLOSED,
    (State.TRIGGERED, Action.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.PRE_ALARM, Action.ACKNOWLEDGE): State.ACKNOWLEDGED,
    (State.ACKNOWLEDGED, Action.DISPATCH): State.DISPATCHED,
    (State.ACKNOWLEDGED, Action.ARRIVE): State.ON_SCENE,
    (State.DISPATCHED, Action.ARRIVE): State.ON_SCENE,
    (State.ACKNOWLEDGED, Action.RESOLVE): State.RESOLVED,
    (State.DISPATCHED, Action.RESOLVE): State.RESOLVED,
    (State.ON_SCENE, Action.RESOLVE): State.RESOLVED,
    (State.RESOLVED, Action.CLOSE): State.CLOSED,
    (State.RESOLVED, Action.REOPEN): State.TRIGGERED,
    (State.CLOSED, Action.REOPEN): State.TRIGGERED,
    (State.ACKNOWLEDGED, Action.FALL_BACK): State.TRIGGERED,
    (State.DISPATCHED, Action.FALL_BACK): State.TRIGGERED,
    **{(state, Action.RESTORE): State.CLOSED for state in _UNRESTORED},
}
"""All legal moves; everything else is refused with a sentence."""

SELF_CLOSING = frozenset(
    {Kind.TAMPER, Kind.FAULT, Kind.LOW_BATTERY, Kind.MAINS_LOST, Kind.SILENCE, Kind.GATEWAY_DOWN}
)
"""Technical alarms: they close themselves when the condition ends. A person's alarm never does."""

_FOLLOW_UP = {
    State.ACKNOWLEDGED: timedelta(seconds=300),
    State.DISPATCHED: timedelta(seconds=900),
    State.ON_SCENE: timedelta(seconds=1800),
    State.RESOLVED: timedelta(hours=24),
}

_FOLLOW_UP_TECHNICAL = {
    State.ACKNOWLEDGED: timedelta(hours=2),
    State.DISPATCHED: timedelta(hours=8),
    State.ON_SCENE: timedelta(hours=2),
    State.RESOLVED: timedelta(hours=24),
}


def follow_up(state: State, severity: Severity) -> timedelta:
    """How long an owned state may last before something happens by itself.

    A technical alarm is a work order: nobody runs for a battery, but within two hours a person
    without a working button needs a substitute.
    """
    return (_FOLLOW_UP_TECHNICAL if severity >= Severity.P4 else _FOLLOW_UP)[state]


class IllegalMove(Exception):
    """The alert's state does not allow the action; the text says why, in Chinese."""


class AlreadyOwned(IllegalMove):
    """Somebody else has it; `owner` is the display name."""

    def __init__(self, number: int, owner: str) -> None:
        """Remember who owns the alert."""
        super().__init__(f"{owner}已经在处理 {number} 号报警")
        self.owner = owner


@dataclass(frozen=True)
class Alert:
    """What somebody must act on. `due_at` is never None while it is not closed."""

    number: int
    key: str
    """Device and class: one open alert each."""
    kind: Kind
    severity: Severity
    state: State
    area: str
    opened_at: datetime
    """When the device or the hub noticed; the elder's waiting starts here."""
    due_at: datetime | None
    ladder: str
    """Name of the ladder taken at the trigger."""
    device: str | None = None
    resident_id: int | None = None
    version: int = 1
    climb_from: datetime | None = None
    """The moment the ladder counts from; a fall back moves it."""
    step: int = 0
    """Rungs already taken."""
    owner_id: int | None = None
    owner: str | None = None
    since: datetime | None = None
    """When the present state began."""
    reminders: int = 0
    press_count: int = 1
    late_s: int = 0
    marks: tuple[str, ...] = ()
    active: bool = True
    """The condition at the device: an axis of its own, beside the state."""
    cancelled_at: datetime | None = None
    """The person said it is not needed; the alert still waits for a human."""
    first_event: str | None = None
    last_event: str | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """A further press of this device and class joins this alert."""
        return self.state in OPEN_STATES


def move(alert: Alert, action: Action, now: datetime) -> Alert:
    """The alert after `action`; raises IllegalMove. The caller sets owner, outcome and due step."""
    to = TRANSITIONS.get((alert.state, action))
    if to is None:
        if action is Action.ACKNOWLEDGE and alert.owner:
            raise AlreadyOwned(alert.number, alert.owner)
        raise IllegalMove(
            f"{alert.number} 号报警{STATE_TEXT[alert.state]}，不能{ACTION_TEXT[action]}"
        )
    due_at = alert.due_at
    if to is State.CLOSED:
        due_at = None
    elif to in _FOLLOW_UP:
        due_at = now + follow_up(to, alert.severity)
    return replace(
        alert,
        state=to,
        since=now,
        version=alert.version + 1,
        reminders=0,
        due_at=due_at,
        closed_at=now if to is State.CLOSED else None,
    )


def trigger(alert: Alert, now: datetime) -> Alert:
    """The countdown is over or was confirmed: the ladder starts now."""
    return replace(move(alert, Action.CONFIRM, now), climb_from=now, due_at=now)


def cancel(alert: Alert, now: datetime) -> Alert:
    """The person got up again in time: closed, but kept for a soft check."""
    cancelled = move(alert, Action.CANCEL, now)
    return replace(cancelled, outcome=Outcome.CANCELLED_BY_USER, cancelled_at=now, active=False)


def acknowledge(alert: Alert, staff_id: int, name: str, now: datetime) -> Alert:
    """One person owns it from here; raises AlreadyOwned with the name of whoever does."""
    return replace(move(alert, Action.ACKNOWLEDGE, now), owner_id=staff_id, owner=name)


def resolve(alert: Alert, outcome: Outcome, now: datetime) -> Alert:
    """Help was given, or was not needed; a call back is still owed."""
    return replace(move(alert, Action.RESOLVE, now), outcome=outcome)


def call_again(alert: Alert, action: Action, now: datetime) -> Alert:
    """Back to triggered by a fall back or a reopening: nobody owns it, the next rung is due now."""
    return replace(
        move(alert, action, now),
        owner_id=None,
        owner=None,
        outcome=None,
        climb_from=None,
        due_at=now,
    )


def restore(alert: Alert, now: datetime) -> Alert:
    """The technical condition ended by itself."""
    restored = move(alert, Action.RESTORE, now)
    return replace(restored, outcome=Outcome.RESTORED, active=False)


STATE_TEXT: dict[State, str] = {
    State.PRE_ALARM: "预警倒计时",
    State.TRIGGERED: "待受理",
    State.ACKNOWLEDGED: "已受理",
    State.DISPATCHED: "已出发",
    State.ON_SCENE: "已到场",
    State.RESOLVED: "已处置",
    State.CLOSED: "已办结",
}

ACTION_TEXT: dict[Action, str] = {
    Action.CONFIRM: "确认",
    Action.CANCEL: "取消",
    Action.ACKNOWLEDGE: "受理",
    Action.DISPATCH: "登记出发",
    Action.ARRIVE: "登记到场",
    Action.RESOLVE: "登记处置结果",
    Action.CLOSE: "办结",
    Action.REOPEN: "重新打开",
    Action.FALL_BACK: "退回",
    Action.RESTORE: "恢复",
}

OUTCOME_TEXT: dict[Outcome, str] = {
    Outcome.REAL_MEDICAL: "真实：身体不适",
    Outcome.REAL_FALL: "真实：跌倒",
    Outcome.HELP_NONMEDICAL: "真实：生活求助",
    Outcome.HANDED_OVER: "已转 120",
    Outcome.VISITED: "联系不上，已上门",
    Outcome.FALSE_PRESS: "误按",
    Outcome.FALSE_DEVICE: "设备误报",
    Outcome.CANCELLED_BY_USER: "本人取消",
    Outcome.TECHNICAL: "设备故障，已处理",
    Outcome.TEST: "测试",
    Outcome.DEMO: "演示",
    Outcome.RESTORED: "自动恢复",
}

KIND_TEXT: dict[Kind, str] = {
    Kind.SOS: "紧急按钮",
    Kind.HELP: "窗口求助",
    Kind.FALL: "跌倒",
    Kind.SMOKE: "烟雾",
    Kind.GAS: "燃气",
    Kind.CARBON_MONOXIDE: "一氧化碳",
    Kind.WATER_LEAK: "漏水",
    Kind.NO_MOTION: "长时间无活动",
    Kind.LEAVE_ZONE: "离开区域",
    Kind.DOOR_OPEN: "门未关",
    Kind.TAKEN_OFF: "取下设备",
    Kind.STAFF_WANTED: "请工作人员",
    Kind.TAMPER: "设备被拆",
    Kind.FAULT: "设备故障",
    Kind.LOW_BATTERY: "电量低",
    Kind.MAINS_LOST: "断电",
    Kind.TEST: "测试",
    Kind.FALL_CANCELLED: "跌倒取消",
    Kind.HELP_CANCELLED: "不用了",
    Kind.CLEARED: "恢复",
    Kind.OUT_OF_BOUNDS: "读数异常",
    Kind.SILENCE: "设备失联",
    Kind.GATEWAY_DOWN: "网关失联",
    Kind.HUB_FAULT: "系统自检异常",
}

_PERSON = frozenset({Kind.SOS, Kind.HELP, Kind.FALL})


def alert_class(kind: Kind) -> str:
    """Kinds that mean the same need of the same person share an alert: a press after a fall."""
    return "person" if kind in _PERSON else kind.value
