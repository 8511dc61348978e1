"""Who works where: areas, staff and rotas, loaded once and reloaded when somebody changes them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from alerts import rota
from alerts.ladder import Target
from alerts.store import tables

DISTRICT, TOWN, VILLAGE = "district", "town", "village"


@dataclass(frozen=True)
class Area:
    """A node of the tree 区 → 镇街 → 村社; a code begins with the code of its parent."""

    code: str
    name: str
    level: str
    parent: str | None


@dataclass(frozen=True)
class Person:
    """A member of staff, without anything secret."""

    id: int
    login: str
    name: str
    display: str
    """Surname and title, what an elder hears: 张社工."""
    role: str
    area: str
    phone: str | None
    active: bool

    def sees(self, area: str) -> bool:
        """Staff see their area and what lies below it."""
        return area.startswith(self.area)


@dataclass(frozen=True)
class Directory:
    """One consistent picture of areas, staff and rotas; `version` counts the changes."""

    version: int
    areas: dict[str, Area]
    staff: dict[int, Person]
    rota: rota.Rota

    def district(self, area: str) -> str:
        """The district an area lies in."""
        return self._up(area, DISTRICT)

    def town(self, area: str) -> str:
        """The town of a village; a town or the district itself."""
        return self._up(area, TOWN)

    def path(self, area: str) -> str:
        """Name for the screen: 骆驼街道 民联村."""
        names = []
        node = self.areas.get(area)
        while node and node.level != DISTRICT:
            names.append(node.name)
            node = self.areas.get(node.parent or "")
        if not names and area in self.areas:
            names.append(self.areas[area].name)
        return " ".join(reversed(names))

    def people(self, target: Target, area: str, now: datetime) -> list[Person]:
        """Whom a rung tells at this moment; the fall-back of the rota included."""
        match target:
            case Target.NEAR:
                ids = self._duty(area, now)
            case Target.TOWN_ONE:
                ids = self._second(area, now)
            case Target.TOWN_ALL:
                town = self.town(area)
                ids = rota.everyone(self.rota, town, now) or self._duty(town, now)
            case Target.DISTRICT:
                ids = self._duty(self.district(area), now)
            case Target.DISTRICT_ALL:
                ids = rota.everyone(self.rota, self.district(area), now)
            case Target.SIREN | Target.DEVICE:
                ids = []
        return [self.staff[i] for i in ids if i in self.staff]

    def _second(self, area: str, now: datetime) -> list[int]:
        """One at the town; at a town's or the district's own window: the colleague."""
        town = self.town(area)
        first = self._duty(area, now)
        on_duty = self._duty(town, now)
        if on_duty != first:
            return on_duty
        others = [i for i in rota.everyone(self.rota, town, now) if i not in first]
        return others[:1] or self._duty(self.district(area), now)

    def _duty(self, area: str, now: datetime) -> list[int]:
        answer = rota.answering(self.rota, area, now)
        return [] if answer.staff_id is None else [answer.staff_id]

    def _up(self, area: str, level: str) -> str:
        node = self.areas.get(area)
        while node and node.level != level and node.parent:
            if node.level == DISTRICT:
                break
            node = self.areas.get(node.parent)
        return node.code if node else area


class DirectoryCache:
    """Gives the present Directory; one small question to the database a transaction."""

    def __init__(self) -> None:
        """Empty until first asked."""
        self._held: Directory | None = None

    def get(self, tx: Connection) -> Directory:
        """The directory as this transaction sees it."""
        version = tx.execute(_VERSION).scalar_one_or_none() or 0
        held = self._held
        if held is None or held.version != version:
            held = self._held = load(tx, version)
        return held


_VERSION = select(tables.head.c.seq).where(tables.head.c.name == "directory")


def changed(tx: Connection) -> None:
    """Say that areas, staff or rotas changed; every hub process reloads at its next command."""
    head = tables.head
    raised = tx.execute(
        update(head).where(head.c.name == "directory").values(seq=head.c.seq + 1)
    ).rowcount
    if not raised:
        tx.execute(head.insert().values(name="directory", seq=1, hash=""))


def load(tx: Connection, version: int) -> Directory:
    """Read it all; a district has some hundred rows."""
    areas = {
        row.code: Area(row.code, row.name, row.level, row.parent)
        for row in tx.execute(select(tables.area))
    }
    columns = [c for c in tables.staff.c if c.name not in ("password", "created_at")]
    staff = {row.id: Person(**row._mapping) for row in tx.execute(select(*columns))}
    rotations = {
        row.area: rota.Rotation(
            area=row.area,
            members=tuple(row.members),
            starts_on=row.starts_on,
            handoff_weekday=row.handoff_weekday,
            handoff_at=row.handoff_at,
            shift_days=row.shift_days,
        )
        for row in tx.execute(select(tables.rotation))
    }
    leaves = tuple(
        rota.Leave(row.staff_id, row.from_at, row.until_at)
        for row in tx.execute(select(tables.leave))
    )
    take_overs = tuple(
        rota.TakeOver(row.area, row.staff_id, row.from_at, row.until_at)
        for row in tx.execute(select(tables.take_over))
    )
    return Directory(
        version,
        areas,
        staff,
        rota.Rota(
            rotations=rotations,
            leaves=leaves,
            take_overs=take_overs,
            parents={code: node.parent for code, node in areas.items()},
            staff={p.id: rota.Member(p.id, p.display, p.active) for p in staff.values()},
        ),
    )
