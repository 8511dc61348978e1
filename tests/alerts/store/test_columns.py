"""A moment and a document come back as they went in, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError

from alerts.store.columns import Json, UtcTime

THINGS = Table(
    "things", MetaData(), Column("id", Integer, primary_key=True),
    Column("at", UtcTime), Column("what", Json),
)  # fmt: skip


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url)
    THINGS.create(made)
    yield made
    THINGS.drop(made)
    made.dispose()


def there_and_back(engine: Engine, **values: Any) -> Any:
    with engine.begin() as tx:
        tx.execute(insert(THINGS).values(**values))
        return tx.execute(select(THINGS)).one()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=8))),
        None,
    ],
)
def test_a_moment_keeps_its_microseconds_and_comes_back_in_utc(
    engine: Engine, moment: datetime | None
) -> None:
    found = there_and_back(engine, at=moment).at
    assert found == moment
    assert found is None or found.tzinfo is UTC


def test_a_time_without_an_offset_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="without an offset"):
        there_and_back(engine, at=datetime(2026, 11, 24, 9))  # noqa: DTZ001  (that is the point)


@pytest.mark.parametrize(
    "document", [{}, {"b": 1, "a": [1.5, None, True]}, "王阿婆\0\u2028", [], 2**53, None]
)
def test_a_document_comes_back_as_it_was(engine: Engine, document: Any) -> None:
    assert there_and_back(engine, what=document).what == document


def test_a_moment_may_be_compared_in_the_database(engine: Engine) -> None:
    nine = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with engine.begin() as tx:
        tx.execute(insert(THINGS), [{"at": nine + timedelta(seconds=s)} for s in (-1, 0, 1)])
        early = tx.execute(select(THINGS.c.at).where(THINGS.c.at <= nine)).scalars().all()
    assert early == [nine - timedelta(seconds=1), nine]
