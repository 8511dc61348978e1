"""`make run` from its first line to its end, with the real programs and what it prints."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.demo_places import ROOT
from tests.services.process import end, free_port, spawn

pytestmark = pytest.mark.timeout(240)


class Run:
    """One `make run` on ports and a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.output = folder / "output"
        self.desk_port, self.broker_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str | Path]:
        ports = ["--desk-port", str(self.desk_port), "--broker-port", str(self.broker_port)]
        return [sys.executable, "-m", "deploy.run", "--var", self.var, *ports]

    def start(self) -> None:
        self.output.write_text("")
        self.process = spawn(["env", "-C", ROOT, *self.command()], self.output)
        wait_until(lambda: "The hub is running" in self.text(), 180, self.text)

    def text(self) -> str:
        return self.output.read_text("utf-8")

    def stop(self) -> float:
        """Seconds that Ctrl-C takes."""
        assert self.process is not None
        began = time.monotonic()
        end(self.process, signal.SIGINT, 30)
        return time.monotonic() - began

    def again(self) -> subprocess.CompletedProcess[str]:
        """The same command a second time; it must end by itself."""
        return subprocess.run(
            self.command(), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.desk_port}/readyz") as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def pid_of(self, program: str) -> int:
        control = Path(sys.executable).with_name("supervisorctl")
        command = [str(control), "-c", str(self.var / "supervisord.conf"), "pid", f"hub:{program}"]
        found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        return int(found.stdout) if found.stdout.strip().isdigit() else 0

    def printed(self, program: str, topic_ends: str) -> str:
        """The line to type that uses this program and topic."""
        lines = re.findall(rf"^ +({program} .*{topic_ends}\b.*)$", self.text(), re.MULTILINE)
        return str(lines[0])


def wait_until(
    true: Callable[[], bool], seconds: float = 30, says: Callable[[], str] = str
) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"waited in vain\n{says()}"
        time.sleep(0.1)


def processes_of(var: Path) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(var) in line:
            found.append(line)
    return found


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """In a folder that anybody may pass, unlike pytest's own: the broker need not stay root."""
    with tempfile.TemporaryDirectory(prefix="yijian-run-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        started = Run(Path(name))
        try:
            started.start()
            yield started
        finally:
            if started.process is not None:
                started.stop()


def test_says_where_the_desk_is_and_a_login_for_every_role(run: Run) -> None:
    demo = json.loads((run.var / "demo.json").read_text())
    assert demo["desk"] == f"http://127.0.0.1:{run.desk_port}"
    assert demo["desk"] in run.text()
    for role in {person["role"] for person in demo["staff"]}:
        some = [p for p in demo["staff"] if p["role"] == role]
        assert any(f"{p['login']}" in run.text() and p["password"] in run.text() for p in some)


def test_printed_lines_press_ring_and_answer(run: Run, tmp_path: Path) -> None:
    rings = Listener(run.printed("mosquitto_sub", "set"), tmp_path / "rings")
    answers = Listener(run.printed("mosquitto_sub", "reply"), tmp_path / "answers")
    with rings, answers:
        subprocess.run(run.printed("mosquitto_pub", "event"), shell=True, check=True, timeout=20)
        rings.hears('"device": "demo-0001"')
        answers.hears('"stage":"received"')


class Listener:
    """A printed mosquitto_sub line, run until it has heard what it should."""

    def __init__(self, line: str, log: Path) -> None:
        self.log = log
        self.process = spawn(["sh", "-c", f"exec stdbuf -oL {line} -d"], log)

    def hears(self, text: str) -> None:
        wait_until(lambda: text in self.log.read_text("utf-8"), 30, self.log.read_text)

    def __enter__(self) -> None:
        self.hears("SUBACK")

    def __exit__(self, *_: object) -> None:
        end(self.process, signal.SIGTERM)


def test_second_run_in_the_same_folder_is_refused(run: Run) -> None:
    second = run.again()
    assert second.returncode == 1
    assert "already runs" in second.stderr


@pytest.mark.parametrize("program", ["mosquitto", "alerts", "device_gateway", "kiosk"])
def test_killed_program_comes_back(run: Run, program: str) -> None:
    wait_until(lambda: run.pid_of(program) > 0)
    old = run.pid_of(program)
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: run.pid_of(program) not in (0, old))
    wait_until(run.is_ready)


def test_secrets_are_for_their_owner_only(run: Run) -> None:
    readable = [
        path.name
        for path in run.var.rglob("*")
        if path.is_file() and path.stat().st_mode & 0o077 and path.suffix != ".pid"
    ]
    assert readable == []


def test_broker_is_never_root(run: Run) -> None:
    assert Path(f"/proc/{run.pid_of('mosquitto')}").stat().st_uid != 0


def test_ctrl_c_ends_all_of_it_and_the_next_run_goes_on(run: Run) -> None:
    before = (run.var / "demo.json").read_bytes()
    assert run.stop() < 10
    assert processes_of(run.var) == []
    run.start()
    assert (run.var / "demo.json").read_bytes() == before


def test_killed_run_leaves_nothing_behind(run: Run) -> None:
    assert run.process is not None
    run.process.kill()
    run.process.wait()
    wait_until(lambda: processes_of(run.var) == [], 20, lambda: "\n".join(processes_of(run.var)))


@pytest.mark.parametrize("key", ["broker.port", "alerts.port"])
def test_taken_port_is_named_by_its_key(tmp_path: Path, key: str) -> None:
    run = Run(tmp_path)
    with socket.socket() as somebody:
        taken = run.broker_port if key == "broker.port" else run.desk_port
        somebody.bind(("127.0.0.1", taken))
        somebody.listen()
        refused = run.again()
    assert refused.returncode == 78
    assert f"{key}: cannot listen on 127.0.0.1:{taken}" in refused.stderr


def test_other_port_than_the_settings_file_says_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.var.mkdir()
    (run.var / "hub.toml").write_text("[alerts]\nport = 1\n")
    refused = run.again()
    assert refused.returncode == 78
    assert "alerts.port: the settings file of this demo says 1" in refused.stderr


def test_unknown_setting_is_named(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.var.mkdir()
    (run.var / "hub.toml").write_text("[broker]\nprot = 1\n")
    refused = run.again()
    assert refused.returncode == 78
    assert "broker.prot" in refused.stderr
