"""One press from the console: said like a device says it, every stage printed, until closed."""

import asyncio
import re

import pytest

from simulators.press import Press
from simulators.trouble import CannotRun
from tests.simulators.conftest import Place
from tests.simulators.hub_side import HubSide
from tests.simulators.running import running, until


async def test_stages_are_printed_until_the_alert_is_closed(place: Place) -> None:
    lines: list[str] = []
    press = Press(place.credentials.login("pendant-0001"), "sos", lines.append)
    with HubSide(place.broker, answers=False) as hub:
        task = asyncio.create_task(press.run(place.credentials.broker))
        await until(lambda: len(hub.events("sos")) == 1)
        event = hub.events("sos")[0]["id"]
        hub.reply("pendant-0001", "another", "closed")
        for stage, by in (("received", None), ("accepted", "张社工"), ("closed", None)):
            hub.reply("pendant-0001", event, stage, by)
        await asyncio.wait_for(task, 10)
    texts = [re.sub(r"^\d\d:\d\d:\d\d pendant-0001 ", "", line) for line in lines]
    assert texts == [
        f"said sos {event}",
        "heard received 文字 received",
        "heard accepted 张社工 文字 accepted",
        "heard closed 文字 closed",
    ]


async def test_an_unanswered_press_is_said_again_with_the_same_id(place: Place) -> None:
    press = Press(place.credentials.login("fall-0001"), "fall", lambda line: None)
    with HubSide(place.broker, answers=False) as hub:
        async with running(press.run(place.credentials.broker)):
            await until(lambda: len(hub.events("fall")) == 2)
    assert len({event["id"] for event in hub.events()}) == 1


async def test_the_console_never_says_whether_the_device_is_there(place: Place) -> None:
    press = Press(place.credentials.login("pendant-0001"), "sos", lambda line: None)
    with HubSide(place.broker) as hub:
        async with running(press.run(place.credentials.broker)):
            await until(lambda: len(hub.events("sos")) == 1)
        other = Press(place.credentials.login("pendant-0002"), "sos", lambda line: None)
        async with running(other.run(place.credentials.broker)):
            await until(lambda: len(hub.events("sos")) == 2)
        assert {h.what for h in hub.heard} == {"event"}


async def test_bad_replies_and_refusals_are_printed_and_the_press_goes_on(place: Place) -> None:
    lines: list[str] = []
    press = Press(place.credentials.login("pendant-0001"), "sos", lines.append)
    with HubSide(place.broker, answers=False) as hub:
        async with running(press.run(place.credentials.broker)):
            await until(lambda: len(hub.events("sos")) == 1)
            hub.babble("pendant-0001", b"\xff")
            hub.babble("pendant-0001", b'{"error": "not now"}')
            await until(lambda: len(hub.events("sos")) == 2)
    assert sum("a reply that is none" in line for line in lines) == 1
    assert sum("refused: not now" in line for line in lines) == 1


async def test_a_refused_password_ends_the_press(place: Place) -> None:
    login = place.credentials.login("pendant-0001").model_copy(update={"password": "wrong"})
    with pytest.raises(CannotRun, match="pendant-0001: the broker refused its password"):
        await asyncio.wait_for(Press(login, "sos", print).run(place.credentials.broker), 10)
