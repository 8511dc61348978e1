"""The migrations make exactly the tables that the code describes, on both databases."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from alerts.store.database import connect
from alerts.store.tables import metadata
from alerts.store.upgrade import HEADS, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which nothing is yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        yield request.getfixturevalue("postgres_url")


@pytest.fixture
def engine(empty: str) -> Iterator[Engine]:
    opened = connect(empty)
    yield opened
    opened.dispose()


def heads(engine: Engine) -> list[str]:
    with engine.connect() as tx:
        return sorted(row.name for row in tx.execute(text("SELECT name FROM head")))


def test_the_migrations_end_where_the_tables_begin(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_indexes_and_checks_that_alembic_does_not_compare_are_there(engine: Engine) -> None:
    upgrade(engine)
    found = inspect(engine)
    for table in metadata.sorted_tables:
        names = {index["name"] for index in found.get_indexes(table.name)}
        assert {str(index.name) for index in table.indexes} <= names
    checks = [str(check["sqltext"]) for check in found.get_check_constraints("alert")]
    assert any("due_at IS NOT NULL" in check for check in checks)
    partial = next(i for i in found.get_indexes("alert") if i["name"] == "uq_alert_open_key")
    assert partial["unique"]
    assert any("state" in str(option) for option in partial["dialect_options"].values())


def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as tx:
        tx.execute(text("UPDATE head SET seq = 7 WHERE name = 'reply'"))
    upgrade(engine)
    assert heads(engine) == sorted(HEADS)
    with engine.connect() as tx:
        assert tx.execute(text("SELECT seq FROM head WHERE name = 'reply'")).scalar() == 7


START = "import sys; from alerts.store.upgrade import open_database; open_database(sys.argv[1])"


def test_two_hubs_that_start_together_on_an_empty_database_both_come_up(empty: str) -> None:
    command = [sys.executable, "-c", START, empty]
    hubs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        complaints = [hub.communicate(timeout=60)[1] for hub in hubs]
    finally:
        for hub in hubs:
            hub.kill()
    assert complaints == ["", ""]
    engine = connect(empty)
    assert heads(engine) == sorted(HEADS)
    engine.dispose()


def test_an_upgrade_that_fails_half_way_leaves_an_empty_database(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    real = command.upgrade

    def power_cut(config: object, revision: str) -> None:
        real(config, revision)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "upgrade", power_cut)
    engine = connect(empty)
    with pytest.raises(KeyboardInterrupt):
        upgrade(engine)
    engine.dispose()
    assert inspect(create_engine(empty)).get_table_names() == []
