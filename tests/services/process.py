"""Starts a server that dies with the tests, and waits until it answers."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class DidNotStart(Exception):
    """A server ended or stayed silent; the text holds its last words."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def spawn(
    command: Sequence[str | Path], log: Path, user: str | None = None
) -> subprocess.Popen[bytes]:
    """Start a server whose output goes to `log`; it ends when the tests are killed.

    As `user` where one is named (only root may), in a process group of its own so that Ctrl-C
    reaches the tests first.
    """
    become = ["--reuid", user, "--regid", user, "--clear-groups"] if user else []
    with log.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *become, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )


def wait_until(
    answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = 20
) -> None:
    """Return once `answers()` is true; DidNotStart where the process ends or time runs out."""
    end = time.monotonic() + seconds
    while not answers():
        if process.poll() is not None or time.monotonic() > end:
            raise DidNotStart(f"{process.args!r}\n{log.read_text('utf-8', 'replace')[-4000:]}")
        time.sleep(0.02)


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as trial:
        trial.settimeout(1)
        return trial.connect_ex((host, port)) == 0


def end(process: subprocess.Popen[bytes], signal_number: int, seconds: float = 10) -> None:
    """Send the signal and wait for the end; kill what does not end in time."""
    if process.poll() is None:
        process.send_signal(signal_number)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
