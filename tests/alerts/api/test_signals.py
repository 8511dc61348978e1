"""Open streams are woken, and the hub knows who is looking."""

from alerts.api.signals import Signal, Signals, wait


async def test_a_ring_wakes_everybody_who_waits() -> None:
    signal = Signal()
    with signal.subscribed() as one, signal.subscribed() as other:
        signal.ring()
        assert await wait(one, 5)
        assert await wait(other, 5)
        assert not await wait(one, 0.001), "one ring wakes once"


async def test_whoever_has_gone_is_not_woken() -> None:
    signal = Signal()
    with signal.subscribed() as event:
        pass
    signal.ring()
    assert not event.is_set()


def test_a_person_is_present_while_any_page_of_theirs_is_open() -> None:
    signals = Signals()
    assert not signals.is_present(2)
    with signals.looking(2):
        with signals.looking(2):
            assert signals.is_present(2)
        assert signals.is_present(2)
        assert not signals.is_present(3)
    assert not signals.is_present(2)
