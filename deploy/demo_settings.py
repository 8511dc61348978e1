"""The settings a demo starts with: all in its own folder, nothing reaches anybody real."""

from dataclasses import dataclass

from deploy.demo_places import Places
from deploy.toml_text import document

HOST = "127.0.0.1"
HEAD = """\
# Settings of this demo, written by its first `make run`; yours to change from then on.
# hub.example.toml shows every setting there is.

"""


@dataclass(frozen=True)
class Choices:
    """What the first start may choose."""

    desk_port: int
    broker_port: int
    broker_owner: str | None
    """The user who must be able to read the broker's files, where it is not us."""


def render(places: Places, choices: Choices) -> str:
    """The text of hub.toml."""
    var, shown = places.var, places.shown
    hub_url = f"http://{HOST}:{choices.desk_port}"
    broker: dict[str, object] = {"host": HOST, "port": choices.broker_port}
    owner = {"owner": choices.broker_owner} if choices.broker_owner else {}
    tables: dict[str, dict[str, object]] = {
        "alerts": {
            "host": HOST,
            "port": choices.desk_port,
            "database": f"sqlite:///{shown(var / 'hub.db')}",
            "key_file": shown(var / "hub.key"),
            "demo": True,
        },
        "alerts.broker": broker,
        "alerts.channels.siren": {"enabled": True, "stand_in": True},
        "broker": {
            **broker,
            "password_file": shown(var / "mosquitto" / "passwords"),
            "acl_file": shown(var / "mosquitto" / "acl"),
            "pid_file": shown(var / "mosquitto" / "mosquitto.pid"),
            **owner,
        },
        "device_gateway": {
            "hub_url": hub_url,
            "token_file": shown(places.gateway_token),
            "state_dir": shown(var / "gateway"),
        },
        "device_gateway.mqtt": {**broker, "password_file": shown(places.gateway_password)},
        "kiosk_ui": {
            "hub_url": hub_url,
            "token_file": shown(places.kiosk_token),
            "state_dir": shown(var / "kiosk"),
            "fullscreen": False,
            "width": 540,
            "height": 960,
            "snapshot_path": shown(places.snapshot),
        },
    }
    return HEAD + document(tables)
