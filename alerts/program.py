"""Builds the hub from its settings and serves it."""

import gc
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

import settings_file
from alerts import broker
from alerts.api.app import build_app
from alerts.api.hub import Hub
from alerts.api.limits import Attempts
from alerts.api.signals import Signals
from alerts.channels import Broker, open_channels
from alerts.channels.channel import Channel
from alerts.channels.desk import Desk
from alerts.channels.settings import real_channels
from alerts.clock_watch import ClockWatch
from alerts.delivery import Delivery
from alerts.engine import Engine
from alerts.settings import Settings
from alerts.store.database import Database
from alerts.store.tables import resident
from alerts.store.upgrade import CannotOpen, open_database

log = logging.getLogger(__name__)

SWITCH_S = 0.0005
"""How long one thread may hold the interpreter while another waits: a press must not wait the
default 5 ms for a batch of readings."""

Clock = Callable[[], datetime]


def build_hub(
    settings: Settings,
    files: broker.BrokerFiles,
    *,
    clock: Clock | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Hub:
    """All parts, not yet running; raises WrongSetting where they cannot be had."""
    try:
        database = Database(open_database(settings.database), clock)
    except CannotOpen as why:
        raise settings_file.WrongSetting(f"alerts.database: {why}") from None
    _refuse_real_channels(settings, database)
    try:
        key = broker.load_key(settings.key_file)
    except broker.CannotWrite as why:
        raise settings_file.WrongSetting(f"alerts.key_file: {why}") from None
    signals = Signals()
    delivery: Delivery | None = None
    login = settings.broker
    secret = login.password
    link = Broker(
        host=login.host,
        port=login.port,
        user=login.user,
        password=secret.get_secret_value() if secret else broker.password(key, login.user),
    )
    channels: dict[str, Channel] = {"desk": Desk(signals.is_present)}
    channels |= open_channels(
        settings.channels,
        link,
        clock or (lambda: datetime.now(UTC)),
        lambda notice_id, outcome: delivery.report(notice_id, outcome) if delivery else None,
    )
    core = Engine(database, frozenset(channels))
    core.listeners.append(signals.after_commit)
    delivery = Delivery(core, channels)
    return Hub(
        settings=settings,
        broker_files=files,
        key=key,
        engine=core,
        delivery=delivery,
        signals=signals,
        by_login=Attempts(settings.wrong_logins, settings.login_pause_s, monotonic),
        by_address=Attempts(settings.wrong_logins_address, settings.login_pause_s, monotonic),
        clock_watch=ClockWatch(monotonic) if database.sqlite and clock is None else None,
    )


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve until SIGTERM; open pages are given `shutdown_s`."""
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()  # what is loaded by now stays: looking through it would only hold up a press
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=settings.shutdown_s,
        server_header=False,
    )


def run(path: Path | None, *, clock: Clock | None = None) -> None:
    """Load the settings, build, serve."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        settings = settings_file.load("alerts", Settings, path)
        files = settings_file.load("broker", broker.BrokerFiles, path)
        settings_file.claim_port("alerts.port", settings.host, settings.port)
        hub = build_hub(settings, files, clock=clock)
    except settings_file.WrongSetting as why:
        settings_file.leave(why)
    log.info("hub ready on http://%s:%s", settings.host, settings.port)
    serve(build_app(hub), settings)


def _refuse_real_channels(settings: Settings, database: Database) -> None:
    """A hub that holds simulated residents must not be able to page somebody real."""
    real = real_channels(settings.channels)
    if not real:
        return
    with database.reading() as tx:
        simulated = tx.execute(select(resident.c.id).where(resident.c.simulated).limit(1)).first()
    if simulated is not None:
        raise settings_file.WrongSetting(
            f"alerts.channels.{real[0]}: this database holds simulated residents, so channels that "
            "reach real people are refused; use another database, or stand_in = true for a stand-in"
        )
