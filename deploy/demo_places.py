"""Where a demo keeps everything: one folder, `var` unless somebody names another."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The repository; the programs are started in it."""


@dataclass(frozen=True)
class Places:
    """The files of one demo."""

    var: Path

    @property
    def settings(self) -> Path:
        """The settings of all programs; written once, then the user's to change."""
        return self.var / "hub.toml"

    @property
    def demo(self) -> Path:
        """Logins, tokens and devices of this demo; written by the hub."""
        return self.var / "demo.json"

    @property
    def simulated(self) -> Path:
        """Devices that the simulated residents wear; written by the hub."""
        return self.var / "simulators.json"

    @property
    def logs(self) -> Path:
        """One log a program."""
        return self.var / "log"

    @property
    def supervisor(self) -> Path:
        """What supervisord reads."""
        return self.var / "supervisord.conf"

    @property
    def broker(self) -> Path:
        """The broker's own folder."""
        return self.var / "mosquitto"

    @property
    def kiosk_token(self) -> Path:
        """The kiosk's token at the hub; written by the hub."""
        return self.var / "kiosk.token"

    @property
    def gateway_token(self) -> Path:
        """The gateway's token at the hub; written by the hub."""
        return self.var / "gateway.token"

    @property
    def gateway_password(self) -> Path:
        """The gateway's password at the broker; written by the hub."""
        return self.var / "gateway.password"

    @property
    def snapshot(self) -> Path:
        """What the kiosk shows, for a machine without a screen."""
        return self.var / "kiosk.png"

    def shown(self, path: Path) -> str:
        """A path below the repository as seen from it, so that the folder may be moved."""
        return os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else str(path)
