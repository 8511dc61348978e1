from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from device_gateway.build import build
from device_gateway.disk import read_if_there, write_whole
from device_gateway.roster_copy import RosterCopy
from device_gateway.settings import (
    BrokerSettings,
    ModemSettings,
    Settings,
    SirenSettings,
    secret,
)
from device_gateway.state import State
from settings_file import WrongSetting, parse


def test_the_folder_belongs_to_one_gateway_at_a_time(tmp_path: Path) -> None:
    first = State(tmp_path / "state")
    with pytest.raises(WrongSetting, match=r"device_gateway\.state_dir"):
        State(tmp_path / "state")
    first.close()
    State(tmp_path / "state").close()


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b"\xff"])
def test_damaged_client_ids_are_made_anew(tmp_path: Path, damage: bytes) -> None:
    state = State(tmp_path)
    before = state.client_ids()
    (tmp_path / "client_ids.json").write_bytes(damage)
    after = state.client_ids()
    assert before != after == state.client_ids()
    state.close()


def test_a_file_is_replaced_as_a_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert read_if_there(path) is None
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert read_if_there(path) == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_damaged_roster_copy_counts_as_none(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_bytes(b'{"source": "g", "devi')
    copy = RosterCopy(path)
    assert not copy.known.is_set()
    assert copy.now.by_device == {}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"hub_uri": "http://x"}, "device_gateway.hub_uri"),
        ({"hub_url": "ftp://x"}, "device_gateway.hub_url"),
        ({"mqtt": {"port": 0}}, "device_gateway.mqtt.port"),
        ({"mqtt": {"host_name": "x"}}, "device_gateway.mqtt.host_name"),
        ({"siren": {"ring_s": -1}}, "device_gateway.siren.ring_s"),
    ],
)
def test_a_wrong_setting_is_named_by_its_key(table: dict[str, Any], key: str) -> None:
    with pytest.raises(WrongSetting, match=key.replace(".", r"\.")):
        parse("device_gateway", Settings, {"device_gateway": table})


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    for shape in (Settings, BrokerSettings, SirenSettings, ModemSettings):
        for name, field in shape.model_fields.items():
            assert not field.is_required(), name
            assert field.description or name in ("mqtt", "siren", "modem"), name


def test_a_secret_comes_from_the_setting_or_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n", "utf-8")
    assert secret("a.token", SecretStr("direct"), file) == "direct"
    assert secret("a.token", None, file) == "from-file"
    with pytest.raises(WrongSetting, match=r"a\.token_file"):
        secret("a.token", None, tmp_path / "none")
    with pytest.raises(WrongSetting, match=r"a\.token"):
        secret("a.token", None, None)


def test_a_gateway_that_cannot_be_built_claims_nothing(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"device_gateway\.mqtt\.password"):
        build(Settings(token=SecretStr("t"), state_dir=tmp_path / "state"))
    assert not (tmp_path / "state").exists()
