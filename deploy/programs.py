"""What a demo consists of: five programs on one settings file."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from alerts.broker import BrokerFiles
from deploy import broker_home
from deploy.broker_conf import BrokerConf
from deploy.broker_conf import render as render_broker
from deploy.demo_places import ROOT, Places
from deploy.supervisor_conf import Program, render

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def kiosk_is_offscreen(environment: Mapping[str, str]) -> bool:
    """Whether nobody would see a window here."""
    return not any(environment.get(name) for name in SCREENS)


def write_configuration(places: Places, broker: BrokerFiles) -> None:
    """Write what broker and supervisor read."""
    user = broker.owner or broker_home.ourselves()
    broker_file = places.broker / "mosquitto.conf"
    places.logs.mkdir(exist_ok=True)
    conf = BrokerConf(
        host=broker.host,
        port=broker.port,
        password_file=(ROOT / broker.password_file),
        acl_file=(ROOT / broker.acl_file),
        directory=places.broker,
        pid_file=(ROOT / broker.pid_file),
        user=user,
    )
    broker_file.write_text(render_broker(conf), "utf-8")
    broker_home.give(broker_file, user)
    command = broker_home.command(broker_file, user)
    text = render(
        [Program("mosquitto", command), *ours(places, os.environ)], places.var, os.geteuid() == 0
    )
    places.supervisor.write_text(text, "utf-8")


def ours(places: Places, environment: Mapping[str, str]) -> list[Program]:
    """Our own four."""
    python = sys.executable
    with_settings: list[str | Path] = ["--settings", places.settings]
    offscreen = {"QT_QPA_PLATFORM": "offscreen"} if kiosk_is_offscreen(environment) else {}
    return [
        Program("alerts", [python, "-m", "alerts", *with_settings]),
        Program("device_gateway", [python, "-m", "device_gateway", *with_settings]),
        Program(
            "simulators", [python, "-m", "simulators", "residents", "--devices", places.simulated]
        ),
        Program("kiosk", [python, "-m", "kiosk_ui", *with_settings], offscreen, may_be_closed=True),
    ]
