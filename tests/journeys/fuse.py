"""A place where a program dies: a moment after it heard of something, once.

A moment is anything after which a crash may leave something else behind: a database statement, a
commit, an answer, a publish. The file holds the moment's number, counted from then on, or
its name; it is gone once the program has died of it.
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
        self._wanted = ""
        self._count = 0
        self._lock = threading.Lock()

    def light(self) -> None:
        """It heard of something: if the file is there, count from now on."""
        with self._lock:
            if not self._wanted and self._file.exists():
                self._wanted = self._file.read_text()
        self.moment("heard")

    def moment(self, what: str) -> None:
        """Die here, if this is the one."""
        with self._lock:
            if not self._wanted:
                return
            self._count += 1
            log.warning("moment %d: %s", self._count, what)
            if self._wanted in (str(self._count), what):
                self._file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)


class Match:
    """In the test: sets the fuse and sees whether it has burnt."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: int | str) -> None:
        self.file.write_text(str(moment))

    @property
    def burnt(self) -> bool:
        return not self.file.exists()
