"""How long a device waits before it says an unanswered event again: 2 s, 4 s, 8 s ... 60 s."""

FIRST_S = 2.0
LONGEST_S = 60.0


def wait_after(sendings: int) -> float:
    """Seconds to wait after that many sendings of one event."""
    if sendings < 1:
        raise ValueError("an event that was never sent waits for nothing")
    doublings = min(sendings - 1, 10)
    return min(FIRST_S * 2.0**doublings, LONGEST_S)
