"""The log is append-only, and whoever changes it all the same is found out."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, select, text, update
from sqlalchemy.exc import DBAPIError

from alerts.store.audit import _hash as seal
from alerts.store.audit import broken_links
from alerts.store.tables import audit
from tests.alerts.stand import Stand

UNLOCK = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
    "postgresql": ["SET LOCAL session_replication_role = replica"],
}
"""What somebody with the database's password could do; the chain still shows it."""


@pytest.fixture
async def first(hub: Stand) -> int:
    """A hub with some history: the number of the first of its last three lines."""
    await hub.open()
    await hub.accept()
    newest: int = hub.rows(text("SELECT max(seq) FROM audit"))[0][0]
    return newest - 2


@pytest.fixture
def outside(url: str) -> Iterator[Engine]:
    """Somebody else's connection to the database."""
    engine = create_engine(url)
    yield engine
    engine.dispose()


def broken(hub: Stand) -> list[int]:
    with hub.engine.database.reading() as tx:
        return list(broken_links(tx))


def test_every_command_adds_to_one_chain(hub: Stand, first: int) -> None:
    assert broken(hub) == []
    seqs = [row.seq for row in hub.rows(text("SELECT seq FROM audit ORDER BY seq"))]
    assert seqs == list(range(1, len(seqs) + 1))
    assert first in seqs


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody'",
        "UPDATE audit SET who = 'nobody' WHERE seq = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 1",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_line(
    hub: Stand, outside: Engine, first: int, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"), outside.begin() as tx:
        tx.execute(text(statement))
    assert broken(hub) == []


def test_postgresql_refuses_to_empty_the_log(postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as tx:
        tx.execute(text("TRUNCATE audit"))
    engine.dispose()


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit SET who = '赵科长' WHERE seq = {0}", 0),
        ("UPDATE audit SET what = 'noted' WHERE seq = {0}", 0),
        ("UPDATE audit SET detail = '{{}}' WHERE seq = {0}", 0),
        ("UPDATE audit SET alert = 2 WHERE seq = {0}", 0),
        ("UPDATE audit SET subject = 'x' WHERE seq = {0}", 0),
        ("UPDATE audit SET hash = 'x' WHERE seq = {0}", 0),
        ("DELETE FROM audit WHERE seq = {0}", 1),
        ("DELETE FROM audit WHERE seq >= {0}", 0),
    ],
)
def test_tampering_behind_the_triggers_back_is_found_at_its_line(
    hub: Stand, outside: Engine, first: int, tampering: str, found: int
) -> None:
    with outside.begin() as tx:
        for statement in UNLOCK[outside.dialect.name]:
            tx.execute(text(statement))
        tx.execute(text(tampering.format(first)))
    assert broken(hub)[0] == first + found


def test_a_line_that_was_sealed_anew_breaks_the_one_behind_it(
    hub: Stand, outside: Engine, first: int
) -> None:
    before, line = hub.rows(
        select(audit).where(audit.c.seq.in_((first - 1, first))).order_by(audit.c.seq)
    )
    forged = {"who": "赵科长", "what": line.what, "alert": line.alert, "subject": line.subject,
              "detail": line.detail}  # fmt: skip
    sealed = seal(before.hash, first, line.at, forged)
    with outside.begin() as tx:
        for statement in UNLOCK[outside.dialect.name]:
            tx.execute(text(statement))
        tx.execute(update(audit).where(audit.c.seq == first).values(who="赵科长", hash=sealed))
    assert broken(hub)[0] == first + 1
