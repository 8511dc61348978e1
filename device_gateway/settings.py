"""The `[device_gateway]` table of the settings file."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from settings_file import WrongSetting


class BrokerSettings(BaseModel):
    """How the gateway reaches the MQTT broker."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="the broker's address")
    port: int = Field(default=8183, ge=1, le=65535, description="the broker's port")
    user: str = Field(default="gateway-main", description="the gateway's user name at the broker")
    password: SecretStr | None = Field(default=None, description="its password")
    password_file: Path | None = Field(default=None, description="or a file that holds it")
    keepalive_s: int = Field(default=30, ge=5, le=600, description="seconds between signs of life")
    session_expiry_s: int = Field(
        default=14 * 86400,
        ge=3600,
        description="how long the broker keeps our place when we are away",
    )
    unacknowledged: int = Field(
        default=20_000,
        ge=100,
        le=65535,
        description="most events held while the hub is silent; the broker keeps the rest",
    )


class SirenSettings(BaseModel):
    """When the gateway calls for help itself because the hub is silent."""

    model_config = ConfigDict(extra="forbid")

    ring_s: float = Field(default=15, gt=0, description="seconds without an answer until it rings")
    again_s: float = Field(default=60, gt=0, description="seconds until it rings again")
    text_s: float = Field(default=45, gt=0, description="seconds until the modem sends its text")


class ModemSettings(BaseModel):
    """A GSM modem on a serial port; no port, no texts."""

    model_config = ConfigDict(extra="forbid")

    port: str = Field(default="", description="serial port of the modem, e.g. /dev/ttyUSB2")
    baud: int = Field(default=115200, ge=300, description="its speed")
    numbers: tuple[str, ...] = Field(default=(), description="phones that are told of a press")


class Settings(BaseModel):
    """The gateway: which hub, which broker, where it keeps what must not be lost."""

    model_config = ConfigDict(extra="forbid")

    hub_url: str = Field(
        default="http://127.0.0.1:8179", pattern=r"^https?://.+", description="the hub's address"
    )
    token: SecretStr | None = Field(default=None, description="the gateway's bearer token")
    token_file: Path | None = Field(default=None, description="or a file that holds it")
    state_dir: Path = Field(
        default=Path("var/gateway"),
        description="roster copy, newest replies and client ids; keep it, and keep it private",
    )
    siren_topic: str = Field(
        default="siren/window/set", min_length=1, description="topic the siren listens to"
    )
    report_s: float = Field(
        default=10, gt=0, description="seconds between presence reports and looks at the roster"
    )
    event_timeout_s: float = Field(default=5, gt=0, description="longest wait for the hub's answer")
    reading_timeout_s: float = Field(default=30, gt=0, description="the same for readings")
    silence_s: float = Field(
        default=30, gt=0, description="a reply stream without even a ping for so long is dead"
    )
    retry_first_s: float = Field(default=0.2, gt=0, description="first pause after a failure")
    retry_last_s: float = Field(default=5, gt=0, description="longest pause after failures")
    mqtt: BrokerSettings = Field(default_factory=BrokerSettings)
    siren: SirenSettings = Field(default_factory=SirenSettings)
    modem: ModemSettings = Field(default_factory=ModemSettings)


def secret(key: str, value: SecretStr | None, file: Path | None) -> str:
    """The secret itself or its file's content; raises WrongSetting, naming the key."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        raise WrongSetting(f"{key}: neither {key} nor {key}_file is set")
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as why:
        raise WrongSetting(f"{key}_file: {why}") from None
