"""What is kept alive, what may be closed, and that nothing is left when it all ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.supervisor_conf import LONGEST_SOCKET, Program, render

STAYS = "import os, time; open('{pids}', 'a').write(f'{{os.getpid()}}\\n'); time.sleep(1e6)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAYS


class Supervised:
    """One program under a running supervisord, and the processes it had."""

    def __init__(self, var: Path, supervisor: subprocess.Popen[bytes]) -> None:
        self.pids = var / "pids"
        self.supervisor = supervisor
        self.log = var / "log" / "supervisord.log"

    def starts(self) -> list[int]:
        return [int(line) for line in self.pids.read_text().split()] if self.pids.exists() else []

    def newest(self, count: int) -> int:
        """The process of the count-th start."""
        wait_until(lambda: len(self.starts()) >= count)
        return self.starts()[count - 1]


@contextmanager
def supervised(
    var: Path, code: str = STAYS, *, may_be_closed: bool = False
) -> Iterator[Supervised]:
    (var / "log").mkdir()
    command = [sys.executable, "-c", code.format(pids=var / "pids")]
    conf = var / "supervisord.conf"
    conf.write_text(render([Program("part", command, may_be_closed=may_be_closed)], var, is_root()))
    program = Path(sys.executable).with_name("supervisord")
    with subprocess.Popen([program, "-c", conf], cwd=var, start_new_session=True) as supervisor:
        started = Supervised(var, supervisor)
        try:
            started.newest(1)
            wait_until(lambda: "entered RUNNING" in started.log.read_text())
            yield started
        finally:
            supervisor.terminate()


def is_root() -> bool:
    return os.geteuid() == 0


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("may_be_closed", [False, True])
def test_killed_program_is_started_again(tmp_path: Path, may_be_closed: bool) -> None:
    with supervised(tmp_path, may_be_closed=may_be_closed) as part:
        os.kill(part.newest(1), signal.SIGKILL)
        assert lives(part.newest(2))


def test_closed_program_stays_closed(tmp_path: Path) -> None:
    closes = STAYS.replace("1e6", "1.2")
    with supervised(tmp_path, closes, may_be_closed=True) as part:
        wait_until(lambda: "exited: part (exit status 0; expected)" in part.log.read_text())
        wait_until(lambda: not lives(part.newest(1)))
        assert len(part.starts()) == 1


def test_program_that_does_not_end_is_killed_within_ten_seconds(tmp_path: Path) -> None:
    with supervised(tmp_path, STUBBORN) as part:
        began = time.monotonic()
        part.supervisor.terminate()
        part.supervisor.wait(20)
        assert time.monotonic() - began < 9
        assert not lives(part.newest(1))


def test_program_ends_with_a_killed_supervisor(tmp_path: Path) -> None:
    with supervised(tmp_path) as part:
        part.supervisor.kill()
        wait_until(lambda: not lives(part.newest(1)))


def test_percent_sign_in_a_path_is_only_a_percent_sign(tmp_path: Path) -> None:
    odd = tmp_path / "100% 民政"
    odd.mkdir()
    with supervised(odd) as part:
        assert lives(part.newest(1))


def test_path_too_long_for_a_socket_has_no_control_socket() -> None:
    conf = RawConfigParser()
    conf.read_string(render([], Path("/" + "x" * LONGEST_SOCKET), root=False))
    assert not conf.has_section("unix_http_server")
