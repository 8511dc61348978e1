"""Asyncio tests of other modules run although a browser was driven before them."""

import asyncio


async def test_loop_is_free_again() -> None:
    await asyncio.sleep(0)
    assert asyncio.get_running_loop().is_running()
