"""Who is told, after how many seconds. Pure functions of the ladder and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.contract import Kind, Severity


class Target(StrEnum):
    """Whom a rung tells; who that is on the hour, the rota says."""

    SIREN = "siren"
    NEAR = "near"
    """Whoever is on duty at the alert's own area: the village, or the window of a kiosk."""
    TOWN_ONE = "town_one"
    TOWN_ALL = "town_all"
    DISTRICT = "district"
    DISTRICT_ALL = "district_all"
    DEVICE = "device"
    """The device itself hears that nobody has answered yet and that we still call."""


TARGET_TEXT: dict[Target, str] = {
    Target.SIREN: "警灯",
    Target.NEAR: "本地值班",
    Target.TOWN_ONE: "镇街值班",
    Target.TOWN_ALL: "镇街全员",
    Target.DISTRICT: "区值班",
    Target.DISTRICT_ALL: "区全员",
    Target.DEVICE: "告诉本人还在找人",
}


@dataclass(frozen=True)
class Rung:
    """One step of a ladder."""

    after_s: int
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Ladder:
    """Rungs in order of time, and what repeats after the last one: it never ends in silence."""

    name: str
    rungs: tuple[Rung, ...]
    repeat_s: int
    repeat: tuple[Target, ...]


T = Target
LADDERS: dict[str, Ladder] = {
    ladder.name: ladder
    for ladder in (
        Ladder(
            "life",
            (
                Rung(0, (T.SIREN, T.NEAR)),
                Rung(30, (T.TOWN_ONE,)),
                Rung(60, (T.SIREN, T.TOWN_ALL, T.DEVICE)),
                Rung(120, (T.SIREN, T.DISTRICT, T.DEVICE)),
            ),
            60,
            (T.SIREN, T.NEAR, T.TOWN_ALL, T.DISTRICT_ALL, T.DEVICE),
        ),
        Ladder(
            "health",
            (
                Rung(0, (T.NEAR,)),
                Rung(180, (T.TOWN_ONE,)),
                Rung(600, (T.TOWN_ALL,)),
                Rung(1800, (T.DISTRICT,)),
            ),
            1800,
            (T.NEAR, T.TOWN_ALL, T.DISTRICT_ALL),
        ),
        Ladder(
            "attention",
            (
                Rung(0, (T.NEAR,)),
                Rung(60, (T.DEVICE,)),
                Rung(120, (T.DEVICE,)),
                Rung(180, (T.TOWN_ALL, T.DEVICE)),
                Rung(600, (T.DISTRICT,)),
            ),
            600,
            (T.NEAR, T.TOWN_ALL, T.DISTRICT),
        ),
        Ladder(
            "technical",
            (
                Rung(0, (T.NEAR,)),
                Rung(7200, (T.TOWN_ALL,)),
                Rung(14400, (T.DISTRICT,)),
            ),
            86400,
            (T.NEAR, T.TOWN_ALL, T.DISTRICT),
        ),
        Ladder("window", (Rung(0, (T.NEAR,)), Rung(60, (T.DEVICE,))), 300, (T.NEAR, T.DEVICE)),
        Ladder("test", (Rung(0, (T.NEAR,)),), 86400, (T.NEAR,)),
    )
}

_BY_SEVERITY = {
    Severity.P1: "life",
    Severity.P2: "health",
    Severity.P3: "attention",
    Severity.P4: "technical",
    Severity.P5: "test",
}

LATE_AT_WINDOW = timedelta(minutes=10)
"""A kiosk press older than this concerns a visitor who may have left: the window only."""


def ladder_for(kind: Kind, severity: Severity, late: timedelta) -> str:
    """Name of the ladder for a new alert."""
    if kind in (Kind.HELP, Kind.STAFF_WANTED) and late > LATE_AT_WINDOW:
        return "window"
    return _BY_SEVERITY[severity]


def rung(ladder: Ladder, step: int) -> Rung:
    """The rung number `step`, counted from 0; past the end the repetition goes on for ever."""
    if step < len(ladder.rungs):
        return ladder.rungs[step]
    beyond = step - len(ladder.rungs) + 1
    return Rung(ladder.rungs[-1].after_s + beyond * ladder.repeat_s, ladder.repeat)


def due_at(ladder: Ladder, climb_from: datetime, step: int) -> datetime:
    """When rung `step` is due."""
    return climb_from + timedelta(seconds=rung(ladder, step).after_s)


def climb(
    ladder: Ladder, climb_from: datetime, step: int, now: datetime
) -> tuple[int, tuple[Target, ...]]:
    """The step after all rungs that are due at `now`, and everybody they tell, each once.

    A hub that was down for minutes tells at once all whom it should have told.
    """
    told: dict[Target, None] = {}
    while due_at(ladder, climb_from, step) <= now:
        missed = int((now - due_at(ladder, climb_from, step)).total_seconds())
        told.update(dict.fromkeys(rung(ladder, step).targets))
        step += 1
        if step > len(ladder.rungs):  # many repetitions missed are one repetition
            step += max(0, missed // ladder.repeat_s)
    return step, tuple(told)


def resume(ladder: Ladder, step: int, now: datetime) -> datetime:
    """The `climb_from` that makes rung `step` due at `now`: how a fallen-back alert goes on."""
    return now - timedelta(seconds=rung(ladder, step).after_s)
