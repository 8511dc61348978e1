from collections.abc import Callable

import pytest

from alerts.contract import RosterDevice
from device_gateway.frame import Decoded, EventItem, Frame
from device_gateway.pipeline import Stranger, admit, decode
from device_gateway.roster import BadRoster, Roster, read_roster, roster_of
from tests.device_gateway.times import NINE

ROSTER = roster_of(
    [RosterDevice(device="watch-1", protocol="watch", address="6907919734", interval_s=300)]
)
FRAME = Frame("tcp", "watch", "", None, b"[3G*...]", NINE)
PRESS = EventItem(
    device="6907919734", id="e-1", kind="sos", at=None, received_at=NINE.isoformat(), data={}
)


def test_an_address_becomes_the_device_that_stands_in_the_roster() -> None:
    said = admit(FRAME, Decoded("6907919734", events=(PRESS,)), ROSTER)
    assert isinstance(said, Decoded)
    assert (said.device, said.events[0]["device"]) == ("watch-1", "watch-1")


@pytest.mark.parametrize("address", ["6907919735", "watch-1", ""])
def test_who_stands_in_no_roster_is_a_stranger_and_its_press_is_known(address: str) -> None:
    said = admit(FRAME, Decoded(address, events=(PRESS,)), ROSTER)
    assert said == Stranger("watch", address, "sos")


def test_an_address_of_another_protocol_is_a_stranger() -> None:
    other = Frame("mqtt", "own_mqtt", "", None, b"", NINE)
    assert isinstance(admit(other, Decoded("6907919734"), ROSTER), Stranger)


def test_a_decoder_that_fails_is_a_refusal() -> None:
    def fails(_frame: Frame) -> Decoded:
        raise IndexError("byte 9")

    protocols: dict[str, Callable[[Frame], Decoded]] = {"watch": fails}
    assert decode(FRAME, protocols).refused == ("decoder_failed",)
    assert decode(FRAME, {}).refused == ("unknown_protocol",)


def test_a_roster_is_read_from_the_hubs_answer() -> None:
    body = (
        b'{"source":"g","devices":[{"device":"a-1","protocol":"p","address":"x","interval_s":9}]}'
    )
    found = read_roster(body).find("p", "x")
    assert found is not None
    assert (found.device, found.interval_s) == ("a-1", 9)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"source":"g","devices":[{}]}', b"\xff"])
def test_what_is_no_roster_is_named_so(body: bytes) -> None:
    with pytest.raises(BadRoster):
        read_roster(body)


def test_an_empty_roster_knows_nobody() -> None:
    assert Roster().find("p", "x") is None
