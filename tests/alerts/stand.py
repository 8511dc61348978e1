"""A hub with a few people and devices whose clock stands until a test moves it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from alerts import areas, register, respond
from alerts.channels.channel import Outcome as Sent
from alerts.channels.channel import Outgoing
from alerts.contract import DevicePresence, ItemResult, Presence
from alerts.directory import Person
from alerts.engine import Engine
from alerts.model import Alert, State
from alerts.store import alert_rows, tables
from alerts.store.database import Database, connect
from alerts.store.upgrade import upgrade
from alerts.work import Work

NINE = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""Nine in the morning in Zhenhai, a Tuesday."""

MONDAY = date(2026, 11, 23)
DISTRICT, TOWN, VILLAGE = "330211", "330211001", "330211001001"
OTHER_TOWN, OTHER_VILLAGE = "330211002", "330211002001"
GATEWAY, KIOSK = "gateway-main", "kiosk-window"
PASSWORD = "a long enough password"
TOKENS = {GATEWAY: "token of the gateway", KIOSK: "token of the kiosk"}

STAFF = (
    ("wang", "王网格员", "village", VILLAGE, "13800000001"),
    ("zhang", "张社工", "town", TOWN, "13800000002"),
    ("li", "李社工", "town", TOWN, "13800000003"),
    ("chen", "陈社工", "district", DISTRICT, "13800000004"),
    ("zhao", "赵科长", "leader", DISTRICT, "13800000005"),
    ("sun", "孙社工", "town", OTHER_TOWN, "13800000006"),
    ("admin", "管理员", "admin", DISTRICT, ""),
)
ROTAS = {VILLAGE: ("wang",), TOWN: ("zhang", "li"), DISTRICT: ("chen", "zhao"),
         OTHER_TOWN: ("sun",)}  # fmt: skip
WEARERS = {"pendant-1": "王阿婆", "fall-1": "李爷爷", "band-1": "张奶奶", "cuff-1": "陈阿公"}
ZONE = "zone-band"
"""A band of the experience zone that nobody wears."""


class Clock:
    """Stands still until it is moved."""

    def __init__(self, moment: datetime = NINE) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def seed(url: str, clock: Callable[[], datetime]) -> None:
    """Areas, seven people, one gateway, one kiosk, four wearers and a band nobody wears."""
    upgrade(engine := connect(url))
    hub = Engine(Database(engine, clock), frozenset())
    hub.run_now(_fill)
    hub.database.close()


def _fill(work: Work) -> None:
    areas.install(work.tx)
    ids = {
        login: register.add_staff(
            work, register.NewStaff(login, name, role, area, PASSWORD, phone=phone or None)
        )
        for login, name, role, area, phone in STAFF
    }
    for area, logins in ROTAS.items():
        register.set_rotation(work, area, [ids[login] for login in logins], starts_on=MONDAY)
    register.add_source(work, GATEWAY, "gateway", DISTRICT, TOKENS[GATEWAY])
    register.add_source(work, KIOSK, "kiosk", DISTRICT, TOKENS[KIOSK])
    for device, name in WEARERS.items():
        wearer = register.NewResident(
            name, VILLAGE, "一号", 1940, consent_at=work.now,
            contacts=(register.NewContact("女儿", "13900000001", "子女"),),
        )  # fmt: skip
        resident = register.add_resident(work, wearer)
        register.add_device(work, register.NewDevice(device, GATEWAY, VILLAGE, room="客厅"))
        register.lend(work, device, resident)
    register.add_device(work, register.NewDevice(ZONE, GATEWAY, DISTRICT))


@dataclass
class Stand:
    """The running core of a hub, and questions about what it did."""

    url: str
    clock: Clock
    channels: frozenset[str] = frozenset({"desk", "siren", "sms"})
    engine: Engine = field(init=False)
    idle: float = 0.0
    """What the hub's own process has measured since its start."""
    _count: int = 0

    def __post_init__(self) -> None:
        database = Database(connect(self.url), self.clock)
        self.engine = Engine(database, self.channels, lambda: self.idle)

    def close(self) -> None:
        self.engine.database.close()

    # ── what comes in ────────────────────────────────────────────────────────────────────────
    def event(self, kind: str, device: str = "pendant-1", **fields: Any) -> dict[str, Any]:
        """An event as a source would post it, heard now unless it says otherwise."""
        self._count += 1
        now = self.clock()
        return {"device": device, "id": f"e{self._count}", "kind": kind, "at": now,
                "received_at": now, "data": {}, **fields}  # fmt: skip

    async def say(self, kind: str, device: str = "pendant-1", **fields: Any) -> ItemResult:
        """Post one event and return what became of it."""
        source = KIOSK if device == KIOSK else GATEWAY
        (result,) = await self.engine.take_events(source, [self.event(kind, device, **fields)])
        return result

    async def open(self, kind: str = "sos", device: str = "pendant-1", **fields: Any) -> Alert:
        """Post one event that must be accepted; the newest alert."""
        assert (await self.say(kind, device, **fields)).status == "accepted"
        return self.alert()

    async def measure(self, device: str, /, id: str = "", **values: float) -> ItemResult:
        """Post one reading."""
        self._count += 1
        now = self.clock()
        reading = {"device": device, "id": id or f"r{self._count}", "at": now,
                   "received_at": now, "values": values}  # fmt: skip
        (result,) = await self.engine.take_readings(GATEWAY, [reading])
        return result

    async def heard(self, *devices: str, source: str = GATEWAY) -> int:
        """The source reports, having heard these devices just now."""
        beats = [DevicePresence(device=name, last_heard=self.clock()) for name in devices]
        return await self.engine.take_presence(source, Presence(devices=beats))

    async def later(self, seconds: float) -> None:
        """Let time pass, doing every due step at its moment."""
        end = self.clock() + timedelta(seconds=seconds)
        while (due := self.next_due()) is not None and due <= end:
            self.clock.moment = max(self.clock(), due)
            assert await self.engine.climb_due()
        self.clock.moment = end

    async def does(self, login: str, act: Callable[..., Alert], number: int, *more: Any) -> Alert:
        """A member of staff acts on an alert."""
        person = self.person(login)
        return await self.engine.run(lambda work: act(work, number, person, *more))

    async def accept(self, login: str = "zhang", number: int = 1) -> Alert:
        return await self.does(login, respond.accept, number)

    # ── what is there now ────────────────────────────────────────────────────────────────────
    def person(self, login: str) -> Person:
        with self.engine.database.reading() as tx:
            staff = self.engine.directory.get(tx).staff.values()
        return next(person for person in staff if person.login == login)

    def alert(self, number: int | None = None) -> Alert:
        """The alert of this number, or the newest."""
        found = self.alerts()
        return found[-1] if number is None else next(a for a in found if a.number == number)

    def next_due(self) -> datetime | None:
        open_alerts = (a.due_at for a in self.alerts() if a.state is not State.CLOSED)
        return min((due for due in open_alerts if due is not None), default=None)

    def alerts(self) -> list[Alert]:
        rows = self.rows(select(tables.alert).order_by(tables.alert.c.number))
        return [alert_rows.from_row(row) for row in rows]

    def told(self, number: int = 1, channel: str = "desk") -> list[str]:
        """Whom the notices of an alert were for, in order."""
        return [n.to for n in self.notices(number) if n.channel == channel]

    def notices(self, number: int = 1) -> list[Any]:
        t = tables.notice
        return self.rows(select(t).where(t.c.alert == number).order_by(t.c.id))

    def replies(self) -> list[Any]:
        return self.rows(select(tables.reply).order_by(tables.reply.c.seq))

    def stages(self, event: str) -> list[str]:
        """What a device was told about one of its events."""
        return [r.stage for r in self.replies() if r.event == event]

    def history(self, number: int = 1) -> list[str]:
        t = tables.audit
        return [r.what for r in self.rows(select(t).where(t.c.alert == number).order_by(t.c.seq))]

    def rows(self, query: Any) -> list[Any]:
        with self.engine.database.reading() as tx:
            return list(tx.execute(query).all())

    def change(self, command: Callable[[Work], Any]) -> Any:
        """Do something in one transaction, as the command line does."""
        return self.engine.run_now(command)


async def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Return once the condition holds; TimeoutError where it never does."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (what is waited for rings no bell)
            await asyncio.sleep(0.01)


class Memory:
    """A channel that remembers what it was given and answers as it was told to."""

    def __init__(self, name: str, *answers: Sent) -> None:
        self.name = name
        self.answers = list(answers) or [Sent("delivered")]
        self.sent: list[Outgoing] = []

    async def start(self) -> None:
        """Nothing to open."""

    async def send(self, out: Outgoing) -> Sent:
        """The next answer; the last one again and again."""
        self.sent.append(out)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    async def stop(self) -> None:
        """Nothing to close."""
