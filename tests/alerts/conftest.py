"""A small district in a database of its own for every test, on SQLite and on PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from alerts import passwords
from tests.alerts.kept import KeptDatabase
from tests.alerts.stand import Clock, Stand, seed
from tests.services.postgres import Postgres

BOTH = ["sqlite", "postgresql"]


@pytest.fixture(autouse=True, scope="session")
def quick_hashes() -> Iterator[None]:
    """Argon2 with little memory: the tests hash often, and nobody attacks their databases."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
        patch.setattr(passwords, "_hasher", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody"))
        yield


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded SQLite database to copy."""
    path = tmp_path_factory.mktemp("seeded") / "hub.db"
    seed(f"sqlite:///{path}", Clock())
    return path


@pytest.fixture(scope="session")
def kept_postgres(postgres: Postgres) -> Iterator[KeptDatabase]:
    """A seeded PostgreSQL database to put back."""
    with postgres.fresh_database() as url:
        seed(url, Clock())
        with KeptDatabase(url) as kept:
            yield kept


@pytest.fixture
def sqlite_url(seeded_file: Path, tmp_path: Path) -> str:
    """A seeded SQLite database."""
    return f"sqlite:///{shutil.copy(seeded_file, tmp_path / f'{uuid.uuid4().hex}.db')}"


@pytest.fixture
def postgresql_url(kept_postgres: KeptDatabase) -> Iterator[str]:
    """A seeded PostgreSQL database."""
    yield kept_postgres.url
    kept_postgres.put_back()


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest) -> str:
    """A seeded database, once of each kind."""
    chosen: str = request.getfixturevalue(f"{request.param}_url")
    return chosen


@pytest.fixture
def clock() -> Clock:
    """Nine in the morning until moved."""
    return Clock()


@pytest.fixture
def hub(url: str, clock: Clock) -> Iterator[Stand]:
    """The core of a hub on each kind of database."""
    stand = Stand(url, clock)
    yield stand
    stand.close()


@pytest.fixture
def lite(sqlite_url: str, clock: Clock) -> Iterator[Stand]:
    """The core of a hub on SQLite, for what the database has no part in."""
    stand = Stand(sqlite_url, clock)
    yield stand
    stand.close()


@pytest.fixture
def umask_kept() -> Iterator[None]:
    """What the program does to the umask of its process, it does to itself only."""
    before = os.umask(0o022)
    yield
    os.umask(before)
