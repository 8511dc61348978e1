"""Closed alerts are found again, in one's own area, and taken along as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from alerts import register, respond
from alerts.model import Outcome
from alerts.store import tables
from tests.alerts.api.conftest import Site
from tests.alerts.stand import NINE, OTHER_VILLAGE, VILLAGE
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import text_of


async def closed(site: Site, kind: str, device: str, outcome: Outcome) -> int:
    """An alert that is over."""
    number = (await site.stand.open(kind, device)).number
    await site.stand.accept("chen", number)
    await site.stand.does("chen", respond.settle, number, outcome)
    await site.stand.does("chen", respond.close, number)
    return number


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, {1, 2, 3}),
        ({"kind": "fall"}, {2}),
        ({"outcome": "false_press"}, {1, 3}),
        ({"area": VILLAGE}, {1, 2}),
        ({"from": "2026-11-24"}, {1, 2, 3}),
        ({"until": "2026-11-23"}, set()),
        ({"from": "nonsense", "kind": "'; drop table alert"}, set()),
    ],
)
async def test_the_history_is_filtered(
    site: Site, enter: Enter, query: dict[str, str], numbers: set[int]
) -> None:
    site.stand.change(
        lambda w: register.add_device(w, register.NewDevice("far-1", "gateway-main", OTHER_VILLAGE))
    )
    await closed(site, "sos", "pendant-1", Outcome.FALSE_PRESS)
    await closed(site, "fall", "fall-1", Outcome.REAL_FALL)
    await closed(site, "sos", "far-1", Outcome.FALSE_PRESS)
    desk = await enter("chen")
    page = await desk.read("/history", **query)
    assert {n for n in (1, 2, 3) if f'href="/alerts/{n}"' in page} == numbers
    file = rows_of(await desk.read("/history.csv", **query))
    assert {int(row["编号"]) for row in file} == numbers


async def test_a_filter_never_reaches_beyond_one_s_own_area(site: Site, enter: Enter) -> None:
    await closed(site, "sos", "pendant-1", Outcome.FALSE_PRESS)
    desk = await enter("sun")
    for path in ("/history", "/history.csv"):
        assert "王阿婆" not in await desk.read(path, area=VILLAGE)


async def test_a_file_runs_nothing_and_its_taking_is_logged(site: Site, enter: Enter) -> None:
    site.stand.change(lambda w: register.change_resident(w, 1, "赵科长", name="=HYPERLINK(A1)"))
    await closed(site, "sos", "pendant-1", Outcome.FALSE_PRESS)
    desk = await enter("zhang")
    answer = await desk.get("/history.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    (row,) = rows_of(answer.text)
    assert row["居民"] == "'=HYPERLINK(A1)"
    assert (row["报警时间"], row["结果"]) == ("2026-11-24 09:00:00", "误按")
    t = tables.audit
    (line,) = site.stand.rows(select(t).where(t.c.what == "exported"))
    assert (line.who, line.subject, line.detail["rows"]) == ("张社工", "alerts", 1)


async def test_a_long_history_is_read_page_by_page(site: Site, enter: Enter) -> None:
    def fill(work: Any) -> None:
        work.tx.execute(
            insert(tables.alert),
            [
                {
                    "key": f"k{n}", "kind": "sos", "severity": 1, "state": "closed", "version": 1,
                    "area": VILLAGE, "opened_at": NINE - timedelta(minutes=n), "ladder": "life",
                    "step": 0, "reminders": 0, "press_count": 1, "late_s": 0, "marks": [],
                    "active": False, "outcome": "false_press", "closed_at": NINE, "data": {},
                }
                for n in range(120)
            ],
        )  # fmt: skip

    site.stand.change(fill)
    desk = await enter("chen")
    first, last = await desk.read("/history"), await desk.read("/history", page=99)
    assert "共 120 条，第 1 / 3 页" in text_of(first)
    assert "下一页" in first
    assert "上一页" not in first
    assert "第 3 / 3 页" in text_of(last)
    assert last.count("<tr>") - 1 == 20
