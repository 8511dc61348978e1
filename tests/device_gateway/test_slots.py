import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.contract import Reply, Stage
from device_gateway.slots import Slots
from tests.device_gateway.times import NINE


def reply(seq: int, device: str = "pendant-1", stage: Stage = Stage.ACCEPTED) -> Reply:
    return Reply(
        seq=seq,
        device=device,
        event="e-1",
        stage=stage,
        by="张",
        text="张社工已受理",
        at=NINE,
        expires_at=NINE + timedelta(minutes=10),
    )


def test_the_newest_reply_of_each_device_survives_with_the_place_in_the_stream(
    tmp_path: Path,
) -> None:
    slots = Slots(tmp_path / "replies.db")
    slots.put(reply(1), NINE)
    slots.put(reply(2, "band-1"), NINE)
    slots.put(reply(3, stage=Stage.ARRIVED), NINE)
    slots.skip("4")
    again = Slots(tmp_path / "replies.db")
    assert again.seq == "4"
    newest = again.newest("pendant-1", NINE)
    assert newest is not None
    assert newest.stage is Stage.ARRIVED
    assert len(again.all_newest(NINE)) == 2


@pytest.mark.parametrize(("minutes", "is_there"), [(9, True), (10, False), (60, False)])
def test_an_expired_reply_is_never_given(tmp_path: Path, minutes: int, is_there: bool) -> None:
    slots = Slots(tmp_path / "replies.db")
    slots.put(reply(1), NINE)
    later = NINE + timedelta(minutes=minutes)
    assert (slots.newest("pendant-1", later) is not None) is is_there
    assert (slots.all_newest(later) != []) is is_there


def test_expired_replies_leave_the_disk(tmp_path: Path) -> None:
    slots = Slots(tmp_path / "replies.db")
    slots.put(reply(1, "gone-1"), NINE)
    later = NINE + timedelta(minutes=11)
    fresh = reply(2).model_copy(update={"expires_at": later + timedelta(minutes=1)})
    slots.put(fresh, later)
    assert [one.device for one in Slots(tmp_path / "replies.db").all_newest(NINE)] == ["pendant-1"]


@pytest.mark.parametrize(
    "damage", [b"this is no database", b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_damaged_file_is_set_aside(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "replies.db").write_bytes(damage)
    slots = Slots(tmp_path / "replies.db")
    slots.put(reply(1), NINE)
    assert (tmp_path / "replies.db.damaged").read_bytes() == damage
    assert Slots(tmp_path / "replies.db").seq == "1"


def test_a_kept_reply_of_another_version_is_passed_over(tmp_path: Path) -> None:
    Slots(tmp_path / "replies.db").put(reply(1), NINE)
    with sqlite3.connect(tmp_path / "replies.db") as disk:
        disk.execute("""INSERT INTO slot VALUES ('band-1', '{"version": 2}')""")
    slots = Slots(tmp_path / "replies.db")
    assert [one.device for one in slots.all_newest(NINE)] == ["pendant-1"]
