"""What is too large is refused early, and the hub's loops survive whatever happens."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from alerts.api import app as application
from alerts.api.app import build_app
from tests.alerts.api.conftest import Site
from tests.alerts.stand import GATEWAY, KIOSK, until

MEGABYTE = 1024 * 1024
POSTS = ["/v1/events", "/v1/readings", "/v1/presence", "/v1/session"]


async def pieces(total: int) -> AsyncIterator[bytes]:
    """A body whose length nobody says beforehand."""
    for _ in range(total // 4096):
        yield b" " * 4096
    yield b" " * (total % 4096)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_a_megabyte_is_refused_with_a_sentence(
    site: Site, path: str, announced: bool
) -> None:
    size = MEGABYTE + 1
    content = b" " * size if announced else pieces(size)
    headers = {"Content-Type": "application/json"}
    answer = await site.source(GATEWAY).post(path, content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["title"] == "内容太大，请分几次发送"
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_body_of_a_megabyte_is_read(site: Site) -> None:
    event = b'{"device":"kiosk-window","id":"1","kind":"help","received_at":"2026-11-24T01:00:00Z"}'
    padded = event + b" " * (MEGABYTE - len(event))
    answer = await site.source(KIOSK).post("/v1/events", content=padded)
    assert answer.json()["results"][0]["status"] == "accepted"


async def test_a_length_that_is_no_number_is_refused(site: Site) -> None:
    headers = {"Content-Length": "-1"}
    answer = await site.source(GATEWAY).post("/v1/events", content=pieces(9), headers=headers)
    assert answer.status_code == 413


async def test_a_loop_that_stumbles_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = 0
    three = asyncio.Event()

    async def stumbles() -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            three.set()
        raise RuntimeError("trouble")

    loop = asyncio.create_task(application._forever("a loop", 0.001, stumbles))
    async with asyncio.timeout(10):
        await three.wait()
    loop.cancel()


async def test_while_it_is_served_the_ladder_climbs_by_itself(site: Site) -> None:
    await site.stand.open()
    async with build_app(site.hub).router.lifespan_context(site.app):
        await until(lambda: site.hub.engine.alive_at > 0)
        site.stand.clock.forward(30)
        await until(lambda: "张社工" in site.stand.told())
