"""One alert as a page tells it: headline, facts, what happened, what comes next. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from alerts import ladder as ladders
from alerts.contract import (
    AlertDetail,
    AlertSummary,
    HistoryLine,
    Kind,
    LastReading,
    NextStep,
    NoticeView,
)
from alerts.directory import Directory
from alerts.ladder import LADDERS, TARGET_TEXT, Target
from alerts.model import OUTCOME_TEXT, Alert, Outcome, State
from alerts.web import words
from alerts.work import SYSTEM

WAITING = (State.PRE_ALARM, State.TRIGGERED)
OWNED = (State.ACKNOWLEDGED, State.DISPATCHED, State.ON_SCENE)
RUNGS_SHOWN = 3

ICONS: dict[Kind, str] = {
    Kind.SOS: "press",
    Kind.HELP: "bell",
    Kind.FALL: "fall",
    Kind.SMOKE: "flame",
    Kind.GAS: "flame",
    Kind.CARBON_MONOXIDE: "flame",
    Kind.WATER_LEAK: "drop",
    Kind.NO_MOTION: "clock",
    Kind.LEAVE_ZONE: "pin",
    Kind.DOOR_OPEN: "door",
    Kind.TAKEN_OFF: "watch",
    Kind.STAFF_WANTED: "bell",
    Kind.LOW_BATTERY: "battery",
    Kind.MAINS_LOST: "battery",
    Kind.TEST: "check",
    Kind.OUT_OF_BOUNDS: "heart",
    Kind.SILENCE: "lost",
    Kind.GATEWAY_DOWN: "lost",
    Kind.HUB_FAULT: "shield",
}

OUTCOMES = tuple(o for o in OUTCOME_TEXT if o not in (Outcome.CANCELLED_BY_USER, Outcome.RESTORED))
"""What a person may choose; the other two happen by themselves."""

TECHNICAL = ("电量", "信号", "纬度", "经度")
"""Readings about the device, not about the person."""

TONES = {1: "life", 2: "health", 3: "notice"}

DOTS = {
    "opened": "life",
    "confirmed": "life",
    "pressed_again": "life",
    "fell_back": "life",
    "reopened": "life",
    "acknowledged": "ok",
    "dispatched": "ok",
    "arrived": "ok",
    "resolved": "ok",
    "closed": "ok",
    "restored": "ok",
    "cleared": "ok",
}


@dataclass(frozen=True)
class Ahead:
    """A rung that is still to come."""

    at: datetime
    text: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What one person or device was sent through one channel, and how the newest of it ended."""

    to: str
    channel: str
    state: str
    reason: str
    times: int
    at: datetime


@dataclass(frozen=True)
class MainAct:
    """The one thing to do now: a form posted at once, or a panel that asks for more."""

    verb: str
    text: str
    panel: bool = False


MAIN_ACTS: dict[State, MainAct] = {
    State.PRE_ALARM: MainAct("acknowledge", "我来处理"),
    State.TRIGGERED: MainAct("acknowledge", "我来处理"),
    State.ACKNOWLEDGED: MainAct("dispatch", "已出发"),
    State.DISPATCHED: MainAct("arrive", "已到场"),
    State.ON_SCENE: MainAct("resolve", "登记处置结果", panel=True),
    State.RESOLVED: MainAct("close", "回访办结", panel=True),
}


def icon(kind: Kind) -> str:
    """The picture of a kind."""
    return ICONS.get(kind, "wrench")


def tone(line: AlertSummary) -> str:
    """The colour of its severity."""
    return TONES.get(line.severity, "fault")


def waits(line: AlertSummary) -> bool:
    """Nobody has it yet."""
    return line.state in WAITING


def headline(found: AlertDetail) -> str:
    """What happened, in one line."""
    if found.kind is Kind.FALL and found.state == State.PRE_ALARM:
        return "跌倒，等本人取消"
    if found.kind is Kind.FALL and any(line.what == "confirmed" for line in found.history):
        return "跌倒，没有取消"
    if found.press_count > 1:
        return f"{found.title}，按了 {found.press_count} 次"
    return found.title


def who(found: AlertDetail) -> str:
    """The person, as one says it at the phone."""
    card = found.resident_card
    if card is None:
        return "来访者" if found.kind in (Kind.HELP, Kind.STAFF_WANTED) else ""
    parts = [card.name]
    if card.age is not None:
        parts.append(f"{card.age} 岁")
    if card.lives_alone:
        parts.append("独居")
    return "，".join(parts)


def facts(found: AlertDetail, now: datetime) -> list[tuple[str, str]]:
    """What the event itself says beyond its kind."""
    data = found.data
    lines: list[tuple[str, str]] = []
    if isinstance(data.get("explain"), str):
        lines.append(("读数", data["explain"]))
    if isinstance(data.get("last_heard"), str):
        heard = datetime.fromisoformat(data["last_heard"])
        lines.append(("最后收到", f"{words.moment_text(heard, now)}，{words.ago(heard, now)}"))
    if isinstance(data.get("last_seen"), str):
        seen = datetime.fromisoformat(data["last_seen"])
        lines.append(("最后收到", f"{words.moment_text(seen, now)}，{data.get('devices')} 台设备"))
    battery = data.get("battery_percent")
    if isinstance(battery, int | float):
        lines.append(("电量", f"{battery:.0f}%"))
    if isinstance(data.get("address"), str):
        lines.append(("地址码", f"{data['address']}（{data.get('protocol')}）"))
    if isinstance(data.get("forgotten"), list):
        lines.append(("涉及", "、".join(f"{n} 号" for n in data["forgotten"][:10])))
    return lines


@dataclass(frozen=True)
class Happened:
    """One line of what happened; the same again and again is one line with its number."""

    at: datetime
    dot: str
    text: str
    times: int = 1
    last: datetime | None = None


def happened(history: Iterable[HistoryLine]) -> list[Happened]:
    """When, the colour of its dot, and a sentence that names who did it."""
    lines: list[Happened] = []
    for line in history:
        text = line.text if line.who == SYSTEM else f"{line.who}：{line.text}"
        if lines and line.what == "rung" and lines[-1].text == text:
            lines[-1] = replace(lines[-1], times=lines[-1].times + 1, last=line.at)
        else:
            lines.append(Happened(line.at, DOTS.get(line.what, "plain"), text))
    return lines


def to_come(found: Alert, directory: Directory, first: NextStep | None) -> list[Ahead]:
    """The next rungs if nobody answers; of an owned alert only what its state asks for."""
    if first is None:
        return []
    steps = [Ahead(first.at, first.text, tuple(first.people))]
    if found.state is not State.TRIGGERED or found.climb_from is None or not first.people:
        return steps
    ladder = LADDERS[found.ladder]
    for step in range(found.step + 1, found.step + RUNGS_SHOWN):
        at = ladders.due_at(ladder, found.climb_from, step)
        targets = ladders.rung(ladder, step).targets
        people = dict.fromkeys(
            p.display for t in targets for p in directory.people(t, found.area, at)
        )
        named = [TARGET_TEXT[t] for t in targets if t not in (Target.DEVICE, Target.SIREN)]
        if named and "、".join(named) == steps[-1].text:
            break  # from here on it repeats
        if named:
            steps.append(Ahead(at, "、".join(named), tuple(people)))
    return steps


def told(notices: Iterable[NoticeView]) -> list[Told]:
    """Who was told how: repeated notices are one line with their number."""
    newest: dict[tuple[str, str], Told] = {}
    for n in notices:
        before = newest.pop((n.to, n.channel), None)
        times = before.times + 1 if before else 1
        newest[n.to, n.channel] = Told(n.to, n.channel, n.state, n.reason, times, n.updated_at)
    return list(newest.values())


def about_person(readings: Iterable[LastReading]) -> list[LastReading]:
    """Readings that say how somebody is, not how the device is."""
    return [r for r in readings if not r.text.startswith(TECHNICAL)]


def main_act(state: str) -> MainAct | None:
    """The one main action; a closed alert has none."""
    return MAIN_ACTS.get(State(state))


def outcome_choices(kind: Kind) -> list[tuple[str, str]]:
    """Code and words, likeliest first: a work order ends otherwise than a person's call."""
    technical = kind in (Kind.SILENCE, Kind.LOW_BATTERY, Kind.FAULT, Kind.TAMPER, Kind.MAINS_LOST)
    order = sorted(OUTCOMES, key=lambda o: technical and o is not Outcome.TECHNICAL)
    return [(o.value, OUTCOME_TEXT[o]) for o in order]


def context(
    detail: AlertDetail, found: Alert, directory: Directory, now: datetime
) -> dict[str, Any]:
    """Everything the templates of one alert need."""
    helpers = [
        p
        for p in directory.staff.values()
        if p.active and p.sees(detail.area) and p.id != found.owner_id and p.role != "admin"
    ]
    return {
        "a": detail,
        "picture": icon(detail.kind),
        "tone": tone(detail),
        "waits": waits(detail),
        "owned": detail.state in OWNED,
        "headline": headline(detail),
        "who": who(detail),
        "facts": facts(detail, now),
        "measured": about_person(detail.readings),
        "happened": happened(detail.history),
        "to_come": to_come(found, directory, detail.next),
        "told": told(detail.notices),
        "main": main_act(detail.state),
        "outcomes": outcome_choices(detail.kind),
        "helpers": helpers,
        "names": {p.area: directory.path(p.area) for p in helpers},
    }
