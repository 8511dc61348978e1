"""The [kiosk_ui] table: which hub, which panel, what stands on the wall beside it."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alerts.contract import DeviceId
from settings_file import WrongSetting

Name = Annotated[str, Field(max_length=12)]
Way = Annotated[str, Field(max_length=16)]


class KioskSettings(BaseModel):
    """Every setting of the kiosk; the defaults are a 21.5 inch panel standing upright."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hub_url: str = Field(default="http://127.0.0.1:8179", pattern=r"^https?://[^/\s]+$")
    """Where the hub listens: scheme, host and port, no path."""
    token: str = ""
    """The kiosk's bearer token; or name a file with token_file."""
    token_file: Path | None = None
    """File that holds the token; read at start, wins over token."""
    device: DeviceId = "kiosk-window"
    """The kiosk's own device id at the hub."""
    state_dir: Path = Path("var/kiosk")
    """Directory of the outbox and the single-instance lock; the only place written to."""

    panel_mm: float = Field(default=268.0, ge=60, le=3000)
    """Width of the lit panel as it is mounted, in millimetres; every size follows from it."""
    width: int = Field(default=1080, ge=480, le=7680)
    """Width in pixels where there is no full screen: in a window or offscreen."""
    height: int = Field(default=1920, ge=480, le=7680)
    """Height in pixels, likewise."""
    fullscreen: bool = True
    """Fill the screen, without a border; false shows an ordinary window."""

    site_name: Name = "镇海区助联体"
    """Name at the top left."""
    window_text: Way = "请到 1 号窗口"
    """Where a person goes when the machine cannot reach anybody."""
    phone: Way = ""
    """Telephone offered when the hub cannot be reached; empty offers none."""

    voice_dir: Path | None = None
    """Directory of recordings, each named by its sentence without punctuation (已收到.wav);
    what is not recorded is spoken by espeak-ng."""
    sound: bool = True
    """Play sounds and speech at all."""

    snapshot_path: Path | None = None
    """Where to write a picture of the screen, for looking at a machine without one."""
    snapshot_s: float = Field(default=2.0, ge=0.2, le=3600)
    """Seconds between two pictures; written only when the screen has changed."""

    def read_token(self) -> str:
        """The token; WrongSetting where neither key gives one."""
        if self.token_file is None:
            if not self.token:
                raise WrongSetting("kiosk_ui.token: empty, and kiosk_ui.token_file is not set")
            return self.token
        try:
            token = self.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as why:
            raise WrongSetting(f"kiosk_ui.token_file: {self.token_file}: {why}") from None
        if not token:
            raise WrongSetting(f"kiosk_ui.token_file: {self.token_file} is empty")
        return token
