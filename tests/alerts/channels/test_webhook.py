"""The webhook is signed, posts once per attempt, and names every refusal."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.channels.channel import Outcome
from alerts.channels.settings import WebhookSettings
from alerts.channels.webhook import Webhook, judge
from simulators.webhook_receiver import Mood, Received, WebhookReceiver
from tests.alerts.channels.notices import SOS, notice
from tests.services.process import free_port

SECRET = "a secret of some length"
NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
DELIVERED = Outcome("delivered")


@asynccontextmanager
async def posting(url: str, **settings: Any) -> AsyncIterator[Webhook]:
    chosen = WebhookSettings.model_validate(
        {"enabled": True, "url": url, "secret": SECRET, "stand_in": True, **settings}
    )
    webhook = Webhook(chosen, lambda: NINE)
    await webhook.start()
    try:
        yield webhook
    finally:
        await webhook.stop()


def signed_by_us(request: Received) -> bool:
    stamped = request.headers["x-yijian-timestamp"].encode() + b"." + request.body
    digest = hmac.new(SECRET.encode(), stamped, hashlib.sha256).hexdigest()
    return request.headers["x-yijian-signature"] == f"sha256={digest}"


async def test_a_notice_is_posted_signed_and_delivered() -> None:
    with WebhookReceiver() as service:
        async with posting(service.url) as webhook:
            assert await webhook.send(SOS) == DELIVERED
        (request,) = service.received
    assert (request.method, request.path) == ("POST", "/hook")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-yijian-timestamp"] == "1795510800"
    assert signed_by_us(request)
    assert json.loads(request.body) == {
        "notice": 7,
        "attempt": 1,
        "alert": 12,
        "device": "pendant-0001",
        "kind": "sos",
        "severity": 1,
        "area": "330211101",
        "text": SOS.text,
    }


async def test_every_attempt_has_the_same_key_and_another_number() -> None:
    with WebhookReceiver() as service:
        service.then(Mood(status=503))
        async with posting(service.url) as webhook:
            assert await webhook.send(SOS) == Outcome("retry", "http_503")
            assert await webhook.send(notice(attempt=2)) == DELIVERED
        first, second = service.received
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == "notice-7"
    assert [json.loads(request.body)["attempt"] for request in (first, second)] == [1, 2]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, DELIVERED),
        (204, DELIVERED),
        (301, Outcome("retry", "http_301")),
        (400, Outcome("failed", "refused_400")),
        (401, Outcome("failed", "refused_401")),
        (408, Outcome("retry", "timeout")),
        (410, Outcome("failed", "refused_410")),
        (429, Outcome("retry", "quota")),
        (500, Outcome("retry", "http_500")),
        (503, Outcome("retry", "http_503")),
    ],
)
def test_a_status_says_whether_to_try_again(status: int, outcome: Outcome) -> None:
    assert judge(status) == outcome


async def test_a_redirect_is_not_followed() -> None:
    with WebhookReceiver() as service:
        service.mood = Mood(status=302)
        async with posting(service.url) as webhook:
            assert await webhook.send(SOS) == Outcome("retry", "http_302")
        assert len(service.received) == 1


async def test_nobody_listening_is_unreachable() -> None:
    async with posting(f"http://127.0.0.1:{free_port()}/") as webhook:
        assert await webhook.send(SOS) == Outcome("retry", "unreachable")


async def test_a_service_that_hangs_up_is_tried_again() -> None:
    with WebhookReceiver(mood=Mood(hang_up=True)) as service:
        async with posting(service.url) as webhook:
            assert await webhook.send(SOS) == Outcome("retry", "protocol")


async def test_a_slow_service_costs_the_set_time_and_no_more() -> None:
    with WebhookReceiver(mood=Mood(delay_s=30)) as service:
        async with posting(service.url, timeout_s=0.3) as webhook:
            started = time.monotonic()
            assert await webhook.send(SOS) == Outcome("retry", "timeout")
            assert time.monotonic() - started < 5


async def test_a_slow_notice_holds_up_no_other() -> None:
    with WebhookReceiver() as service:
        service.then(Mood(delay_s=30))
        async with posting(service.url, timeout_s=15) as webhook:
            slow = asyncio.create_task(webhook.send(SOS))
            await asyncio.to_thread(service.wait_for, 1)
            assert await webhook.send(notice(notice_id=8)) == DELIVERED
            assert not slow.done()
            slow.cancel()


async def dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service whose answer never ends, a few bytes at a time."""
    await reader.readuntil(b"\r\n\r\n")
    try:
        while True:
            writer.write(b"HTTP/1.1 1")
            await writer.drain()
            await asyncio.sleep(0.05)
    except ConnectionError:
        writer.close()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A service that says yes and then does not stop talking."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    try:
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
    except ConnectionError:
        writer.close()


@pytest.mark.parametrize(
    ("service", "outcome"),
    [(dripping, Outcome("retry", "timeout")), (endless, DELIVERED)],
)
async def test_a_service_that_never_ends_its_answer_is_left(service: Any, outcome: Outcome) -> None:
    async with await asyncio.start_server(service, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with posting(f"http://127.0.0.1:{port}/", timeout_s=1.5) as webhook:
            assert await webhook.send(SOS) == outcome


def test_a_webhook_without_an_address_is_not_made() -> None:
    with pytest.raises(ValueError, match="url"):
        Webhook(WebhookSettings(), lambda: NINE)
