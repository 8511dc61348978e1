"""Who plays which part: the devices of a credentials file given to the parts of a scenario."""

from dataclasses import dataclass

from simulators.credentials import Credentials, Login
from simulators.scenario import Part, Scenario
from simulators.trouble import CannotRun


@dataclass(frozen=True, slots=True)
class Role:
    """A part and the devices that play it."""

    part: Part
    logins: tuple[Login, ...]


def cast(scenario: Scenario, credentials: Credentials) -> tuple[Role, ...]:
    """A role for each part, no device in two; raises CannotRun where devices are missing."""
    taken = {part.device for part in scenario.cast if part.device is not None}
    roles = []
    for part in scenario.cast:
        if part.device is not None:
            chosen: tuple[Login, ...] = (_named(part, credentials),)
        else:
            chosen = _first_free(part, credentials, taken)
        taken |= {login.device for login in chosen}
        roles.append(Role(part, chosen))
    return tuple(roles)


def _named(part: Part, credentials: Credentials) -> Login:
    login = credentials.login(part.device or "")
    if login.type not in (None, part.type):
        raise CannotRun(f"{credentials.path}: {login.device} is a {login.type}, not a {part.type}")
    return login


def _first_free(part: Part, credentials: Credentials, taken: set[str]) -> tuple[Login, ...]:
    free = tuple(
        login
        for login in credentials.logins
        if login.type in (None, part.type) and login.device not in taken
    )
    if part.count == "all":
        return free
    if len(free) < part.count:
        raise CannotRun(
            f"{part.called}: wants {part.count} of type {part.type}, "
            f"{credentials.path} has {len(free)} left"
        )
    return free[: part.count]
