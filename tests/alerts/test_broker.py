"""The broker's files: no device can speak for another, and nobody else can read them."""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import select, update

from alerts import broker, broker_users, register
from alerts.broker import BrokerFiles, CannotWrite
from alerts.store import tables
from tests.alerts.stand import GATEWAY, VILLAGE, WEARERS, ZONE, Stand
from tests.services.mosquitto import Broker

KEY = b"k" * 32
TOPIC = "siren/window/set"


@pytest.fixture
def files(tmp_path: Path) -> BrokerFiles:
    folder = tmp_path / "mosquitto"
    return BrokerFiles(
        password_file=folder / "passwords",
        acl_file=folder / "acl",
        pid_file=tmp_path / "broker" / "mosquitto.pid",
    )


def write(hub: Stand, files: BrokerFiles) -> int:
    with hub.engine.database.reading() as tx:
        return broker.write_files(tx, files, KEY, TOPIC)


@pytest.fixture
def running(lite: Stand, files: BrokerFiles, tmp_path: Path) -> Iterator[Broker]:
    """A real Mosquitto that reads the files as they were written."""
    write(lite, files)
    directory = tmp_path / "broker"
    with Broker(directory, password_file=files.password_file, acl_file=files.acl_file) as started:
        yield started


def join(running: Broker, user: str) -> Client:
    """Log in with the password that the installation's key makes."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, broker.password(KEY, user))
    joined = threading.Event()
    client.on_connect = lambda *_: joined.set()
    client.connect(running.host, running.port)
    client.loop_start()
    assert joined.wait(10)
    return client


FENCES = {
    GATEWAY: ("band-1", "yj/1/band-1/status"),
    "band-1": (GATEWAY, "yj/1/band-1/reply"),
    "pendant-1": (GATEWAY, "yj/1/pendant-1/reply"),
    "siren": ("hub", TOPIC),
}
"""Who may send each listener a last message: what it has not heard before, it never hears."""


def hears(running: Broker, listener: str, topic: str, speaker: str) -> bool:
    """Whether `listener` gets what `speaker` publishes on a topic."""
    heard: list[bytes] = []
    ready, ended = threading.Semaphore(0), threading.Event()

    def take(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(bytes(message.payload))
        if message.payload == b"fence":
            ended.set()

    last_speaker, last_topic = FENCES[listener]
    one, *others = (join(running, user) for user in (listener, speaker, last_speaker))
    one.on_message = take
    one.on_subscribe = lambda *_: ready.release()
    for wanted in {topic, last_topic}:
        one.subscribe(wanted, qos=1)
        assert ready.acquire(timeout=10)
    for client, where, what in zip(others, (topic, last_topic), (b"x", b"fence"), strict=True):
        client.publish(where, what, qos=1).wait_for_publish(10)
    assert ended.wait(10)
    for client in (one, *others):
        client.disconnect()
        client.loop_stop()
    return b"x" in heard


# ── a real broker ────────────────────────────────────────────────────────────────────────────
def test_a_gateway_hears_each_device_and_may_answer_it(running: Broker) -> None:
    for what in ("event", "reading", "status"):
        assert hears(running, GATEWAY, f"yj/1/pendant-1/{what}", "pendant-1"), what
    assert hears(running, "pendant-1", "yj/1/pendant-1/reply", GATEWAY)


def test_the_siren_hears_hub_and_gateway(running: Broker) -> None:
    assert hears(running, "siren", TOPIC, "hub")
    assert hears(running, "siren", TOPIC, GATEWAY)
    assert running.refused() == 0


def test_no_device_speaks_for_another_or_hears_it(running: Broker) -> None:
    assert not hears(running, GATEWAY, "yj/1/band-1/event", "pendant-1")
    assert not hears(running, "siren", TOPIC, "pendant-1")
    assert running.refused() == 2
    assert not hears(running, "band-1", "yj/1/pendant-1/reply", GATEWAY)
    assert not hears(running, "band-1", "yj/1/pendant-1/event", "pendant-1")


def test_a_device_added_later_is_let_in_without_a_restart(
    running: Broker, lite: Stand, files: BrokerFiles
) -> None:
    new = register.NewDevice("pendant-9", GATEWAY, VILLAGE)
    lite.change(lambda work: register.add_device(work, new))
    assert files.pid_file.exists()
    write(lite, files)
    assert hears(running, GATEWAY, "yj/1/pendant-9/event", "pendant-9")


# ── the files ────────────────────────────────────────────────────────────────────────────────
def users_in(files: BrokerFiles) -> set[str]:
    return {line.partition(":")[0] for line in files.password_file.read_text().splitlines()}


def test_both_files_are_readable_by_their_owner_alone_and_hold_no_password(
    lite: Stand, files: BrokerFiles
) -> None:
    assert write(lite, files) == len(WEARERS) + 4
    assert users_in(files) == {*WEARERS, ZONE, "hub", "siren", GATEWAY}
    for path in (files.password_file, files.acl_file):
        assert path.stat().st_mode & 0o077 == 0
        assert broker.password(KEY, "pendant-1") not in path.read_text()
    left = {p.name for p in files.password_file.parent.iterdir()} - {".passwords.lock"}
    assert left == {"passwords", "acl"}


def test_a_retired_device_and_a_kiosk_have_no_line(lite: Stand, files: BrokerFiles) -> None:
    lite.change(lambda work: register.retire(work, ZONE))
    write(lite, files)
    assert ZONE not in users_in(files)
    assert "kiosk-window" not in users_in(files)


def test_a_password_follows_from_key_user_and_generation() -> None:
    made = {
        broker.password(key, user, generation)
        for key in (KEY, b"o" * 32)
        for user in ("a-1", "a-2")
        for generation in (1, 2)
    }
    assert len(made) == 8
    assert broker.password(KEY, "a-1") in made


def test_a_new_generation_is_a_new_password_in_the_file(lite: Stand, files: BrokerFiles) -> None:
    d = tables.device
    lite.change(lambda w: w.tx.execute(update(d).where(d.c.id == "pendant-1").values(generation=2)))
    with lite.engine.database.reading() as tx:
        assert broker.users(tx, KEY)["pendant-1"] == broker.password(KEY, "pendant-1", 2)


@pytest.mark.parametrize(
    ("name", "user"), [("gateway-main", "gateway-main"), ("town", "gateway-town")]
)
def test_every_gateways_user_begins_with_gateway(name: str, user: str) -> None:
    assert broker.gateway_user(name) == user


def test_a_folder_nobody_can_write_to_is_a_sentence(lite: Stand, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    files = BrokerFiles(password_file=tmp_path / "file" / "x", acl_file=tmp_path / "acl")
    with pytest.raises(CannotWrite, match="file"):
        write(lite, files)


def test_an_owner_who_does_not_exist_is_a_sentence(lite: Stand, files: BrokerFiles) -> None:
    with pytest.raises(CannotWrite, match="nobody-at-all"):
        write(lite, files.model_copy(update={"owner": "nobody-at-all"}))
    assert not files.password_file.exists()


def test_two_who_write_at_once_forget_no_device(lite: Stand, files: BrokerFiles) -> None:
    write(lite, files)
    begin = threading.Barrier(2)

    def whole() -> None:
        begin.wait(10)
        write(lite, files)

    other = threading.Thread(target=whole)
    other.start()
    new = register.NewDevice("pendant-9", GATEWAY, VILLAGE)
    begin.wait(10)
    lite.change(lambda work: register.add_device(work, new))
    broker_users.put(files, "pendant-9", broker.password(KEY, "pendant-9"))
    other.join(20)
    assert "pendant-9" in users_in(files)
    assert len(lite.rows(select(tables.device.c.id))) == len(WEARERS) + 3


# ── whoever is told ──────────────────────────────────────────────────────────────────────────
def test_a_number_that_belongs_to_somebody_else_by_now_is_left_alone(tmp_path: Path) -> None:
    pid_file = tmp_path / "mosquitto.pid"
    with subprocess.Popen(["sleep", "60"]) as bystander:
        pid_file.write_text(str(bystander.pid))
        assert not broker.tell_broker(pid_file)
        assert bystander.poll() is None
        bystander.kill()


@pytest.mark.parametrize("text", ["", "not a number", "999999999", "-1", "0"])
def test_a_pid_file_of_a_broker_that_is_gone_is_no_trouble(tmp_path: Path, text: str) -> None:
    pid_file = tmp_path / "mosquitto.pid"
    pid_file.write_text(text)
    assert not broker.tell_broker(pid_file)
    assert not broker.tell_broker(tmp_path / "nowhere")


# ── the installation's secret ────────────────────────────────────────────────────────────────
def test_of_two_programs_that_start_together_both_use_one_key(tmp_path: Path) -> None:
    path = tmp_path / "new" / "hub.key"
    found: list[bytes] = []
    begin = threading.Barrier(8)

    def load() -> None:
        begin.wait(10)
        found.append(broker.load_key(path))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(found[0]) == 32
    assert [p.name for p in path.parent.iterdir()] == ["hub.key"]


def test_a_key_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="Is a directory"):
        broker.load_key(tmp_path)
    path = tmp_path / "hub.key"
    path.write_bytes(os.urandom(31))
    with pytest.raises(CannotWrite, match="put back the copy you keep"):
        broker.load_key(path)
