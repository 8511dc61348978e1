"""A place where a program dies: the Nth moment after it heard of an event, once.

A moment is anything after which a crash may leave something else behind: a database statement, a
commit, an answer, a publish. The file holds N; it is gone once the program has died of it.
"""

import logging
import os
import signal
import threading
from pathlib import Path

log = logging.getLogger(__name__)


class Fuse:
    """In the program that dies."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._left: int | None = None
        self._lock = threading.Lock()

    def light(self) -> None:
        """An event was heard: if the file is there, count from now on."""
        with self._lock:
            if self._left is None and self._file.exists():
                self._left = int(self._file.read_text())
        self.moment("heard")

    def moment(self, what: str) -> None:
        """Die here, if this is the one."""
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            log.warning("moment: %s", what)
            if self._left == 0:
                self._file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)


class Match:
    """In the test: sets the fuse and sees whether it has burnt."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: int) -> None:
        self.file.write_text(str(moment))

    @property
    def burnt(self) -> bool:
        return not self.file.exists()
