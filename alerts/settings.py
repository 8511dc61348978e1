"""The `[alerts]` table of the settings file."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.channels.settings import ChannelSettings


class BrokerLogin(BaseModel):
    """How the hub reaches the broker, for the siren."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="the broker's address")
    port: int = Field(default=8183, ge=1, le=65535, description="the broker's port")
    user: str = Field(default="hub", description="the hub's user name at the broker")
    password: SecretStr | None = Field(
        default=None,
        description="its password; by default made from key_file, as broker-files does",
    )


class Settings(BaseModel):
    """The hub: who may reach it, where it keeps its data, how long things may take."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="address the desk listens on")
    port: int = Field(default=8179, ge=1, le=65535, description="port of desk and HTTP contract")
    database: str = Field(
        default="sqlite:///var/hub.db",
        description="SQLAlchemy URL; PostgreSQL: postgresql+psycopg://user@host/name",
    )
    key_file: Path = Field(
        default=Path("var/hub.key"),
        description="secret that seals identity numbers and makes broker passwords; keep a copy",
    )
    brand: str = Field(default="镇心暖", description="name shown on the desk")
    demo: bool = Field(default=False, description="demonstration: seeded data, printed logins")
    secure_cookie: bool = Field(
        default=False,
        description="true behind HTTPS: the session cookie never travels in the clear",
    )
    session_hours: float = Field(default=12, gt=0, le=168, description="a login lasts this long")
    wrong_logins: int = Field(
        default=5, ge=1, description="wrong passwords of one login before it has to wait"
    )
    wrong_logins_address: int = Field(
        default=20, ge=1, description="wrong passwords from one address before it has to wait"
    )
    login_pause_s: float = Field(default=60, gt=0, description="how long that wait is")
    tick_s: float = Field(default=0.2, gt=0, le=5, description="seconds between looks at due steps")
    sweep_s: float = Field(
        default=5, gt=0, le=10, description="seconds between looks at silent devices"
    )
    checkpoint_s: float = Field(
        default=10, gt=0, description="seconds between moves of SQLite's log into its file"
    )
    shutdown_s: int = Field(default=3, ge=1, description="longest wait for open pages at the end")
    body_bytes: int = Field(default=1024 * 1024, ge=1024, description="longest body of a request")
    broker: BrokerLogin = Field(default_factory=BrokerLogin, description="the hub at the broker")
    channels: ChannelSettings = Field(
        default_factory=ChannelSettings, description="how people are reached beside the desk"
    )
