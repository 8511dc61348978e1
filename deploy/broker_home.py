"""As whom the demo's broker runs, and the folders that this user must be able to enter.

Mosquitto leaves root by itself, to a user who may enter neither a private folder nor anything
below /root; so the way to its files is opened for its group, or it stays who we are.
"""

import os
import pwd
import shutil
from collections.abc import Iterable
from pathlib import Path

OWN_USER = "mosquitto"
"""The user that Debian's package makes."""


def broker_user(var: Path) -> str:
    """Mosquitto's own user where we are root and it can reach `var`; else who we are."""
    if os.geteuid() != 0:
        return ourselves()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return (
        OWN_USER if OWN_USER in known and _anyone_may_pass(var.resolve().parents) else ourselves()
    )


def make_home(home: Path, user: str) -> None:
    """Make the broker's folder, and for another user the way to it."""
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    if user != ourselves():
        group = pwd.getpwnam(user).pw_gid
        os.chown(home.parent, -1, group)
        home.parent.chmod(0o710)
        shutil.chown(home, user, group)


def give(file: Path, user: str) -> None:
    """Let the broker read a file that was written for it, and nobody else."""
    file.chmod(0o600)
    if user != ourselves():
        shutil.chown(file, user)


def command(conf: Path, user: str) -> list[str | Path]:
    """How the broker is started."""
    become: list[str | Path] = []
    if user != ourselves():
        become = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"]
        become += ["--pdeathsig", "TERM", "--"]
    return [*become, shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", conf]


def _anyone_may_pass(folders: Iterable[Path]) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in folders)


def ourselves() -> str:
    """The name of the user we run as."""
    return pwd.getpwuid(os.geteuid()).pw_name
