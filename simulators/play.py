"""Plays a scenario against a broker: builds the cast, tells the story, counts what was sent."""

import asyncio
import logging
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

from simulators.cast import Role, cast
from simulators.chance import seed_of
from simulators.credentials import Credentials, Login
from simulators.device import Moment
from simulators.links import Link
from simulators.messages import reply_topic, status
from simulators.player import Player
from simulators.scenario import MODELS, Scenario
from simulators.trouble import CannotRun
from simulators.wearer import DAY_S, Wearer

log = logging.getLogger(__name__)

RESIDENTS_ZONE = timezone(timedelta(hours=8))
"""Where the wearers live; their day follows it where a scenario names no hour."""
CROWD = 50
"""With more devices than this, counts are logged instead of each connection."""
COUNT_EVERY_S = 10.0
SPARE_FILES = 64

Clock = Callable[[], Moment]


def real_clock(scenario: Scenario, speed: float) -> Clock:
    """The clock of the machine; the wearers' day passes `speed` times as fast."""
    began, wall = time.monotonic(), datetime.now(UTC)
    starts = scenario.starts or wall.astimezone(RESIDENTS_ZONE).time()
    life_began = starts.hour * 3600.0 + starts.minute * 60.0 + starts.second
    # Days before the first midnight exist too, so that an episode may lie in the past.
    life_began += DAY_S

    def now() -> Moment:
        seconds = time.monotonic()
        return Moment(seconds, datetime.now(UTC), life_began + (seconds - began) * speed)

    return now


async def play(
    scenario: Scenario, credentials: Credentials, speed: float = 1.0, clock: Clock | None = None
) -> None:
    """Play until the scenario ends or the task is cancelled; raises CannotRun."""
    roles = cast(scenario, credentials)
    clock = clock or real_clock(scenario, speed)
    wearers: dict[str, Wearer] = {}
    parts = {
        role.part.called: tuple(
            _player(role, login, credentials, wearers, clock, speed) for login in role.logins
        )
        for role in roles
    }
    players = [player for part in parts.values() for player in part]
    if not players:
        raise CannotRun(f"{credentials.path}: holds no device for this scenario")
    _allow_files(len(players))
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(player.run()) for player in players]
            try:
                await _run(scenario, parts, players, speed)
            finally:
                await asyncio.gather(*(player.leave() for player in players))
                for task in tasks:
                    task.cancel()
    except* CannotRun as refusals:
        raise _first(refusals) from None


def _player(
    role: Role,
    login: Login,
    credentials: Credentials,
    wearers: dict[str, Wearer],
    clock: Clock,
    speed: float,
) -> Player:
    # The devices of one resident feel the same body.
    who = login.resident or login.device
    wearer = wearers.setdefault(who, Wearer(seed_of(who)))
    model = MODELS[role.part.type]
    device = model(login.device, role.part.options, lambda: str(uuid4()), wearer, speed)
    will = status(login.device, online=False)
    return Player(device, Link(credentials.broker, login, reply_topic(login.device), will), clock)


async def _run(
    scenario: Scenario, parts: dict[str, tuple[Player, ...]], players: list[Player], speed: float
) -> None:
    crowd = len(players) > CROWD
    logging.getLogger("simulators.links").setLevel(logging.WARNING if crowd else logging.NOTSET)
    counting = asyncio.create_task(_count(players)) if crowd else None
    try:
        for player in players:
            await player.ready.wait()
        log.info("%s: %d devices are connected", scenario.title, len(players))
        lasts_s = scenario.lasts_s / speed if scenario.lasts_s else None
        try:
            async with asyncio.timeout(lasts_s):
                await _tell(scenario, parts, speed)
                await asyncio.Event().wait()
        except TimeoutError:
            log.info("%s: the end", scenario.title)
    finally:
        if counting is not None:
            counting.cancel()


async def _tell(scenario: Scenario, parts: dict[str, tuple[Player, ...]], speed: float) -> None:
    """Tell the story once, or round after round."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while scenario.story:
        for line in sorted(scenario.story, key=lambda line: line.at_s):
            await asyncio.sleep(began + line.at_s / speed - loop.time())
            for player in parts[line.device]:
                player.act(line.does, line.arguments)
        if scenario.round_s is None:
            return
        began += scenario.round_s / speed
        await asyncio.sleep(began - loop.time())


async def _count(players: list[Player]) -> None:
    while True:
        await asyncio.sleep(COUNT_EVERY_S)
        links = [player.link for player in players]
        log.info(
            "%d of %d connected; %d sent, %d acknowledged, %d refused, %d not sent",
            sum(link.up for link in links),
            len(links),
            sum(link.sent for link in links),
            sum(link.acknowledged for link in links),
            sum(link.refused for link in links),
            sum(link.overflowed for link in links),
        )


def _allow_files(devices: int) -> None:
    """Make room for one socket a device; raises CannotRun where the machine forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = devices + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))
        except (ValueError, OSError):
            raise CannotRun(f"{devices} devices need `ulimit -n {wanted}`; it is {hard}") from None


def _first(refusals: BaseExceptionGroup[CannotRun]) -> CannotRun:
    found: BaseException = refusals
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found if isinstance(found, CannotRun) else CannotRun(str(found))
