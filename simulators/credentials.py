"""Where the broker is and which devices may speak: `var/simulators.json`, or `var/demo.json`."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from simulators.trouble import CannotRun

DEFAULT_PATH = Path("var/simulators.json")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where devices connect to."""

    host: str
    port: int


class Login(BaseModel):
    """One device and its password; `type` and `resident` where the file knows them."""

    device: str = Field(pattern=r"^[a-z0-9-]{3,64}$")
    user: str
    password: str
    type: str | None = None
    resident: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that a run needs to speak for its devices."""

    path: Path
    broker: Broker
    logins: tuple[Login, ...]

    def login(self, device: str) -> Login:
        """The login of this device; raises CannotRun."""
        for login in self.logins:
            if login.device == device:
                return login
        some = ", ".join(login.device for login in self.logins[:4])
        raise CannotRun(f"{self.path}: no device {device!r}; it holds {some or 'none'} ...")


class _Mqtt(BaseModel):
    host: str = Field(min_length=1)
    port: int = Field(gt=0, lt=65536)
    devices: list[Login] | None = None


class _File(BaseModel):
    mqtt: _Mqtt
    devices: list[Login] | None = None


def read(path: Path) -> Credentials:
    """The credentials in this file; raises CannotRun saying what to do."""
    try:
        found = _File.model_validate(json.loads(path.read_bytes()))
    except FileNotFoundError:
        raise CannotRun(f"{path}: not found; `make run` writes it, or give --devices") from None
    except OSError as why:
        raise CannotRun(f"{path}: {why.strerror}") from None
    except ValidationError as error:
        raise CannotRun(f"{path}: {first_problem(error)}") from None
    except ValueError:
        raise CannotRun(f"{path}: not JSON") from None
    logins = found.devices if found.devices is not None else found.mqtt.devices
    if logins is None:
        raise CannotRun(f"{path}: neither `devices` nor `mqtt.devices` is there")
    return Credentials(path, Broker(found.mqtt.host, found.mqtt.port), tuple(logins))


def first_problem(error: ValidationError) -> str:
    """The first thing wrong, on one line, without the value (it may be a password)."""
    problem: Any = error.errors()[0]
    place = ".".join(str(part) for part in problem["loc"])
    words = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {words}" if place else words
