"""One of our programs as a process that a story starts, kills and starts again."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.journeys.waiting import PATIENCE_S, until
from tests.services.process import end, spawn, wait_until

ROOT = Path(__file__).parents[2]


class Program:
    """Its output goes to a log that outlives every restart."""

    def __init__(
        self, name: str, arguments: list[str | Path], log: Path, is_ready: Callable[[], bool]
    ) -> None:
        self.name = name
        self.log = log
        self._is_ready = is_ready
        self._command = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", *arguments]
        self.launched = float("-inf")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} was never started"
        return self._process

    def start(self) -> None:
        """Return once it is ready."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start it and go on."""
        self.launched = time.monotonic()
        self._process = spawn(self._command, self.log)

    def wait_ready(self) -> None:
        wait_until(self._is_ready, self.process, self.log, PATIENCE_S)

    def kill(self) -> None:
        """As a power cut would."""
        end(self.process, signal.SIGKILL)

    def stop(self) -> None:
        """As an administrator would."""
        if self._process is not None:
            end(self._process, signal.SIGTERM)

    def pause(self) -> None:
        """It hangs: connections stay open, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def wait_killed(self) -> None:
        """Return once it has died of its fuse."""
        until(lambda: self.process.poll() is not None, f"{self.name} to die")
        assert self.process.returncode == -signal.SIGKILL
