"""The gateway's copy of the hub's roster: by ETag, and on disk for the day without hub."""

import logging
import threading
from pathlib import Path

from device_gateway.client import HubLine, HubSilent
from device_gateway.disk import read_if_there, write_whole
from device_gateway.roster import BadRoster, Roster, read_roster

log = logging.getLogger(__name__)

PATH = "/v1/roster"


class RosterCopy:
    """What the hub last said; `now` is replaced as a whole, so any thread may look."""

    def __init__(self, path: Path) -> None:
        """Start with the copy on disk; a damaged one counts as none."""
        self._path = path
        self._etag: str | None = None
        self.now = Roster()
        self.known = threading.Event()
        """Set once there was any roster: without one nobody can be called a stranger."""
        kept = read_if_there(path)
        if kept is not None:
            self._read_kept(kept)

    def refresh(self, line: HubLine) -> bool:
        """Ask the hub whether it changed; True where it did. Raises HubSilent."""
        answer = line.ask("GET", PATH, etag=self._etag)
        if answer.status == 304:
            return False
        if answer.status != 200:
            raise HubSilent(f"the hub answered {answer.status} to the roster")
        try:
            self.now = read_roster(answer.body)
        except BadRoster as why:
            raise HubSilent(f"the hub's roster: {why}") from None
        self.known.set()
        self._etag = answer.etag
        self._keep(answer.body)
        log.info("the roster holds %d devices", len(self.now.by_device))
        return True

    def _keep(self, body: bytes) -> None:
        try:
            write_whole(self._path, body)
        except OSError as why:
            log.error("the roster cannot be kept on disk: %s", why)

    def _read_kept(self, kept: bytes) -> None:
        try:
            self.now = read_roster(kept)
        except BadRoster as why:
            log.error("the copy of the roster is damaged: %s", why)
        else:
            self.known.set()
            log.info("the copy of the roster holds %d devices", len(self.now.by_device))
