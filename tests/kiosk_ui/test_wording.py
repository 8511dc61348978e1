from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.contract import Kind, Stage
from kiosk_ui import texts, wording
from kiosk_ui.request import News, Request

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def request(stage: Stage, by: str | None = "张社工", text: str = "") -> Request:
    return Request(Kind.HELP, ("e1",), pressed=0).after(News("e1", stage, by, text, NINE))


@pytest.mark.parametrize(
    ("stage", "title", "line"),
    [
        (Stage.RECEIVED, "已收到", "值班人员已收到，请在这里等一等。"),
        (Stage.STILL_CALLING, "还在联系", "还在联系值班人员，请再等一等。"),
        (Stage.ACCEPTED, "已受理", "张社工已受理，请在这里等一等。"),
        (Stage.ON_THE_WAY, "正在赶来", "张社工正在赶来，请在这里等一等。"),
        (Stage.ARRIVED, "已到", "张社工已到您身边。"),
    ],
)
def test_each_stage_has_its_words(stage: Stage, title: str, line: str) -> None:
    assert wording.title(request(stage), now=60) == title
    assert wording.line(request(stage), now=60) == line


def test_somebody_without_a_name_is_a_member_of_the_staff() -> None:
    assert wording.line(request(Stage.ON_THE_WAY, by=None), 60).startswith("工作人员正在赶来")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("还在找人，请别挂心", "还在找人，请别挂心"),
        ("", texts.STILL_CALLING_LINE),
        ("很长" * 40, texts.STILL_CALLING_LINE),
    ],
)
def test_the_hubs_own_words_are_used_where_they_fit_the_screen(text: str, shown: str) -> None:
    assert wording.line(request(Stage.STILL_CALLING, text=text), 60) == shown


@pytest.mark.parametrize(
    ("now", "on_disk", "title", "line"),
    [
        (0.1, True, "已收到", "已记下，正在告诉值班人员。"),
        (3.0, True, "已记下", "已记在本机，联网后自动送出。"),
        (0.1, False, "正在送出", "正在送出"),
        (3.0, False, "没送出去", "这次没能送出，请马上找工作人员。"),
    ],
)
def test_only_what_is_true_is_said_before_the_hub_has_answered(
    now: float, on_disk: bool, title: str, line: str
) -> None:
    pressed = Request(Kind.HELP, ("e1",), pressed=0, on_disk=on_disk)
    assert wording.title(pressed, now) == title
    assert wording.line(pressed, now) == line


@pytest.mark.parametrize(
    ("sent", "online", "line"),
    [
        (True, True, texts.CANCELLED_LINE),
        (False, True, texts.CANCELLING_LINE),
        (False, False, texts.CANCELLED_KEPT_LINE),
    ],
)
def test_a_cancel_is_told_to_the_desk_only_when_it_was(sent: bool, online: bool, line: str) -> None:
    taken_back = replace(request(Stage.RECEIVED), cancelled=True)
    assert wording.end_line(taken_back, sent, online) == line


def test_the_steps_show_what_is_done_what_is_now_and_what_comes() -> None:
    states = [state for _, state in wording.steps(request(Stage.ON_THE_WAY))]
    assert states == ["done", "done", "now", "later", "later"]
    assert [state for _, state in wording.steps(request(Stage.STILL_CALLING))][:2] == [
        "now",
        "later",
    ]


@pytest.mark.parametrize(
    ("phone", "ways"),
    [
        ("", [("pin", "请到 1 号窗口")]),
        ("0574-00000000", [("pin", "请到 1 号窗口"), ("phone", "打电话 0574-00000000")]),
    ],
)
def test_what_to_do_now_names_the_window_and_the_telephone_where_there_is_one(
    phone: str, ways: list[tuple[str, str]]
) -> None:
    assert list(wording.to_do("请到 1 号窗口", phone)) == ways


@pytest.mark.parametrize(
    ("stage", "presses", "words"),
    [
        (Stage.RECEIVED, 1, "着急就再按一次"),
        (Stage.RECEIVED, 2, "已按 2 次，都算数"),
        (Stage.ARRIVED, 1, ""),
    ],
)
def test_pressing_again_is_welcome_until_somebody_has_it(
    stage: Stage, presses: int, words: str
) -> None:
    pressed = replace(request(stage), events=("e1", "e2")[:presses])
    assert wording.aside(pressed, 60, "请到 1 号窗口", both=False) == words


def test_while_nobody_answers_the_window_is_offered() -> None:
    assert wording.aside(request(Stage.STILL_CALLING), 60, "请到 1 号窗口", both=False) == (
        "着急请到 1 号窗口"
    )
