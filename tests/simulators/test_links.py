"""A link to a real broker: heard and hearing, back after every death, refused only by password."""

import asyncio
import os
import signal
import socket
import struct

import pytest

from simulators.credentials import Broker as Address
from simulators.credentials import Login
from simulators.links import QUEUED, Link
from simulators.messages import Message, reply_topic, status
from simulators.trouble import CannotRun
from tests.services.process import free_port
from tests.simulators.conftest import Place
from tests.simulators.hub_side import HubSide
from tests.simulators.running import running, until

DEVICE = "pendant-0001"
HELLO = Message(f"yj/1/{DEVICE}/event", b'{"id": "e1", "kind": "sos"}')


class Ear:
    """Remembers what a link tells."""

    def __init__(self) -> None:
        self.joins = self.losses = 0
        self.replies: list[bytes] = []

    def joined(self) -> None:
        self.joins += 1

    def lost(self) -> None:
        self.losses += 1

    def heard(self, payload: bytes) -> None:
        self.replies.append(payload)


def make_link(place: Place, device: str = DEVICE, password: str | None = None) -> Link:
    login = place.credentials.login(device)
    login = login if password is None else login.model_copy(update={"password": password})
    return Link(place.credentials.broker, login, reply_topic(device), status(device, online=False))


async def test_a_reply_sent_as_soon_as_it_joined_is_heard(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    with HubSide(place.broker) as hub:
        async with running(link.run(ear)):
            await until(lambda: ear.joins == 1)
            hub.reply(DEVICE, "e1", "received")
            await until(lambda: len(ear.replies) == 1)


async def test_what_is_published_is_acknowledged_and_arrives(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    with HubSide(place.broker) as hub:
        async with running(link.run(ear)):
            await until(lambda: ear.joins == 1)
            assert link.publish(HELLO)
            await until(lambda: link.acknowledged == 1)
            await until(lambda: [e["id"] for e in hub.events()] == ["e1"])


async def test_a_killed_broker_is_joined_again(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    async with running(link.run(ear)):
        await until(lambda: ear.joins == 1)
        place.broker.kill()
        await until(lambda: ear.losses == 1)
        assert not link.up
        place.broker.start()
        await until(lambda: ear.joins == 2)
        link.publish(HELLO)
        await until(lambda: link.acknowledged == 1)


async def test_a_broker_that_starts_late_is_joined(place: Place) -> None:
    place.broker.stop()
    ear, link = Ear(), make_link(place)
    async with running(link.run(ear)) as task:
        await asyncio.sleep(0)  # the first attempt is under way
        place.broker.start()
        await until(lambda: ear.joins == 1)
        assert not task.done()


async def test_a_dropped_link_leaves_its_last_will_and_comes_back_when_wanted(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    with HubSide(place.broker) as hub:
        async with running(link.run(ear)):
            await until(lambda: ear.joins == 1)
            link.drop()
            await until(lambda: hub.statuses(DEVICE) == ["offline"])
            await until(lambda: not link.up)
            link.want()
            await until(lambda: ear.joins == 2)


async def test_a_link_that_leaves_says_its_own_farewell_and_no_will(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    with HubSide(place.broker) as hub:
        async with running(link.run(ear)):
            await until(lambda: ear.joins == 1)
            link.publish(HELLO)
            await link.leave(Message(f"yj/1/{DEVICE}/status", b"offline-by-choice", retain=True))
            await until(lambda: not link.up)
        await until(lambda: bool(hub.statuses(DEVICE)))
        # A later word of another device proves that no will came in between.
        other = make_link(place, "pendant-0002")
        async with running(other.run(Ear())):
            await until(lambda: other.up)
            other.publish(status("pendant-0002", online=True))
            await until(lambda: bool(hub.statuses("pendant-0002")))
        assert hub.statuses(DEVICE) == ["offline-by-choice"]


async def test_a_refused_password_ends_it_with_the_devices_name(place: Place) -> None:
    link = make_link(place, password="wrong")
    with pytest.raises(CannotRun, match=r"pendant-0001: the broker refused its password"):
        await asyncio.wait_for(link.run(Ear()), 10)


async def test_a_password_that_no_longer_counts_is_tried_again(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    async with running(link.run(ear)) as task:
        await until(lambda: ear.joins == 1)
        kept = place.broker.password_file.read_text()
        place.broker.kill()
        place.broker.password_file.write_text("")
        place.broker.start()
        await until(lambda: "not authorised" in place.broker.log.read_text())
        assert not task.done()
        place.broker.kill()
        place.broker.password_file.write_text(kept)
        place.broker.start()
        await until(lambda: ear.joins == 2)


async def test_a_message_on_anothers_topic_is_counted_as_refused(place: Place) -> None:
    ear, link = Ear(), make_link(place)
    async with running(link.run(ear)):
        await until(lambda: ear.joins == 1)
        link.publish(Message("yj/1/pendant-0002/event", b"{}"))
        await until(lambda: link.refused == 1)
        assert link.acknowledged == 0


async def test_what_a_stuck_broker_cannot_take_is_counted_and_the_rest_arrives(
    place: Place,
) -> None:
    ear, link = Ear(), make_link(place)
    async with running(link.run(ear)):
        await until(lambda: ear.joins == 1)
        os.kill(place.broker.pid, signal.SIGSTOP)
        try:
            taken = [link.publish(HELLO) for _ in range(QUEUED + 7)]
        finally:
            os.kill(place.broker.pid, signal.SIGCONT)
        assert taken.count(False) == link.overflowed == 7
        await until(lambda: link.acknowledged == QUEUED)


async def test_without_a_broker_it_goes_on_trying(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    login = Login(device=DEVICE, user=DEVICE, password="x")
    link = Link(Address("127.0.0.1", free_port()), login, reply_topic(DEVICE), None)
    async with running(link.run(Ear())) as task:
        await until(lambda: caplog.text.count("no broker at 127.0.0.1") == 2)
        assert not task.done()


async def test_a_port_that_hangs_up_at_once_is_tried_again() -> None:
    visits = 0

    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
    login = Login(device=DEVICE, user=DEVICE, password="x")
    async with server, running(Link(address, login, "x", None).run(Ear())) as task:
        await until(lambda: visits >= 3)
        assert not task.done()
