import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.contract import Event, Kind
from kiosk_ui.outbox import OpenRequest, Outbox

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def event(id_: str, kind: Kind = Kind.HELP) -> Event:
    return Event(device="kiosk-window", id=id_, kind=kind, at=NINE, received_at=NINE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def test_a_kept_press_is_on_the_disk_for_everybody_to_see(path: Path) -> None:
    outbox = Outbox(path)
    assert outbox.keep(event("a"))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT id FROM press").fetchall() == [("a",)]


def test_the_file_is_written_with_full_synchronisation(path: Path) -> None:
    outbox = Outbox(path)
    assert outbox._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert outbox._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_was_kept_is_still_there_after_a_restart_in_the_same_bytes(path: Path) -> None:
    first = Outbox(path)
    first.keep(event("a"))
    waiting = first.waiting(urgent=True)
    first.close()
    assert Outbox(path).waiting(urgent=True) == waiting


def test_help_and_its_cancel_are_urgent_and_keep_their_order(path: Path) -> None:
    outbox = Outbox(path)
    for id_, kind in [
        ("s", Kind.STAFF_WANTED),
        ("h", Kind.HELP),
        ("c", Kind.HELP_CANCELLED),
    ]:
        outbox.keep(event(id_, kind))
    assert [kept.id for kept in outbox.waiting(urgent=True)] == ["h", "c"]
    assert [kept.id for kept in outbox.waiting(urgent=False)] == ["s"]


def test_a_settled_press_is_not_sent_again(path: Path) -> None:
    outbox = Outbox(path)
    outbox.keep(event("a"))
    outbox.settle("a")
    assert outbox.waiting(urgent=True) == []
    assert not outbox.is_waiting("a")


def test_a_refused_press_for_help_is_tried_again_and_others_are_kept_and_counted(
    path: Path,
) -> None:
    outbox = Outbox(path)
    outbox.keep(event("h"))
    outbox.keep(event("s", Kind.STAFF_WANTED))
    for id_ in ("h", "s"):
        outbox.refuse(id_, "not_yours")
    assert [kept.id for kept in outbox.waiting(urgent=True)] == ["h"]
    assert outbox.waiting(urgent=False) == []
    assert outbox.counts() == (2, 2)


def test_open_requests_are_remembered_until_they_end(path: Path) -> None:
    outbox = Outbox(path)
    request = OpenRequest(Kind.HELP, NINE, ("a", "b"))
    outbox.keep(event("a"), request)
    outbox.close()
    again = Outbox(path)
    assert again.open_requests() == [request]
    again.end_request("a")
    assert again.open_requests() == []


def test_a_broken_file_is_put_aside_and_pressing_goes_on(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 100)
    outbox = Outbox(path)
    assert outbox.keep(event("a"))
    aside = list(path.parent.glob("outbox.db.broken-*"))
    assert len(aside) == 1
    assert aside[0].read_bytes().startswith(b"this is no database")


def test_a_disk_that_cannot_be_opened_still_lets_a_press_be_sent(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "missing" / "outbox.db")
    assert not outbox.keep(event("a"))
    assert [kept.id for kept in outbox.waiting(urgent=True)] == ["a"]


def test_a_disk_that_stops_taking_presses_still_lets_them_be_sent(path: Path) -> None:
    outbox = Outbox(path)
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE press")
    assert not outbox.keep(event("a"))
    assert [kept.id for kept in outbox.waiting(urgent=True)] == ["a"]
    assert outbox.is_waiting("a")
    outbox.settle("a")
    assert outbox.waiting(urgent=True) == []
