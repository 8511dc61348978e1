"""Residents: found, looked at and changed inside one's own area, and every look is logged."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from alerts import register, sealing
from alerts.store import tables
from tests.alerts.api.conftest import Site
from tests.alerts.stand import OTHER_VILLAGE, VILLAGE
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import text_of

FORM = {
    "name": "王阿婆", "born": "1940", "area": VILLAGE, "address": "一号", "door_note": "",
    "about": "", "consent": "1", "consent_note": "", "identity": "",
    "contact_name": "女儿", "contact_relation": "子女", "contact_phone": "13900000001",
}  # fmt: skip
IDENTITY = "33021119400101123X"


def resident(site: Site, number: int = 1) -> Any:
    t = tables.resident
    (row,) = site.stand.rows(select(t).where(t.c.id == number))
    return row


def logged(site: Site, what: str) -> list[tuple[str, str]]:
    t = tables.audit
    return [(r.who, r.subject) for r in site.stand.rows(select(t).where(t.c.what == what))]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"王阿婆", "李爷爷", "张奶奶", "陈阿公", "沈阿婆"}),
        ({"q": "爷爷"}, {"李爷爷"}),
        ({"q": "1390000"}, {"王阿婆", "李爷爷", "张奶奶", "陈阿公"}),
        ({"only": "without"}, {"沈阿婆"}),
        ({"only": "unasked"}, {"沈阿婆"}),
        ({"only": "gone"}, set()),
        ({"area": VILLAGE}, {"王阿婆", "李爷爷", "张奶奶", "陈阿公"}),
    ],
)
async def test_residents_are_found(
    site: Site, enter: Enter, query: dict[str, str], names: set[str]
) -> None:
    site.stand.change(
        lambda w: register.add_resident(w, register.NewResident("沈阿婆", OTHER_VILLAGE))
    )
    page = await (await enter("chen")).read("/residents", **query)
    every = ("王阿婆", "李爷爷", "张奶奶", "陈阿公", "沈阿婆")
    assert {name for name in every if f">{name}</a>" in page} == names


async def test_a_card_is_seen_in_its_own_area_only_and_the_look_is_logged(
    site: Site, enter: Enter
) -> None:
    desk = await enter("zhang")
    assert "139 0000 0001" in await desk.read("/residents/1")
    assert logged(site, "looked") == [("张社工", "resident 1")]
    stranger = await enter("sun")
    for path in ("/residents/1", "/residents/1/edit", "/residents/999"):
        answer = await stranger.get(path)
        assert (answer.status_code, "没有这位居民" in answer.text) == (404, True)
    for path in ("/residents/1", "/residents/1/bounds", "/residents/1/moved", "/residents/1/lend"):
        status, _ = await stranger.refused(path, **FORM, device="pendant-1")
        assert status == 404, path
    assert logged(site, "looked") == [("张社工", "resident 1")]


async def test_only_what_was_changed_is_written(site: Site, enter: Enter) -> None:
    desk = await enter("wang")
    confirmed = resident(site).address_confirmed_at
    site.stand.clock.forward(3600)
    await desk.done("/residents/1", **FORM)
    assert logged(site, "resident_changed") == []
    await desk.done("/residents/1", **{**FORM, "door_note": "院门向里推"})
    row = resident(site)
    assert row.door_note == "院门向里推"
    assert row.door_confirmed_at == site.stand.clock()
    assert row.address_confirmed_at == confirmed
    await desk.done("/residents/1", **{**FORM, "address_confirmed": "1"})
    assert resident(site).address_confirmed_at == site.stand.clock()


async def test_contacts_are_kept_in_the_order_they_were_typed(site: Site, enter: Enter) -> None:
    desk = await enter("wang")
    await desk.done(
        "/residents/1",
        **{**FORM, "contact_name": ["儿子", "", "邻居"], "contact_relation": ["子女", "", ""],
           "contact_phone": ["13700000001", "", "0574-86000000"]},
    )  # fmt: skip
    seen = text_of(await desk.read("/residents/1"))
    assert "1. 儿子 子女 137 0000 0001 2. 邻居 0574-86000000" in seen


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": " "}, "请填写姓名"),
        ({"born": "很老"}, "出生年份要填数字"),
        ({"identity": "123"}, "身份证号是 18 位，请核对"),
        ({"contact_phone": ""}, "请填写女儿的电话，只用数字"),
        ({"about": "长" * 1001}, "本人情况最多 1000 个字"),
    ],
)
async def test_what_cannot_be_kept_is_said(
    enter: Enter, changes: dict[str, str], says: str
) -> None:
    assert await (await enter("wang")).refused("/residents/1", **{**FORM, **changes}) == (422, says)


async def test_nobody_is_moved_out_of_one_s_own_sight(enter: Enter) -> None:
    status, sentence = await (await enter("zhang")).refused(
        "/residents/1", **{**FORM, "area": OTHER_VILLAGE}
    )
    assert (status, sentence) == (403, "新的地区不在您的辖区")


async def test_consent_is_not_withdrawn_while_a_device_is_lent(enter: Enter) -> None:
    fields = {name: value for name, value in FORM.items() if name != "consent"}
    assert await (await enter("wang")).refused("/residents/1", **fields) == (
        422,
        "请先收回借出的设备，再取消同意",
    )


async def test_an_identity_number_is_sealed_and_shown_masked(site: Site, enter: Enter) -> None:
    desk = await enter("wang")
    await desk.done("/residents/1", **{**FORM, "identity": IDENTITY.lower()})
    sealed = resident(site).identity_sealed
    assert IDENTITY not in sealed
    assert sealing.unseal(site.hub.key, sealed) == IDENTITY
    for path in ("/residents/1", "/residents/1/edit"):
        page = await desk.read(path)
        assert "**************123X" in page
        assert IDENTITY not in page


async def test_a_person_s_own_bounds_are_kept_and_taken_away(site: Site, enter: Enter) -> None:
    desk = await enter("wang")
    await desk.done("/residents/1/bounds", pulse_bpm_low="50", pulse_bpm_high="110")
    page = await desk.read("/residents/1")
    assert re.search(r'name="pulse_bpm_low" value="50"', page)
    assert await desk.refused("/residents/1/bounds", pulse_bpm_low="60", pulse_bpm_high="61") == (
        422,
        "下限和上限离得太近，或填反了",
    )
    assert await desk.refused("/residents/1/bounds", pulse_bpm_low="nan") == (
        422,
        "脉搏下限要填数字",
    )
    await desk.done("/residents/1/bounds")
    assert site.stand.rows(select(tables.bound)) == []


async def test_somebody_is_added_and_moves_away(site: Site, enter: Enter) -> None:
    desk = await enter("chen")
    where = await desk.done("/residents", **{**FORM, "name": "沈阿婆", "lives_alone": "1"})
    assert "沈阿婆" in await desk.read(where)
    await desk.done(f"{where}/lend", device="zone-band")
    assert "zone-band" in await desk.read(where)
    await desk.done(f"{where}/moved")
    assert "已迁出" in await desk.read(where)
    t = tables.device
    (row,) = site.stand.rows(select(t.c.resident_id).where(t.c.id == "zone-band"))
    assert row.resident_id is None


async def test_a_village_adds_people_at_home_only(enter: Enter) -> None:
    desk = await enter("wang")
    await desk.done("/residents", **FORM)
    status, _ = await desk.refused("/residents", **{**FORM, "area": OTHER_VILLAGE})
    assert status == 403
