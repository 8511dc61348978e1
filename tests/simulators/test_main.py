"""The console: every command explains itself, and every refusal is one line and code 2."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from simulators.scenario import shipped
from tests.simulators.conftest import Place
from tests.simulators.hub_side import HubSide

ROOT = Path(__file__).parents[2]
DEVICES = [f"{kind}-000{number}" for kind in ("pendant", "fall", "band", "cuff") for number in "12"]
COMMAND = [sys.executable, "-m", "simulators"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT
    )


@contextmanager
def started(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_help_lists_commands_and_scenarios() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for word in ("press", "modem", "webhook", "--devices", "--speed", *shipped()):
        assert word in shown.stdout


@pytest.mark.parametrize("command", ["press", "modem", "webhook"])
def test_every_command_explains_itself(command: str) -> None:
    shown = run(command, "--help")
    assert shown.returncode == 0
    assert f"python -m simulators {command}" in shown.stdout


def refusal(*arguments: str | Path) -> str:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    lines = [line for line in ended.stderr.splitlines() if line.startswith("simulators: ")]
    assert "Traceback" not in ended.stderr
    assert len(lines) == 1
    return lines[0]


def test_what_cannot_run_is_one_line_and_code_2(place: Place, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("title = ")
    known = ("--devices", place.simulators)
    assert "no scenario 'nowhere'" in refusal("nowhere", *known)
    assert "not TOML" in refusal(broken, *known)
    assert "no device 'nobody'" in refusal("press", "nobody", *known)
    assert "not found" in refusal("residents", "--devices", tmp_path / "none.json")
    assert "wants 200 of type band" in refusal("fleet", *known)
    assert "fleet" in refusal("residents", "--count", "5", *known)
    assert "at least 1" in refusal("fleet", "--count", "0", *known)


@pytest.mark.parametrize("command", [("press", "band-0001"), ("residents",)])
def test_a_refused_password_is_one_line_and_code_2(place: Place, command: tuple[str, ...]) -> None:
    text = place.simulators.read_text().replace('"1000-dnab"', '"wrong"')
    place.simulators.write_text(text)
    said = refusal(*command, "--devices", place.simulators)
    assert "band-0001: the broker refused its password" in said
    assert "wrong" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_says_that_its_devices_go(place: Place, number: signal.Signals) -> None:
    with HubSide(place.broker) as hub, started("residents", "--devices", place.simulators) as run:
        hub.wait_for(lambda: all(hub.statuses(d) == ["online"] for d in DEVICES))
        run.send_signal(number)
        assert run.wait(20) == 0
        hub.wait_for(lambda: all(hub.statuses(d) == ["online", "offline"] for d in DEVICES))


def test_a_press_ends_with_code_0_when_closed(place: Place) -> None:
    with HubSide(place.broker) as hub:
        press = started("press", "demo-0003", "--kind", "smoke", "--devices", place.demo)
        with press as process:
            hub.wait_for(lambda: len(hub.events("smoke")) == 1)
            hub.reply("demo-0003", hub.events("smoke")[0]["id"], "closed")
            out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "heard received" in out
    assert "heard closed" in out


def test_a_fleet_takes_its_size_from_the_console(place: Place) -> None:
    fleet = ("fleet", "--count", "7", "--rate", "70", "--devices", place.demo)
    with HubSide(place.broker) as hub, started(*fleet):
        hub.wait_for(lambda: len(hub.readings()) >= 70)
        assert len({r["device"] for r in hub.readings()}) == 7


def test_the_chat_service_shows_each_request(tmp_path: Path) -> None:
    with started("webhook", "--status", "503", "--answer", "later") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[3].rstrip(";")
        answer = httpx.post(url, json={"text": "您好"}, headers={"x-sign": "s"})
        shown = json.loads(process.stdout.readline())
    assert (answer.status_code, answer.text) == (503, "later")
    assert json.loads(shown["body"]) == {"text": "您好"}
    assert shown["headers"]["x-sign"] == "s"


def test_a_taken_port_is_one_line_and_code_2(place: Place) -> None:
    assert "cannot listen" in refusal("webhook", "--port", str(place.broker.port))


def test_the_modem_is_known_by_its_link_while_it_runs(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    with started("modem", "--link", link) as process:
        assert process.stdout is not None
        assert str(link) in process.stdout.readline()
        port = os.open(link, os.O_RDWR | os.O_NOCTTY)
        os.write(port, b"ATE0\r")
        answer = b""
        while not answer.endswith(b"OK\r\n"):
            answer += os.read(port, 100)
        os.close(port)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert not link.is_symlink()
