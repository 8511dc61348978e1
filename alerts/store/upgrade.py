"""Brings a database to the schema of this version."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, insert, select

from alerts.store.tables import head

HEADS = ("audit", "reply", "directory")


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with engine.begin() as connection:
        there = set(connection.execute(select(head.c.name)).scalars())
        for name in HEADS:
            if name not in there:
                connection.execute(insert(head).values(name=name, seq=0, hash=""))
