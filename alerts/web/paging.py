"""Long lists by the page, counted and cut by the database."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Row, Select, func, select

SIZE = 50
LAST = 1_000_000
"""No list has more pages; a larger number was typed to see what happens."""


@dataclass(frozen=True)
class Paged:
    """One page of rows, and where it stands among the others."""

    rows: list[Row[Any]]
    number: int
    total: int
    address: str
    """The list's address with its filters, to which the page's number is added."""

    @property
    def pages(self) -> int:
        """How many there are; an empty list has one."""
        return max(1, -(-self.total // SIZE))

    def at(self, number: int) -> str:
        """The address of another page."""
        return f"{self.address}{'&' if '?' in self.address else '?'}page={number}"


def cut(
    tx: Connection, query: Select[Any], number: int, path: str, filters: dict[str, str]
) -> Paged:
    """The rows of page `number`; one past the end is the last one."""
    total = tx.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar()
    pages = max(1, -(-(total or 0) // SIZE))
    number = min(max(1, number), pages, LAST)
    rows = tx.execute(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    set_ones = {name: value for name, value in filters.items() if value}
    address = f"{path}?{urlencode(set_ones)}" if set_ones else path
    return Paged(list(rows), number, total or 0, address)
