import pytest

from device_gateway.client import HubLine, HubRefused, HubSilent, read_verdicts
from tests.device_gateway.fake_hub import TOKEN, FakeHub

EVENT = b'{"device":"pendant-1","id":"e-1","kind":"sos"}'


def test_each_item_gets_its_verdict(hub: FakeHub) -> None:
    line = HubLine(hub.url, TOKEN, 2)
    assert [one.status for one in line.post_items("/v1/events", [EVENT])] == ["accepted"]
    assert [one.status for one in line.post_items("/v1/events", [EVENT])] == ["duplicate"]


def test_a_connection_the_hub_closed_while_idle_costs_no_attempt(hub: FakeHub) -> None:
    line = HubLine(hub.url, TOKEN, 2)
    line.post_items("/v1/events", [EVENT])
    hub.stop()
    hub.start()
    assert [one.status for one in line.post_items("/v1/events", [EVENT])] == ["duplicate"]


def test_a_hub_that_is_gone_hangs_or_is_broken_is_silent(hub: FakeHub) -> None:
    line = HubLine(hub.url, TOKEN, 0.2)
    hub.silent = True
    with pytest.raises(HubSilent, match="timed out"):
        line.post_items("/v1/events", [EVENT])
    hub.silent, hub.broken = False, True
    with pytest.raises(HubSilent, match="503"):
        line.post_items("/v1/events", [EVENT])
    hub.stop()
    with pytest.raises(HubSilent):
        line.post_items("/v1/events", [EVENT])


def test_a_wrong_token_settles_nothing(hub: FakeHub) -> None:
    with pytest.raises(HubSilent, match="401"):
        HubLine(hub.url, "wrong", 2).post_items("/v1/events", [EVENT])


def test_a_body_refused_as_a_whole_is_named_so(hub: FakeHub) -> None:
    hub.poison = "e-1"
    with pytest.raises(HubRefused, match="hub_400"):
        HubLine(hub.url, TOKEN, 2).post_items("/v1/events", [EVENT])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"results": 5}',
        b'{"results": []}',
        b'{"results": [5]}',
        b'{"results": [{"id": "e-1"}]}',
        b'{"results": [{"id": "e-1", "status": "lost"}]}',
    ],
)
def test_an_answer_that_is_not_understood_settles_nothing(body: bytes) -> None:
    with pytest.raises(HubSilent):
        read_verdicts(body, 1)
