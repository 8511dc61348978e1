from collections.abc import Sequence

from alerts.contract import BATCH_LIMIT, Kind
from device_gateway.client import Verdict
from device_gateway.frame import Frame
from device_gateway.shelf import BATCH_BYTES, Held, Shelf
from tests.device_gateway.times import NINE


class FakeLetter:
    """Remembers what became of it."""

    def __init__(self, payload: bytes = b"", topic: str = "yj/1/a-1/event") -> None:
        self.frame = Frame("mqtt", "own_mqtt", "", topic, payload, NINE)
        self.is_orphan = False
        self.acknowledged = 0
        self.verdicts: list[Verdict] = []

    def acknowledge(self) -> None:
        self.acknowledged += 1

    def settle(self, _device: str, verdicts: Sequence[Verdict], _refused: Sequence[str]) -> None:
        self.verdicts += verdicts
        self.acknowledge()


def held(letter: FakeLetter, life: Kind | None = None, item: bytes = b"{}") -> Held:
    return Held(letter, "a-1", [item], ("e-1",), life, ())


def test_a_press_goes_before_everything_that_came_earlier() -> None:
    shelf = Shelf()
    shelf.add(held(FakeLetter(b"door")))
    shelf.add(held(FakeLetter(b"press"), Kind.SOS))
    batch = shelf.next_batch(0, 0)
    assert [one.letter.frame.payload for one in batch] == [b"press", b"door"]


def test_a_repetition_is_acknowledged_and_not_kept_twice() -> None:
    shelf, first, again = Shelf(), FakeLetter(b"press"), FakeLetter(b"press")
    assert shelf.add(held(first, Kind.SOS))
    assert not shelf.add(held(again, Kind.SOS))
    assert (len(shelf), first.acknowledged, again.acknowledged) == (1, 0, 1)


def test_what_comes_again_on_a_new_connection_takes_the_place_of_the_lost() -> None:
    shelf, first, again = Shelf(), FakeLetter(b"press"), FakeLetter(b"press")
    shelf.add(held(first))
    first.is_orphan = True
    assert not shelf.add(held(again))
    (waiting,) = shelf.next_batch(0, 0)
    assert waiting.letter is again
    assert again.acknowledged == 0


def test_the_same_bytes_of_another_device_are_another_message() -> None:
    shelf = Shelf()
    shelf.add(held(FakeLetter(b"press", "yj/1/a-1/event")))
    assert shelf.add(held(FakeLetter(b"press", "yj/1/b-1/event")))


def test_a_batch_stays_below_the_hubs_limits() -> None:
    many, big = Shelf(), Shelf()
    for number in range(BATCH_LIMIT + 10):
        many.add(held(FakeLetter(b"%d" % number)))
    for number in range(100):
        big.add(held(FakeLetter(b"%d" % number), item=b"x" * 16_000))
    assert len(many.next_batch(0, 0)) == BATCH_LIMIT
    assert 0 < sum(one.size for one in big.next_batch(0, 0)) <= BATCH_BYTES


def test_what_must_wait_holds_up_no_other() -> None:
    shelf = Shelf()
    spoilt, good = held(FakeLetter(b"spoilt"), Kind.SOS), held(FakeLetter(b"good"))
    shelf.add(spoilt)
    shelf.add(good)
    spoilt.try_after = 60
    assert shelf.next_batch(59, 0) == [good]
    assert shelf.next_batch(60, 0) == [spoilt, good]
    shelf.remove(good)
    assert len(shelf) == 1
