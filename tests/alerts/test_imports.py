"""CSV files are taken whole or not at all, and each wrong line is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from alerts import imports, sealing
from alerts.imports import BadFile
from alerts.store import tables
from alerts.work import Work
from tests.alerts.stand import PASSWORD, VILLAGE, Stand

KEY = b"k" * 32
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file as a spreadsheet saves it."""

    def written(text: str, encoding: str = "utf-8-sig") -> Path:
        path = tmp_path / "people.csv"
        path.write_text(text, encoding, newline="")
        return path

    return written


def residents(path: Path) -> Callable[[Work], int]:
    return lambda work: imports.residents(work, path, KEY)


def devices(path: Path) -> Callable[[Work], int]:
    return lambda work: imports.devices(work, path)


def refused(hub: Stand, command: Callable[[Work], int]) -> list[str]:
    with pytest.raises(BadFile) as why:
        hub.change(command)
    return why.value.lines


def count(hub: Stand) -> int:
    query = select(func.count()).select_from(tables.resident)
    found: int = hub.rows(query)[0][0]
    return found


def test_residents_come_with_contacts_consent_and_a_sealed_identity(
    hub: Stand, write: Write
) -> None:
    path = write(
        "name,area,address,born,lives_alone,identity,consent,contact1_name,contact1_phone\r\n"
        f'赵奶奶,{VILLAGE},"二号, 东门",1938,是,33021119380101123X,2026-11-01,儿子,13900000009\r\n'
        f"钱爷爷,{VILLAGE},,,否,,,,\r\n"
    )
    assert hub.change(residents(path)) == 2
    t = tables.resident
    zhao, qian = hub.rows(select(t).order_by(t.c.id.desc()).limit(2))[::-1]
    assert (zhao.name, zhao.address, zhao.born, zhao.lives_alone) == (
        "赵奶奶", "二号, 东门", 1938, True,
    )  # fmt: skip
    assert sealing.unseal(KEY, zhao.identity_sealed) == "33021119380101123X"
    assert zhao.consent_at is not None
    assert (qian.consent_at, qian.identity_sealed) == (None, None)
    phones = hub.rows(select(tables.contact.c.phone).where(tables.contact.c.resident_id == zhao.id))
    assert [row.phone for row in phones] == ["13900000009"]


def test_every_wrong_line_is_named_and_none_is_taken(hub: Stand, write: Write) -> None:
    before = count(hub)
    path = write(
        "name,area,born,lives_alone,consent\n"
        f"赵奶奶,{VILLAGE},1938,是,\n"
        f",{VILLAGE},1938,是,\n"
        "钱爷爷,999,1938,是,\n"
        f"孙奶奶,{VILLAGE},三八,是,\n"
        f"李奶奶,{VILLAGE},1938,也许,\n"
        f"周爷爷,{VILLAGE},1938,是,昨天\n"
        f"吴爷爷,{VILLAGE},1938,是,0001-01-01\n"
        f"郑奶奶,{VILLAGE}\n"
        "\n"
        f"王奶奶,{VILLAGE},1938,是,2026-11-01\n"
    )
    assert refused(hub, residents(path)) == [
        "第 3 行：name 不能空",
        "第 4 行：没有区划代码 999",
        "第 5 行：born 应是数字，不是“三八”",
        "第 6 行：lives_alone 填 是 或 否，不是“也许”",
        "第 7 行：consent 填同意的日期，如 2026-11-24，不是“昨天”",
        "第 8 行：consent 填同意的日期，如 2026-11-24，不是“0001-01-01”",
        "第 9 行：有 2 格，应有 5 格",
    ]
    assert count(hub) == before


def test_a_line_that_is_too_long_is_named_on_both_databases(hub: Stand, write: Write) -> None:
    path = write(f"name,area\n{'长' * 65},{VILLAGE}\n")
    assert refused(hub, residents(path)) == ["第 2 行：name 太长了，最多 64 个字"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "文件是空的"),
        ("name\n王\n", "第 1 行：没有 area 这一列"),
        ("name,area,colour\n", "第 1 行：不认识 colour 这一列"),
        (f'name,area\n"王,{VILLAGE}\n', "不是 CSV"),
        (f'name,area\n"王"奶,{VILLAGE}\n', "不是 CSV"),
        ("name,area\n" + "x" * 140_000 + f",{VILLAGE}\n", "不是 CSV"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    lite: Stand, write: Write, text: str, says: str
) -> None:
    (line,) = refused(lite, residents(write(text)))
    assert says in line


def test_a_file_in_the_encoding_of_old_spreadsheets_says_how_to_save_it(
    lite: Stand, tmp_path: Path
) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes(f"name,area\n赵奶奶,{VILLAGE}\n".encode("gbk"))
    assert "请存为 UTF-8" in refused(lite, residents(path))[0]
    assert "No such file" in refused(lite, residents(tmp_path / "nowhere.csv"))[0]


def test_a_cell_may_hold_lines_and_odd_spaces(lite: Stand, write: Write) -> None:
    path = write(f'name,area,about,door_note\n王,{VILLAGE},"第一行\n第二行",左\u2028右\x0b\n')
    assert lite.change(residents(path)) == 1
    t = tables.resident
    row = lite.rows(select(t).order_by(t.c.id.desc()))[0]
    assert row.about == "第一行\n第二行"
    assert row.door_note.startswith("左\u2028右")


def test_devices_are_registered_and_lent(hub: Stand, write: Write) -> None:
    path = write(
        "id,source,area,interval_s,pre_alarm,resident_id,label\n"
        f"pendant-8,gateway-main,{VILLAGE},600,否,2,紧急按钮\n"
        f"pendant-9,gateway-main,{VILLAGE},,,,\n"
    )
    assert hub.change(devices(path)) == 2
    t = tables.device
    rows = hub.rows(select(t).where(t.c.id.in_(("pendant-8", "pendant-9"))).order_by(t.c.id))
    assert [(r.interval_s, r.pre_alarm, r.resident_id) for r in rows] == [
        (600, False, 2), (300, True, None),
    ]  # fmt: skip


def test_a_device_that_cannot_be_lent_is_not_registered_either(hub: Stand, write: Write) -> None:
    path = write(
        "id,source,area,resident_id\n"
        f"pendant-8,gateway-main,{VILLAGE},99\n"
        f"pendant-9,nobody,{VILLAGE},\n"
        f"Pendant,gateway-main,{VILLAGE},\n"
        f"pendant-1,gateway-main,{VILLAGE},\n"
    )
    assert refused(hub, devices(path)) == [
        "第 2 行：没有这位居民",
        "第 3 行：没有网关 nobody",
        "第 4 行：设备号用 3–64 个小写字母、数字、横线",
        "第 5 行：设备 pendant-1 已经登记",
    ]
    t = tables.device
    assert hub.rows(select(t.c.id).where(t.c.id == "pendant-8")) == []


def test_staff_come_with_their_passwords(lite: Stand, write: Write) -> None:
    path = write(
        "login,name,display,role,area,phone,password\n"
        f"new-1,钱一,钱社工,village,{VILLAGE},13800000099,{PASSWORD}\n"
    )
    assert lite.change(lambda work: imports.staff(work, path)) == 1
    assert lite.person("new-1").display == "钱社工"
    weak = write(f"login,name,role,area,password\nnew-2,钱二,village,{VILLAGE},short\n")
    assert refused(lite, lambda work: imports.staff(work, weak)) == ["第 2 行：密码至少 8 位"]
