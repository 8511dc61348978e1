from datetime import UTC, datetime, timedelta

import pytest

from alerts.contract import Kind, Reply, RequestProgress, Stage
from kiosk_ui.request import News, Request, from_progress, from_reply

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def news(stage: Stage, second: int = 0, **more: object) -> News:
    return News("e1", stage, "张社工", "", NINE + timedelta(seconds=second), **more)  # type: ignore[arg-type]


def pressed() -> Request:
    return Request(Kind.HELP, ("e1",), pressed=100.0)


def test_the_stages_are_followed_as_they_come() -> None:
    request = pressed()
    for second, stage in enumerate(
        (Stage.RECEIVED, Stage.STILL_CALLING, Stage.ACCEPTED, Stage.ON_THE_WAY, Stage.ARRIVED)
    ):
        request = request.after(news(stage, second))
        assert request.stage is stage
        assert not request.ended
    assert request.after(news(Stage.CLOSED, 9)).ended


def test_old_news_changes_no_stage_but_may_bring_the_number() -> None:
    request = pressed().after(news(Stage.ON_THE_WAY, 30))
    later = request.after(news(Stage.ACCEPTED, 10, number=12))
    assert later.stage is Stage.ON_THE_WAY
    assert later.number == 12


def test_a_request_that_nobody_came_for_is_called_again() -> None:
    request = pressed().after(news(Stage.ACCEPTED, 10)).after(news(Stage.STILL_CALLING, 310))
    assert request.stage is Stage.STILL_CALLING
    assert not request.owned


def test_of_two_stages_at_one_instant_the_later_in_life_wins() -> None:
    request = pressed().after(news(Stage.ACCEPTED)).after(news(Stage.RECEIVED))
    assert request.stage is Stage.ACCEPTED


def test_a_time_without_an_offset_from_a_careless_hub_is_taken_as_utc() -> None:
    naive = News("e1", Stage.ACCEPTED, None, "", datetime(2026, 1, 5, 9))  # noqa: DTZ001
    assert pressed().after(news(Stage.RECEIVED)).after(naive).stage is Stage.ACCEPTED


@pytest.mark.parametrize(("now", "told"), [(102.9, False), (103.0, True)])
def test_after_three_seconds_without_the_hub_the_visitor_is_told(now: float, told: bool) -> None:
    assert pressed().unreached(now) is told
    assert not pressed().after(news(Stage.RECEIVED)).unreached(now)


def test_further_presses_belong_to_the_same_request() -> None:
    request = pressed().pressed_again("e2")
    assert (request.event, request.presses) == ("e1", 2)


def test_stream_and_question_bring_the_same_news() -> None:
    stage, text = Stage.ACCEPTED, "张社工已受理"
    reply = Reply(
        seq=1,
        device="kiosk-window",
        event="e1",
        stage=stage,
        by="张社工",
        text=text,
        at=NINE,
        expires_at=NINE,
    )
    progress = RequestProgress(
        event="e1", number=None, stage=stage, by="张社工", text=text, at=NINE
    )
    assert from_reply(reply) == from_progress(progress)
