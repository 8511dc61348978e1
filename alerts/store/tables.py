"""All tables. Alembic's migrations are checked against this file by a test."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)

from alerts.store.columns import Json, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Serial = BigInteger().with_variant(Integer, "sqlite")

# ── places and people ────────────────────────────────────────────────────────────────────────
area = Table(
    "area",
    metadata,
    Column("code", String(12), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("level", String(8), nullable=False),
    Column("parent", String(12)),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("display", String(64), nullable=False),  # surname and title: 张社工
    Column("role", String(16), nullable=False),
    Column("area", String(12), ForeignKey("area.code"), nullable=False),
    Column("phone", String(32)),
    Column("password", String(256), nullable=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", UtcTime, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token", String(64), primary_key=True),  # sha256 of the cookie
    Column("staff_id", Serial, ForeignKey("staff.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

rotation = Table(
    "rotation",
    metadata,
    Column("area", String(12), ForeignKey("area.code"), primary_key=True),
    Column("members", Json, nullable=False),  # staff ids in order
    Column("starts_on", Date, nullable=False),
    Column("handoff_weekday", Integer, nullable=False),
    Column("handoff_at", Time, nullable=False),
    Column("shift_days", Integer, nullable=False),
)

leave = Table(
    "leave",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("staff_id", Serial, ForeignKey("staff.id"), nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("reason", String(128), nullable=False, default=""),
)

take_over = Table(
    "take_over",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("area", String(12), ForeignKey("area.code"), nullable=False),
    Column("staff_id", Serial, ForeignKey("staff.id"), nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
)

resident = Table(
    "resident",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("born", Integer),
    Column("lives_alone", Boolean, nullable=False, default=False),
    Column("area", String(12), ForeignKey("area.code"), nullable=False, index=True),
    Column("address", String(256), nullable=False, default=""),
    Column("address_confirmed_at", UtcTime),
    Column("door_note", String(256), nullable=False, default=""),
    Column("door_confirmed_at", UtcTime),
    Column("about", Text, nullable=False, default=""),
    Column("identity_sealed", Text),
    Column("consent_at", UtcTime),
    Column("consent_note", String(256), nullable=False, default=""),
    Column("simulated", Boolean, nullable=False, default=False),
    Column("removed_at", UtcTime),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("resident_id", Serial, ForeignKey("resident.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("relation", String(32), nullable=False, default=""),
    Column("phone", String(32), nullable=False),
)

# ── devices and who speaks for them ──────────────────────────────────────────────────────────
source = Table(
    "source",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # gateway | kiosk
    Column("area", String(12), ForeignKey("area.code"), nullable=False),
    Column("token", String(64), nullable=False, unique=True),  # sha256 of the bearer token
    Column("last_seen", UtcTime),
    Column("state", Json, nullable=False, default={}),
    Column("refused", Json, nullable=False, default={}),
)

device = Table(
    "device",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("source", String(64), ForeignKey("source.name"), nullable=False, index=True),
    Column("protocol", String(32), nullable=False),
    Column("address", String(128), nullable=False),
    Column("model", String(64), nullable=False, default=""),
    Column("label", String(64), nullable=False, default=""),
    Column("room", String(64), nullable=False, default=""),
    Column("area", String(12), ForeignKey("area.code"), nullable=False),
    Column("interval_s", Integer, nullable=False, default=300),
    Column("pre_alarm", Boolean, nullable=False, default=True),
    Column("resident_id", Serial, ForeignKey("resident.id"), index=True),
    Column("simulated", Boolean, nullable=False, default=False),
    Column("generation", Integer, nullable=False, default=1),  # of its broker password
    Column("registered_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
    Column("status", String(8)),
    Column("last_heard", UtcTime),
    Column("silent_at", UtcTime, index=True),  # three missed beats; null before the first beat
    Column("battery_percent", Float),
    UniqueConstraint("protocol", "address"),
)

lending = Table(
    "lending",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False, index=True),
    Column("resident_id", Serial, ForeignKey("resident.id"), nullable=False, index=True),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
)

unknown_device = Table(
    "unknown_device",
    metadata,
    Column("source", String(64), ForeignKey("source.name"), primary_key=True),
    Column("protocol", String(32), primary_key=True),
    Column("address", String(128), primary_key=True),
    Column("first_heard", UtcTime, nullable=False),
    Column("last_heard", UtcTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("pressed_at", UtcTime),
)

# ── what was said ────────────────────────────────────────────────────────────────────────────
event = Table(
    "event",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("device", String(64), nullable=False),
    Column("id", String(128), nullable=False),
    Column("digest", String(16), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
    Column("data", Json, nullable=False),
    Column("alert", Serial, index=True),
    UniqueConstraint("device", "id", "digest"),
)

reading = Table(
    "reading",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("device", String(64), nullable=False),
    Column("id", String(128), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("resident_id", Serial),
    Column("measured", Json, nullable=False),
    UniqueConstraint("device", "id"),
    Index("ix_reading_device_at", "device", "at"),
)

bound = Table(
    "bound",
    metadata,
    Column("resident_id", Serial, ForeignKey("resident.id"), primary_key=True),
    Column("quantity", String(32), primary_key=True),
    Column("low", Float),
    Column("high", Float),
)

watch = Table(
    "watch",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("quantity", String(32), primary_key=True),
    Column("state", Json, nullable=False),
)

# ── what must be acted on ────────────────────────────────────────────────────────────────────
alert = Table(
    "alert",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("key", String(160), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("area", String(12), ForeignKey("area.code"), nullable=False),
    Column("device", String(64)),
    Column("resident_id", Serial, ForeignKey("resident.id"), index=True),
    Column("opened_at", UtcTime, nullable=False, index=True),
    Column("due_at", UtcTime),
    Column("ladder", String(16), nullable=False),
    Column("climb_from", UtcTime),
    Column("step", Integer, nullable=False),
    Column("owner_id", Serial, ForeignKey("staff.id")),
    Column("owner", String(64)),
    Column("since", UtcTime),
    Column("reminders", Integer, nullable=False, default=0),
    Column("press_count", Integer, nullable=False),
    Column("late_s", Integer, nullable=False, default=0),
    Column("marks", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("cancelled_at", UtcTime),
    Column("first_event", String(128)),
    Column("last_event", String(128)),
    Column("outcome", String(24)),
    Column("closed_at", UtcTime),
    Column("data", Json, nullable=False),
    # The promise, held by the database itself: no open alert without a due step.
    CheckConstraint("state = 'closed' OR due_at IS NOT NULL", name="due"),
    Index(
        "uq_alert_open_key",
        "key",
        unique=True,
        sqlite_where=text("state NOT IN ('resolved', 'closed')"),
        postgresql_where=text("state NOT IN ('resolved', 'closed')"),
    ),
    Index(
        "ix_alert_due",
        "due_at",
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("alert", Serial, ForeignKey("alert.number"), nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("staff_id", Serial, ForeignKey("staff.id")),
    Column("to", String(64), nullable=False),  # shown: a display name or the siren
    Column("text", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(48), nullable=False, default=""),
    Column("provider_id", String(128)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("deadline", UtcTime, nullable=False),
    Column("next_try_at", UtcTime),  # null once the state is final
    Index(
        "ix_notice_next_try",
        "next_try_at",
        sqlite_where=text("next_try_at IS NOT NULL"),
        postgresql_where=text("next_try_at IS NOT NULL"),
    ),
)

reply = Table(
    "reply",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("source", String(64), nullable=False),
    Column("device", String(64), nullable=False),
    Column("event", String(128), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("by", String(64)),
    Column("text", String(256), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index("ix_reply_source_seq", "source", "seq"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Serial, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(48), nullable=False),
    Column("alert", Serial, index=True),
    Column("subject", String(128), nullable=False),
    Column("detail", Json, nullable=False),
    Column("hash", String(64), nullable=False),
)

head = Table(
    "head",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("seq", Serial, nullable=False),
    Column("hash", String(64), nullable=False, default=""),
)
"""Counters that must not skip: each is locked by the update until the commit."""
