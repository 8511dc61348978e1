"""What is done with devices: registered, lent, taken back, retired, its credentials printed."""

import logging
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select, update
from starlette.concurrency import run_in_threadpool

from alerts import broker, broker_users, register
from alerts.api.hub import Hub, hub_of
from alerts.api.problems import Refusal
from alerts.api.security import Staff, Visit
from alerts.store.tables import device, resident
from alerts.web.device_page import device_row
from alerts.web.fields import Fields, Typed
from alerts.web.page import done, show
from alerts.web.rights import Rights
from alerts.work import Work

log = logging.getLogger(__name__)
routes = APIRouter()
NOT_YOURS = "设备由区里管理，请联系区值班"
BROKER_SILENT = "设备登记好了，但消息服务的密码文件没有写成，请让管理员运行 admin broker-files"


@routes.post("/devices")
async def post_device(request: Request, visit: Staff, typed: Typed) -> Response:
    """Register; one of our own format may connect a second later."""
    new = _new_device(typed)
    if not Rights(visit.person).keeps_devices(new.area):
        raise Refusal(403, NOT_YOURS)
    await hub_of(request).engine.run(
        lambda work: register.add_device(work, new, visit.person.display)
    )
    wrong = await _tell_broker(hub_of(request), new.id) if new.protocol == "own_mqtt" else None
    return done(request, f"/devices/{new.id}", wrong or f"已登记 {new.id}")


@routes.post("/devices/{device_id}/lend")
async def post_lend(request: Request, visit: Staff, typed: Typed, device_id: str) -> Response:
    """It is this person's from now on; without their consent it is refused."""
    resident_id = typed.whole("resident_id", "借给谁")

    def lend(work: Work) -> None:
        row = work.tx.execute(
            select(resident.c.area).where(resident.c.id == (resident_id or 0))
        ).one_or_none()
        if row is None or not visit.person.sees(row.area):
            raise register.Wrong("请选择借给哪位居民")
        register.lend(work, device_id, resident_id or 0, visit.person.display)

    await _keep(request, visit, device_id, lend)
    return done(request, f"/devices/{device_id}", "已借出，从现在起它的报警就是这位居民的")


@routes.post("/devices/{device_id}/return")
async def post_return(request: Request, visit: Staff, device_id: str) -> Response:
    """Nobody wears it any more."""
    await _keep(
        request, visit, device_id, lambda w: register.give_back(w, device_id, visit.person.display)
    )
    return done(request, f"/devices/{device_id}", "已收回")


@routes.post("/devices/{device_id}/retire")
async def post_retire(request: Request, visit: Staff, device_id: str) -> Response:
    """Refused by hub and broker from now on; its history stays."""
    await _keep(
        request, visit, device_id, lambda w: register.retire(w, device_id, visit.person.display)
    )
    hub = hub_of(request)
    try:
        await run_in_threadpool(broker_users.drop, hub.broker_files, device_id)
    except broker.CannotWrite as why:
        log.error("%s stays in the broker's password file: %s", device_id, why)
    return done(request, f"/devices/{device_id}", "已停用，它以后的消息不再接收")


@routes.post("/devices/{device_id}/credentials")
async def post_credentials(
    request: Request, visit: Staff, typed: Typed, device_id: str
) -> Response:
    """Its login at the broker, to print and put in; every look is logged. Administrators only."""
    if not Rights(visit.person).admin:
        raise Refusal(403, "设备密码只有管理员能看")
    hub = hub_of(request)
    renew = typed.has("renew")

    def note(work: Work) -> int:
        row = device_row(work.tx, visit.person, device_id, work.now)
        if row.protocol != "own_mqtt" or row.retired_at is not None:
            raise register.Wrong("这台设备不用密码连接")
        if renew:
            work.tx.execute(
                update(device)
                .where(device.c.id == device_id)
                .values(generation=device.c.generation + 1)
            )
        what = "credentials_renewed" if renew else "credentials_printed"
        work.note(what, who=visit.person.display, subject=device_id)
        return int(row.generation) + renew

    generation = await hub.engine.run(note)
    if renew and (trouble := await _tell_broker(hub, device_id)):
        raise Refusal(503, trouble)
    secret = broker.password(hub.key, device_id, generation)
    ticket = {"device": device_id, "secret": secret, "renewed": renew}
    files = hub.broker_files
    return await show(
        request,
        visit,
        "ticket.html",
        lambda _tx, _d, _now: {**ticket, "host": files.host, "port": files.port},
    )


def _new_device(typed: Fields) -> register.NewDevice:
    interval = typed.whole("interval_s", "心跳间隔")
    return register.NewDevice(
        id=typed.text("id", "设备号", needed=True),
        source=typed.text("source", "网关", needed=True),
        area=typed.text("area", "地区", 12, needed=True),
        protocol=typed.text("protocol", "协议", 32) or register.OWN_PROTOCOL,
        address=typed.text("address", "地址码", 128),
        model=typed.text("model", "型号"),
        label=typed.text("label", "名称"),
        room=typed.text("room", "放在哪里"),
        interval_s=300 if interval is None else interval,
        pre_alarm=typed.has("pre_alarm"),
    )


async def _keep(
    request: Request, visit: Visit, device_id: str, command: Callable[[Work], Any]
) -> None:
    """Run it where this person keeps the devices of this one's area; raises 403, 404."""

    def checked(work: Work) -> None:
        row = device_row(work.tx, visit.person, device_id, work.now)
        if not Rights(visit.person).keeps_devices(row.area):
            raise Refusal(403, NOT_YOURS)
        command(work)

    await hub_of(request).engine.run(checked)


async def _tell_broker(hub: Hub, device_id: str) -> str | None:
    """Let it in at the broker; a sentence where that failed."""
    generation = await hub.read(
        lambda tx, _d, _n: tx.execute(
            select(device.c.generation).where(device.c.id == device_id)
        ).scalar()
    )
    secret = broker.password(hub.key, device_id, generation or 1)
    try:
        written = await run_in_threadpool(broker_users.put, hub.broker_files, device_id, secret)
    except broker.CannotWrite as why:
        log.error("%s is not in the broker's password file: %s", device_id, why)
        return BROKER_SILENT
    return None if written else BROKER_SILENT
