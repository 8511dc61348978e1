"""The broker of the tests is the shipped configuration and behaves as the docs say."""

import subprocess
from pathlib import Path

import pytest

from tests.services.mosquitto import Broker
from tests.services.process import DidNotStart, listens

RIGHTS = "pattern write yj/1/%u/#\npattern read yj/1/%u/reply\n"


def publish(broker: Broker, topic: str, text: str, *more: str, user: str = "device") -> str:
    command = ["mosquitto_pub", "-h", broker.host, "-p", str(broker.port), "-q", "1"]
    command += ["-u", user, "-P", user, "-t", topic, "-m", text, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stderr


def read(broker: Broker, topic: str, *more: str, user: str = "device") -> str:
    command = ["mosquitto_sub", "-h", broker.host, "-p", str(broker.port), "-q", "1", "-C", "1"]
    command += ["-W", "5", "-u", user, "-P", user, "-t", topic, *more]
    return subprocess.run(command, capture_output=True, text=True, timeout=20).stdout.strip()


def subscribe_for_later(broker: Broker, client_id: str, topic: str) -> None:
    command = ["mosquitto_sub", "-h", broker.host, "-p", str(broker.port), "-q", "1", "-E", "-c"]
    command += ["-i", client_id, "-u", "hub", "-P", "hub", "-t", topic]
    subprocess.run(command, check=True, timeout=20)


def test_retained_message_is_there_for_the_next_reader(broker: Broker) -> None:
    publish(broker, "yj/1/device/status", "online", "-r")
    assert read(broker, "yj/1/device/status") == "online"


def test_message_for_an_absent_session_outlives_a_restart(broker: Broker) -> None:
    subscribe_for_later(broker, "lane", "yj/1/+/event")
    publish(broker, "yj/1/device/event", "help")
    broker.restart()
    assert read(broker, "yj/1/+/event", "-c", "-i", "lane", user="hub") == "help"


def test_restart_after_a_kill_keeps_port_and_saved_state(broker: Broker) -> None:
    publish(broker, "yj/1/device/status", "online", "-r")
    saved = broker.directory / "mosquitto.db"
    wait_for_file(saved, b"online")
    broker.kill()
    broker.start()
    assert read(broker, "yj/1/device/status") == "online"


def wait_for_file(path: Path, content: bytes) -> None:
    command = ["sh", "-c", f"until grep -q {content.decode()} {path}; do sleep 0.05; done"]
    subprocess.run(command, check=True, timeout=10, stderr=subprocess.DEVNULL)


def test_wrong_password_is_refused(broker: Broker) -> None:
    broker_says = publish(broker, "yj/1/device/event", "help", "-P", "guess")
    assert "not authorised" in broker_says


def test_publish_without_the_right_is_told_to_version_5_only_and_logged(tmp_path: Path) -> None:
    with Broker(tmp_path / "broker", {"device": "device"}, RIGHTS) as broker:
        old = publish(broker, "yj/1/other/event", "help")
        new = publish(broker, "yj/1/other/event", "help", "-V", "5")
        assert (old, "Not authorized" in new) == ("", True)
        assert broker.refused() == 2


def test_message_of_17_kib_reaches_whoever_answers_with_the_reason(broker: Broker) -> None:
    publish(broker, "yj/1/device/event", "x" * 17_000, "-r")
    assert len(read(broker, "yj/1/device/event")) == 17_000


def test_new_user_may_enter_after_a_reload(broker: Broker) -> None:
    command = ["mosquitto_passwd", "-b", str(broker.password_file), "newcomer", "newcomer"]
    subprocess.run(command, check=True)
    assert "not authorised" in publish(broker, "a", "b", user="newcomer")
    broker.reload()
    assert publish(broker, "a", "b", user="newcomer") == ""


def test_broker_on_a_taken_port_says_so(broker: Broker, tmp_path: Path) -> None:
    second = Broker(tmp_path / "second", {"hub": "hub"}, port=broker.port)
    with pytest.raises(DidNotStart, match="Address already in use"):
        second.start()
    assert listens(broker.port)
