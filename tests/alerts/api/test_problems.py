"""Every refusal is a problem document with a sentence a person can act on."""

import re
from typing import Any

import pytest

from alerts import respond
from alerts.api import problems
from tests.alerts.api.conftest import Site
from tests.alerts.stand import GATEWAY, OTHER_VILLAGE, TOKENS

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status"),
    [
        ("nobody", "GET", "/v1/alerts", None, 401),
        ("nobody", "GET", "/v1/nowhere", None, 404),
        ("nobody", "DELETE", "/v1/events", None, 405),
        ("gateway", "POST", "/v1/events", b"not json", 400),
        ("gateway", "POST", "/v1/events", b"\xff\xfe", 400),
        ("gateway", "POST", "/v1/events", b'{"id": NaN}', 400),
        ("gateway", "POST", "/v1/events", b"[" * 100_000, 400),
        ("gateway", "POST", "/v1/events", b"", 400),
        ("gateway", "POST", "/v1/readings", b"[" + b"1," * 500 + b"1]", 413),
        ("gateway", "POST", "/v1/presence", b"{", 422),
        ("gateway", "POST", "/v1/presence", b'{"devices": 7}', 422),
        ("gateway", "GET", "/v1/requests/none", None, 404),
        ("gateway", "GET", "/v1/requests/a%00b", None, 404),
        ("nobody", "POST", "/v1/session", b"{}", 422),
        ("zhang", "GET", "/v1/alerts/99", None, 404),
        ("zhang", "GET", "/v1/alerts/99999999999999999999999", None, 404),
        ("zhang", "GET", "/v1/alerts/one", None, 422),
        ("zhang", "GET", "/v1/alerts?limit=501", None, 422),
        ("zhang", "GET", "/v1/duty?area=999", None, 404),
        ("zhang", "GET", "/v1/duty?at=yesterday", None, 422),
        ("zhang", "POST", "/v1/alerts/1/dispatch", None, 409),
        ("zhang", "POST", "/v1/alerts/99/acknowledge", None, 404),
        ("zhang", "POST", "/v1/alerts/1/resolve", b'{"outcome": "magic"}', 422),
        ("zhang", "POST", "/v1/alerts/1/resolve", b"{}", 422),
        ("zhang", "POST", "/v1/alerts/1/note", b'{"text": " "}', 409),
        ("zhang", "POST", "/v1/alerts/1/hand_over", b'{"staff_id": 99}', 422),
    ],
)
async def test_each_refusal_is_a_document_in_chinese_and_changes_nothing(
    site: Site, who: str, method: str, path: str, body: bytes | None, status: int
) -> None:
    before = await site.stand.open()
    client = site.visitor(TOKENS[GATEWAY] if who == "gateway" else "")
    if who == "zhang":
        client = await site.staff()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    answer = await client.request(method, path, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert CHINESE.search(told["title"])
    for personal in ("王阿婆", "13800000001", "一号"):
        assert personal not in answer.text
    assert site.stand.alerts() == [before]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/alerts/99999999999999999999999", None),
        ("GET", "/v1/alerts?closed=1&below=99999999999999999999999", None),
        ("POST", "/v1/alerts/99999999999999999999999/acknowledge", None),
        ("POST", "/v1/session", b'{"login": "zh\\u0000ang", "password": "x"}'),
    ],
)
async def test_what_no_database_can_hold_is_refused_by_both(
    both: Site, method: str, path: str, body: bytes | None
) -> None:
    staff = await both.staff()
    headers = {"Content-Type": "application/json"} if body is not None else {}
    answer = await staff.request(method, path, content=body, headers=headers)
    assert answer.status_code in (401, 404, 422)
    assert CHINESE.search(answer.json()["title"])


async def test_a_note_keeps_whatever_a_person_typed(both: Site) -> None:
    await both.stand.open()
    staff = await both.staff()
    text = "钥匙在\0 邻居家\u2028🙂"
    answer = await staff.post("/v1/alerts/1/note", json={"text": text})
    assert answer.status_code == 200
    assert answer.json()["history"][-1]["detail"] == {"text": text}


async def test_another_areas_alert_is_as_if_it_were_not_there(site: Site) -> None:
    await site.stand.open()
    sun = await site.staff("sun")
    answers = [await sun.get(f"/v1/alerts/{number}") for number in (1, 99)]
    answers += [await sun.post(f"/v1/alerts/{n}/acknowledge") for n in (1, 99)]
    assert {(a.status_code, a.json()["title"]) for a in answers} == {
        (404, "没有这个报警，或不在您的辖区")
    }
    assert site.stand.alert().owner is None


async def test_whoever_was_slower_hears_the_owners_name(site: Site) -> None:
    await site.stand.open()
    await site.stand.accept("wang")
    answer = await (await site.staff()).post("/v1/alerts/1/acknowledge")
    assert (answer.status_code, answer.json()["owner"]) == (409, "王网格员")
    assert answer.json()["title"] == "王网格员已经在处理 1 号报警"


async def test_what_nobody_foresaw_is_a_document_too(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await site.stand.open()
    staff = await site.staff()

    def breaks(*_anything: Any) -> None:
        raise ZeroDivisionError("王阿婆")

    monkeypatch.setattr(respond, "accept", breaks)
    answer = await staff.post("/v1/alerts/1/acknowledge")
    assert (answer.status_code, answer.json()["title"]) == (500, problems.TITLES[500])
    assert "王阿婆" not in answer.text


def test_every_title_is_a_sentence_without_a_code() -> None:
    for title in problems.TITLES.values():
        assert CHINESE.search(title)
        assert not re.search(r"[A-Za-z0-9]", title)


async def test_hand_over_to_another_place_is_refused(site: Site) -> None:
    await site.stand.open()
    staff = await site.staff()
    await staff.post("/v1/alerts/1/acknowledge")
    sun = site.stand.person("sun")
    assert OTHER_VILLAGE.startswith(sun.area)
    answer = await staff.post("/v1/alerts/1/hand_over", json={"staff_id": sun.id})
    assert (answer.status_code, answer.json()["title"]) == (409, "孙社工不负责这个地方")
