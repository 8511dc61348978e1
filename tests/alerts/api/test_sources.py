"""What gateways and kiosks call: stored, then answered."""

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from alerts import register
from alerts.store import tables
from tests.alerts.api.conftest import Served, Site, said
from tests.alerts.stand import GATEWAY, KIOSK, NINE, TOKENS, WEARERS, ZONE

NOW = "2026-11-24T01:00:00Z"


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"device": "pendant-1", "id": name, "kind": "sos", "received_at": NOW, **fields}


# ── events and readings ──────────────────────────────────────────────────────────────────────
async def test_one_event_or_a_list_is_answered_item_by_item(site: Site) -> None:
    gateway = site.source(GATEWAY)
    (one,) = (await gateway.post("/v1/events", json=event("1"))).json()["results"]
    assert one == {
        "index": 0, "device": "pendant-1", "id": "1", "status": "accepted", "reason": None,
    }  # fmt: skip
    batch = [event("1"), 7, event("2", kind="thirst"), event("3", device="nobody"), event("4")]
    answer = await gateway.post("/v1/events", json=batch)
    assert [(r["index"], r["status"], r["reason"]) for r in answer.json()["results"]] == [
        (0, "duplicate", None),
        (1, "refused", "model_type:item"),
        (2, "refused", "enum:kind"),
        (3, "refused", "unknown_device"),
        (4, "accepted", None),
    ]


async def test_readings_come_in_batches_of_five_hundred(site: Site) -> None:
    batch = [
        {"device": "band-1", "id": str(n), "received_at": NOW, "values": {"pulse_bpm": 70}}
        for n in range(500)
    ]
    answer = await site.source(GATEWAY).post("/v1/readings", json=batch)
    assert [r["status"] for r in answer.json()["results"]] == ["accepted"] * 500
    again = await site.source(GATEWAY).post("/v1/readings", json=batch)
    assert {r["status"] for r in again.json()["results"]} == {"duplicate"}


async def test_an_empty_list_is_answered_with_one(site: Site) -> None:
    for path in ("/v1/events", "/v1/readings"):
        answer = await site.source(GATEWAY).post(path, json=[])
        assert (answer.status_code, answer.json()) == (200, {"results": []})


async def test_a_press_in_the_same_batch_as_nonsense_is_stored_before_the_answer(
    site: Site,
) -> None:
    await site.source(GATEWAY).post("/v1/events", json=[None, [], event("1"), {"x": 1}])
    assert [a.first_event for a in site.stand.alerts()] == ["1"]


async def test_a_locked_database_is_said_so_and_nothing_is_half_done(site: Site) -> None:
    path = site.hub.engine.database.engine.url.database
    assert path
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    before = site.stand.rows(select(tables.audit.c.seq))
    answer = await site.source(GATEWAY).post("/v1/events", json=event("1"))
    assert (answer.status_code, answer.json()["title"]) == (503, "系统忙，请马上再试")
    assert answer.headers["Retry-After"] == "1"
    assert (await site.source(GATEWAY).get("/v1/roster")).status_code == 200
    other.execute("ROLLBACK")
    other.close()
    assert site.stand.rows(select(tables.event.c.id)) == []
    assert site.stand.rows(select(tables.audit.c.seq)) == before
    again = await site.source(GATEWAY).post("/v1/events", json=event("1"))
    assert again.json()["results"][0]["status"] == "accepted"
    assert len(site.stand.alerts()) == 1


# ── presence and roster ──────────────────────────────────────────────────────────────────────
async def test_presence_is_noted_without_a_word(site: Site) -> None:
    body = {
        "devices": [{"device": "pendant-1", "last_heard": NOW, "status": "online"}],
        "refused": {"not_json": 2},
        "state": {"version": "1.0"},
    }
    answer = await site.source(GATEWAY).post("/v1/presence", json=body)
    assert (answer.status_code, answer.content) == (204, b"")
    t = tables.device
    row = site.stand.rows(select(t.c.last_heard, t.c.status).where(t.c.id == "pendant-1"))[0]
    assert tuple(row) == (NINE, "online")


async def test_a_roster_holds_the_sources_devices_and_is_not_sent_twice(site: Site) -> None:
    gateway = site.source(GATEWAY)
    answer = await gateway.get("/v1/roster")
    roster = answer.json()
    assert roster["source"] == GATEWAY
    assert [d["device"] for d in roster["devices"]] == sorted([*WEARERS, ZONE])
    assert roster["devices"][0] == {
        "device": "band-1", "protocol": "own_mqtt", "address": "band-1", "interval_s": 300,
    }  # fmt: skip
    known = {"If-None-Match": answer.headers["ETag"]}
    again = await gateway.get("/v1/roster", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    site.stand.change(lambda work: register.retire(work, "band-1"))
    changed = await gateway.get("/v1/roster", headers=known)
    assert changed.status_code == 200
    assert "band-1" not in changed.text


async def test_a_kiosk_is_the_only_device_of_its_roster(site: Site) -> None:
    roster = (await site.source(KIOSK).get("/v1/roster")).json()
    assert [d["device"] for d in roster["devices"]] == [KIOSK]


# ── a kiosk's own press ──────────────────────────────────────────────────────────────────────
async def progress(site: Site, name: str) -> tuple[Any, ...]:
    answer = await site.source(KIOSK).get(f"/v1/requests/{name}")
    told = answer.json()
    return told["number"], told["stage"], told["by"], told["text"], told["cancelled"]


async def test_a_kiosk_may_ask_how_far_its_press_has_come(site: Site) -> None:
    await site.stand.open("help", KIOSK, id="h1")
    assert await progress(site, "h1") == (1, "received", None, "已收到", False)
    await site.stand.accept("chen")
    assert await progress(site, "h1") == (1, "accepted", "陈社工", "陈社工已受理", False)
    await site.stand.say("help_cancelled", KIOSK, data={"event": "h1"})
    assert (await progress(site, "h1"))[-1] is True


async def test_a_kiosk_hears_nothing_of_anybody_elses_press(site: Site) -> None:
    await site.stand.open("sos", "pendant-1", id="private")
    answer = await site.source(KIOSK).get("/v1/requests/private")
    assert (answer.status_code, answer.json()["title"]) == (404, "没有这个求助")


# ── replies ──────────────────────────────────────────────────────────────────────────────────
def replies(client: httpx.Client, count: int, last: int | None = None) -> list[dict[str, Any]]:
    """The next replies a source hears; each must be announced with its number."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", "/v1/replies", headers=headers) as answer:
        messages: Iterator[dict[str, str]] = said(answer.iter_lines())
        heard: list[dict[str, Any]] = []
        while len(heard) < count:
            message = next(messages)
            assert message["event"] == "reply"
            reply = json.loads(message["data"])
            assert message["id"] == str(reply["seq"])
            heard.append(reply)
    return heard


def test_a_stage_reaches_the_devices_source_as_it_happens(served: Served) -> None:
    served.press("p1")
    staff = served.staff("zhang")
    with (
        served.client(TOKENS[GATEWAY]) as gateway,
        gateway.stream("GET", "/v1/replies") as answer,
    ):
        messages = said(answer.iter_lines())
        staff.post("/v1/alerts/1/acknowledge").raise_for_status()
        told = json.loads(next(messages)["data"])
        assert told == {
            "seq": 1, "device": "pendant-1", "event": "p1", "stage": "accepted",
            "by": "张社工", "text": "张社工已受理", "at": told["at"],
            "expires_at": "2026-11-24T01:30:00Z",
        }  # fmt: skip
        staff.post("/v1/alerts/1/dispatch").raise_for_status()
        assert json.loads(next(messages)["data"])["stage"] == "on_the_way"


def test_a_source_goes_on_behind_the_last_it_has_written_down(served: Served) -> None:
    served.press("p1")
    staff = served.staff("zhang")
    for act in ("acknowledge", "dispatch", "arrive"):
        staff.post(f"/v1/alerts/1/{act}").raise_for_status()
    with served.client(TOKENS[GATEWAY]) as gateway:
        assert [r["stage"] for r in replies(gateway, 3)] == ["accepted", "on_the_way", "arrived"]
        assert [r["seq"] for r in replies(gateway, 1, last=2)] == [3]


def test_without_a_last_number_only_what_is_unexpired_counts(served: Served) -> None:
    served.press("p1")
    staff = served.staff("zhang")
    staff.post("/v1/alerts/1/acknowledge").raise_for_status()
    served.site.stand.clock.forward(29 * 60)
    staff.post("/v1/alerts/1/dispatch").raise_for_status()
    served.site.stand.clock.forward(60)
    with served.client(TOKENS[GATEWAY]) as gateway:
        assert [r["stage"] for r in replies(gateway, 1)] == ["on_the_way"]


def test_first_and_newest_press_both_hear_a_stage(served: Served) -> None:
    for name in ("p1", "p2", "p3"):
        served.press(name)
    served.staff("zhang").post("/v1/alerts/1/acknowledge").raise_for_status()
    with served.client(TOKENS[GATEWAY]) as gateway:
        assert [r["event"] for r in replies(gateway, 2)] == ["p1", "p3"]


def test_a_source_hears_nothing_of_another_sources_devices(served: Served) -> None:
    served.press("p1")
    served.press("h1", KIOSK, "help")
    staff = served.staff("chen")
    for number in (1, 2):
        staff.post(f"/v1/alerts/{number}/acknowledge").raise_for_status()
    with served.client(TOKENS[KIOSK]) as kiosk:
        assert [(r["seq"], r["event"]) for r in replies(kiosk, 1)] == [(2, "h1")]


def test_after_the_database_was_put_back_to_an_older_state_replies_go_on(served: Served) -> None:
    served.press("p1")
    served.staff("zhang").post("/v1/alerts/1/acknowledge").raise_for_status()
    with served.client(TOKENS[GATEWAY]) as gateway:
        assert [r["seq"] for r in replies(gateway, 1, last=5000)] == [1]


def test_another_hub_on_the_same_database_may_have_written_the_reply(served: Served) -> None:
    served.press("p1")
    with (
        served.client(TOKENS[GATEWAY]) as gateway,
        gateway.stream("GET", "/v1/replies") as answer,
    ):
        messages = said(answer.iter_lines())
        row = {"seq": 1, "source": GATEWAY, "device": "pendant-1", "event": "p1",
               "stage": "accepted", "by": None, "text": "已受理", "at": NINE,
               "expires_at": NINE.replace(hour=2)}  # fmt: skip

        def write(work: Any) -> None:
            work.tx.execute(tables.reply.insert(), row)
            work.tx.execute(update(tables.head).where(tables.head.c.name == "reply").values(seq=1))

        served.site.stand.change(write)
        assert json.loads(next(messages)["data"])["seq"] == 1


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "9" * 19])
async def test_a_last_number_that_is_none_is_refused(site: Site, last: str) -> None:
    answer = await site.source(GATEWAY).get("/v1/replies", headers={"Last-Event-ID": last})
    assert answer.status_code == 400
