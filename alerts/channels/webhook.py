"""A signed POST to another system. Who holds the secret can tell that it is us and now.

Headers: `X-Yijian-Timestamp` (Unix seconds), `X-Yijian-Signature: sha256=` the hex HMAC-SHA256 of
timestamp, a full stop and the body, and `Idempotency-Key`, the same at every attempt.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
from collections.abc import Callable
from datetime import datetime

import httpx
import orjson

from alerts.channels.channel import Outcome, Outgoing
from alerts.channels.settings import WebhookSettings

log = logging.getLogger(__name__)

ANSWER_BYTES = 64 * 1024
"""As much of an answer is read so that the connection can be used again; more closes it."""

TRY_AGAIN = {408: "timeout", 429: "quota"}


class Webhook:
    """Posts one JSON document per attempt; any 2xx means delivered."""

    name = "webhook"

    def __init__(self, settings: WebhookSettings, clock: Callable[[], datetime]) -> None:
        """Raises ValueError where the settings lack a url or a secret."""
        if settings.url is None:
            raise ValueError("url is missing")
        self._url = str(settings.url)
        self._key = settings.key()
        self._timeout_s = settings.timeout_s
        self._clock = clock
        self._client = httpx.AsyncClient(
            timeout=settings.timeout_s, follow_redirects=False, trust_env=False
        )

    async def start(self) -> None:
        """Connects at the first message."""

    async def send(self, out: Outgoing) -> Outcome:
        """Post once; never longer than the set time."""
        body = document(out)
        headers = self._headers(out, body)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._post(body, headers)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome("retry", "timeout")
        except httpx.NetworkError:
            return Outcome("retry", "unreachable")
        except httpx.HTTPError as why:
            log.warning("notice %d: the webhook broke the protocol: %s", out.notice_id, why)
            return Outcome("retry", "protocol")

    async def stop(self) -> None:
        """Close what is kept alive."""
        await self._client.aclose()

    async def _post(self, body: bytes, headers: dict[str, str]) -> Outcome:
        async with self._client.stream("POST", self._url, content=body, headers=headers) as answer:
            with contextlib.suppress(httpx.HTTPError):  # the status has already said it all
                await _read_away(answer)
            return judge(answer.status_code)

    def _headers(self, out: Outgoing, body: bytes) -> dict[str, str]:
        timestamp = str(int(self._clock().timestamp()))
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": out.key,
            "X-Yijian-Timestamp": timestamp,
            "X-Yijian-Signature": sign(self._key, timestamp, body),
        }


async def _read_away(answer: httpx.Response) -> None:
    size = 0
    async for part in answer.aiter_raw():
        size += len(part)
        if size > ANSWER_BYTES:
            return


def document(out: Outgoing) -> bytes:
    """What the other system reads."""
    return orjson.dumps(
        {
            "notice": out.notice_id,
            "attempt": out.attempt,
            "alert": out.alert,
            "device": out.device,
            "kind": out.kind,
            "severity": out.severity,
            "area": out.area,
            "text": out.text,
        }
    )


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """The value of the signature header."""
    digest = hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={digest.hexdigest()}"


def judge(status: int) -> Outcome:
    """What a status code means for the notice."""
    if 200 <= status < 300:
        return Outcome("delivered")
    if status in TRY_AGAIN:
        return Outcome("retry", TRY_AGAIN[status])
    if 400 <= status < 500:
        return Outcome("failed", f"refused_{status}")
    return Outcome("retry", f"http_{status}")
