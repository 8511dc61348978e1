"""Credentials are read from either file that the demo writes, or a sentence says why not."""

import json
from pathlib import Path

import pytest

from simulators import credentials
from simulators.trouble import CannotRun

MQTT = {"host": "127.0.0.1", "port": 8183}
PENDANT = {"device": "pendant-0001", "user": "pendant-0001", "password": "secret-of-it"}


def write(path: Path, body: object) -> Path:
    path.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
    return path


def test_devices_of_the_simulators_file_have_a_type(tmp_path: Path) -> None:
    device = {**PENDANT, "type": "pendant", "resident": "r1"}
    read = credentials.read(
        write(tmp_path / "simulators.json", {"mqtt": MQTT, "devices": [device]})
    )
    assert (read.broker.host, read.broker.port) == ("127.0.0.1", 8183)
    assert (read.login("pendant-0001").type, read.login("pendant-0001").resident) == (
        "pendant",
        "r1",
    )


def test_devices_of_the_demo_file_stand_under_mqtt(tmp_path: Path) -> None:
    body = {"desk": "http://x", "staff": [], "mqtt": {**MQTT, "devices": [PENDANT], "siren": {}}}
    read = credentials.read(write(tmp_path / "demo.json", body))
    assert [login.device for login in read.logins] == ["pendant-0001"]
    assert read.logins[0].type is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("{", "not JSON"),
        ("[]", "dict"),
        ({"devices": []}, "mqtt: Field required"),
        ({"mqtt": MQTT}, "neither `devices` nor `mqtt.devices`"),
        ({"mqtt": {**MQTT, "port": 0}, "devices": []}, "mqtt.port"),
        ({"mqtt": {**MQTT, "host": ""}, "devices": []}, "mqtt.host"),
        ({"mqtt": MQTT, "devices": [{**PENDANT, "device": "A/b"}]}, "devices.0.device"),
    ],
)
def test_a_wrong_file_is_refused_on_one_line(tmp_path: Path, body: object, why: str) -> None:
    with pytest.raises(CannotRun) as refusal:
        credentials.read(write(tmp_path / "simulators.json", body))
    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "secret-of-it" not in str(refusal.value)


def test_a_missing_file_says_who_writes_it(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="`make run` writes it"):
        credentials.read(tmp_path / "simulators.json")


def test_a_directory_is_no_credentials_file(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="directory"):
        credentials.read(tmp_path)


def test_an_unknown_device_is_refused_with_some_known_ones(tmp_path: Path) -> None:
    read = credentials.read(write(tmp_path / "d.json", {"mqtt": MQTT, "devices": [PENDANT]}))
    with pytest.raises(CannotRun, match=r"no device 'pendant-9'; it holds pendant-0001"):
        read.login("pendant-9")
