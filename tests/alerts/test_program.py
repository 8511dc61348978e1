"""The hub starts from its settings, or says which of them it cannot start with."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import text

from alerts import register
from alerts.__main__ import main
from alerts.broker import BrokerFiles
from alerts.program import build_hub
from alerts.settings import Settings
from settings_file import WrongSetting
from tests.alerts.stand import VILLAGE, Stand
from tests.services.process import free_port

pytestmark = pytest.mark.usefixtures("umask_kept")

SMS = {"channels": {"sms": {"enabled": True, "port": "/dev/ttyUSB7"}}}


def settings(folder: Path, **changes: object) -> Settings:
    values = {"database": f"sqlite:///{folder}/hub.db", "key_file": folder / "hub.key"}
    return Settings.model_validate({**values, **changes})


def build(chosen: Settings) -> None:
    build_hub(chosen, BrokerFiles()).engine.database.close()


def test_a_hub_with_simulated_residents_refuses_channels_that_reach_somebody_real(
    lite: Stand, tmp_path: Path
) -> None:
    simulated = register.NewResident("王阿婆", VILLAGE, simulated=True)
    build(settings(tmp_path, database=lite.url, **SMS))
    lite.change(lambda work: register.add_resident(work, simulated))
    with pytest.raises(WrongSetting, match=r"^alerts\.channels\.sms: .*simulated residents"):
        build(settings(tmp_path, database=lite.url, **SMS))
    build(settings(tmp_path, database=lite.url))


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/hub.db", "postgresql+psycopg://u@127.0.0.1:1/x", "magic://x"]
)
def test_a_database_that_cannot_be_had_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(WrongSetting, match=r"^alerts\.database: "):
        build(settings(tmp_path, database=url))


def test_a_database_of_a_newer_version_is_left_alone(lite: Stand, tmp_path: Path) -> None:
    lite.change(lambda work: work.tx.execute(text("UPDATE alembic_version SET version_num='99'")))
    with pytest.raises(WrongSetting, match=r"^alerts\.database: made by a newer version"):
        build(settings(tmp_path, database=lite.url))


def test_a_database_url_with_a_password_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    url = "postgresql+psycopg://hub:secretword@127.0.0.1:1/x"
    with pytest.raises(WrongSetting) as why:
        build(settings(tmp_path, database=url))
    assert "secretword" not in str(why.value)


def test_a_key_that_is_not_whole_is_named_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "hub.key").write_bytes(b"")
    with pytest.raises(WrongSetting, match=r"^alerts\.key_file: .*not a whole key"):
        build(settings(tmp_path))
    assert (tmp_path / "hub.key").read_bytes() == b""


def test_the_key_and_the_database_are_nobody_elses(tmp_path: Path) -> None:
    build(settings(tmp_path))
    assert (tmp_path / "hub.key").stat().st_mode & 0o077 == 0


def write(folder: Path, table: str) -> list[str]:
    path = folder / "hub.toml"
    path.write_text(table, "utf-8")
    return ["--settings", str(path)]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("[alerts]\nprot = 1\n", "alerts.prot"),
        ("[broker]\nport = 0\n", "broker.port"),
        ("[alarms]\n", "alarms: unknown table"),
        ("[alerts\n", "not TOML"),
    ],
)
@pytest.mark.parametrize("command", [[], ["admin", "init"]])
def test_the_program_ends_with_lines_that_name_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], table: str, says: str, command: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*write(tmp_path, table), *command])
    assert ended.value.code == 78
    assert says in capsys.readouterr().err


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "alerts", *write(tmp_path, f"[alerts]\nport = {port}\n")]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 78
    assert f"alerts.port: cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_what_is_built_and_published_carries_the_areas() -> None:
    built = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))
    assert "*.yaml" in built["tool"]["setuptools"]["package-data"]["*"]
