"""A real Mosquitto on a port of its own, with the configuration that is shipped."""

import getpass
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.broker_conf import BrokerConf, render
from tests.services.process import DidNotStart, end, free_port, listens, spawn, wait_until

OPEN = "topic readwrite #\npattern readwrite #\n"
"""Rights for tests that are not about rights: everybody may do everything."""


class Broker:
    """Starts at `with`; can be stopped, killed and restarted on the same port and data."""

    host = "127.0.0.1"

    def __init__(
        self,
        directory: Path,
        users: Mapping[str, str] | None = None,
        acl: str = OPEN,
        *,
        password_file: Path | None = None,
        acl_file: Path | None = None,
        port: int | None = None,
        log_refusals: bool = True,
    ) -> None:
        """`users` are names and passwords; or name the two files that somebody else wrote."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = port or free_port()
        self.users = dict(users or {})
        self.password_file = password_file or self._write_passwords()
        self.acl_file = acl_file or self._write("acl", acl)
        self.log = directory / "mosquitto.log"
        conf = BrokerConf(
            host=self.host,
            port=self.port,
            password_file=self.password_file,
            acl_file=self.acl_file,
            directory=directory,
            pid_file=directory / "mosquitto.pid",
            user=getpass.getuser(),
            log_refusals=log_refusals,
        )
        self._conf = self._write("mosquitto.conf", render(conf))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running broker's process."""
        assert self._process is not None, "the broker is not running"
        return self._process.pid

    def start(self) -> None:
        """Return once the broker accepts connections."""
        if listens(self.port):
            raise DidNotStart(f"port {self.port}: Address already in use")
        process = spawn(["mosquitto", "-c", self._conf], self.log)
        self._process = process
        try:
            wait_until(lambda: listens(self.port), process, self.log)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it as an administrator would; it writes its state first."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again, same port, same data."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Have it read the password and ACL files again."""
        assert self._process is not None, "the broker is not running"
        self._process.send_signal(signal.SIGHUP)

    def refused(self) -> int:
        """How many publishes it has refused since its first start, as its log tells."""
        return len(re.findall(r"Denied PUBLISH", self.log.read_text("utf-8", "replace")))

    def _end(self, signal_number: int) -> None:
        if self._process is not None:
            end(self._process, signal_number)
            self._process = None

    def _write_passwords(self) -> Path:
        lines = "".join(f"{user}:{password}\n" for user, password in self.users.items())
        path = self._write("passwords", lines)
        subprocess.run(["mosquitto_passwd", "-U", path], check=True)
        return path

    def _write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.write_text(text, "utf-8")
        return path

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
