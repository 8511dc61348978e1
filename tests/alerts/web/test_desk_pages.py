"""What the desk shows and does, page by page, without a browser."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from alerts import register, respond
from alerts.model import Outcome
from alerts.store import tables
from tests.alerts.api.conftest import Site
from tests.alerts.stand import OTHER_VILLAGE, VILLAGE
from tests.alerts.web.conftest import Enter
from tests.alerts.web.pages import text_of

MAIN = re.compile(r'class="main \w+"[^>]*>([^<]+)</button>\s*(?:</form>)?\s*<div class="others"')
EVIL = "<script>alert(1)</script>"


async def elsewhere(site: Site) -> int:
    """An open alert in another town; its number."""
    device = register.NewDevice("far-1", "gateway-main", OTHER_VILLAGE)
    site.stand.change(lambda work: register.add_device(work, device))
    return (await site.stand.open("sos", "far-1")).number


def looks(site: Site) -> list[tuple[str, str]]:
    """Who looked at whom, as the log has it."""
    t = tables.audit
    return [(r.who, r.subject) for r in site.stand.rows(select(t).where(t.c.what == "looked"))]


async def test_the_list_shows_what_happened_to_whom_and_who_is_called_next(
    site: Site, enter: Enter
) -> None:
    await site.stand.open("sos")
    seen = text_of(await (await enter("zhang")).read("/desk/list"))
    for words in ("待受理 1", "未办结 1", "紧急按钮 · 王阿婆", "城东社区", "30 秒后 叫 镇街值班"):
        assert words in seen


async def test_staff_see_alerts_of_their_area_only(site: Site, enter: Enter) -> None:
    number = await elsewhere(site)
    for login, sees in (("sun", True), ("chen", True), ("zhang", False), ("wang", False)):
        desk = await enter(login)
        assert (f"#{number}" in await desk.read("/desk/list")) is sees
        answer = await desk.get(f"/alerts/{number}")
        assert answer.status_code == (200 if sees else 404)
        if not sees:
            assert "没有这个报警，或不在您的辖区" in answer.text
            status, _ = await desk.refused(f"/alerts/{number}/acknowledge")
            assert status == 404


async def test_an_alert_says_who_where_how_to_get_in_and_whom_to_ring(
    site: Site, enter: Enter
) -> None:
    site.stand.change(
        lambda w: register.change_resident(w, 1, "赵科长", door_note="钥匙在隔壁", about="耳背")
    )
    await site.stand.measure("pendant-1", pulse_bpm=88, battery_percent=61)
    await site.stand.open("sos")
    page = await (await enter("zhang")).read("/alerts/1")
    seen = text_of(page)
    for words in ("王阿婆，86 岁", "城东社区 一号 确认于今天", "钥匙在隔壁", "耳背",
                  "脉搏 88 次/分", "139 0000 0001", "老人听到：已收到", "（张社工）",
                  "再后：镇街全员"):  # fmt: skip
        assert words in seen, words
    assert 'href="tel:13900000001"' in page
    assert "电量 61" not in seen


async def test_every_look_at_a_person_is_logged_once(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    desk = await enter("zhang")
    before = len(looks(site))
    await desk.read("/alerts/1")
    await desk.get("/alerts/1/parts", part=True)
    await desk.get("/desk/list", part=True)
    assert looks(site)[before:] == [("张社工", "resident 1")]


async def test_an_alert_is_worked_through_with_the_page_s_buttons(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    desk = await enter("zhang")
    offered = []
    for verb, fields in (
        ("acknowledge", {}),
        ("dispatch", {}),
        ("arrive", {}),
        ("resolve", {"outcome": "real_fall", "text": "扶起，没有受伤"}),
        ("close", {"text": "女儿说都好"}),
    ):
        page = await desk.read("/alerts/1")
        (main,) = MAIN.findall(page)
        offered.append(main)
        assert await desk.done(f"/alerts/1/{verb}", **fields) == "/alerts/1"
    assert offered == ["我来处理", "已出发", "已到场", "登记处置结果", "回访办结"]
    seen = text_of(await desk.read("/alerts/1"))
    for words in (
        "张社工：处置结果：真实：跌倒：扶起，没有受伤",
        "张社工：办结：女儿说都好",
        "重新打开",
    ):
        assert words in seen
    assert site.stand.alert(1).outcome is Outcome.REAL_FALL


async def test_the_second_of_two_reads_who_was_faster(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    first, second = await enter("zhang"), await enter("li")
    await first.done("/alerts/1/acknowledge")
    answer = await second.send("/alerts/1/acknowledge", part=True)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#said")
    assert text_of(answer.text) == "张社工已经在处理 1 号报警"


@pytest.mark.parametrize(
    ("verb", "fields", "says"),
    [
        ("dispatch", {}, "1 号报警待受理，不能登记出发"),
        ("resolve", {"outcome": "nonsense"}, "请选择处置结果"),
        ("note", {"text": " "}, "请填写备注"),
        ("note", {"text": "长" * 2001}, "备注最多 2000 个字"),
        ("reopen", {"text": ""}, "请填写原因"),
        ("hand_over", {"staff_id": "999"}, "请选择转给谁"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_sentence(
    site: Site, enter: Enter, verb: str, fields: dict[str, str], says: str
) -> None:
    await site.stand.open("sos")
    _status, sentence = await (await enter("zhang")).refused(f"/alerts/1/{verb}", **fields)
    assert sentence == says


async def test_an_alert_is_handed_to_somebody_who_may_see_it(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    desk = await enter("zhang")
    await desk.done("/alerts/1/acknowledge")
    page = await desk.read("/alerts/1")
    assert "李社工 · 招宝山街道" in text_of(page)
    assert "孙社工" not in text_of(page)
    await desk.done("/alerts/1/hand_over", staff_id=site.stand.person("li").id)
    assert site.stand.alert(1).owner == "李社工"


async def test_what_somebody_typed_somewhere_runs_nowhere(site: Site, enter: Enter) -> None:
    site.stand.change(
        lambda w: register.change_resident(
            w, 1, "赵科长", name=EVIL, address=EVIL, door_note=EVIL, about=EVIL
        )
    )
    await site.stand.open("sos")
    desk = await enter("zhang")
    await desk.done("/alerts/1/note", text=EVIL)
    for path in ("/", "/alerts/1", "/desk/list", "/devices", "/devices/pendant-1", "/residents",
                 "/residents/1", "/residents/1/edit"):  # fmt: skip
        page = await desk.read(path)
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;" in page, path


async def test_parts_renew_everything_but_an_open_panel(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    desk = await enter("zhang")
    renewed = (await desk.get("/alerts/1/parts", part=True)).text
    kept = (await desk.get("/alerts/1/parts", part=True, keep=1)).text
    for piece in ("alert-top", "alert-go", "alert-panels", "alert-past"):
        assert f'id="{piece}"' in renewed
    assert 'id="alert-panels"' not in kept
    assert 'id="alert-top"' in kept


async def test_a_quiet_desk_says_what_is_well_and_since_when(site: Site, enter: Enter) -> None:
    await site.stand.open("sos")
    await site.stand.accept()
    for act in (
        lambda w, n, p: respond.settle(w, n, p, Outcome.FALSE_PRESS),
        respond.close,
    ):
        await site.stand.does("zhang", act, 1)
    await site.stand.heard("pendant-1", "fall-1")
    seen = text_of(await (await enter("zhang")).read("/"))
    for words in ("现在没有报警", "上次 紧急按钮 · 王阿婆 ，09:00 已办结，误按", "2 正常",
                  "2 未上线", "没有失联或没电的设备", "城东社区 王网格员",
                  "招宝山街道 张社工"):  # fmt: skip
        assert words in seen, words


async def test_figures_are_measured_and_absent_without_data(site: Site, enter: Enter) -> None:
    desk = await enter("zhang")
    assert text_of(await desk.read("/desk/figures")) == ""
    for device, wait in (("pendant-1", 10), ("fall-1", 20), ("band-1", 100)):
        number = (await site.stand.open("sos", device)).number
        site.stand.clock.forward(wait)
        await site.stand.accept(number=number)
    seen = text_of(await desk.read("/desk/figures"))
    assert seen == "本月救命报警 3 今天 3 60 秒内有人答 66.7% 受理用时中位 20 秒"


async def test_the_rail_names_who_is_without_protection(site: Site, enter: Enter) -> None:
    await site.stand.open("low_battery", "pendant-1", data={"battery_percent": 4})
    desk = await enter("zhang")
    assert "未受保护 1 王阿婆 电量 4% · 0:00" in text_of(await desk.read("/desk/rail"))


async def test_the_rail_says_where_nobody_of_the_place_is_there(site: Site, enter: Enter) -> None:
    now = site.stand.clock()
    site.stand.change(
        lambda w: register.add_leave(
            w, site.stand.person("wang").id, now, now + timedelta(days=1), "", "赵科长"
        )
    )
    seen = text_of(await (await enter("zhang")).read("/desk/rail"))
    assert "城东社区 无人 转招宝山街道 张社工" in seen


async def test_a_silent_gateway_names_the_residents_it_leaves_alone(
    site: Site, enter: Enter
) -> None:
    await site.stand.heard("pendant-1")
    for _ in range(2):
        await site.stand.engine.sweep()
        site.stand.clock.forward(40)
    await site.stand.engine.sweep()
    (number,) = [a.number for a in site.stand.alerts() if a.kind == "gateway_down"]
    seen = text_of(await (await enter("chen")).read(f"/alerts/{number}"))
    assert "网关 gateway-main 失联" in seen
    assert "王阿婆、李爷爷、张奶奶、陈阿公" in seen


def test_the_village_of_the_tests_lies_where_the_texts_say(site: Site) -> None:
    with site.stand.engine.database.reading() as tx:
        assert site.stand.engine.directory.get(tx).path(VILLAGE) == "招宝山街道 城东社区"
