"""Where everything of one world stands, and the settings file its programs read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.toml_text import document
from tests.journeys.people import GATEWAY_TOKEN, KIOSK_TOKEN
from tests.services.process import free_port

SIREN_TOPIC = "siren/window/set"
Tables = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class Plan:
    """One folder, free ports; `more` are further tables, or further keys of these."""

    folder: Path
    database: str
    more: Tables = field(default_factory=dict)
    hub_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def settings(self) -> Path:
        return self.folder / "hub.toml"

    @property
    def key_file(self) -> Path:
        return self.folder / "hub.key"

    @property
    def passwords(self) -> Path:
        return self.folder / "passwords"

    @property
    def acl(self) -> Path:
        return self.folder / "acl"

    @property
    def broker_folder(self) -> Path:
        return self.folder / "mosquitto"

    def write(self, gateway_password: str) -> None:
        self.settings.write_text(document(self._tables(gateway_password, self.hub_port)))

    def write_another(self, path: Path, gateway_password: str, hub_port: int) -> None:
        """Settings of a second hub on the same database."""
        path.write_text(document(self._tables(gateway_password, hub_port)))

    def _tables(self, gateway_password: str, hub_port: int) -> dict[str, dict[str, object]]:
        """What is looked at every few seconds is looked at more often here."""
        broker = {"host": "127.0.0.1", "port": self.broker_port}
        tables: dict[str, dict[str, object]] = {
            "alerts": {
                "port": hub_port,
                "database": self.database,
                "key_file": self.key_file,
                "sweep_s": 0.5,
            },
            "alerts.broker": dict(broker),
            "alerts.channels.siren": {"enabled": True, "stand_in": True, "topic": SIREN_TOPIC},
            "broker": {
                **broker,
                "password_file": self.passwords,
                "acl_file": self.acl,
                "pid_file": self.broker_folder / "mosquitto.pid",
            },
            "device_gateway": {
                "hub_url": self.hub_url,
                "token": GATEWAY_TOKEN,
                "state_dir": self.folder / "gateway",
                "report_s": 0.5,
                "retry_last_s": 1,
            },
            "device_gateway.mqtt": {**broker, "password": gateway_password},
            "kiosk_ui": {
                "hub_url": self.hub_url,
                "token": KIOSK_TOKEN,
                "state_dir": self.folder / "kiosk",
                "sound": False,
                "fullscreen": False,
                "phone": "0574-00000000",
            },
        }
        for name, table in self.more.items():
            tables.setdefault(name, {}).update(table)
        return tables
