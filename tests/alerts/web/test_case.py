"""An alert told on a page: the same facts, in the words of the trade."""

from datetime import timedelta

from alerts.contract import HistoryLine, Kind, NoticeView
from alerts.model import State
from alerts.web import case
from tests.alerts.stand import NINE


def notice(to: str, channel: str, state: str, minute: int = 0, reason: str = "") -> NoticeView:
    at = NINE + timedelta(minutes=minute)
    return NoticeView(
        id=minute, to=to, channel=channel, state=state, reason=reason, attempts=1,
        created_at=at, updated_at=at,
    )  # fmt: skip


def test_repeated_notices_are_one_line_with_the_newest_state() -> None:
    lines = case.told(
        [
            notice("张社工", "desk", "sent"),
            notice("李社工", "desk", "delivered", 1),
            notice("张社工", "desk", "delivered", 2),
            notice("张社工", "sms", "failed", 3, "phone_off"),
        ]
    )
    assert [(n.to, n.channel, n.state, n.times) for n in lines] == [
        ("李社工", "desk", "delivered", 1),
        ("张社工", "desk", "delivered", 2),
        ("张社工", "sms", "failed", 1),
    ]


def line(minute: int, what: str, text: str, who: str = "系统") -> HistoryLine:
    at = NINE + timedelta(minutes=minute)
    return HistoryLine(at=at, who=who, what=what, text=text, detail={})


def test_calling_again_and_again_is_one_line_with_its_number() -> None:
    lines = case.happened(
        [
            line(0, "opened", "报警"),
            line(1, "rung", "通知：区全员"),
            line(2, "rung", "通知：区全员"),
            line(3, "rung", "通知：区全员"),
            line(4, "noted", "备注：打不通", "张社工"),
            line(5, "noted", "备注：打不通", "张社工"),
        ]
    )
    assert [(x.text, x.times, x.last) for x in lines] == [
        ("报警", 1, None),
        ("通知：区全员", 3, NINE + timedelta(minutes=3)),
        ("张社工：备注：打不通", 1, None),
        ("张社工：备注：打不通", 1, None),
    ]


def test_every_open_state_has_one_main_act_and_a_closed_alert_has_none() -> None:
    acts = {state: case.main_act(state) for state in State}
    assert acts.pop(State.CLOSED) is None
    assert all(acts.values())


def test_a_work_order_offers_the_technical_end_first() -> None:
    assert case.outcome_choices(Kind.SILENCE)[0][0] == "technical"
    assert case.outcome_choices(Kind.SOS)[0][0] == "real_medical"


def test_what_happens_by_itself_is_never_offered() -> None:
    offered = {code for code, _ in case.outcome_choices(Kind.SOS)}
    assert offered.isdisjoint({"cancelled_by_user", "restored"})
