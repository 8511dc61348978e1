"""Which state follows which, and that nothing open is ever without a due step."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.contract import HUB_KINDS, QUIET_KINDS, SEVERITY, Kind, Severity
from alerts.model import (
    ACTION_TEXT,
    KIND_TEXT,
    OUTCOME_TEXT,
    SELF_CLOSING,
    STATE_TEXT,
    Action,
    Alert,
    AlreadyOwned,
    IllegalMove,
    Outcome,
    State,
    acknowledge,
    alert_class,
    call_again,
    cancel,
    follow_up,
    move,
    resolve,
    restore,
    trigger,
)

NINE = datetime(2026, 11, 24, 1, tzinfo=UTC)
LATER = NINE + timedelta(seconds=40)
ZHANG, LI = (2, "张社工"), (3, "李社工")

LEGAL = """
    pre_alarm     confirm      triggered
    pre_alarm     cancel       closed
    pre_alarm     acknowledge  acknowledged
    pre_alarm     restore      closed
    triggered     acknowledge  acknowledged
    triggered     restore      closed
    acknowledged  dispatch     dispatched
    acknowledged  arrive       on_scene
    acknowledged  resolve      resolved
    acknowledged  fall_back    triggered
    acknowledged  restore      closed
    dispatched    arrive       on_scene
    dispatched    resolve      resolved
    dispatched    fall_back    triggered
    dispatched    restore      closed
    on_scene      resolve      resolved
    on_scene      restore      closed
    resolved      close        closed
    resolved      reopen       triggered
    resolved      restore      closed
    closed        reopen       triggered
"""
TABLE = {(State(a), Action(b)): State(c) for a, b, c in map(str.split, LEGAL.strip().splitlines())}


def make_alert(state: State = State.TRIGGERED, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "number": 7,
        "key": "pendant-1:person",
        "kind": Kind.SOS,
        "severity": Severity.P1,
        "state": state,
        "area": "330211001001",
        "opened_at": NINE,
        "due_at": None if state is State.CLOSED else NINE,
        "ladder": "life",
    }
    return Alert(**{**values, **changes})


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_only_the_listed_moves_are_made(state: State, action: Action) -> None:
    before = make_alert(state)
    if (state, action) in TABLE:
        after = move(before, action, LATER)
        assert (after.state, after.since) == (TABLE[state, action], LATER)
        assert after.version == before.version + 1
    else:
        with pytest.raises(IllegalMove, match="7 号报警"):
            move(before, action, LATER)


@pytest.mark.parametrize(
    ("state", "action", "says"),
    [
        (State.TRIGGERED, Action.DISPATCH, "7 号报警待受理，不能登记出发"),
        (State.CLOSED, Action.RESOLVE, "7 号报警已办结，不能登记处置结果"),
        (State.ACKNOWLEDGED, Action.REOPEN, "7 号报警已受理，不能重新打开"),
    ],
)
def test_a_refusal_says_in_chinese_what_cannot_be_done(
    state: State, action: Action, says: str
) -> None:
    with pytest.raises(IllegalMove, match=says):
        move(make_alert(state), action, LATER)


def test_the_second_person_hears_who_was_faster() -> None:
    owned = acknowledge(make_alert(), *ZHANG, NINE)
    with pytest.raises(AlreadyOwned, match="张社工已经在处理 7 号报警") as refusal:
        acknowledge(owned, *LI, LATER)
    assert refusal.value.owner == "张社工"


@pytest.mark.parametrize(
    ("state", "severity", "seconds"),
    [
        (State.ACKNOWLEDGED, Severity.P1, 300),
        (State.ACKNOWLEDGED, Severity.P3, 300),
        (State.ACKNOWLEDGED, Severity.P4, 7200),
        (State.DISPATCHED, Severity.P1, 900),
        (State.DISPATCHED, Severity.P4, 8 * 3600),
        (State.ON_SCENE, Severity.P1, 1800),
        (State.RESOLVED, Severity.P1, 24 * 3600),
        (State.RESOLVED, Severity.P5, 24 * 3600),
    ],
)
def test_an_owned_state_lasts_only_so_long(
    state: State, severity: Severity, seconds: float
) -> None:
    assert follow_up(state, severity) == timedelta(seconds=seconds)


def test_a_countdown_that_ends_starts_the_ladder_now() -> None:
    rung = trigger(make_alert(State.PRE_ALARM), LATER)
    assert (rung.state, rung.climb_from, rung.due_at) == (State.TRIGGERED, LATER, LATER)


def test_a_cancelled_countdown_is_closed_and_kept_for_a_soft_check() -> None:
    closed = cancel(make_alert(State.PRE_ALARM, kind=Kind.FALL), LATER)
    assert (closed.state, closed.outcome) == (State.CLOSED, Outcome.CANCELLED_BY_USER)
    assert (closed.due_at, closed.closed_at, closed.active) == (None, LATER, False)


def test_calling_again_takes_the_owner_away_and_is_due_at_once() -> None:
    owned = acknowledge(make_alert(step=2), *ZHANG, NINE)
    again = call_again(owned, Action.FALL_BACK, LATER)
    assert (again.owner, again.owner_id, again.due_at) == (None, None, LATER)
    assert again.step == 2


def test_a_reopened_alert_has_no_outcome_any_more() -> None:
    settled = resolve(acknowledge(make_alert(), *ZHANG, NINE), Outcome.FALSE_PRESS, NINE)
    again = call_again(settled, Action.REOPEN, LATER)
    assert (again.state, again.outcome, again.closed_at) == (State.TRIGGERED, None, None)


# ── any legal sequence ───────────────────────────────────────────────────────────────────────
def act(alert: Alert, action: Action, now: datetime) -> Alert:
    """The act as the hub does it."""
    match action:
        case Action.CONFIRM:
            return trigger(alert, now)
        case Action.CANCEL:
            return cancel(alert, now)
        case Action.ACKNOWLEDGE:
            return acknowledge(alert, *ZHANG, now)
        case Action.RESOLVE:
            return resolve(alert, Outcome.REAL_FALL, now)
        case Action.REOPEN | Action.FALL_BACK:
            return call_again(alert, action, now)
        case Action.RESTORE:
            return restore(alert, now)
        case _:
            return move(alert, action, now)


@given(
    st.sampled_from([State.PRE_ALARM, State.TRIGGERED]),
    st.sampled_from(list(Severity)),
    st.lists(st.tuples(st.sampled_from(list(Action)), st.integers(0, 100_000)), max_size=12),
)
def test_whatever_is_done_an_alert_that_is_not_closed_has_a_due_step(
    first: State, severity: Severity, acts: list[tuple[Action, int]]
) -> None:
    alert, now = make_alert(first, severity=severity), NINE
    for action, seconds in acts:
        now += timedelta(seconds=seconds)
        try:
            alert = act(alert, action, now)
        except IllegalMove:
            continue
        closed = alert.state is State.CLOSED
        assert (alert.due_at is None) == closed
        assert (alert.closed_at is not None) == closed
        assert (alert.outcome is not None) <= (alert.state in (State.RESOLVED, State.CLOSED))
        assert (alert.owner is None) == (alert.owner_id is None)
        if alert.state in (State.ACKNOWLEDGED, State.DISPATCHED, State.ON_SCENE):
            assert alert.owner
        if alert.due_at is not None:
            assert alert.due_at >= now


# ── tables are whole ─────────────────────────────────────────────────────────────────────────
def test_every_word_a_person_may_read_is_there() -> None:
    assert STATE_TEXT.keys() == set(State)
    assert ACTION_TEXT.keys() == set(Action)
    assert OUTCOME_TEXT.keys() == set(Outcome)
    assert KIND_TEXT.keys() == set(Kind)


def test_every_kind_that_opens_an_alert_has_a_severity() -> None:
    assert SEVERITY.keys() == set(Kind) - QUIET_KINDS
    assert SEVERITY.keys() >= HUB_KINDS


def test_a_persons_alarm_never_closes_by_itself() -> None:
    assert all(SEVERITY[kind] is not Severity.P1 for kind in SELF_CLOSING)


@pytest.mark.parametrize(
    ("kind", "shared"),
    [(Kind.SOS, "person"), (Kind.HELP, "person"), (Kind.FALL, "person"), (Kind.SMOKE, "smoke"),
     (Kind.LOW_BATTERY, "low_battery")],
)  # fmt: skip
def test_a_press_after_a_fall_is_the_same_need(kind: Kind, shared: str) -> None:
    assert alert_class(kind) == shared
