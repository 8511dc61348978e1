"""Alerts as rows: nobody overwrites what somebody else has changed."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from alerts.model import Alert, Outcome, State
from alerts.store import alert_rows
from alerts.store.alert_rows import Changed
from tests.alerts.stand import NINE, Stand
from tests.alerts.test_model import make_alert


def open_row(hub: Stand, alert: Alert) -> int:
    number: int = hub.change(lambda work: alert_rows.open_new(work.tx, alert))
    return number


def load(hub: Stand, number: int) -> Alert | None:
    with hub.engine.database.reading() as tx:
        return alert_rows.load(tx, number)


def test_an_alert_comes_back_as_it_was_stored(hub: Stand) -> None:
    alert = make_alert(
        State.RESOLVED, device="pendant-1", resident_id=1, climb_from=NINE, step=3, owner_id=2,
        owner="张社工", since=NINE, reminders=1, press_count=4, late_s=90,
        marks=("late", "same_id"), active=False, cancelled_at=NINE, first_event="a",
        last_event="b", outcome=Outcome.VISITED,
        data={"label": "血压 190/115"},
    )  # fmt: skip
    number = open_row(hub, alert)
    assert load(hub, number) == replace(alert, number=number)


def test_an_unknown_number_is_nobody(hub: Stand) -> None:
    assert load(hub, 99) is None


def test_a_change_on_an_old_picture_is_refused(hub: Stand) -> None:
    alert = replace(make_alert(), number=open_row(hub, make_alert()))
    newer = replace(alert, press_count=2, version=2)
    hub.change(lambda work: alert_rows.save(work.tx, newer, 1))
    with pytest.raises(Changed):
        hub.change(lambda work: alert_rows.save(work.tx, replace(alert, step=1, version=2), 1))
    assert load(hub, alert.number) == newer


def test_a_device_and_class_has_one_open_alert(hub: Stand) -> None:
    open_row(hub, make_alert())
    with pytest.raises(IntegrityError):
        open_row(hub, make_alert())
    open_row(hub, make_alert(key="pendant-1:smoke"))


@pytest.mark.parametrize("state", [State.RESOLVED, State.CLOSED])
def test_a_settled_alert_makes_room_for_the_next(hub: Stand, state: State) -> None:
    open_row(hub, make_alert(state))
    open_row(hub, make_alert())
    with hub.engine.database.reading() as tx:
        found = alert_rows.find_open(tx, "pendant-1:person")
    assert found is not None
    assert found.state is State.TRIGGERED


@pytest.mark.parametrize("lock", [False, True])
def test_due_steps_come_lives_first_and_not_before_their_time(hub: Stand, lock: bool) -> None:
    if lock and hub.engine.database.sqlite:
        lock = False
    later = NINE.replace(hour=2)
    for key, severity, due_at in (("a", 4, NINE), ("b", 1, NINE), ("c", 1, later), ("d", 3, NINE)):
        open_row(hub, make_alert(key=key, severity=severity, due_at=due_at))
    open_row(hub, make_alert(State.CLOSED, key="e"))

    def keys(limit: int) -> list[str]:
        found = hub.change(lambda work: alert_rows.due(work.tx, NINE, limit, lock=lock))
        return [alert.key for alert in found]

    assert keys(50) == ["b", "d", "a"]
    assert keys(2) == ["b", "d"]
