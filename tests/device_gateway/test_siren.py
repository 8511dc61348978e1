import pytest

from device_gateway.links.modem import Text
from device_gateway.lookout import Lookout, text_for
from device_gateway.siren import Press, SirenWatch, Waits
from tests.device_gateway.times import MovableClock

WAITS = Waits(ring_s=15, again_s=60, text_s=45)
SOS = Press("pendant-1", "e-1", "sos", since=1000)
FALL = Press("fall-1", "f-1", "fall", since=1000)


@pytest.mark.parametrize(
    ("now", "rings"), [(1000, False), (1014.9, False), (1015, True), (1100, True)]
)
def test_a_press_without_an_answer_for_15_s_rings(now: float, rings: bool) -> None:
    watch = SirenWatch(WAITS)
    watch.pressed(SOS)
    assert watch.to_ring(now) == ([SOS] if rings else [])


def test_it_rings_again_every_minute_until_settled() -> None:
    watch = SirenWatch(WAITS)
    watch.pressed(SOS)
    watch.rung(SOS, 1015)
    assert watch.to_ring(1074.9) == []
    assert watch.to_ring(1075) == [SOS]
    watch.settled("pendant-1", "e-1")
    assert watch.to_ring(2000) == []
    assert not watch.is_open(SOS)


def test_a_repetition_waits_no_longer_than_the_press_itself() -> None:
    watch = SirenWatch(WAITS)
    watch.pressed(SOS)
    watch.pressed(Press("pendant-1", "e-1", "sos", since=1010))
    assert watch.to_ring(1015) == [SOS]


@pytest.mark.parametrize(
    ("device", "kind", "event", "rings"),
    [
        ("fall-1", "fall_cancelled", None, False),
        ("fall-1", "fall_cancelled", "f-1", False),
        ("fall-1", "fall_cancelled", "other", True),
        ("fall-2", "fall_cancelled", None, True),
        ("fall-1", "help_cancelled", None, True),
    ],
)
def test_a_press_that_is_taken_back_does_not_ring(
    device: str, kind: str, event: str | None, rings: bool
) -> None:
    watch = SirenWatch(WAITS)
    watch.pressed(FALL)
    watch.cancelled(device, kind, event)
    assert watch.to_ring(1015) == ([FALL] if rings else [])


def test_the_text_is_due_once_after_45_s() -> None:
    watch = SirenWatch(WAITS)
    watch.pressed(SOS)
    assert watch.to_text(1044) == []
    assert watch.to_text(1045) == [SOS]
    assert watch.to_text(1200) == []


def test_the_lookout_tries_the_siren_until_it_is_reached_and_then_texts_every_number() -> None:
    clock, watch = MovableClock(), SirenWatch(WAITS)
    reached, rung, texts = [False], list[str](), list[Text]()

    def ring(press: Press) -> bool:
        rung.append(press.event)
        return reached[0]

    lookout = Lookout(watch, ring, texts.append, ("13800000000", "13900000000"), clock)
    watch.pressed(SOS)
    clock.seconds = 1016
    lookout.look()
    lookout.look()
    reached[0] = True
    lookout.look()
    lookout.look()
    assert len(rung) == 3
    assert texts == []
    clock.seconds = 1046
    lookout.look()
    lookout.look()
    assert [text.number for text in texts] == ["13800000000", "13900000000"]
    assert texts[0].wanted()
    watch.settled("pendant-1", "e-1")
    assert not texts[0].wanted()


def test_the_text_fits_one_message_and_says_what_happened_where() -> None:
    said = text_for(SOS)
    assert "紧急呼救" in said
    assert "pendant-1" in said
    assert len(said) <= 70
