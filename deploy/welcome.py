"""What `make run` says once the hub is ready: where to look, who to be, what to try."""

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.demo_places import Places


@dataclass(frozen=True)
class Demo:
    """What var/demo.json says, as far as it is printed."""

    desk: str
    staff: list[dict[str, str]]
    host: str
    port: int
    devices: list[dict[str, str]]
    siren: dict[str, str]


def read_demo(path: Path) -> Demo:
    """The demo that the hub has seeded."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    mqtt = found["mqtt"]
    return Demo(
        desk=found["desk"],
        staff=found["staff"],
        host=mqtt["host"],
        port=mqtt["port"],
        devices=mqtt["devices"],
        siren=mqtt["siren"],
    )


def welcome(demo: Demo, places: Places, kiosk_is_offscreen: bool) -> str:
    """The whole text."""
    device, siren = demo.devices[0], demo.siren
    topic = f"yj/1/{device['device']}"
    event = json.dumps({"id": "REPLACED", "kind": "sos"}).replace("REPLACED", "'$(date +%s%N)'")
    press = f"{_client('pub', demo, device)} -q 1 -t {topic}/event -m '{event}'"
    answers = f"{_client('sub', demo, device)} -q 1 -v -t {topic}/reply"
    rings = f"{_client('sub', demo, siren)} -v -t {shlex.quote(siren['topic'])}"
    kiosk = (
        f"no screen here; what it shows is in {places.shown(places.snapshot)}"
        if kiosk_is_offscreen
        else "in a window of its own; closing it stops nothing else"
    )
    return "\n".join(
        [
            "",
            "The hub is running.  Ctrl-C ends all of it; `make run` goes on with the same data.",
            "",
            f"  desk    {demo.desk}",
            *_logins(demo.staff),
            f"  kiosk   {kiosk}",
            "",
            f"  To try: sign in at the desk, then press the button of {device['device']}"
            f" ({device['resident']}):",
            f"    {press}",
            "  hear what the button is told, and the siren, each in a terminal of its own:",
            f"    {answers}",
            f"    {rings}",
            "",
            f"  {len(demo.devices)} such devices, all logins: {places.shown(places.demo)}",
            f"  logs: {places.shown(places.logs)}/   settings: {places.shown(places.settings)}",
            "",
        ]
    )


def _logins(staff: list[dict[str, str]]) -> list[str]:
    """One login a role."""
    first: dict[str, dict[str, str]] = {}
    for person in staff:
        first.setdefault(person["role"], person)
    wide = max((len(person["login"]) for person in first.values()), default=0)
    return [
        f"    {person['login']:<{wide}}  {person['password']}  {role} {person['name']}"
        for role, person in first.items()
    ]


def _client(kind: str, demo: Demo, login: dict[str, str]) -> str:
    parts = [f"mosquitto_{kind}", "-h", demo.host, "-p", str(demo.port)]
    return shlex.join([*parts, "-u", login["user"], "-P", login["password"]])
