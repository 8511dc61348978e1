"""CSV files of residents and devices: every wrong line is named, and nothing is half done."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from alerts import sealing
from alerts.register import (
    NewContact,
    NewDevice,
    NewResident,
    NewStaff,
    Wrong,
    add_device,
    add_resident,
    add_staff,
    lend,
)
from alerts.work import Work

RESIDENT_COLUMNS = (
    "name", "area", "address", "born", "lives_alone", "door_note", "about", "identity",
    "consent", "contact1_name", "contact1_relation", "contact1_phone",
    "contact2_name", "contact2_relation", "contact2_phone",
)  # fmt: skip
DEVICE_COLUMNS = (
    "id", "source", "area", "protocol", "address", "model", "label", "room", "interval_s",
    "pre_alarm", "resident_id",
)  # fmt: skip
STAFF_COLUMNS = ("login", "name", "display", "role", "area", "phone", "password")

_YES = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False,
        "no": False, "否": False}  # fmt: skip


class BadFile(Exception):
    """The file was not taken; `lines` says for each wrong line what to change."""

    def __init__(self, lines: list[str]) -> None:
        """Keep the sentences."""
        super().__init__("\n".join(lines))
        self.lines = lines


def residents(work: Work, path: Path, key: bytes) -> int:
    """Add every resident of the file; raises BadFile and adds none when a line is wrong."""

    def take(row: dict[str, str]) -> None:
        identity = row.get("identity", "")
        consent = row.get("consent", "")
        add_resident(
            work,
            NewResident(
                name=row["name"],
                area=row["area"],
                address=row.get("address", ""),
                born=_number(row, "born"),
                lives_alone=_yes(row, "lives_alone", False),
                door_note=row.get("door_note", ""),
                about=row.get("about", ""),
                identity_sealed=sealing.seal(key, identity) if identity else None,
                consent_at=_date(consent) if consent else None,
                contacts=tuple(_contacts(row)),
            ),
            "导入",
        )

    return _each(path, RESIDENT_COLUMNS, ("name", "area"), take)


def devices(work: Work, path: Path) -> int:
    """Register every device of the file; raises BadFile and registers none otherwise."""

    def take(row: dict[str, str]) -> None:
        interval = _number(row, "interval_s")
        add_device(
            work,
            NewDevice(
                id=row["id"],
                source=row["source"],
                area=row["area"],
                protocol=row.get("protocol") or "own_mqtt",
                address=row.get("address", ""),
                model=row.get("model", ""),
                label=row.get("label", ""),
                room=row.get("room", ""),
                interval_s=300 if interval is None else interval,
                pre_alarm=_yes(row, "pre_alarm", True),
            ),
            "导入",
        )
        resident = _number(row, "resident_id")
        if resident is not None:
            lend(work, row["id"], resident, "导入")

    return _each(path, DEVICE_COLUMNS, ("id", "source", "area"), take)


def staff(work: Work, path: Path) -> int:
    """Add every member of staff of the file; raises BadFile and adds none otherwise."""

    def take(row: dict[str, str]) -> None:
        add_staff(
            work,
            NewStaff(
                login=row["login"],
                name=row["name"],
                display=row.get("display", ""),
                role=row["role"],
                area=row["area"],
                phone=row.get("phone") or None,
                password=row["password"],
            ),
            "导入",
        )

    return _each(path, STAFF_COLUMNS, ("login", "name", "role", "area", "password"), take)


def _each(
    path: Path,
    known: tuple[str, ...],
    needed: tuple[str, ...],
    take: Callable[[dict[str, str]], None],
) -> int:
    rows = _rows(path)
    header = next(rows, None)
    if header is None:
        raise BadFile([f"{path}：文件是空的"])
    names = [name.strip() for name in header[1]]
    wrong = [f"没有 {name} 这一列" for name in needed if name not in names]
    wrong += [
        f"不认识 {name} 这一列（可用：{'、'.join(known)}）" for name in names if name not in known
    ]
    if wrong:
        raise BadFile([f"第 1 行：{text}" for text in wrong])
    errors, taken = [], 0
    for number, cells in rows:
        if not any(cells):
            continue
        try:
            if len(cells) != len(names):
                raise Wrong(f"有 {len(cells)} 格，应有 {len(names)} 格")
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
            for name in needed:
                if not row[name]:
                    raise Wrong(f"{name} 不能空")
            take(row)
            taken += 1
        except Wrong as why:
            errors.append(f"第 {number} 行：{why}")
    if errors:
        raise BadFile(errors)
    return taken


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as why:
        raise BadFile([f"{path}：{why.strerror}"]) from None
    except UnicodeDecodeError:
        raise BadFile([f"{path}：请存为 UTF-8 编码的 CSV"]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as why:
        raise BadFile([f"第 {reader.line_num} 行：不是 CSV（{why}）"]) from None


def _contacts(row: dict[str, str]) -> Iterator[NewContact]:
    for place in ("contact1", "contact2"):
        phone = row.get(f"{place}_phone", "")
        if phone:
            yield NewContact(row.get(f"{place}_name", ""), phone, row.get(f"{place}_relation", ""))


def _number(row: dict[str, str], name: str) -> int | None:
    text = row.get(name, "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Wrong(f"{name} 应是数字，不是“{text}”")
    return int(text)


def _yes(row: dict[str, str], name: str, default: bool) -> bool:
    text = row.get(name, "").lower()
    if not text:
        return default
    if text not in _YES:
        raise Wrong(f"{name} 填 是 或 否，不是“{text}”")
    return _YES[text]


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise Wrong(f"consent 填同意的日期，如 2026-11-24，不是“{text}”") from None
