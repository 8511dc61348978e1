"""What every change of the register needs: a way to refuse, to fit, to log."""

from typing import Any

from sqlalchemy import Table, select

from alerts.directory import changed
from alerts.store import tables
from alerts.work import Work


class Wrong(ValueError):
    """What was entered cannot be taken; a Chinese sentence says what to change."""


def fit(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    """The same values; raises Wrong for a text that PostgreSQL would not take."""
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        if "\0" in value:
            raise Wrong(f"{name} 里有不能保存的字符")
        longest = getattr(table.c[name].type, "length", None)
        if longest is not None and len(value) > longest:
            raise Wrong(f"{name} 太长了，最多 {longest} 个字")
    return values


def need_area(work: Work, code: str) -> None:
    """Raises Wrong for a code that stands in no tree."""
    if code in work.directory.areas:
        return
    if not work.tx.execute(select(tables.area.c.code).where(tables.area.c.code == code)).first():
        raise Wrong(f"没有区划代码 {code}")


def log_change(work: Work, who: str, what: str, subject: str, **detail: Any) -> None:
    """For changes of staff or rotas: every process must load its directory anew."""
    changed(work.tx)
    work.note(what, who=who, subject=subject, **detail)
