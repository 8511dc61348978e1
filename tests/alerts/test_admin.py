"""What the person who installs it types: one command, one sentence, one exit code."""

import io
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.__main__ import main
from tests.alerts.stand import VILLAGE

pytestmark = pytest.mark.usefixtures("umask_kept")


@dataclass
class Console:
    """A shell in an installation that holds nothing yet."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    said: str = ""
    complained: str = ""

    def type(self, *words: str, line: str = "") -> int:
        """Run `python -m alerts admin …`, with a line on its input; returns the exit code."""
        self.patch.setattr("sys.stdin", io.StringIO(line + "\n"))
        code = main(["admin", "--settings", str(self.folder / "hub.toml"), *words])
        out = self.capture.readouterr()
        self.said, self.complained = out.out, out.err
        return code

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(self.folder / "hub.db") as database:
            return database.execute(statement).fetchall()

    def users(self) -> set[str]:
        lines = (self.folder / "passwords").read_text("utf-8").splitlines()
        return {line.partition(":")[0] for line in lines}


@pytest.fixture
def console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Console:
    made = Console(tmp_path, capsys, monkeypatch)
    made.write(
        "hub.toml",
        f'[alerts]\ndatabase = "sqlite:///{tmp_path}/hub.db"\nkey_file = "{tmp_path}/hub.key"\n'
        f'[broker]\npassword_file = "{tmp_path}/passwords"\nacl_file = "{tmp_path}/acl"\n'
        f'pid_file = "{tmp_path}/mosquitto.pid"\n',
    )
    return made


@pytest.fixture
def gateway(console: Console) -> Console:
    """An installation with one gateway."""
    assert console.type("add-source", "gateway-main", "gateway") == 0
    return console


# ── people ───────────────────────────────────────────────────────────────────────────────────
def test_the_first_administrator_comes_into_an_empty_installation(console: Console) -> None:
    assert console.type("add-staff", "boss", "管理员", line="a good password") == 0
    assert console.said == "added boss (admin, 330211)\n"
    assert console.rows("SELECT login, role, area FROM staff") == [("boss", "admin", "330211")]
    stored = str(console.rows("SELECT password FROM staff")[0][0])
    assert stored.startswith("$argon2id$")
    assert (console.folder / "hub.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "line", "says"),
    [
        (["add-staff", "boss", "管理员"], "short", "密码至少 8 位"),
        (["add-staff", "boss", "管理员"], "", "密码至少 8 位"),
        (["add-staff", "Boss", "管理员"], "a good password", "账号用 2–64 个"),
        (["add-staff", "boss", "管理员", "--area", "1"], "a good password", "没有区划代码 1"),
        (["set-password", "nobody"], "a good password", "没有账号 nobody"),
        (["add-source", "nobody", "gateway", "--renew"], "", "没有 nobody"),
        (["add-device", "pendant-1", "--source", "x", "--area", VILLAGE], "", "没有网关 x"),
    ],
)
def test_what_is_refused_is_one_sentence_and_the_code_one(
    console: Console, words: list[str], line: str, says: str
) -> None:
    assert console.type(*words, line=line) == 1
    assert says in console.complained
    assert console.complained.count("\n") == 1
    assert console.rows("SELECT login FROM staff") == []


def test_a_new_password_replaces_the_old_one(console: Console) -> None:
    console.type("add-staff", "boss", "管理员", line="a good password")
    before = console.rows("SELECT password FROM staff")
    assert console.type("set-password", "boss", line="a better password") == 0
    assert console.rows("SELECT password FROM staff") != before


# ── files ────────────────────────────────────────────────────────────────────────────────────
def test_people_residents_and_devices_come_from_files(gateway: Console) -> None:
    staff = f"login,name,role,area,password\nzhang,张社工,village,{VILLAGE},a good password\n"
    assert gateway.type("import-staff", gateway.write("staff.csv", staff)) == 0
    residents = f"name,area,consent\n王阿婆,{VILLAGE},2026-11-01\n"
    assert gateway.type("import-residents", gateway.write("residents.csv", residents)) == 0
    assert gateway.said == "imported 1 residents\n"
    devices = f"id,source,area,resident_id\npendant-1,gateway-main,{VILLAGE},1\n"
    assert gateway.type("import-devices", gateway.write("devices.csv", devices)) == 0
    assert gateway.users() == {"hub", "siren", "gateway-main", "pendant-1"}
    assert gateway.rows("SELECT id, resident_id FROM device") == [("pendant-1", 1)]


def test_a_file_with_wrong_lines_names_them_and_takes_none(gateway: Console) -> None:
    devices = f"id,source,area\npendant-1,gateway-main,{VILLAGE}\nX,gateway-main,{VILLAGE}\n"
    devices += f"pendant-2,gateway-main,{VILLAGE}\npendant-1,gateway-main,{VILLAGE}\n"
    assert gateway.type("import-devices", gateway.write("devices.csv", devices)) == 1
    assert gateway.complained.splitlines() == [
        "第 3 行：设备号用 3–64 个小写字母、数字、横线",
        "第 5 行：设备 pendant-1 已经登记",
        "没有导入任何一行。",
    ]
    assert gateway.rows("SELECT id FROM device") == []
    assert not (gateway.folder / "passwords").exists()


# ── devices and the broker ───────────────────────────────────────────────────────────────────
def credentials(console: Console, user: str, *more: str) -> str:
    assert console.type("credentials", user, *more) == 0
    told = json.loads(console.said)
    assert told["user"] == user
    return str(told["password"])


def test_a_new_device_gets_its_login_and_a_line_at_the_broker(gateway: Console) -> None:
    words = ["add-device", "pendant-1", "--source", "gateway-main", "--area", VILLAGE]
    assert gateway.type(*words) == 0
    told = json.loads(gateway.said)
    assert credentials(gateway, "pendant-1") == told["password"]
    assert "pendant-1" in gateway.users()


def test_a_renewed_login_is_another_and_stays(gateway: Console) -> None:
    gateway.type("add-device", "pendant-1", "--source", "gateway-main", "--area", VILLAGE)
    before = credentials(gateway, "pendant-1")
    after = credentials(gateway, "pendant-1", "--renew")
    assert before != after
    assert credentials(gateway, "pendant-1") == after


@pytest.mark.parametrize("user", ["hub", "siren", "gateway-main"])
def test_the_programs_have_logins_too_that_no_command_renews(gateway: Console, user: str) -> None:
    before = credentials(gateway, user)
    assert gateway.type("credentials", user, "--renew") == 1
    assert "只有设备的密码能更换" in gateway.complained
    assert credentials(gateway, user) == before
    assert gateway.rows("SELECT count(*) FROM audit WHERE what = 'credentials_renewed'") == [(0,)]


def test_a_user_nobody_knows_is_named_with_those_there_are(gateway: Console) -> None:
    assert gateway.type("credentials", "nobody") == 1
    assert gateway.complained == "no device or broker user nobody (sources: gateway-main)\n"


def test_a_sources_token_is_shown_once_and_may_be_renewed(gateway: Console) -> None:
    assert gateway.type("add-source", "gateway-main", "gateway") == 1
    assert gateway.type("add-source", "gateway-main", "gateway", "--renew") == 0
    token = json.loads(gateway.said)["token"]
    assert len(token) >= 43
    assert token not in str(gateway.rows("SELECT token FROM source"))


def test_the_brokers_files_are_written_anew(gateway: Console) -> None:
    assert gateway.type("broker-files") == 0
    assert gateway.complained.endswith("acl: 3 users\n")
    assert "pattern write yj/1/%u/event" in (gateway.folder / "acl").read_text("utf-8")


def test_without_mosquittos_own_program_it_says_so(
    gateway: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(gateway.folder))
    assert gateway.type("broker-files") == 1
    assert "mosquitto_passwd is not installed" in gateway.complained
    assert not (gateway.folder / "passwords").exists()


# ── upkeep ───────────────────────────────────────────────────────────────────────────────────
def test_the_audit_log_is_proven_whole_or_the_line_is_named(gateway: Console) -> None:
    assert gateway.type("verify-audit") == 0
    assert gateway.said == "the audit log is whole\n"
    with sqlite3.connect(gateway.folder / "hub.db") as tampered:
        tampered.execute("DROP TRIGGER audit_no_update")
        tampered.execute("UPDATE audit SET who = 'nobody' WHERE seq = 1")
    assert gateway.type("verify-audit") == 1
    assert "near line 1 " in gateway.complained


def test_the_areas_are_listed_by_code(console: Console) -> None:
    assert console.type("areas") == 0
    assert "330211001 招宝山街道\n" in console.said


def test_init_may_be_run_again_and_again(console: Console) -> None:
    for _ in range(2):
        assert console.type("init") == 0
    assert console.rows("SELECT count(*) FROM area") == [(107,)]


def test_settings_may_be_named_before_or_behind_the_command(console: Console) -> None:
    path = str(console.folder / "hub.toml")
    for words in (
        ["--settings", path, "admin", "init"],
        ["admin", "--settings", path, "init"],
        ["admin", "init", "--settings", path],
    ):
        assert main(words) == 0


@pytest.mark.parametrize("words", [[], ["admin"], ["admin", "add-staff"]])
def test_every_command_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    assert "usage: python -m alerts" in capsys.readouterr().out
