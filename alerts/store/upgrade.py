"""Brings a database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from alerts.store.database import connect
from alerts.store.tables import head

HEADS = ("audit", "reply", "directory")
ONE_AT_A_TIME = 8179
"""Name of the lock on PostgreSQL: hubs that start together upgrade one after the other."""


class CannotOpen(Exception):
    """The database cannot be had, or a newer version made it; the text says which."""


def open_database(url: str, *, busy_ms: int = 2000) -> Engine:
    """An engine on a database of this version's schema. Raises CannotOpen."""
    try:
        engine = connect(url, busy_ms=busy_ms)
        upgrade(engine)
    except CommandError as why:
        raise CannotOpen(f"made by a newer version of this program ({why})") from None
    except SQLAlchemyError as why:
        said = str(getattr(why, "orig", None) or why)
        raise CannotOpen(f"{why.__class__.__name__}: {said}") from None
    except OSError as why:
        raise CannotOpen(f"{why.filename}: {why.strerror}") from None
    return engine


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
