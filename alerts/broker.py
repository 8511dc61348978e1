"""Writes the broker's password and ACL files: no device can speak for another."""

import base64
import contextlib
import fcntl
import hashlib
import hmac
import logging
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from alerts.store.tables import device, source

log = logging.getLogger(__name__)

KEY_BYTES = 32


class BrokerFiles(BaseModel):
    """The `[broker]` table: where Mosquitto listens and where its files stand."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(default="127.0.0.1", description="address Mosquitto listens on")
    port: int = Field(default=8183, ge=1, le=65535, description="its port")
    password_file: Path = Field(
        default=Path("var/mosquitto/passwords"), description="written by admin broker-files"
    )
    acl_file: Path = Field(
        default=Path("var/mosquitto/acl"), description="written by admin broker-files"
    )
    pid_file: Path = Field(
        default=Path("var/mosquitto/mosquitto.pid"),
        description="Mosquitto's own; it is told to read its files again when devices change",
    )
    owner: str | None = Field(
        default=None, description="user who owns the files, for a broker that drops its rights"
    )


class CannotWrite(Exception):
    """The files could not be made; the text says why."""


def load_key(path: Path) -> bytes:
    """The installation's secret; made on first use, readable by its owner alone.

    Whole or not there: of two programs that start together one makes it, both use it.
    Raises CannotWrite.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as why:
        raise CannotWrite(f"{path}: {why.strerror}") from None
    if len(key) < KEY_BYTES:
        raise CannotWrite(f"{path}: not a whole key; put back the copy you keep")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


def password(key: bytes, user: str, generation: int = 1) -> str:
    """A user's broker password; the same each time, another one when the generation is raised."""
    made = hmac.new(key, f"mqtt:{user}:{generation}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made).decode()[:24].lower()


def gateway_user(name: str) -> str:
    """A gateway's user name at the broker."""
    return name if name.startswith("gateway-") else f"gateway-{name}"


def acl(siren_topic: str, gateways: list[str]) -> str:
    """Who may do what; the patterns hold for each device by its user name."""
    lines = [
        "# written by `python -m alerts admin broker-files`; do not edit",
        "pattern write yj/1/%u/event",
        "pattern write yj/1/%u/reading",
        "pattern write yj/1/%u/status",
        "pattern read yj/1/%u/reply",
        "",
        "user hub",
        f"topic write {siren_topic}",
        "",
        "user siren",
        f"topic read {siren_topic}",
    ]
    for user in gateways:
        lines += [
            "",
            f"user {user}",
            "topic read yj/1/+/event",
            "topic read yj/1/+/reading",
            "topic read yj/1/+/status",
            "topic write yj/1/+/reply",
            f"topic write {siren_topic}",
        ]
    return "\n".join(lines) + "\n"


def users(tx: Connection, key: bytes) -> dict[str, str]:
    """Every user of the broker with its password."""
    named = {name: password(key, name) for name in ("hub", "siren")}
    for name in gateways(tx):
        named[name] = password(key, name)
    rows = tx.execute(
        select(device.c.id, device.c.generation).where(
            device.c.protocol == "own_mqtt", device.c.retired_at.is_(None)
        )
    )
    named.update({row.id: password(key, row.id, row.generation) for row in rows})
    return named


def gateways(tx: Connection) -> list[str]:
    """Users of the gateways."""
    names = tx.execute(select(source.c.name).where(source.c.kind == "gateway")).scalars()
    return sorted(gateway_user(name) for name in names)


def write_files(tx: Connection, settings: BrokerFiles, key: bytes, siren_topic: str) -> int:
    """Write both files and tell a running broker; returns the number of users.

    The hashes are made by Mosquitto's own program. Raises CannotWrite.
    """
    with alone(settings.password_file):
        named = users(tx, key)
        plain = "".join(f"{user}:{secret}\n" for user, secret in named.items())
        _write(settings.password_file, plain, settings.owner, hash_it=True)
        _write(settings.acl_file, acl(siren_topic, gateways(tx)), settings.owner)
        tell_broker(settings.pid_file)
    return len(named)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Of two who write at once the later one also reads later: no new device is forgotten."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(f".{path.name}.lock").open("w")
    except OSError as why:
        raise CannotWrite(f"{path}: {why.strerror}") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tell_broker(pid_file: Path) -> bool:
    """Ask a running Mosquitto to read its files again; False where none runs.

    A number left over from an earlier run may belong to somebody else by now.
    """
    try:
        pid = int(pid_file.read_text().strip())
        program = Path(f"/proc/{pid}/comm").read_text().strip()
        if program != "mosquitto":
            raise ValueError(f"process {pid} is {program}")
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError) as why:
        log.info("no broker was told to read its files again: %s", why)
        return False
    return True


def _write(path: Path, text: str, owner: str | None, *, hash_it: bool = False) -> None:
    """In one step: a broker that reads at any moment finds the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if hash_it:
            done = subprocess.run(  # noqa: S603  (a fixed program on a file of our own)
                ["mosquitto_passwd", "-U", str(fresh)],  # noqa: S607  (found on PATH as installed)
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise CannotWrite(f"mosquitto_passwd: {done.stderr.strip()}")
        if owner:
            shutil.chown(fresh, owner)
        os.replace(fresh, path)
    except FileNotFoundError as why:
        raise CannotWrite(f"mosquitto_passwd is not installed ({why})") from None
    except (OSError, LookupError) as why:
        raise CannotWrite(f"{path}: {why}") from None
    finally:
        fresh.unlink(missing_ok=True)
