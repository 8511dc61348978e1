"""Reads one program's table of the settings file; every error names the key."""

import os
import socket
import sys
import tomllib
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

Settings = TypeVar("Settings", bound=BaseModel)

TABLES = ("alerts", "broker", "device_gateway", "kiosk_ui")
"""All tables a settings file may hold; one file serves all programs of a machine."""

ENVIRONMENT = "YIJIAN_SETTINGS"
DEFAULT_PATH = Path("hub.toml")


class WrongSetting(Exception):
    """A setting that is unknown, wrong, or cannot be had; the text names its key."""


def load(table: str, shape: type[Settings], path: Path | None = None) -> Settings:
    """The checked settings of one program; defaults where the file is silent.

    The file is `path`, else the one named by $YIJIAN_SETTINGS, else ./hub.toml where it exists.
    Raises WrongSetting, naming the key.
    """
    return parse(table, shape, _read(path))


def parse(table: str, shape: type[Settings], document: dict[str, Any]) -> Settings:
    """Like `load`, from a document already read."""
    for name in document:
        if name not in TABLES:
            raise WrongSetting(f"{name}: unknown table; known are {', '.join(TABLES)}")
    try:
        return shape.model_validate(document.get(table, {}))
    except ValidationError as error:
        lines = (
            f"{table}.{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise WrongSetting("\n".join(lines)) from None


def claim_port(key: str, host: str, port: int) -> None:
    """Raise WrongSetting, naming the key, where the port cannot be listened on."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as why:
            raise WrongSetting(f"{key}: cannot listen on {host}:{port} ({why.strerror})") from None


def leave(why: WrongSetting) -> NoReturn:
    """Say what is wrong with the settings and end the program with code 78 (EX_CONFIG)."""
    print(f"settings: {why}", file=sys.stderr)
    raise SystemExit(78)


def _read(path: Path | None) -> dict[str, Any]:
    named = path or (Path(os.environ[ENVIRONMENT]) if ENVIRONMENT in os.environ else None)
    if named is None and not DEFAULT_PATH.exists():
        return {}
    chosen = named or DEFAULT_PATH
    try:
        return tomllib.loads(chosen.read_text("utf-8"))
    except OSError as why:
        raise WrongSetting(f"{chosen}: {why.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise WrongSetting(f"{chosen}: not TOML: {why}") from None
