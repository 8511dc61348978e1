"""Secrets of a demo's gateway and kiosk, one a file, renewed at every start."""

import json
from pathlib import Path

from alerts.broker import load_key, password
from deploy.demo_places import Places

GATEWAY_USER = "gateway-main"
"""The demo's gateway at the broker."""


def write(places: Places, key_file: Path) -> None:
    """Write what kiosk and gateway read at their start; nobody else may."""
    places.secrets.mkdir(mode=0o700, exist_ok=True)
    tokens: dict[str, str] = json.loads(places.demo.read_text("utf-8"))["tokens"]
    secrets = {
        places.kiosk_token: tokens["kiosk"],
        places.gateway_token: tokens["gateway"],
        places.gateway_password: password(load_key(key_file), GATEWAY_USER),
    }
    for path, secret in secrets.items():
        path.write_text(f"{secret}\n", "utf-8")
        path.chmod(0o600)
