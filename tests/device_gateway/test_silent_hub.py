"""The hub says nothing: the gateway itself calls for help."""

import pytest

from simulators.gsm_modem import GsmModem
from tests.device_gateway.fake_hub import FakeHub, eventually
from tests.device_gateway.place import Place


@pytest.mark.parametrize("how", ["stopped", "silent", "broken"])
def test_a_press_without_an_answer_for_15_s_rings_the_siren_and_again_each_minute(
    place: Place, hub: FakeHub, how: str
) -> None:
    assert place.gateway is not None
    watch = place.gateway.siren
    siren, pendant = place.siren(), place.device()
    match how:
        case "stopped":
            hub.stop()
        case "silent":
            hub.silent = True
        case _:
            hub.broken = True
    pendant.press("e-1")
    pendant.press("e-2", kind="door_open")
    eventually(lambda: len(watch) == 1)
    place.monotonic.seconds += 14
    pendant.press("e-1")
    assert siren.heard == []
    place.monotonic.seconds += 1.1
    eventually(lambda: siren.heard)
    assert siren.heard[0] == {
        "alert": None,
        "device": "pendant-1",
        "kind": "sos",
        "severity": 1,
        "state": "ON",
        "by": "gateway",
        "topic": "siren/window/set",
    }
    place.monotonic.seconds += 60.1
    eventually(lambda: len(siren.heard) == 2)


def test_a_settled_press_rings_no_more(place: Place, hub: FakeHub) -> None:
    assert place.gateway is not None
    watch = place.gateway.siren
    siren, pendant = place.siren(), place.device()
    hub.broken = True
    pendant.press("e-1")
    eventually(lambda: len(watch) == 1)
    place.monotonic.seconds += 16
    eventually(lambda: len(siren.heard) == 1)
    hub.broken = False
    eventually(lambda: pendant.stages == [("e-1", "received")])
    assert len(watch) == 0
    place.monotonic.seconds += 600
    pendant.press("e-2")
    eventually(lambda: len(pendant.stages) == 2)
    assert len(siren.heard) == 1


def test_after_45_s_the_modem_texts_every_number_once(quiet_place: Place, hub: FakeHub) -> None:
    with GsmModem() as modem:
        numbers = ["+8613800000000", "+8613900000000"]
        quiet_place.start_gateway(modem={"port": modem.port, "numbers": numbers})
        assert quiet_place.gateway is not None
        watch = quiet_place.gateway.siren
        pendant = quiet_place.device()
        hub.broken = True
        pendant.press("e-1", kind="fall")
        eventually(lambda: len(watch) == 1)
        quiet_place.monotonic.seconds += 46
        sent = modem.wait_for(2, 60)
        assert sorted(message.number for message in sent) == numbers
        assert "跌倒" in sent[0].text
        assert "pendant-1" in sent[0].text


def test_a_modem_that_is_not_there_is_tried_until_the_hub_answers(
    quiet_place: Place, hub: FakeHub, caplog: pytest.LogCaptureFixture
) -> None:
    quiet_place.start_gateway(modem={"port": "/dev/there-is-none", "numbers": ["10000"]})
    assert quiet_place.gateway is not None
    watch = quiet_place.gateway.siren
    siren, pendant = quiet_place.siren(), quiet_place.device()
    hub.broken = True
    pendant.press("e-1")
    eventually(lambda: len(watch) == 1)
    quiet_place.monotonic.seconds += 46
    eventually(lambda: siren.heard)
    eventually(lambda: "the modem did not send" in caplog.text)
    hub.broken = False
    eventually(lambda: pendant.stages == [("e-1", "received")])
