"""One device's line in the broker's password file: a new device connects within a second."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from alerts.broker import BrokerFiles, CannotWrite, alone, tell_broker


def put(files: BrokerFiles, user: str, password: str) -> bool:
    """This user with this password; False where no password file has been written yet.

    The other users' lines stay as they are. Raises CannotWrite.
    """
    line = _hashed(files.password_file, user, password)
    return _replace(files, user, [line])


def drop(files: BrokerFiles, user: str) -> bool:
    """This user no more; False where there is no password file. Raises CannotWrite."""
    return _replace(files, user, [])


def _replace(files: BrokerFiles, user: str, instead: list[str]) -> bool:
    path = files.password_file
    with alone(path):
        try:
            kept = [x for x in path.read_text("utf-8").splitlines() if x.partition(":")[0] != user]
        except FileNotFoundError:
            return False
        except OSError as why:
            raise CannotWrite(f"{path}: {why.strerror}") from None
        fresh = _private(path, "\n".join([*kept, *instead]) + "\n")
        try:
            if files.owner:
                shutil.chown(fresh, files.owner)
            os.replace(fresh, path)
        except (OSError, LookupError) as why:
            raise CannotWrite(f"{path}: {why}") from None
        finally:
            fresh.unlink(missing_ok=True)
    tell_broker(files.pid_file)
    return True


def _hashed(path: Path, user: str, password: str) -> str:
    """Mosquitto's own program makes the hash; the password is never an argument of it."""
    fresh = _private(path, f"{user}:{password}\n")
    try:
        done = subprocess.run(  # noqa: S603  (a fixed program on a file of our own)
            ["mosquitto_passwd", "-U", str(fresh)],  # noqa: S607  (found on PATH as installed)
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotWrite(f"mosquitto_passwd: {done.stderr.strip()}")
        return fresh.read_text("utf-8").strip()
    except FileNotFoundError as why:
        raise CannotWrite(f"mosquitto_passwd is not installed ({why})") from None
    finally:
        fresh.unlink(missing_ok=True)


def _private(path: Path, text: str) -> Path:
    """A file beside `path` that its owner alone can read."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as why:
        raise CannotWrite(f"{fresh}: {why.strerror}") from None
    return fresh
