"""Two hubs on one PostgreSQL are one hub to everybody else."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from simulators.webhook_receiver import WebhookReceiver
from tests.journeys.facts import alerts_of
from tests.journeys.test_hub_killed import LEASE_S
from tests.journeys.waiting import until
from tests.journeys.world import World
from tests.services.postgres import Postgres

SECRET = "a-secret-of-the-stories"


@pytest.fixture(scope="module")
def chat() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture(scope="module")
def world(
    postgres: Postgres, chat: WebhookReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The gateway talks to the first hub; the second looks after the same database."""
    webhook = {"enabled": True, "stand_in": True, "url": chat.url, "secret": SECRET}
    folder = tmp_path_factory.mktemp("world")
    with (
        postgres.fresh_database() as url,
        World(folder, {"alerts.channels.webhook": webhook}, url) as running,
    ):
        running.second_hub().start()
        yield running


def test_two_hubs_give_one_notice_each(world: World, chat: WebhookReceiver) -> None:
    pendants = [world.pendant() for _ in range(8)]
    presses = [pendant.press() for pendant in pendants]
    numbers = []
    for pendant, press in zip(pendants, presses, strict=True):
        pendant.hears(press, "received")
        numbers.append(world.siren.wait(pendant.device)[0].body["alert"])
        assert alerts_of(world, pendant.device) == [(press.id, 1)]
    world.clock.advance(30)
    for number in numbers:
        until(partial(told, world, number, RUNGS), f"two rungs of {number}")
    until(lambda: len(posts_about(chat, numbers)) >= 2 * len(numbers), "all posts")
    for number in numbers:
        world.desk().settle(number)
    assert set(posts_about(chat, numbers).values()) == {1}
    assert [len(world.siren.rings(pendant.device)) for pendant in pendants] == [1] * len(pendants)


RUNGS = ["徐网格员", "张社工"]


def told(world: World, number: int, whom: list[str]) -> bool:
    notices = world.desk().look(number).notices
    return [n.to for n in notices if n.channel == "desk"] == whom


def posts_about(chat: WebhookReceiver, numbers: list[int]) -> Counter[str]:
    """How often each notice of these alerts was posted."""
    return Counter(
        post.headers["idempotency-key"]
        for post in list(chat.received)
        if json.loads(post.body)["alert"] in numbers
    )


def test_who_accepts_at_the_second_hub_is_told_to_the_device_through_the_first(
    world: World,
) -> None:
    pendant, desk = world.pendant(), world.desk("village-1", world.second_url)
    press = pendant.press()
    number = desk.sees(pendant.device).number
    desk.act(number, "acknowledge")
    assert pendant.hears(press, "accepted").body["by"] == "徐网格员"
    assert world.desk().look(number).owner == "徐网格员"


def test_the_second_hub_rings_for_a_press_whose_hub_died_before_its_notice(world: World) -> None:
    pendant = world.pendant()
    world.hub_match.set("before siren")
    press = pendant.press()
    world.hub.wait_killed()
    world.clock.advance(LEASE_S)
    (ring,) = world.siren.wait(pendant.device)
    world.hub.start()
    pendant.hears(press, "received")
    assert alerts_of(world, pendant.device) == [(press.id, 1)]
    assert world.siren.rings(pendant.device) == [ring]
