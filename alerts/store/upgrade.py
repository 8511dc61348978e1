"""Brings a database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, insert, select, text

from alerts.store.tables import head

HEADS = ("audit", "reply", "directory")
ONE_AT_A_TIME = 8179
"""Name of the lock on PostgreSQL: hubs that start together upgrade one after the other."""


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": ONE_AT_A_TIME})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _add_heads(connection)


def _add_heads(connection: Connection) -> None:
    there = set(connection.execute(select(head.c.name)).scalars())
    for name in HEADS:
        if name not in there:
            connection.execute(insert(head).values(name=name, seq=0, hash=""))
