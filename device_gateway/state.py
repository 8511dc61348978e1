"""The gateway's folder on disk: one gateway at a time, client ids nobody can guess."""

import fcntl
import os
import secrets
from pathlib import Path

import orjson

from device_gateway.disk import read_if_there, write_whole
from device_gateway.links.mqtt import Ids
from settings_file import WrongSetting


class State:
    """The folder, ours alone until closed."""

    def __init__(self, folder: Path) -> None:
        """Make and lock it; raises WrongSetting where that cannot be."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WrongSetting(f"device_gateway.state_dir: {folder} is in use") from None
        except OSError as why:
            raise WrongSetting(f"device_gateway.state_dir: {folder}: {why.strerror}") from None

    @property
    def roster(self) -> Path:
        """The copy of the hub's roster."""
        return self.folder / "roster.json"

    @property
    def slots(self) -> Path:
        """The newest replies and the place in the hub's stream."""
        return self.folder / "replies.db"

    def client_ids(self) -> Ids:
        """The same two secrets at every start; made at the first, or where damaged."""
        path = self.folder / "client_ids.json"
        try:
            kept = orjson.loads(read_if_there(path) or b"")
            return Ids(str(kept["events"]), str(kept["readings"]))
        except (ValueError, KeyError, TypeError):
            fresh = Ids(f"gateway-{secrets.token_hex(20)}", f"gateway-{secrets.token_hex(20)}")
            write_whole(path, orjson.dumps({"events": fresh.events, "readings": fresh.readings}))
            return fresh

    def close(self) -> None:
        """Another gateway may use it."""
        os.close(self._lock)
