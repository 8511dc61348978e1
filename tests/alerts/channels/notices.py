"""Notices for the tests of channels, and a memory for what channels report."""

import asyncio
from dataclasses import replace
from typing import Any

from alerts.channels.channel import Outcome, Outgoing

SOS = Outgoing(
    notice_id=7,
    key="notice-7",
    attempt=1,
    alert=12,
    device="pendant-0001",
    kind="sos",
    severity=1,
    area="330211101",
    address="13800000001",
    text="【一键救助】12 号 紧急呼救。请打开值守台点“我来处理”（通知 1）",
)


def notice(**changes: Any) -> Outgoing:
    return replace(SOS, **changes)


class Reports:
    """What channels said later, in order."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, Outcome]] = []
        self._more = asyncio.Event()

    def __call__(self, notice_id: int, outcome: Outcome) -> None:
        self.seen.append((notice_id, outcome))
        self._more.set()

    async def wait_for(self, count: int, seconds: float = 10) -> list[tuple[int, Outcome]]:
        async with asyncio.timeout(seconds):
            while len(self.seen) < count:
                self._more.clear()
                await self._more.wait()
        return self.seen
