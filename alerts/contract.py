"""Shapes that cross HTTP, version 1; the one module of the hub that gateway and kiosk import.

Times are RFC 3339 with an offset. Values carry their unit in the name.
"""

import re
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

DEVICE_PATTERN = r"^[a-z0-9-]{3,64}$"
IS_DEVICE = re.compile(DEVICE_PATTERN)
BATCH_LIMIT = 500
"""Most items one POST may hold."""

EVENT_BYTES = 16 * 1024
"""Longest message a device may send on MQTT."""

DeviceId = Annotated[str, StringConstraints(pattern=DEVICE_PATTERN)]
ItemId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]+$")]


class Severity(IntEnum):
    """How much hangs on an alert: P1 is a life."""

    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4
    P5 = 5


class Kind(StrEnum):
    """What an event or alert is about. The last four are raised by the hub, never by a device."""

    SOS = "sos"
    HELP = "help"
    FALL = "fall"
    SMOKE = "smoke"
    GAS = "gas"
    CARBON_MONOXIDE = "carbon_monoxide"
    WATER_LEAK = "water_leak"
    NO_MOTION = "no_motion"
    LEAVE_ZONE = "leave_zone"
    DOOR_OPEN = "door_open"
    TAKEN_OFF = "taken_off"
    STAFF_WANTED = "staff_wanted"
    TAMPER = "tamper"
    FAULT = "fault"
    LOW_BATTERY = "low_battery"
    MAINS_LOST = "mains_lost"
    TEST = "test"
    FALL_CANCELLED = "fall_cancelled"
    HELP_CANCELLED = "help_cancelled"
    CLEARED = "cleared"
    OUT_OF_BOUNDS = "out_of_bounds"
    SILENCE = "silence"
    GATEWAY_DOWN = "gateway_down"
    HUB_FAULT = "hub_fault"


HUB_KINDS = frozenset({Kind.OUT_OF_BOUNDS, Kind.SILENCE, Kind.GATEWAY_DOWN, Kind.HUB_FAULT})
"""Kinds that only the hub itself raises; a device that sends one is refused."""

QUIET_KINDS = frozenset({Kind.FALL_CANCELLED, Kind.HELP_CANCELLED, Kind.CLEARED})
"""Kinds that open nothing: they end a pre-alarm, clear a fault, or are noted.

`cleared` has `data.kind`, the kind whose condition ended; the two cancels may have
`data.event`, the id of the event they take back.
"""

LIFE_KINDS = frozenset({Kind.SOS, Kind.HELP, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.CARBON_MONOXIDE})
"""Kinds that are raised whatever else is wrong with the message."""

SEVERITY: dict[Kind, Severity] = {
    **dict.fromkeys(LIFE_KINDS, Severity.P1),
    Kind.WATER_LEAK: Severity.P2,
    Kind.OUT_OF_BOUNDS: Severity.P2,
    Kind.GATEWAY_DOWN: Severity.P2,
    Kind.HUB_FAULT: Severity.P1,
    Kind.NO_MOTION: Severity.P3,
    Kind.LEAVE_ZONE: Severity.P3,
    Kind.DOOR_OPEN: Severity.P3,
    Kind.TAKEN_OFF: Severity.P3,
    Kind.STAFF_WANTED: Severity.P3,
    Kind.TAMPER: Severity.P4,
    Kind.FAULT: Severity.P4,
    Kind.LOW_BATTERY: Severity.P4,
    Kind.MAINS_LOST: Severity.P4,
    Kind.SILENCE: Severity.P4,
    Kind.TEST: Severity.P5,
}
"""Default severity of each kind that opens an alert."""

PLAUSIBLE: dict[str, tuple[float, float]] = {
    "pulse_bpm": (10, 300),
    "spo2_percent": (30, 100),
    "systolic_mmhg": (30, 300),
    "diastolic_mmhg": (10, 250),
    "mean_mmhg": (20, 280),
    "temperature_c": (20, 46),
    "glucose_mmol_l": (0.3, 60),
    "weight_kg": (0.5, 400),
    "respiration_per_min": (2, 100),
    "steps": (0, 200_000),
    "battery_percent": (0, 100),
    "rssi_dbm": (-200, 20),
    "latitude_deg": (-90, 90),
    "longitude_deg": (-180, 180),
}
"""Known values and what a working device can report; outside is refused as no measurement."""


class Stage(StrEnum):
    """What a device or kiosk is told about its event."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    CLOSED = "closed"
    STILL_CALLING = "still_calling"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Event(_Shape):
    """What a device or kiosk said. `id` is unique per device and the same in every repetition."""

    device: DeviceId
    id: ItemId
    kind: Kind
    at: AwareDatetime | None = None
    received_at: AwareDatetime
    data: dict[str, Any] = Field(default_factory=dict)


class Reading(_Shape):
    """Measured values of one moment; ids are a namespace of their own."""

    device: DeviceId
    id: ItemId
    at: AwareDatetime | None = None
    received_at: AwareDatetime
    values: dict[str, float]


class ItemResult(_Shape):
    """What became of one item of a batch, in input order."""

    index: int
    device: str | None
    id: str | None
    status: Literal["accepted", "duplicate", "refused"]
    reason: str | None = None


class Results(_Shape):
    """The answer to POST /v1/events and /v1/readings, after the commit."""

    results: list[ItemResult]


class RosterDevice(_Shape):
    """One device a source may speak for."""

    device: DeviceId
    protocol: str
    address: str
    """Vendor's address (IMEI, MAC, Zigbee name); the device id itself for our own format."""
    interval_s: int
    """Seconds between beats; three missed ones are silence."""


class Roster(_Shape):
    """GET /v1/roster: what this source's token may name."""

    source: str
    devices: list[RosterDevice]


class DevicePresence(_Shape):
    """When a device was last heard, and its last status message or last will."""

    device: DeviceId
    last_heard: AwareDatetime
    status: Literal["online", "offline"] | None = None


class UnknownDevice(_Shape):
    """Somebody heard who stands in no roster."""

    protocol: Annotated[str, StringConstraints(max_length=32, pattern=r"^[^\x00]+$")]
    address: ItemId
    last_heard: AwareDatetime
    count: int = 1
    kind: Kind | None = None
    """Set where the unknown device pressed: raises one rate-limited alert at the window."""


class Presence(_Shape):
    """POST /v1/presence, every 10 s: devices that changed since the last accepted one."""

    devices: list[DevicePresence] = Field(default_factory=list, max_length=20_000)
    unknown: list[UnknownDevice] = Field(default_factory=list, max_length=500)
    refused: dict[str, int] = Field(default_factory=dict)
    """Refusals since the start of the source by reason, for the devices page."""
    state: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    """A source's own condition (version, outbox count, links), shown at the desk."""


class Reply(_Shape):
    """One line of GET /v1/replies; `seq` grows by commit and never skips."""

    seq: int
    device: str
    event: str
    stage: Stage
    by: str | None
    text: str
    at: datetime
    expires_at: datetime


class RequestProgress(_Shape):
    """GET /v1/requests/{event}: a kiosk's own press, for polling when SSE fails."""

    event: str
    number: int | None
    stage: Stage
    by: str | None
    text: str
    at: datetime
    cancelled: bool = False


class NextStep(_Shape):
    """What the ladder does next with an alert, and whom it calls."""

    at: datetime
    text: str
    """为谁: 镇街值班."""
    people: list[str]


class AlertSummary(_Shape):
    """One line of the desk's list."""

    number: int
    kind: Kind
    title: str
    severity: int
    state: str
    state_text: str
    area: str
    area_name: str
    device: str | None
    device_label: str
    resident_id: int | None
    resident: str | None
    opened_at: datetime
    since: datetime | None
    owner: str | None
    press_count: int
    late_s: int
    marks: list[str]
    active: bool
    cancelled_at: datetime | None
    outcome: str | None
    closed_at: datetime | None
    next: NextStep | None


class ContactView(_Shape):
    """Whom to ring, in order."""

    name: str
    relation: str
    phone: str


class ResidentView(_Shape):
    """What a helper must know at the door; every look is logged."""

    id: int
    name: str
    age: int | None
    lives_alone: bool
    area_name: str
    address: str
    address_confirmed_at: datetime | None
    door_note: str
    door_confirmed_at: datetime | None
    about: str
    contacts: list[ContactView]


class LastReading(_Shape):
    """The newest value of one quantity."""

    text: str
    at: datetime
    device: str


class NoticeView(_Shape):
    """What was sent to whom, and what became of it."""

    id: int
    to: str
    channel: str
    state: str
    reason: str
    attempts: int
    created_at: datetime
    updated_at: datetime


class HistoryLine(_Shape):
    """Who did what, when."""

    at: datetime
    who: str
    what: str
    text: str
    detail: dict[str, Any]


class AlertDetail(AlertSummary):
    """All a person needs to act."""

    resident_card: ResidentView | None
    readings: list[LastReading]
    notices: list[NoticeView]
    history: list[HistoryLine]
    device_heard: str | None
    """The newest thing the device was told."""
    data: dict[str, Any]


class AlertList(_Shape):
    """GET /v1/alerts, newest need first; `more` names the number to continue below."""

    alerts: list[AlertSummary]
    waiting: int
    open: int
    more: int | None


class DutyView(_Shape):
    """Who answers for an area, until when, and who is next."""

    area: str
    area_name: str
    answering_area: str
    answering_area_name: str
    staff_id: int | None
    name: str
    until: datetime
    next: str
    reason: str
    skipped: list[str]


class Login(_Shape):
    """POST /v1/session."""

    login: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


class Session(_Shape):
    """Send `csrf_token` as X-CSRF-Token with every POST that follows."""

    csrf_token: str
    login: str
    name: str
    role: str
    area: str


class Words(_Shape):
    """A text that goes with an act of staff; may be empty where it is optional."""

    text: str = Field(default="", max_length=2000)


class Resolution(_Shape):
    """POST …/resolve."""

    outcome: str
    text: str = Field(default="", max_length=2000)


class HandOver(_Shape):
    """POST …/hand_over."""

    staff_id: int


class Problem(_Shape):
    """RFC 9457 problem document; `title` is a Chinese sentence a person can act on."""

    model_config = ConfigDict(extra="allow")
    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
