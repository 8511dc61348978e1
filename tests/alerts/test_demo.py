"""A demonstration is seeded once, with credentials of its own, and says how to join it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from alerts import areas, broker, demo, passwords, register
from alerts.demo import NotEmpty
from alerts.engine import Engine
from alerts.settings import Settings
from alerts.store import tables
from alerts.store.database import Database
from alerts.store.upgrade import open_database

KEY = b"k" * 32


@dataclass
class Shown:
    """One seeded demonstration."""

    folder: Path
    engine: Engine
    settings: Settings

    def write(self) -> None:
        demo.write(self.engine, self.settings, KEY, self.folder)

    def file(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text("utf-8"))

    def rows(self, query: Any) -> list[Any]:
        with self.engine.database.reading() as tx:
            return list(tx.execute(query).all())


def place(folder: Path) -> Shown:
    url = f"sqlite:///{folder}/hub.db"
    engine = Engine(Database(open_database(url)), frozenset())
    engine.run_now(lambda work: areas.install(work.tx))
    return Shown(folder / "var", engine, Settings(database=url))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, quick_hashes: None) -> Iterator[Shown]:
    """Seeded once for all tests of this module, which change nothing."""
    made = place(tmp_path_factory.mktemp("demo"))
    made.write()
    yield made
    made.engine.database.close()


def test_it_says_where_the_desk_is_and_who_may_log_in(shown: Shown) -> None:
    told = shown.file("demo.json")
    assert told["desk"] == "http://127.0.0.1:8179"
    assert set(told["staff"][0]) == {"login", "password", "role", "area", "name"}
    assert {person["role"] for person in told["staff"]} == set(register.ROLES)
    stored = {row.login: row.password for row in shown.rows(select(tables.staff))}
    for person in told["staff"][:3]:
        assert passwords.check_password(person["password"], stored[person["login"]])


def test_at_least_two_hundred_devices_are_free_for_somebodys_own_client(shown: Shown) -> None:
    mqtt = shown.file("demo.json")["mqtt"]
    devices = mqtt["devices"]
    assert len(devices) >= 200
    assert len({len(d["device"]) for d in devices}) == 1
    registered = {row.id for row in shown.rows(select(tables.device.c.id))}
    used = {d["device"] for d in shown.file("simulators.json")["devices"]}
    for device in devices:
        assert device["user"] == device["device"]
        assert device["device"] in registered - used
        assert device["password"] == broker.password(KEY, device["user"])
        assert device["resident"]


def test_whoever_listens_to_the_siren_finds_its_topic_and_login(shown: Shown) -> None:
    siren = shown.file("demo.json")["mqtt"]["siren"]
    password = broker.password(KEY, "siren")
    assert siren == {"topic": "siren/window/set", "user": "siren", "password": password}


def test_the_tokens_are_those_of_gateway_and_kiosk(shown: Shown) -> None:
    tokens = shown.file("demo.json")["tokens"]
    stored = {row.name: row.token for row in shown.rows(select(tables.source))}
    assert stored[demo.GATEWAY] == passwords.hash_token(tokens["gateway"])
    assert stored[demo.KIOSK] == passwords.hash_token(tokens["kiosk"])
    assert (shown.folder / "gateway.token").read_text("utf-8").strip() == tokens["gateway"]
    assert (shown.folder / "kiosk.token").read_text("utf-8").strip() == tokens["kiosk"]


def test_the_simulators_find_their_devices(shown: Shown) -> None:
    told = shown.file("simulators.json")
    assert set(told["mqtt"]) == {"host", "port"}
    kinds = Counter(device["type"] for device in told["devices"])
    assert set(kinds) == {"pendant", "fall_detector", "band", "cuff"}
    assert all(re.fullmatch(r"(pendant|fall|band|cuff)-\d{4}", d["device"])
               for d in told["devices"])  # fmt: skip


def test_everybody_in_it_is_simulated_and_marked_so(shown: Shown) -> None:
    residents = shown.rows(select(tables.resident.c.simulated))
    assert all(row.simulated for row in residents)


def test_every_place_has_somebody_on_duty(shown: Shown) -> None:
    places = {row.code for row in shown.rows(select(tables.area.c.code))}
    assert {row.area for row in shown.rows(select(tables.rotation.c.area))} == places


def test_what_it_writes_is_readable_by_its_owner_alone(shown: Shown) -> None:
    for path in shown.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_second_run_keeps_the_data_and_the_credentials(shown: Shown) -> None:
    before = {path.name: path.read_bytes() for path in shown.folder.iterdir()}
    people = shown.rows(select(tables.staff))
    shown.write()
    assert {path.name: path.read_bytes() for path in shown.folder.iterdir()} == before
    assert shown.rows(select(tables.staff)) == people


def test_credentials_are_random_for_each_installation(shown: Shown, tmp_path: Path) -> None:
    other = place(tmp_path)
    other.write()
    mine, theirs = shown.file("demo.json"), other.file("demo.json")
    assert mine["tokens"] != theirs["tokens"]
    assert not {p["password"] for p in mine["staff"]} & {p["password"] for p in theirs["staff"]}
    other.engine.database.close()


def test_a_database_in_use_is_not_filled_with_people_who_do_not_exist(tmp_path: Path) -> None:
    made = place(tmp_path)
    real = register.NewStaff("boss", "管理员", "admin", "330211", "a good password")
    made.engine.run_now(lambda work: register.add_staff(work, real))
    with pytest.raises(NotEmpty, match="a demonstration needs an empty database"):
        made.write()
    assert len(made.rows(select(tables.staff.c.id))) == 1
    assert not made.folder.exists()
    made.engine.database.close()
