"""The `alerts.channels` part of the settings file: which channels are on, and whom they reach."""

from ipaddress import ip_address
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator
from pydantic import model_validator as check_model

from alerts.channels import payload

DEVICE = Path("/dev")
PSEUDO_TERMINALS = Path("/dev/pts")
SHORTEST_SECRET = 16
LONGEST_SEND_S = 17
"""With its grace below the 20 s after which a notice is taken over and sent again."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SirenSettings(_Shape):
    """A siren or lamp that listens on MQTT; any Zigbee siren by topic and payload."""

    enabled: bool = Field(default=False, description="ring it in the ladder's first step")
    topic: str = Field(default="siren/window/set", description="where the siren listens")
    payload: str = Field(
        default='{"alert": $alert, "device": "$device", "kind": "$kind", "severity": $severity,'
        ' "state": "ON"}',
        description="what it is sent: $alert, $severity and $attempt are numbers, $device, $kind"
        " and $area texts (put them in quotes), $$ is a dollar sign",
    )
    off_payload: str | None = Field(
        default=None, description="what it is sent once somebody owns the alert; the same places"
    )
    stand_in: bool = Field(default=False, description="true where nobody hears it, as in a demo")

    @field_validator("topic")
    @classmethod
    def _one_topic(cls, topic: str) -> str:
        if not topic or topic.startswith("$") or set(topic) & set("+#\0"):
            raise ValueError("one MQTT topic, without + and #")
        return topic

    @field_validator("payload", "off_payload")
    @classmethod
    def _fills(cls, text: str | None) -> str | None:
        if text is not None:
            payload.check(text)
        return text


class WebhookSettings(_Shape):
    """Another system that is told by a signed HTTP POST."""

    enabled: bool = Field(default=False, description="post every notice there")
    url: HttpUrl | None = Field(default=None, description="where to; a redirect is not followed")
    secret: SecretStr | None = Field(
        default=None, description=f"signs every message; at least {SHORTEST_SECRET} characters"
    )
    secret_file: Path | None = Field(
        default=None, description="a file that holds the secret instead"
    )
    timeout_s: float = Field(
        default=5, gt=0, le=LONGEST_SEND_S, description="longest wait for the whole answer"
    )
    stand_in: bool = Field(
        default=False, description="true where it reaches nobody; believed of this machine only"
    )

    @check_model(mode="after")
    def _complete(self) -> Self:
        if self.secret is not None and self.secret_file is not None:
            raise ValueError("secret and secret_file are both set")
        if self.enabled and self.url is None:
            raise ValueError("url is missing")
        if self.enabled:
            self.key()
        return self

    def key(self) -> bytes:
        """The signing key; raises ValueError where there is none or it is too short."""
        if self.secret is not None:
            text = self.secret.get_secret_value()
        elif self.secret_file is not None:
            try:
                text = self.secret_file.read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as why:
                raise ValueError(f"secret_file cannot be read: {why}") from None
        else:
            raise ValueError("secret or secret_file is missing")
        if len(text) < SHORTEST_SECRET:
            raise ValueError(f"the secret is shorter than {SHORTEST_SECRET} characters")
        return text.encode()


class SmsSettings(_Shape):
    """Text messages through a GSM modem on a serial port: works without the internet."""

    enabled: bool = Field(default=False, description="send a text message to whoever has a number")
    port: str = Field(default="/dev/ttyUSB0", min_length=1, description="the modem's serial port")
    baud: int = Field(default=115200, gt=0, description="its speed")
    pin: SecretStr | None = Field(default=None, description="the SIM's PIN, where it asks for one")
    timeout_s: float = Field(
        default=15, gt=0, le=LONGEST_SEND_S, description="longest wait for one text to leave"
    )
    open_s: float = Field(
        default=30, gt=0, le=300, description="longest wait for the modem to become ready"
    )
    reconnect_s: float = Field(
        default=5, gt=0, description="wait before an absent modem is tried again"
    )
    stand_in: bool = Field(
        default=False, description="true for a simulated modem; not believed of a real serial port"
    )


class ChannelSettings(_Shape):
    """All channels beside the desk, which is always on."""

    siren: SirenSettings = Field(default_factory=SirenSettings, description="siren or lamp")
    webhook: WebhookSettings = Field(default_factory=WebhookSettings, description="webhook")
    sms: SmsSettings = Field(default_factory=SmsSettings, description="text messages")


def real(settings: SirenSettings | WebhookSettings | SmsSettings) -> bool:
    """Whether this channel, as set, can reach somebody real.

    `stand_in` is believed only where the setting itself does not contradict it.
    """
    if not settings.enabled:
        return False
    if not settings.stand_in:
        return True
    if isinstance(settings, WebhookSettings):
        return not _on_this_machine(settings.url)
    if isinstance(settings, SmsSettings):
        port = Path(settings.port).resolve()
        return port.is_relative_to(DEVICE) and not port.is_relative_to(PSEUDO_TERMINALS)
    return False


def real_channels(settings: ChannelSettings) -> list[str]:
    """Names of the channels that can reach somebody real."""
    checked = {
        "siren": real(settings.siren),
        "webhook": real(settings.webhook),
        "sms": real(settings.sms),
    }
    return [name for name, is_real in checked.items() if is_real]


def _on_this_machine(url: HttpUrl | None) -> bool:
    host = (url.host or "").strip("[]") if url is not None else ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
