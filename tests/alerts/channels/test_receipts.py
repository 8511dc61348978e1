"""A message counts as delivered when every part of it was."""

import pytest

from alerts.channels.channel import Outcome
from alerts.channels.receipts import Receipts

DELIVERED = Outcome("delivered")


def sent(receipts: Receipts, notice_id: int, *references: int) -> None:
    receipts.begin(notice_id, len(references))
    for reference in references:
        receipts.sent(reference)


def test_a_short_message_is_delivered_by_its_report() -> None:
    receipts = Receipts()
    sent(receipts, 7, 41)
    assert receipts.reported(41, 0) == (7, DELIVERED)


def test_a_long_message_is_delivered_by_the_last_report_in_any_order() -> None:
    receipts = Receipts()
    sent(receipts, 7, 254, 255, 0)
    assert [receipts.reported(reference, 0) for reference in (0, 254)] == [None, None]
    assert receipts.reported(255, 0) == (7, DELIVERED)


def test_a_report_before_the_last_part_is_sent_settles_nothing_yet() -> None:
    receipts = Receipts()
    receipts.begin(7, 2)
    receipts.sent(1)
    assert receipts.reported(1, 0) is None
    receipts.sent(2)
    assert receipts.reported(2, 0) == (7, DELIVERED)


def test_a_part_that_failed_fails_the_message_once() -> None:
    receipts = Receipts()
    sent(receipts, 7, 1, 2)
    assert receipts.reported(1, 0x46) == (7, Outcome("failed", "report_70"))
    assert receipts.reported(2, 0) is None


@pytest.mark.parametrize("status", [0x01, 0x20, 0x30])
def test_a_network_that_still_tries_settles_nothing(status: int) -> None:
    receipts = Receipts()
    sent(receipts, 7, 1)
    assert receipts.reported(1, status) is None
    assert receipts.reported(1, 0) == (7, DELIVERED)


def test_a_reference_used_again_belongs_to_the_newer_message() -> None:
    receipts = Receipts()
    sent(receipts, 7, 1)
    sent(receipts, 8, 1)
    assert receipts.reported(1, 0) == (8, DELIVERED)


def test_a_report_about_nothing_of_ours_is_nothing() -> None:
    receipts = Receipts()
    assert receipts.reported(9, 0) is None
    sent(receipts, 7, 1)
    assert receipts.reported(1, 0) == (7, DELIVERED)
    assert receipts.reported(1, 0) is None
