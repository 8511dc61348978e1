"""python -m alerts admin …: what the person who installs and runs it needs, without a demo."""

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

import settings_file
from alerts import areas, broker, demo, imports, passwords, register
from alerts.engine import Engine
from alerts.settings import Settings
from alerts.store import audit
from alerts.store.database import Database
from alerts.store.tables import device, source
from alerts.store.upgrade import CannotOpen, open_database
from alerts.work import Work

Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


class _Place:
    """The opened installation a command works on."""

    def __init__(self, path: Path | None) -> None:
        self.settings = settings_file.load("alerts", Settings, path)
        self.files = settings_file.load("broker", broker.BrokerFiles, path)
        try:
            database = Database(open_database(self.settings.database, busy_ms=30_000))
        except CannotOpen as why:
            raise settings_file.WrongSetting(f"alerts.database: {why}") from None
        self.engine = Engine(database, frozenset({"desk"}))
        try:
            self.key = broker.load_key(self.settings.key_file)
        except broker.CannotWrite as why:
            raise settings_file.WrongSetting(f"alerts.key_file: {why}") from None
        self.engine.run_now(lambda work: areas.install(work.tx))

    def do(self, command: Callable[[Work], Any]) -> Any:
        return self.engine.run_now(command)


def add_parser(commands: Any) -> None:
    """Add `admin` and what stands below it."""
    parser = commands.add_parser(
        "admin",
        help="first administrator, staff, residents, devices, broker files",
        description="Upkeep of an installation. Each command opens the database of the settings"
        " file and may run beside the hub.",
    )
    parser.add_argument(
        "--settings", type=Path, metavar="PATH", dest="admin_settings", help="settings file (TOML)"
    )
    below = parser.add_subparsers(dest="admin", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = below.add_parser(name, help=text, description=text)
        # Also behind the command, where one types it by habit.
        made.add_argument(
            "--settings",
            type=Path,
            metavar="PATH",
            dest="late_settings",
            help="settings file (TOML)",
        )
        made.set_defaults(run=run)
        return made

    command("init", _init, "make or upgrade the database and load the areas")
    first = command("add-staff", _add_staff, "add a member of staff, the first administrator too")
    first.add_argument("login")
    first.add_argument("name")
    first.add_argument("--role", choices=register.ROLES, default="admin")
    first.add_argument("--area", default="330211", help="code of the area (default: the district)")
    first.add_argument("--display", default="", help="what elders hear: surname and title")
    first.add_argument("--phone", default="")
    word = command("set-password", _set_password, "give a member of staff a new password")
    word.add_argument("login")
    token = command("add-source", _add_source, "register a gateway or kiosk and print its token")
    token.add_argument("name")
    token.add_argument("kind", choices=("gateway", "kiosk"))
    token.add_argument("--area", default="330211")
    token.add_argument("--renew", action="store_true", help="a new token for one that exists")
    for name, run, text in (
        ("import-staff", _import_staff, f"CSV with columns {', '.join(imports.STAFF_COLUMNS)}"),
        (
            "import-residents",
            _import_residents,
            f"CSV with columns {', '.join(imports.RESIDENT_COLUMNS)}",
        ),
        (
            "import-devices",
            _import_devices,
            f"CSV with columns {', '.join(imports.DEVICE_COLUMNS)}",
        ),
    ):
        command(name, run, text).add_argument("file", type=Path)
    new = command("add-device", _add_device, "register one device and print its credentials")
    new.add_argument("id")
    new.add_argument("--source", required=True, help="the gateway that hears it")
    new.add_argument("--area", required=True)
    new.add_argument("--label", default="")
    new.add_argument("--resident", type=int, help="number of the resident who gets it")
    one = command("credentials", _credentials, "print a device's or gateway's broker login")
    one.add_argument("user")
    one.add_argument("--renew", action="store_true", help="a new password; the old one ends")
    command("broker-files", _broker_files, "write the broker's password and ACL files")
    command("areas", _areas, "list the area codes")
    command("verify-audit", _verify_audit, "prove that no line of the audit log was changed")
    command(
        "demo", _demo, "fill an empty database with a demonstration and write demo.json"
    ).add_argument(
        "--out", type=Path, default=Path("var"), help="folder for demo.json and simulators.json"
    )


def run(chosen: argparse.Namespace) -> int:
    """Do it; what is refused is one line, and the exit code 1."""
    path = chosen.late_settings or chosen.admin_settings or chosen.settings
    try:
        place = _Place(path)
        try:
            code: int = chosen.run(place, chosen)
        finally:
            place.engine.database.close()
    except settings_file.WrongSetting as why:
        settings_file.leave(why)
    except imports.BadFile as why:
        print("\n".join(why.lines), "没有导入任何一行。", sep="\n", file=sys.stderr)
        return 1
    except (register.Wrong, broker.CannotWrite, demo.NotEmpty) as why:
        print(why, file=sys.stderr)
        return 1
    return code


def _init(place: _Place, _chosen: argparse.Namespace) -> int:
    print(f"ready: {place.settings.database}")
    return 0


def _add_staff(place: _Place, chosen: argparse.Namespace) -> int:
    new = register.NewStaff(
        chosen.login,
        chosen.name,
        chosen.role,
        chosen.area,
        _ask_password(),
        chosen.display,
        chosen.phone or None,
    )
    place.do(lambda work: register.add_staff(work, new))
    print(f"added {chosen.login} ({chosen.role}, {chosen.area})")
    return 0


def _set_password(place: _Place, chosen: argparse.Namespace) -> int:
    password = _ask_password()
    place.do(lambda work: register.set_password(work, chosen.login, password))
    print(f"new password for {chosen.login}; open sessions ended")
    return 0


def _add_source(place: _Place, chosen: argparse.Namespace) -> int:
    token = passwords.new_token()
    if chosen.renew:
        place.do(lambda work: register.set_token(work, chosen.name, token))
    else:
        place.do(
            lambda work: register.add_source(work, chosen.name, chosen.kind, chosen.area, token)
        )
    print(json.dumps({"name": chosen.name, "token": token}))
    return 0


def _import_staff(place: _Place, chosen: argparse.Namespace) -> int:
    print(f"imported {place.do(lambda work: imports.staff(work, chosen.file))} staff")
    return 0


def _import_residents(place: _Place, chosen: argparse.Namespace) -> int:
    count = place.do(lambda work: imports.residents(work, chosen.file, place.key))
    print(f"imported {count} residents")
    return 0


def _import_devices(place: _Place, chosen: argparse.Namespace) -> int:
    print(f"imported {place.do(lambda work: imports.devices(work, chosen.file))} devices")
    return _broker_files(place, chosen)


def _add_device(place: _Place, chosen: argparse.Namespace) -> int:
    def add(work: Work) -> None:
        register.add_device(
            work,
            register.NewDevice(chosen.id, chosen.source, chosen.area, label=chosen.label),
        )
        if chosen.resident is not None:
            register.lend(work, chosen.id, chosen.resident)

    place.do(add)
    print(json.dumps({"user": chosen.id, "password": broker.password(place.key, chosen.id)}))
    return _broker_files(place, chosen)


def _credentials(place: _Place, chosen: argparse.Namespace) -> int:
    def find(work: Work) -> int | None:
        mine = (device.c.id == chosen.user) & device.c.retired_at.is_(None)
        if chosen.renew:
            renewed = work.tx.execute(
                device.update().where(mine).values(generation=device.c.generation + 1)
            ).rowcount
            if not renewed:
                raise register.Wrong(f"没有设备 {chosen.user}；只有设备的密码能更换")
            work.note("credentials_renewed", subject=chosen.user)
        found = work.tx.execute(select(device.c.generation).where(mine)).scalar()
        named = ("hub", "siren", *broker.gateways(work.tx))
        return found or (1 if chosen.user in named else None)

    generation = place.do(find)
    if generation is None:
        names = place.do(lambda w: list(w.tx.execute(select(source.c.name)).scalars()))
        print(
            f"no device or broker user {chosen.user} (sources: {', '.join(names)})", file=sys.stderr
        )
        return 1
    password = broker.password(place.key, chosen.user, generation)
    print(json.dumps({"user": chosen.user, "password": password}))
    return _broker_files(place, chosen) if chosen.renew else 0


def _broker_files(place: _Place, _chosen: argparse.Namespace) -> int:
    topic = place.settings.channels.siren.topic
    with place.engine.database.reading() as tx:  # hashing takes long: no press waits for it
        count = broker.write_files(tx, place.files, place.key, topic)
    print(f"{place.files.password_file} and {place.files.acl_file}: {count} users", file=sys.stderr)
    return 0


def _areas(_place: _Place, _chosen: argparse.Namespace) -> int:
    for row in areas.tree():
        print(row["code"], row["name"])
    return 0


def _verify_audit(place: _Place, _chosen: argparse.Namespace) -> int:
    with place.engine.database.reading() as tx:
        broken = list(audit.broken_links(tx))
    if broken:
        print(f"changed or missing near line {broken[0]} ({len(broken)} in all)", file=sys.stderr)
        return 1
    print("the audit log is whole")
    return 0


def _demo(place: _Place, chosen: argparse.Namespace) -> int:
    demo.write(place.engine, place.settings, place.key, chosen.out)
    print(f"{chosen.out / 'demo.json'} written")
    return 0


def _ask_password() -> str:
    """From a terminal twice, unseen; from a pipe the first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise register.Wrong("两次输入的密码不一样")
    return first
