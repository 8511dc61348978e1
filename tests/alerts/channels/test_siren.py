"""The siren rings through a real broker, and says when it did not."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from alerts.channels.broker_link import Broker as Address
from alerts.channels.channel import Outcome
from alerts.channels.settings import SirenSettings
from alerts.channels.siren import Siren
from tests.alerts.channels.notices import SOS, Reports, notice
from tests.services.mosquitto import Broker
from tests.services.process import free_port

TOPIC = "siren/window/set"
OFF = '{"alert": $alert, "state": "OFF"}'
DELIVERED = Outcome("delivered")
DOWN = Outcome("retry", "broker_down")


class Listener:
    """A siren: remembers what it was sent."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []
        self.subscribed = asyncio.Event()
        self.more = asyncio.Event()

    async def wait_for(self, count: int) -> list[dict[str, object]]:
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self.more.clear()
                await self.more.wait()
        return self.heard


@asynccontextmanager
async def listening(broker: Broker, topic: str = TOPIC) -> AsyncIterator[Listener]:
    loop, listener = asyncio.get_running_loop(), Listener()
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("device", "device")

    def hear(_client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        listener.heard.append(json.loads(message.payload))
        loop.call_soon_threadsafe(listener.more.set)

    client.on_message = hear
    client.on_connect = lambda *_: client.subscribe(topic, qos=1)
    client.on_subscribe = lambda *_: loop.call_soon_threadsafe(listener.subscribed.set)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        await asyncio.wait_for(listener.subscribed.wait(), 10)
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()


async def until_connected(siren: Siren, connected: bool = True) -> None:
    async with asyncio.timeout(15):
        while siren.connected is not connected:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.01)


@asynccontextmanager
async def ringing(
    broker: Broker, reports: Reports, settings: SirenSettings | None = None
) -> AsyncIterator[Siren]:
    siren = Siren(
        settings or SirenSettings(enabled=True, off_payload=OFF),
        Address(broker.host, broker.port, "hub", broker.users["hub"]),
        reports,
    )
    await siren.start()
    try:
        await until_connected(siren)
        yield siren
    finally:
        await siren.stop()


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # killed meanwhile
            os.kill(pid, signal.SIGCONT)


async def test_a_notice_rings_and_is_delivered_when_the_broker_has_it(broker: Broker) -> None:
    reports = Reports()
    async with listening(broker) as window, ringing(broker, reports) as siren:
        assert await siren.send(SOS) == Outcome("sent")
        assert await window.wait_for(1) == [
            {
                "alert": 12,
                "device": "pendant-0001",
                "kind": "sos",
                "severity": 1,
                "state": "ON",
            }
        ]
        assert await reports.wait_for(1) == [(7, DELIVERED)]


async def test_ringing_never_gives_way_to_another_task(broker: Broker) -> None:
    async with ringing(broker, Reports()) as siren:
        sending = siren.send(SOS)
        with pytest.raises(StopIteration) as ended:
            sending.send(None)
        assert ended.value.value == Outcome("sent")


async def test_many_notices_at_once_all_ring_in_order(broker: Broker) -> None:
    reports = Reports()
    async with listening(broker) as window, ringing(broker, reports) as siren:
        for number in range(300):
            assert (await siren.send(notice(notice_id=number, alert=number))).state == "sent"
        heard = await window.wait_for(300)
        assert [message["alert"] for message in heard] == list(range(300))
        assert {told for told, _ in await reports.wait_for(300)} == set(range(300))


async def test_any_zigbee_siren_by_topic_and_payload(broker: Broker) -> None:
    settings = SirenSettings(
        enabled=True,
        topic="zigbee2mqtt/hall/set",
        payload='{"warning": {"mode": "emergency", "duration": 60, "id": "$alert"}}',
    )
    async with (
        listening(broker, settings.topic) as hall,
        ringing(broker, Reports(), settings) as siren,
    ):
        await siren.send(SOS)
        warning = {"mode": "emergency", "duration": 60, "id": "12"}
        assert await hall.wait_for(1) == [{"warning": warning}]
        assert not siren.quiet(SOS)


async def test_an_owned_alert_stops_the_siren(broker: Broker) -> None:
    async with listening(broker) as window, ringing(broker, Reports()) as siren:
        assert siren.quiet(SOS)
        assert await window.wait_for(1) == [{"alert": 12, "state": "OFF"}]


async def test_a_siren_nobody_listens_to_is_not_delivered(broker: Broker) -> None:
    reports = Reports()
    async with ringing(broker, reports) as siren:
        await siren.send(SOS)
        assert await reports.wait_for(1) == [(7, Outcome("retry", "no_listener"))]


async def test_a_broker_that_forbids_the_topic_is_not_delivered(tmp_path: Path) -> None:
    reports = Reports()
    acl = "user device\ntopic read #\nuser hub\ntopic write elsewhere\n"
    with Broker(tmp_path / "strict", {"hub": "hub", "device": "device"}, acl) as strict:
        async with listening(strict), ringing(strict, reports) as siren:
            await siren.send(SOS)
            assert await reports.wait_for(1) == [(7, Outcome("failed", "refused_by_broker"))]


async def test_without_a_broker_the_answer_comes_at_once(broker: Broker) -> None:
    siren = Siren(SirenSettings(enabled=True), Address("127.0.0.1", free_port()), Reports())
    await siren.start()
    try:
        assert await siren.send(SOS) == DOWN
        assert not siren.connected
    finally:
        await siren.stop()


async def test_a_broker_that_comes_back_is_used_again_and_rings_nothing_old(
    broker: Broker,
) -> None:
    reports = Reports()
    async with ringing(broker, reports) as siren:
        with frozen(broker.pid):
            await siren.send(notice(notice_id=1, alert=1))
            broker.kill()
        assert await reports.wait_for(1) == [(1, DOWN)]
        assert await siren.send(notice(notice_id=2, alert=2)) == DOWN
        await asyncio.to_thread(broker.start)
        async with listening(broker) as window:
            await until_connected(siren)
            await siren.send(notice(notice_id=3, alert=3))
            assert [message["alert"] for message in await window.wait_for(1)] == [3]
            assert (await reports.wait_for(2))[1] == (3, DELIVERED)


async def test_a_broker_that_hangs_is_noticed(broker: Broker) -> None:
    reports = Reports()
    async with ringing(broker, reports) as siren:
        with frozen(broker.pid):
            assert await siren.send(SOS) == Outcome("sent")
            assert await reports.wait_for(1, seconds=30) == [(7, DOWN)]
            assert not siren.connected
        await until_connected(siren)


async def test_a_burst_larger_than_the_socket_takes_is_written_later(broker: Broker) -> None:
    reports = Reports()
    long = SirenSettings(enabled=True, payload='{"alert": $alert, "pad": "' + "x" * 60_000 + '"}')
    async with listening(broker) as window, ringing(broker, reports, long) as siren:
        with frozen(broker.pid):
            started = time.monotonic()
            for number in range(150):
                await siren.send(notice(notice_id=number, alert=number))
            assert time.monotonic() - started < 2
        assert len(await window.wait_for(150)) == 150
        assert len(await reports.wait_for(150)) == 150


async def test_a_refused_login_is_logged_and_tried_again(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    siren = Siren(
        SirenSettings(enabled=True), Address(broker.host, broker.port, "hub", "old"), Reports()
    )
    await siren.start()
    try:
        async with asyncio.timeout(10):
            while "refused us" not in caplog.text:  # noqa: ASYNC110 - waits for the log
                await asyncio.sleep(0.01)
        assert not siren.connected
        change = ["mosquitto_passwd", "-b", str(broker.password_file), "hub", "old"]
        await asyncio.to_thread(subprocess.run, change, check=True, timeout=10)
        broker.reload()
        await until_connected(siren)
    finally:
        await siren.stop()
