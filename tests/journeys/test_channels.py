"""A press reaches phones and other systems; without all of them it still rings at the window."""

import hmac
import json
from collections.abc import Iterator

import pytest

from alerts.contract import NoticeView
from simulators.gsm_modem import GsmModem
from simulators.webhook_receiver import Mood, Received, WebhookReceiver
from tests.journeys.people import STAFF
from tests.journeys.plan import Tables
from tests.journeys.waiting import until
from tests.journeys.world import World
from tests.services.process import free_port

SECRET = "a-secret-of-the-stories"
FINAL = {"sent", "delivered", "failed", "expired"}


@pytest.fixture(scope="module")
def modem() -> Iterator[GsmModem]:
    with GsmModem() as running:
        yield running


@pytest.fixture(scope="module")
def chat() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture(scope="module")
def world(
    modem: GsmModem, chat: WebhookReceiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Siren, phone and chat service at hand."""
    folder = tmp_path_factory.mktemp("world")
    with World(folder, channels(modem.port, chat.url)) as running:
        yield running


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """No internet and no modem."""
    folder = tmp_path_factory.mktemp("cut-off")
    nobody = f"http://127.0.0.1:{free_port()}/hook"
    with World(folder, channels(str(folder / "no-modem"), nobody)) as running:
        yield running


def channels(port: str, url: str) -> Tables:
    return {
        "alerts.channels.sms": {"enabled": True, "stand_in": True, "port": port},
        "alerts.channels.webhook": {
            "enabled": True,
            "stand_in": True,
            "url": url,
            "secret": SECRET,
        },
    }


def test_a_press_is_texted_to_whoever_is_on_duty_and_their_phone_confirms_it(
    world: World, modem: GsmModem
) -> None:
    pendant = world.pendant()
    pendant.press()
    number = world.desk().sees(pendant.device).number
    until(lambda: notice(world, number, "sms").state == "delivered", "the phone to confirm")
    (text,) = [m for m in modem.messages() if f"】{number} 号" in m.text]
    assert text.number == STAFF["village-1"].phone
    assert text.text.startswith(f"【一键救助】{number} 号 紧急按钮：")
    assert "我来处理" in text.text
    world.desk().settle(number)


def test_a_press_is_posted_once_and_signed(world: World, chat: WebhookReceiver) -> None:
    pendant = world.pendant()
    pendant.press()
    number = world.desk().sees(pendant.device).number
    until(lambda: notice(world, number, "webhook").state == "delivered", "the chat service")
    (posted,) = posts(chat, number)
    assert signed(posted)
    assert posted.headers["idempotency-key"] == f"notice-{notice(world, number, 'webhook').id}"
    body = json.loads(posted.body)
    assert (body["device"], body["kind"], body["severity"]) == (pendant.device, "sos", 1)
    world.desk().settle(number)


def test_a_post_that_fails_is_repeated_under_the_same_key(
    world: World, chat: WebhookReceiver
) -> None:
    chat.then(Mood(status=500), Mood(hang_up=True))
    pendant = world.pendant()
    pendant.press()
    number = world.desk().sees(pendant.device).number
    until(lambda: notice(world, number, "webhook").state == "delivered", "the third attempt")
    assert len({post.headers["idempotency-key"] for post in posts(chat, number)}) == 1
    assert [json.loads(post.body)["attempt"] for post in posts(chat, number)] == [1, 2, 3]
    world.desk().settle(number)


def test_without_internet_and_modem_desk_and_siren_are_told_and_the_ladder_moves_on_at_once(
    cut_off: World,
) -> None:
    pendant, leader = cut_off.pendant(), cut_off.desk()
    press = pendant.press()
    assert pendant.hears(press, "received").at - press.at < 5
    (ring, *_) = cut_off.siren.wait(pendant.device)
    assert ring.at - press.at < 5
    number = leader.sees(pendant.device).number
    everybody = {"徐网格员", "张社工", "林社工", "吴社工"}
    until(lambda: told_at_desk(cut_off, number) == everybody, "the ladder to reach the district")
    reasons = {n.channel: n.reason for n in leader.look(number).notices if n.state == "pending"}
    assert reasons == {"sms": "no_modem", "webhook": "unreachable"}


def test_a_ladder_that_reached_nobody_does_not_run_on_without_end(cut_off: World) -> None:
    pendant, leader = cut_off.pendant(), cut_off.desk()
    pendant.press()
    number = leader.sees(pendant.device).number
    until(lambda: len(rungs(cut_off, number)) == 4, "all four rungs")
    later = cut_off.pendant()
    later.press()
    until(lambda: len(rungs(cut_off, leader.sees(later.device).number)) == 4, "a later press")
    assert len(rungs(cut_off, number)) == 4
    cut_off.clock.advance(61)
    until(lambda: len(rungs(cut_off, number)) == 5, "the first repetition")


def test_every_notice_comes_to_an_end(cut_off: World) -> None:
    pendant, leader = cut_off.pendant(), cut_off.desk()
    pendant.press()
    number = leader.sees(pendant.device).number
    leader.act(number, "acknowledge")
    first = {n.id for n in leader.look(number).notices}
    cut_off.clock.advance(11 * 60)

    def ends() -> set[tuple[str, str, str]]:
        notices = [n for n in leader.look(number).notices if n.id in first]
        return {(n.channel, n.state, n.reason) for n in notices}

    until(lambda: {state for _, state, _ in ends()} <= FINAL, "an end for every notice")
    assert {("webhook", "expired", "unreachable"), ("sms", "expired", "no_modem")} <= ends()


def notice(world: World, number: int, channel: str) -> NoticeView:
    (found,) = [n for n in world.desk().look(number).notices if n.channel == channel]
    return found


def posts(chat: WebhookReceiver, number: int) -> list[Received]:
    return [post for post in list(chat.received) if json.loads(post.body)["alert"] == number]


def signed(post: Received) -> bool:
    """As docs for a receiver would have it: timestamp, full stop, body."""
    content = post.headers["x-yijian-timestamp"].encode() + b"." + post.body
    digest = hmac.new(SECRET.encode(), content, "sha256").hexdigest()
    return post.headers["x-yijian-signature"] == f"sha256={digest}"


def told_at_desk(world: World, number: int) -> set[str]:
    return {n.to for n in world.desk().look(number).notices if n.channel == "desk"}


def rungs(world: World, number: int) -> list[str]:
    return [line.text for line in world.desk().look(number).history if line.what == "rung"]
