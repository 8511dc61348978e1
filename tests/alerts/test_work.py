"""One transaction's work: notices for each person once, stages for each press that waits."""

from alerts import register
from alerts.ladder import Target
from alerts.work import REPLY_LIFE, Work
from tests.alerts.stand import VILLAGE, Stand


async def test_each_person_is_told_once_through_every_channel_that_reaches_them(
    lite: Stand,
) -> None:
    alert = await lite.open()
    everybody = (Target.NEAR, Target.TOWN_ALL, Target.TOWN_ONE, Target.DISTRICT_ALL, Target.SIREN)
    lite.change(lambda work: work.notify(alert, everybody))
    told = [(n.channel, n.to) for n in lite.notices()[3:]]
    names = ["王网格员", "张社工", "李社工", "陈社工", "赵科长"]
    assert told == [("siren", "警灯"), *((c, n) for n in names for c in ("desk", "sms"))]


async def test_a_webhook_is_posted_once_for_all_of_a_rung(sqlite_url: str, clock: object) -> None:
    stand = Stand(sqlite_url, clock, frozenset({"desk", "webhook"}))  # type: ignore[arg-type]
    alert = await stand.open()
    stand.change(lambda work: work.notify(alert, (Target.TOWN_ALL,)))
    assert stand.told(1, "webhook") == ["王网格员", "张社工、李社工"]
    stand.close()


async def test_without_a_phone_number_there_is_no_text_message(lite: Stand) -> None:
    nobody = register.NewStaff("new", "钱社工", "village", VILLAGE, "long enough")
    new = lite.change(lambda work: register.add_staff(work, nobody))
    alert = await lite.open()
    lite.change(lambda work: work.tell(alert, [work.directory.staff[new]]))
    assert [n.channel for n in lite.notices() if n.to == "钱社工"] == ["desk"]


async def test_a_first_press_hears_a_stage_once(lite: Stand) -> None:
    await lite.open(id="p1")
    await lite.accept()
    assert [(r.seq, r.event, r.source) for r in lite.replies()] == [(1, "p1", "gateway-main")]


async def test_an_alert_of_the_hub_itself_answers_nobody(lite: Stand) -> None:
    await lite.engine.sweep()
    await lite.open()
    lite.clock.forward(100)
    await lite.engine.sweep()
    await lite.accept("chen", 2)
    assert lite.replies() == []


def test_a_stage_is_worth_less_the_longer_it_lies() -> None:
    assert all(life.total_seconds() > 0 for life in REPLY_LIFE.values())
    assert min(REPLY_LIFE, key=REPLY_LIFE.__getitem__) == "still_calling"


async def test_a_late_transaction_may_write_nothing_at_all(lite: Stand) -> None:
    def nothing(work: Work) -> tuple[int, bool]:
        work.finish()
        return len(work.notices), work.replied

    assert lite.change(nothing) == (0, False)
