"""No device can speak for another, and whoever is unknown is heard at the window only."""

import json
import subprocess

import httpx

from tests.journeys import people
from tests.journeys.facts import alerts_of
from tests.journeys.pendant import Listener, Pendant, Press
from tests.journeys.waiting import until
from tests.journeys.world import World


def test_a_press_on_anothers_topic_is_refused_by_the_broker(world: World) -> None:
    liar, victim = world.pendant(), world.pendant()
    before = world.broker.refused()
    liar.client.publish(f"yj/1/{victim.device}/event", '{"id": "1", "kind": "sos"}', qos=1)
    until(lambda: world.broker.refused() == before + 1, "the broker to refuse it")
    heard_after(world, liar)
    assert alerts_of(world, victim.device) == []


def test_a_device_with_anothers_client_id_neither_hears_nor_silences_it(world: World) -> None:
    name = people.pendant(50)
    victim = world.device(name, client_id="the-victims-own")
    thief = world.device(people.pendant(51), client_id="the-victims-own", comes_back=False)
    until(lambda: not thief.connected, "the victim to come back")
    until(lambda: victim.connected, "the victim to hear again")
    press = victim.press()
    victim.hears(press, "received")
    world.siren.wait(name)
    assert thief.heard == []


def test_a_slash_in_a_name_gives_no_right_to_anything(world: World) -> None:
    victim = world.pendant()
    intruder = f"{victim.device}/event"
    command = ["mosquitto_passwd", "-b", str(world.plan.passwords), intruder, "guessed"]
    subprocess.run(command, check=True)
    world.broker.reload()
    before = world.broker.refused()
    listener = Listener(world.plan.broker_port, intruder, "guessed", ["yj/1/+/reply"]).connect()
    for topic in (f"yj/1/{intruder}/event", f"yj/1/{victim.device}/event"):
        listener.client.publish(topic, '{"id": "1", "kind": "sos"}', qos=1)
    until(lambda: world.broker.refused() == before + 1, "the broker to refuse the victim's topic")
    press = heard_after(world, victim)
    listener.leave()
    assert listener.heard == []
    assert alerts_of(world, victim.device) == [(press.id, 1)]


def test_an_event_of_a_device_with_a_slash_is_refused_and_the_rest_of_its_batch_taken(
    world: World,
) -> None:
    pendant = world.pendant()
    now = world.clock.now().isoformat()
    batch = [
        {"device": name, "id": "batch", "kind": "sos", "at": now, "received_at": now}
        for name in ("a/b", pendant.device)
    ]
    answer = httpx.post(
        f"{world.plan.hub_url}/v1/events",
        content=json.dumps(batch),
        headers={"Authorization": f"Bearer {people.GATEWAY_TOKEN}"},
        trust_env=False,
    )
    assert [result["status"] for result in answer.json()["results"]] == ["refused", "accepted"]
    world.siren.wait(pendant.device)


def test_an_unregistered_device_calls_the_window_and_only_once(world: World) -> None:
    stranger = world.device(people.STRANGER)
    stranger.press()
    (ring,) = world.siren.wait("")
    alert = world.desk().sees(None)
    assert (alert.number, alert.marks) == (ring.body["alert"], ["未登记设备"])
    assert alert.data["address"] == people.STRANGER
    stranger.press()
    heard_after(world, world.pendant())
    assert len(world.siren.rings("")) == 1


def test_a_wrong_password_does_not_get_in(world: World) -> None:
    listener = Listener(world.plan.broker_port, people.pendant(52), "guessed", ["yj/1/+/reply"])
    listener.client.connect("127.0.0.1", world.plan.broker_port)
    listener.client.loop_start()
    until(lambda: listener.refused, "the broker to refuse it")
    listener.leave()


def heard_after(world: World, pendant: Pendant) -> Press:
    """A press of this device that came through: whatever was said before it has been dealt with."""
    press = pendant.press()
    pendant.hears(press, "received")
    world.siren.wait(pendant.device)
    return press
