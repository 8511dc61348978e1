"""Every test's database is empty, its own, and gone afterwards."""

import sqlalchemy as sa

from tests.services.postgres import Postgres


def test_fresh_databases_do_not_see_each_other(postgres: Postgres) -> None:
    with postgres.fresh_database() as one, postgres.fresh_database() as other:
        with sa.create_engine(one).begin() as connection:
            connection.execute(sa.text("CREATE TABLE alert (number int)"))
        assert sa.inspect(sa.create_engine(one)).get_table_names() == ["alert"]
        assert sa.inspect(sa.create_engine(other)).get_table_names() == []


def test_database_is_dropped_under_an_open_connection(postgres: Postgres) -> None:
    with postgres.fresh_database() as url:
        engine = sa.create_engine(url)
        engine.connect()
    left = sa.text("SELECT count(*) FROM pg_database WHERE datname = :name")
    with sa.create_engine(postgres.url("postgres")).connect() as connection:
        assert connection.scalar(left, {"name": sa.make_url(url).database}) == 0


def test_text_is_utf_8(postgres_url: str) -> None:
    with sa.create_engine(postgres_url).connect() as connection:
        assert connection.scalar(sa.text("SELECT length('一键救助')")) == 4
