"""What staff do over HTTP: see the alerts of their area, act, and hear of every change."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from alerts.contract import AlertDetail, AlertList, DutyView
from alerts.store import tables
from tests.alerts.api.conftest import Served, Site, said
from tests.alerts.stand import KIOSK, OTHER_TOWN, TOWN, VILLAGE, until


async def test_an_alert_is_acted_on_from_the_press_to_the_call_back(site: Site) -> None:
    await site.stand.open()
    staff = await site.staff()
    acts: list[tuple[str, dict[str, str] | None, str]] = [
        ("acknowledge", None, "acknowledged"),
        ("dispatch", None, "dispatched"),
        ("arrive", None, "on_scene"),
        ("note", {"text": "家属在路上"}, "on_scene"),
        ("resolve", {"outcome": "real_fall", "text": "扶起，无外伤"}, "resolved"),
        ("close", {"text": "电话回访"}, "closed"),
        ("reopen", {"text": "又不舒服"}, "triggered"),
    ]
    for act, body, state in acts:
        answer = await staff.post(f"/v1/alerts/1/{act}", json=body)
        assert answer.status_code == 200, act
        assert AlertDetail.model_validate_json(answer.content).state == state
    assert [line["what"] for line in answer.json()["history"]] == [
        "opened", "rung", "acknowledged", "dispatched", "arrived", "noted", "resolved", "closed",
        "reopened", "rung",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("login", "sees"),
    [("wang", [1]), ("zhang", [1]), ("chen", [1, 2]), ("admin", [1, 2]), ("sun", [])],
)
async def test_each_sees_the_alerts_of_their_area_and_below(
    site: Site, login: str, sees: list[int]
) -> None:
    await site.stand.open("sos", "pendant-1")
    await site.stand.open("help", KIOSK)
    answer = await (await site.staff(login)).get("/v1/alerts")
    shown = AlertList.model_validate_json(answer.content)
    assert sorted(a.number for a in shown.alerts) == sees
    assert (shown.open, shown.waiting) == (len(sees), len(sees))


async def test_a_look_at_a_person_is_logged_with_the_name_of_who_looked(site: Site) -> None:
    await site.stand.open()
    card = (await (await site.staff()).get("/v1/alerts/1")).json()["resident_card"]
    assert (card["name"], card["address"], card["age"]) == ("王阿婆", "一号", 86)
    assert card["contacts"] == [{"name": "女儿", "relation": "子女", "phone": "13900000001"}]
    t = tables.audit
    looks = site.stand.rows(select(t.c.who, t.c.subject, t.c.alert).where(t.c.what == "looked"))
    assert [tuple(row) for row in looks] == [("张社工", "resident 1", 1)]


async def test_closed_alerts_come_page_by_page(site: Site) -> None:
    for _ in range(5):
        await site.stand.open("fault")
        await site.stand.say("cleared", data={"kind": "fault"})
    staff = await site.staff()
    numbers: list[int] = []
    below: dict[str, Any] = {}
    while True:
        answer = await staff.get("/v1/alerts", params={"closed": True, "limit": 2, **below})
        page = AlertList.model_validate_json(answer.content)
        numbers += [a.number for a in page.alerts]
        if page.more is None:
            break
        below = {"below": page.more}
    assert numbers == [5, 4, 3, 2, 1]


async def test_the_duty_answers_for_my_area_now_and_for_another_at_a_moment(site: Site) -> None:
    staff = await site.staff()
    mine = DutyView.model_validate_json((await staff.get("/v1/duty")).content)
    assert (mine.area, mine.name, mine.next) == (TOWN, "张社工", "李社工")
    asked = {"area": VILLAGE, "at": "2026-12-02T01:00:00Z"}
    later = DutyView.model_validate_json((await staff.get("/v1/duty", params=asked)).content)
    assert (later.name, later.answering_area) == ("王网格员", VILLAGE)
    elsewhere = (await staff.get("/v1/duty", params={"area": OTHER_TOWN})).json()
    assert elsewhere["name"] == "孙社工"


def test_a_desk_hears_at_once_what_changed_in_its_area(served: Served) -> None:
    staff = served.staff("zhang")
    with staff.stream("GET", "/v1/stream") as answer:
        messages = said(answer.iter_lines())
        first = next(messages)
        assert (first["event"], json.loads(first["data"])["alerts"]) == ("alerts", [])
        served.press("p1")
        picture = json.loads(next(messages)["data"])
        assert (picture["waiting"], picture["life"]) == (1, 1)
        assert picture["alerts"] == [[1, "triggered", 1, None]]
        served.staff("wang").post("/v1/alerts/1/acknowledge").raise_for_status()
        while (picture := json.loads(next(messages)["data"]))["waiting"]:
            pass
        assert picture["alerts"] == [[1, "acknowledged", 1, "王网格员"]]


def test_a_stream_ends_with_the_login(served: Served) -> None:
    staff = served.staff("zhang")
    with staff.stream("GET", "/v1/stream") as answer:
        messages = said(answer.iter_lines())
        next(messages)
        staff.delete("/v1/session").raise_for_status()
        assert [m["event"] for m in messages][-1] == "ended"


async def test_whoever_has_the_desk_open_has_got_the_notice(served: Served) -> None:
    def states() -> list[str]:
        return [notice.state for notice in served.site.stand.notices()]

    with served.staff("wang").stream("GET", "/v1/stream") as answer:
        messages = said(answer.iter_lines())
        next(messages)
        served.press("p1")
        await until(lambda: states() == ["delivered"])
